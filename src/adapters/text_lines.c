/* Writes events as strings of plain text. Does not know the client nor how it splits strings. */
#include "adapters/text_lines.h"

#include <time.h>

static void
put_string(struct strbuf *out, const struct strings *strings, struct text before, struct text body,
	const char *after)
{
	strbuf_add_text(out, before);
	strbuf_add_text(out, body);
	strbuf_puts(out, after);
	strbuf_puts(out, strings->ending);
}

void
put_lines(struct strbuf *out, const struct strings *strings, struct text before, struct text body,
	const char *after)
{
	size_t around = before.len + strlen(after) + strlen(strings->ending);
	for (struct text rest = body; rest.ptr;) {
		struct text line = text_line(&rest);
		while (strings->most && around < strings->most &&
			around + line.len > strings->most) {
			size_t n = text_cut(line, strings->most - around);
			put_string(out, strings, before, (struct text){line.ptr, n}, after);
			line = (struct text){line.ptr + n, line.len - n};
		}
		put_string(out, strings, before, line, after);
	}
}

void
put_speech(struct strbuf *out, const struct strings *strings, struct text where,
	const struct event *event)
{
	struct strbuf before = {0};
	bool emote = event->kind == EVENT_EMOTE;
	const char *after = emote ? "]" : "";
	strbuf_add_text(&before, where);
	strbuf_puts(&before, emote ? "[" : "");
	strbuf_add_text(&before, event->actor);
	if (event->kind == EVENT_DIRECT) {
		strbuf_puts(&before, " -> ");
		strbuf_add_text(&before, event->target);
	}
	strbuf_puts(&before, emote ? " " : ": ");
	put_lines(out, strings, strbuf_view(&before), event->body, after);
	strbuf_clear(&before);
}

void
put_line(struct strbuf *out, const struct strings *strings, struct text where, const char *pattern,
	struct text a, struct text b)
{
	strbuf_add_text(out, where);
	struct text next = a;
	for (const char *c = pattern; *c; c++) {
		if (*c != '%') {
			strbuf_add(out, c, 1);
			continue;
		}
		strbuf_add_text(out, next);
		next = b;
	}
	strbuf_puts(out, strings->ending);
}

static void
put_count(struct strbuf *out, size_t n, const char *verb)
{
	strbuf_printf(out, "%zu %s %s", n, n == 1 ? "has" : "have", verb);
}

void
put_digest(struct strbuf *out, const struct strings *strings, struct text before,
	const char *entered, const char *end, const struct event *event)
{
	strbuf_add_text(out, before);
	if (event->joined)
		put_count(out, event->joined, entered);
	if (event->joined && event->left)
		strbuf_puts(out, " and ");
	if (event->left)
		put_count(out, event->left, "left");
	strbuf_puts(out, end);
	strbuf_puts(out, strings->ending);
}

void
put_older(struct strbuf *out, const struct strings *strings, const char *mark,
	const struct history_page *page)
{
	if (page->n > 0 && page->more)
		strbuf_printf(out, "%sFor older messages: /history %zu before %llu%s", mark,
			page->n, (unsigned long long)page->events[0].id, strings->ending);
}

void
put_time(struct strbuf *out, int64_t time, int64_t now)
{
	time_t then_s = (time_t)(time / 1000), now_s = (time_t)(now / 1000);
	struct tm then, today;
	char text[32];
	localtime_r(&then_s, &then);
	localtime_r(&now_s, &today);
	bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
	strftime(text, sizeof text, same_day ? "[%H:%M] " : "[%Y-%m-%d %H:%M] ", &then);
	strbuf_puts(out, text);
}
