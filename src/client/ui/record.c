/* Lines, written as records. */
#include "client/ui/record.h"

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

/* Escapes LF as \n and a backslash as two, so that they can be told apart; lines contain no tabs. */
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

/* The recipient is between the nick and the body: `ann -> bob: `. */
static struct text
direct_to(const struct line *line)
{
	size_t from = line->nick_at + line->nick_len + strlen(" -> "),
	       end = line->body_at - strlen(": ");
	bool known = line->nick_len > 0 && end >= from;
	return known ? (struct text){line->text + from, end - from} : (struct text){"", 0};
}

static struct text
line_words(const struct line *line)
{
	bool said = line->kind == LINE_MESSAGE || line->kind == LINE_EMOTE ||
		    line->kind == LINE_DIRECT || line->nick_len == 0;
	size_t from = said ? line->body_at : line->nick_at + line->nick_len + strlen(" ");
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
	strbuf_printf(out, "\t%s%s\t", line->past ? "past-" : "", kinds[line->kind]);
	record_text(out, (struct text){line->text + line->nick_at, line->nick_len});
	strbuf_puts(out, "\t");
	record_text(out, line_words(line));
	strbuf_puts(out, "\n");
}
