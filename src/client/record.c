/* Lines as records. */
#include "client/record.h"

#include <time.h>

#include "teahouse/strbuf.h"

static const char *const kinds[] = {
	[LINE_MESSAGE] = "chat",
	[LINE_EMOTE] = "emote",
	[LINE_DIRECT] = "direct",
	[LINE_PRESENCE] = "moved",
	[LINE_NOTICE] = "notice",
	[LINE_REFUSED] = "error",
	[LINE_LOCAL] = "local",
};

/* An LF is \\n in it, and a backslash two, so that it can be had back; there are no tabs. */
static void
record_text(struct strbuf *out, struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.ptr[i] == '\n')
			strbuf_puts(out, "\\n");
		else if (t.ptr[i] == '\\')
			strbuf_puts(out, "\\\\");
		else
			strbuf_add(out, t.ptr + i, 1);
	}
}

static void
record_time(struct strbuf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	char stamp[32] = "";
	if (gmtime_r(&seconds, &utc))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
	strbuf_puts(out, stamp);
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
	bool said = line->kind == LINE_MESSAGE || line->kind == LINE_EMOTE ||
		    line->kind == LINE_DIRECT || line->who_len == 0;
	size_t from = said ? line->body : line->who + line->who_len + strlen(" ");
	size_t end = line->len - (line->kind == LINE_EMOTE ? strlen("]") : 0);
	return (struct text){line->text + from, end > from ? end - from : 0};
}

void
record_write(struct strbuf *out, const struct room *room, const struct line *line)
{
	record_time(out, line->time);
	strbuf_puts(out, "\t");
	if (line->kind == LINE_DIRECT) {
		strbuf_puts(out, "@");
		record_text(out, direct_to(line));
	} else {
		record_text(out, text_of(room->name));
	}
	strbuf_printf(out, "\t%s\t", kinds[line->kind]);
	record_text(out, (struct text){line->text + line->who, line->who_len});
	strbuf_puts(out, "\t");
	record_text(out, line_words(line));
	strbuf_puts(out, "\n");
}
