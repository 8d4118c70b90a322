/* Lines as records. */
#include "client/record.h"

#include <time.h>

#include "teahouse/buffer.h"

static const char *const kinds[] = {
	[LINE_SAID] = "chat",
	[LINE_EMOTE] = "emote",
	[LINE_DIRECT] = "direct",
	[LINE_MOVED] = "moved",
	[LINE_NOTICE] = "notice",
	[LINE_REFUSED] = "error",
	[LINE_LOCAL] = "local",
};

/* An LF is \\n in it, and a backslash two, so that it can be had back; there are no tabs. */
static void
record_text(struct ink *out, struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] == '\n')
			ink_puts(out, "\\n");
		else if (t.at[i] == '\\')
			ink_puts(out, "\\\\");
		else
			ink_add(out, t.at + i, 1);
	}
}

static void
record_time(struct ink *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	char stamp[32] = "";
	if (gmtime_r(&seconds, &utc))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
	ink_puts(out, stamp);
}

/* Between where the nick ends and where what was said begins, there is whom it was said to. */
static struct text
direct_to(const struct line *line)
{
	size_t from = line->who + line->who_len + strlen(" -> "), end = line->body - strlen(": ");
	bool known = line->who_len > 0 && end >= from;
	return known ? (struct text){line->text + from, end - from} : (struct text){"", 0};
}

static struct text
line_words(const struct line *line)
{
	bool said = line->kind == LINE_SAID || line->kind == LINE_EMOTE ||
		    line->kind == LINE_DIRECT || line->who_len == 0;
	size_t from = said ? line->body : line->who + line->who_len + strlen(" ");
	size_t end = line->len - (line->kind == LINE_EMOTE ? strlen("]") : 0);
	return (struct text){line->text + from, end > from ? end - from : 0};
}

void
record_write(struct ink *out, const struct room *room, const struct line *line)
{
	record_time(out, line->time);
	ink_puts(out, "\t");
	if (line->kind == LINE_DIRECT) {
		ink_puts(out, "@");
		record_text(out, direct_to(line));
	} else {
		record_text(out, text_of(room->name));
	}
	ink_printf(out, "\t%s\t", kinds[line->kind]);
	record_text(out, (struct text){line->text + line->who, line->who_len});
	ink_puts(out, "\t");
	record_text(out, line_words(line));
	ink_puts(out, "\n");
}
