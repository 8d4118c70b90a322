/* The words and sentences of events and reasons. */
#include "teahouse/event.h"

#include "teahouse/core.h"
#include "teahouse/strbuf.h"

_Static_assert(TEXT_LINES == 40, "The sentence of TEXT_TOO_LONG says so.");

const char *
event_word(enum event_kind kind)
{
	static const char *const words[] = {
#define EVENT_WORD(name, word) [EVENT_##name] = word,
		EVENT_KINDS(EVENT_WORD)
#undef EVENT_WORD
	};
	return words[kind];
}

static const struct {
	int digit;
	const char *word, *sentence;
} reasons[] = {
#define REASON_ROW(reason, digit, word, sentence) [REASON_##reason] = {digit, word, sentence},
	REASONS(REASON_ROW)
#undef REASON_ROW
};

int
reason_digit(enum reason reason)
{
	return reasons[reason].digit;
}

const char *
reason_word(enum reason reason)
{
	return reasons[reason].word;
}

void
reason_sentence(struct strbuf *out, enum reason reason, struct text about)
{
	for (const char *c = reasons[reason].sentence; *c; c++) {
		if (c[0] == '%' && c[1] != '%') {
			strbuf_add_text(out, about);
			continue;
		}
		c += *c == '%';
		strbuf_add(out, c, 1);
	}
}
