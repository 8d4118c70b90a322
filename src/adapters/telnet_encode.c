/* Events as the lines that a telnet user reads (SPEC 6.1). Does not know the client. */
#include "adapters/telnet_internal.h"
#include "adapters/text_lines.h"
#include "base/cluster.h"
#include "base/wrap.h"
#include "teahouse/history.h"

static const struct strings lines = {.ending = "\r\n"};

/* The marks of lines that are not messages. */
struct style {
	const char *notice, *refusal;
	bool strict; /* as the lesson has it, byte for byte */
	bool plain;  /* words instead of signs, for screen readers */
};

static const struct style styles[] = {
	[ENCODING_USUAL / 2] = {"*** ", "!!! ", false, false},
	[ENCODING_STRICT / 2] = {"*** ", "", true, false},
	[ENCODING_PLAIN / 2] = {"Notice: ", "Error: ", false, true},
};

/* One line: `where`, the mark, and the pattern as put_line has it. */
static void
put_marked(struct strbuf *out, struct text where, const char *mark, const char *pattern,
	struct text a, struct text b)
{
	strbuf_add_text(out, where);
	put_line(out, &lines, text_of(mark), pattern, a, b);
}

/* ` with ann, bob and 12 others`, or nothing when the user is alone. */
static void
put_company(struct strbuf *out, const struct event *event)
{
	size_t others = event->total > event->n_items + 1 ? event->total - event->n_items - 1 : 0;
	for (size_t i = 0; i < event->n_items; i++) {
		bool last = i + 1 == event->n_items && others == 0;
		strbuf_printf(out, "%s%.*s",
			i == 0 ? " with "
			: last ? " and "
			       : ", ",
			TEXT_ARGS(event->items[i].name));
	}
	if (others > 0)
		strbuf_printf(out, " and %zu other%s", others, others == 1 ? "" : "s");
}

/* The user's own session has entered the room: tells who is there. */
static void
encode_arrival(const struct event *event, const struct style *style, struct strbuf *out)
{
	static const char hint[] = "Just type to talk; /help for more.";
	struct strbuf line = {0}, others = {0};
	if (style->strict && event->on_login)
		return;
	if (!style->strict)
		put_company(&others, event);
	if (event->on_login)
		strbuf_printf(&line, "You are %.*s, ", TEXT_ARGS(event->actor));
	else
		strbuf_printf(&line, "%sYou are ", style->notice);
	strbuf_printf(&line, "in %.*s%s%s", TEXT_ARGS(event->room), event->on_login ? "" : " now",
		others.len > 0 && !event->on_login ? "," : "");
	strbuf_add_text(&line, strbuf_view(&others));
	strbuf_puts(&line, others.len > 0 || style->strict ? "." : "; nobody else is here yet.");
	bool fits = text_columns(strbuf_view(&line)) + sizeof hint <= COLUMNS_USUAL;
	if (event->on_login && fits)
		strbuf_printf(&line, " %s", hint);
	text_wrap(out, strbuf_view(&line), COLUMNS_USUAL, 0, lines.ending);
	if (event->on_login && !fits)
		put_line(out, &lines, TEXT_NONE, hint, TEXT_NONE, TEXT_NONE);
	strbuf_clear(&line);
	strbuf_clear(&others);
}

static void
encode_presence(
	const struct event *event, const struct style *style, struct text where, struct strbuf *out)
{
	bool entered = event->kind == EVENT_ENTERED;
	if (!event->own)
		put_line(out, &lines, where,
			entered ? "% has entered the room." : "% has left the room.", event->actor,
			TEXT_NONE);
	else if (!entered)
		put_marked(out, TEXT_NONE, style->notice, "You have left %. You are in % now.",
			event->room, event->target);
	else if (where.len > 0)
		/* Another session of the user entered: this session stays in its room. */
		put_marked(out, TEXT_NONE, style->notice, "You are also in % now.", event->room,
			TEXT_NONE);
	else
		encode_arrival(event, style, out);
}

static void
encode_topic(
	const struct event *event, const struct style *style, struct text where, struct strbuf *out)
{
	const char *pattern = "% cleared the topic.";
	struct text a = event->actor, b = event->body;
	if (!event->snapshot && event->body.len > 0) {
		pattern = "% set the topic: %";
	} else if (event->snapshot) {
		pattern = event->body.len > 0 ? "The topic is: % (set by %)" : "There is no topic.";
		a = event->body;
		b = event->actor;
	}
	put_marked(out, where, style->notice, pattern, a, b);
}

static void
encode_listing(const struct event *event, struct strbuf *out)
{
	static const char *const heads[] = {
		[EVENT_NAMES] = "The following are in this room:",
		[EVENT_WHO] = "The following are logged in:",
	};
	if (event->snapshot)
		return;
	if (event->ref.len > 0) {
		telnet_encode_columns(event, out);
		return;
	}
	if (event->first)
		put_line(out, &lines, TEXT_NONE, heads[event->kind], TEXT_NONE, TEXT_NONE);
	for (size_t i = 0; i < event->n_items; i++)
		put_line(out, &lines, TEXT_NONE, "%", event->items[i].name, TEXT_NONE);
}

static void
encode_refusal(const struct event *event, const struct style *style, struct strbuf *out)
{
	enum reason reason = event->reason;
	bool login = text_is(event->about, text_of("login"));
	bool retry = reason == REASON_NICK_TAKEN || reason == REASON_NICK_ALIKE ||
		     reason == REASON_NICK_INVALID;
	if (reason == REASON_TEXT_EMPTY)
		return;
	if (reason == REASON_HELLO_FIRST)
		put_lines(
			out, &lines, TEXT_NONE, text_of("Please log in\nUse \"login <nick>\""), "");
	else if (reason == REASON_USAGE && login)
		put_line(out, &lines, TEXT_NONE, "Please enter a name", TEXT_NONE, TEXT_NONE);
	else if (reason == REASON_UNKNOWN_COMMAND && style->strict)
		put_line(out, &lines, TEXT_NONE, "Unknown command: %", event->target, TEXT_NONE);
	else if (reason == REASON_NICK_TAKEN && style->strict)
		put_line(out, &lines, TEXT_NONE, "The name \"%\" is taken.", event->target,
			TEXT_NONE);
	else
		put_lines(out, &lines, text_of(login && retry ? "" : style->refusal), event->body,
			"");
	if (retry)
		put_line(out, &lines, TEXT_NONE, "Please try again.", TEXT_NONE, TEXT_NONE);
	/* Else it is the password that is typed next, for all to see. */
	if (reason == REASON_PASSWORD_WRONG && login && !style->strict)
		put_line(out, &lines, TEXT_NONE, "Type /login NAME to try again.", TEXT_NONE,
			TEXT_NONE);
}

static void
encode_speech(
	const struct event *event, const struct style *style, struct text where, struct strbuf *out)
{
	if (!style->plain || event->kind == EVENT_SAID) {
		put_speech(out, &lines, where, event);
		return;
	}
	struct strbuf before = {0};
	strbuf_add_text(&before, where);
	strbuf_add_text(&before, event->actor);
	if (event->kind == EVENT_DIRECT)
		strbuf_printf(&before, " to %.*s:", TEXT_ARGS(event->target));
	strbuf_puts(&before, " ");
	put_lines(out, &lines, strbuf_view(&before), event->body, "");
	strbuf_clear(&before);
}

/* A strict listener has only the commands without a slash. */
static void
encode_strict_help(struct strbuf *out)
{
	for (int id = 0; id < COMMAND_COUNT; id++) {
		const struct command *command = command_get((enum command_id)id);
		struct strbuf usage = {0};
		command_usage(&usage, command);
		struct text words = {usage.ptr + 1, usage.len - 1};
		if (command->flags & COMMAND_BARE_WORD)
			put_line(out, &lines, TEXT_NONE, "%: %", words, text_of(command->help));
		strbuf_clear(&usage);
	}
}

static void
encode_help(const struct event *event, const struct style *style, struct strbuf *out)
{
	if (style->strict)
		encode_strict_help(out);
	else
		put_lines(out, &lines, TEXT_NONE, event->body, "");
	/* The help of one command is one line. */
	bool whole = text_lines(event->body) > 1 && !style->strict;
	for (size_t i = 0; whole && telnet_settings_help[i]; i++)
		put_line(out, &lines, TEXT_NONE, telnet_settings_help[i], TEXT_NONE, TEXT_NONE);
}

/* What follows was said while the user was away. */
static void
encode_missed(const struct event *event, const struct style *style, struct strbuf *out)
{
	struct strbuf since = {0};
	if (!event->room.ptr) {
		strbuf_printf(out, "%sWhile you were away:\r\n", style->notice);
		return;
	}
	put_time(&since, event->since, event->time);
	/* `[09:14] ` without its brackets. */
	strbuf_printf(out, "%s%zu%s new in %.*s since %.*s:\r\n", style->notice, event->total,
		event->more ? " or more" : "", TEXT_ARGS(event->room), (int)since.len - 3,
		since.ptr + 1);
	strbuf_clear(&since);
}

static void encode_page(const struct event *event, const struct style *style, struct strbuf *out);

static void
encode_in_style(
	const struct event *event, const struct style *style, struct text where, struct strbuf *out)
{
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		encode_speech(event, style, where, out);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		encode_presence(event, style, where, out);
		break;
	case EVENT_PRESENCE:
		strbuf_add_text(out, where);
		put_digest(out, &lines, text_of(style->notice), "entered", ".", event);
		break;
	case EVENT_RENAMED:
		put_line(out, &lines, where, "% is now known as %.", event->actor, event->target);
		break;
	case EVENT_TOPIC:
		encode_topic(event, style, where, out);
		break;
	case EVENT_NOTICE:
		put_lines(out, &lines, text_of(style->notice), event->body, "");
		break;
	case EVENT_HELP:
		encode_help(event, style, out);
		break;
	case EVENT_REFUSED:
		encode_refusal(event, style, out);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		encode_listing(event, out);
		break;
	case EVENT_HISTORY:
	case EVENT_SEARCH:
		encode_page(event, style, out);
		break;
	case EVENT_ACCOUNT:
		put_lines(out, &lines, text_of(style->notice), event->body, "");
		break;
	case EVENT_SESSIONS:
		telnet_encode_sessions(event, out);
		break;
	case EVENT_MISSED:
		encode_missed(event, style, out);
		break;
	case EVENT_READ:
	case EVENT_WELCOME:
	case EVENT_PONG:
	case EVENT_COMMANDS:
		break;
	}
}

/* What was found is told oldest first, so that the newest is next to what follows. */
static void
encode_page(const struct event *event, const struct style *style, struct strbuf *out)
{
	const struct history_page *page = event->page;
	bool search = event->kind == EVENT_SEARCH;
	if (!search)
		put_older(out, &lines, style->notice, page);
	else if (page->more)
		strbuf_printf(out, "%sOnly the newest %zu are shown.\r\n", style->notice, page->n);
	for (size_t i = 0; i < page->n; i++) {
		const struct event *past = &page->events[search ? page->n - 1 - i : i];
		struct strbuf where = {0};
		put_time(&where, past->time, event->time);
		if (search && past->room.ptr)
			strbuf_printf(&where, "[%.*s] ", TEXT_ARGS(past->room));
		encode_in_style(past, style, strbuf_view(&where), out);
		strbuf_clear(&where);
	}
	put_marked(out, TEXT_NONE, style->notice,
		!search       ? "End of history."
		: page->n > 0 ? "End of search."
			      : "Nothing found.",
		TEXT_NONE, TEXT_NONE);
}

void
telnet_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	struct strbuf where = {0};
	const struct style *style = &styles[encoding / 2];
	bool other_room = encoding % 2;
	if (event->past)
		put_time(&where, event->time, event->told);
	if (other_room)
		strbuf_printf(
			&where, style->plain ? "In %.*s: " : "[%.*s] ", TEXT_ARGS(event->room));
	encode_in_style(event, style, strbuf_view(&where), out);
	strbuf_clear(&where);
}
