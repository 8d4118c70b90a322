/* Strings of plain text. Knows what was said, not where one string ends and the next begins. */
#include "adapters/plain.h"

static void
say_string(struct ink *out, const struct strings *strings, struct text before, struct text body,
	const char *after)
{
	ink_text(out, before);
	ink_text(out, body);
	ink_puts(out, after);
	ink_puts(out, strings->ending);
}

void
say_lines(struct ink *out, const struct strings *strings, struct text before, struct text body,
	const char *after)
{
	size_t around = before.len + strlen(after) + strlen(strings->ending);
	for (struct text rest = body; rest.at;) {
		struct text line = text_line(&rest);
		while (strings->most && around < strings->most &&
			around + line.len > strings->most) {
			size_t n = text_cut(line, strings->most - around);
			say_string(out, strings, before, (struct text){line.at, n}, after);
			line = (struct text){line.at + n, line.len - n};
		}
		say_string(out, strings, before, line, after);
	}
}

void
say_speech(struct ink *out, const struct strings *strings, struct text where,
	const struct event *event)
{
	struct ink before = {0};
	bool emote = event->kind == EVENT_EMOTE;
	const char *after = emote ? "]" : "";
	ink_text(&before, where);
	ink_puts(&before, emote ? "[" : "");
	ink_text(&before, event->actor);
	if (event->kind == EVENT_DIRECT) {
		ink_puts(&before, " -> ");
		ink_text(&before, event->target);
	}
	ink_puts(&before, emote ? " " : ": ");
	say_lines(out, strings, ink_read(&before), event->body, after);
	ink_clear(&before);
}

void
say_line(struct ink *out, const struct strings *strings, struct text where, const char *pattern,
	struct text a, struct text b)
{
	ink_text(out, where);
	struct text next = a;
	for (const char *c = pattern; *c; c++) {
		if (*c != '%') {
			ink_add(out, c, 1);
			continue;
		}
		ink_text(out, next);
		next = b;
	}
	ink_puts(out, strings->ending);
}

static void
say_count(struct ink *out, size_t n, const char *verb)
{
	ink_printf(out, "%zu %s %s", n, n == 1 ? "has" : "have", verb);
}

void
say_digest(struct ink *out, const struct strings *strings, struct text where, const char *entered,
	const char *end, const struct event *event)
{
	ink_text(out, where);
	ink_puts(out, "*** ");
	if (event->joined)
		say_count(out, event->joined, entered);
	if (event->joined && event->left)
		ink_puts(out, " and ");
	if (event->left)
		say_count(out, event->left, "left");
	ink_puts(out, end);
	ink_puts(out, strings->ending);
}
