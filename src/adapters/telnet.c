/*
 * telnet: lines for people who sit at a keyboard (SPEC 6.1). The telnet
 * protocol itself (RFC 854, 855, 1143) is libtelnet's.
 */
/* libtelnet.h needs size_t, and does not say so. */
#include <stddef.h>

#include <libtelnet.h>

#include "adapters/adapters.h"
#include "adapters/framing.h"

/* What a talk keeps. */
struct telnet_talk {
	telnet_t *telnet;
	struct ink *clean;  /* where the text goes, during filter */
	unsigned char owed; /* bytes until the UTF-8 character that has begun is whole */
};

/* Nothing is offered, so that nc sees clean text; what a client offers is taken if it is here. */
static const telnet_telopt_t telnet_options[] = {
	{TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_LINEMODE, TELNET_WONT, TELNET_DO},
	{-1, 0, 0},
};

static void
telnet_line(struct talk *talk, const char *line)
{
	talk_write(talk, text_of(line));
	talk_write(talk, text_of("\r\n"));
}

static void
telnet_data(struct telnet_talk *memory, struct text data)
{
	ink_text(memory->clean, data);
	for (size_t i = 0; i < data.len; i++) {
		unsigned char c = (unsigned char)data.at[i];
		if (c >= 0xc0)
			memory->owed = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		else if (c < 0x80)
			memory->owed = 0;
		else if (memory->owed > 0)
			memory->owed--;
	}
}

/*
 * Debian's telnet looks for its interrupt keys in seven bits, and so sends a
 * command in place of some bytes of UTF-8: typing U with dots would break the line.
 * Inside a character it is that byte; nobody can press a key there. 0: no such.
 */
static unsigned char
telnet_byte(const struct telnet_talk *memory, unsigned char command)
{
	static const unsigned char bytes[256] = {[TELNET_IP] = 0x83,
		[TELNET_AO] = 0x8f,
		[TELNET_SUSP] = 0x9a,
		[TELNET_BREAK] = 0x9c};
	return memory->owed > 0 ? bytes[command] : 0;
}

/* Commands that edit become the bytes that do the same to a typed line. */
static void
telnet_command(struct talk *talk, unsigned char command)
{
	static const char delete = TYPED_DELETE, kill = TYPED_KILL;
	struct telnet_talk *memory = talk->memory;
	unsigned char byte = telnet_byte(memory, command);
	if (byte)
		telnet_data(memory, (struct text){(char *)&byte, 1});
	else if (command == TELNET_AYT)
		telnet_line(talk, "[Yes]");
	else if (command == TELNET_EC)
		ink_add(memory->clean, &delete, 1);
	else if (command == TELNET_EL || command == TELNET_IP)
		ink_add(memory->clean, &kill, 1);
}

static void
telnet_happened(telnet_t *telnet, telnet_event_t *event, void *data)
{
	struct talk *talk = data;
	struct telnet_talk *memory = talk->memory;
	/* RFC 1184, 2.2: the client edits its line itself, and sends it whole. */
	static const char edit[] = {1, 1};
	switch ((int)event->type) {
	case TELNET_EV_DATA:
		telnet_data(memory, (struct text){event->data.buffer, event->data.size});
		break;
	case TELNET_EV_SEND:
		talk_write(talk, (struct text){event->data.buffer, event->data.size});
		break;
	case TELNET_EV_IAC:
		telnet_command(talk, event->iac.cmd);
		break;
	case TELNET_EV_WILL:
		if (event->neg.telopt == TELNET_TELOPT_LINEMODE)
			telnet_subnegotiation(telnet, TELNET_TELOPT_LINEMODE, edit, sizeof edit);
		break;
	default:
		break;
	}
}

static void
telnet_greet(struct talk *talk)
{
	struct telnet_talk *memory = talk->memory;
	memory->telnet = telnet_init(telnet_options, telnet_happened, 0, talk);
	struct text name = core_settings(talk->session.core)->name;
	talk_write(talk, text_of("Welcome to "));
	talk_write(talk, name);
	talk_write(talk, text_of("\r\n"));
}

static void
telnet_forget(struct talk *talk)
{
	struct telnet_talk *memory = talk->memory;
	telnet_free(memory->telnet);
}

/* Up to the next command, so that what was typed before it is answered before it. */
static size_t
telnet_filter(struct talk *talk, struct text received, struct ink *clean)
{
	struct telnet_talk *memory = talk->memory;
	const char *next = memchr(received.at + 1, TELNET_IAC, received.len - 1);
	size_t n = next ? (size_t)(next - received.at) : received.len;
	memory->clean = clean;
	telnet_recv(memory->telnet, received.at, n);
	memory->clean = NULL;
	return n;
}

/*
 * Whether the line is a plain word's command: alone, or with what it needs. `login`
 * alone is one that wants a name; `say` alone is something to say.
 */
static bool
plain_command(struct text line, struct request *request, enum reason *split)
{
	struct text word = text_word(&line);
	const struct command *command = command_find(word);
	if (!command || !(command->flags & COMMAND_PLAIN) || !text_is(text_of(command->name), word))
		return false;
	const char *params = command->params;
	struct param param;
	bool needs = command_param(&params, &param) && !param.optional;
	if (!needs && line.len > 0)
		return false;
	request->command = command;
	request->about = text_of(command->name);
	*split = command_split(command, line, request);
	return *split == REASON_FINE || (command->flags & COMMAND_EARLY);
}

static void
telnet_hear(struct talk *talk, struct text line)
{
	struct session *session = &talk->session;
	struct text none = {NULL, 0}, rest = line, word = text_word(&rest);
	bool strict = talk->listener->strict, slash = word.len > 0 && word.at[0] == '/' && !strict;
	struct request request = {.command = NULL};
	enum reason split;
	if (plain_command(line, &request, &split)) {
		if (split == REASON_FINE)
			session_request(session, &request);
		else
			session_refuse(session, split, none, none, request.about);
	} else if (!session->user && !slash) {
		session_refuse(session, REASON_HELLO_FIRST, none, none, none);
	} else if (word.len > 0 && strict) {
		session_refuse(session, REASON_UNKNOWN_COMMAND, word, none, none);
	} else if (word.len > 0) {
		session_typed(session, slash ? text_trim(line) : line, none, none);
	}
}

static void
telnet_too_long(struct talk *talk)
{
	struct text none = {NULL, 0};
	session_refuse(
		&talk->session, REASON_TEXT_TOO_LONG, text_of("8192 bytes a line"), none, none);
}

enum { VOICE_HERE, VOICE_ELSEWHERE, VOICES };

/* Each line of body with the same words in front. */
static void
say_lines(struct ink *out, struct text before, struct text body, const char *after)
{
	for (struct text rest = body; rest.at;) {
		struct text line = text_line(&rest);
		ink_text(out, before);
		ink_text(out, line);
		ink_puts(out, after);
	}
}

/* A line made of the event's own words. */
static void
say_line(struct ink *out, struct text before, const char *a, struct text b, const char *c,
	struct text d, const char *e)
{
	ink_text(out, before);
	ink_printf(out, "%s%.*s%s%.*s%s\r\n", a, TEXT_ARGS(b), c, TEXT_ARGS(d), e);
}

static void
say_moved(const struct event *event, struct text where, struct ink *out)
{
	struct text none = {NULL, 0};
	if (event->kind == EVENT_ENTERED && event->own) {
		if (!event->arriving)
			say_line(out, none, "*** You are in ", event->room, " now.", none, "");
	} else if (event->kind == EVENT_ENTERED) {
		say_line(out, where, "", event->actor, " has entered the room.", none, "");
	} else if (event->own) {
		say_line(out, none, "*** You have left ", event->room, ". You are in ",
			event->target, " now.");
	} else {
		say_line(out, where, "", event->actor, " has left the room.", none, "");
	}
}

static void
say_topic(const struct event *event, struct text where, struct ink *out)
{
	struct text none = {NULL, 0};
	if (!event->unasked && event->body.len > 0)
		say_line(out, where, "*** ", event->actor, " set the topic: ", event->body, "");
	else if (!event->unasked)
		say_line(out, where, "*** ", event->actor, " took the topic away.", none, "");
	else if (event->body.len > 0)
		say_line(out, where, "*** The topic is: ", event->body, " (set by ", event->actor,
			")");
	else
		say_line(out, where, "*** There is no topic.", none, "", none, "");
}

static void
say_list(const struct event *event, struct ink *out)
{
	if (event->unasked)
		return;
	if (event->first && event->kind == EVENT_NAMES)
		ink_puts(out, "The following are in this room:\r\n");
	else if (event->first && event->kind == EVENT_WHO)
		ink_puts(out, "The following are logged in:\r\n");
	else if (event->first)
		ink_puts(out, "The following rooms are open:\r\n");
	for (size_t i = 0; i < event->n_entries; i++) {
		const struct entry *entry = &event->entries[i];
		ink_text(out, entry->name);
		if (event->kind == EVENT_ROOMS)
			ink_printf(out, " (%zu)%s%.*s", entry->users, entry->detail.len ? "  " : "",
				TEXT_ARGS(entry->detail));
		ink_puts(out, "\r\n");
	}
}

static void
say_refused(const struct event *event, struct ink *out)
{
	struct text none = {NULL, 0};
	bool strict_word = event->target.len > 0 && event->target.at[0] != '/';
	bool login = text_is(event->about, text_of("login"));
	if (event->reason == REASON_TEXT_EMPTY)
		return;
	if (event->reason == REASON_HELLO_FIRST)
		ink_puts(out, "Please log in\r\nUse \"login <nick>\"\r\n");
	else if (event->reason == REASON_USAGE && login)
		ink_puts(out, "Please enter a name\r\n");
	else if (event->reason == REASON_UNKNOWN_COMMAND && strict_word)
		say_line(out, none, "Unknown command: ", event->target, "", none, "");
	else
		say_lines(out, none, event->body, "\r\n");
	if (event->reason == REASON_NICK_TAKEN || event->reason == REASON_NICK_ALIKE ||
		event->reason == REASON_NICK_INVALID)
		ink_puts(out, "Please try again.\r\n");
}

/* What is said by somebody, each line with its words in front. */
static void
say_said(const struct event *event, struct text where, struct ink *out)
{
	struct ink before = {0};
	ink_text(&before, where);
	const char *after = "\r\n";
	if (event->kind == EVENT_SAID) {
		ink_printf(&before, "%.*s: ", TEXT_ARGS(event->actor));
	} else if (event->kind == EVENT_EMOTE) {
		ink_printf(&before, "[%.*s ", TEXT_ARGS(event->actor));
		after = "]\r\n";
	} else {
		ink_printf(&before, "%.*s -> %.*s: ", TEXT_ARGS(event->actor),
			TEXT_ARGS(event->target));
	}
	say_lines(out, ink_read(&before), event->body, after);
	ink_clear(&before);
}

static void
telnet_say(unsigned voice, const struct event *event, struct ink *out)
{
	struct ink place = {0};
	struct text none = {NULL, 0};
	if (voice == VOICE_ELSEWHERE)
		ink_printf(&place, "[%.*s] ", TEXT_ARGS(event->room));
	struct text where = ink_read(&place);
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		say_said(event, where, out);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		say_moved(event, where, out);
		break;
	case EVENT_RENAMED:
		say_line(out, none, "", event->actor, " is now known as ", event->target, ".");
		break;
	case EVENT_TOPIC:
		say_topic(event, where, out);
		break;
	case EVENT_NOTICE:
		say_lines(out, text_of("*** "), event->body, "\r\n");
		break;
	case EVENT_HELP:
		say_lines(out, none, event->body, "\r\n");
		break;
	case EVENT_REFUSED:
		say_refused(event, out);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		say_list(event, out);
		break;
	case EVENT_WELCOME:
	case EVENT_PONG:
		break;
	}
	ink_clear(&place);
}

const struct adapter adapter_telnet = {
	.name = "telnet",
	.framing = &framing_typed,
	.memory = sizeof(struct telnet_talk),
	.voices = VOICES,
	.echo = true,
	.elsewhere = true,
	.greet = telnet_greet,
	.filter = telnet_filter,
	.hear = telnet_hear,
	.too_long = telnet_too_long,
	.forget = telnet_forget,
	.say = telnet_say,
};
