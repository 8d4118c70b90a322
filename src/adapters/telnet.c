/*
 * telnet: lines for people who sit at a keyboard (SPEC 6.1). The telnet
 * protocol itself (RFC 854, 855, 1143) is libtelnet's.
 */
/* libtelnet.h needs size_t, and does not say so. */
#include <stddef.h>

#include <libtelnet.h>

#include "adapters/adapters.h"
#include "adapters/plain.h"
#include "base/alloc.h"
#include "codec/framing.h"

/* Where in the stream of telnet's bytes one is (RFC 854). */
enum place {
	PLACE_TEXT,
	PLACE_COMMAND, /* behind IAC */
	PLACE_OPTION,  /* behind IAC WILL, WONT, DO or DONT */
	PLACE_INSIDE,  /* a subnegotiation */
	PLACE_INSIDE_COMMAND,
};

/* What a talk keeps. */
struct telnet_talk {
	telnet_t *telnet;
	struct strbuf *clean; /* where the text goes, during filter */
	enum place place;
	unsigned char owed; /* bytes until the UTF-8 character that has begun is whole */
};

/* An event from elsewhere is said in the voice behind (adapter.elsewhere). */
enum { VOICE_USUAL, VOICE_STRICT = 2, VOICES = 4 };

static const struct strings lines = {.ending = "\r\n"};
/* Nothing is offered, so that nc sees clean text; what a client offers is taken if it is here. */
static const telnet_telopt_t telnet_options[] = {
	{TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_LINEMODE, TELNET_WONT, TELNET_DO},
	{-1, 0, 0},
};

static void
telnet_data(struct telnet_talk *memory, struct text data)
{
	strbuf_add_text(memory->clean, data);
	for (size_t i = 0; i < data.len; i++) {
		unsigned char c = (unsigned char)data.ptr[i];
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
		talk_write(talk, text_of("[Yes]\r\n"));
	else if (command == TELNET_EC)
		strbuf_add(memory->clean, &delete, 1);
	else if (command == TELNET_EL || command == TELNET_IP)
		strbuf_add(memory->clean, &kill, 1);
	else if (command == TELNET_EOF)
		/* PuTTY's Ctrl-D, after which its user can type no more. */
		strbuf_printf(memory->clean, "%clogout\n", kill);
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
telnet_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	struct telnet_talk *memory = talk->memory;
	talk->voice = talk->listener->strict ? VOICE_STRICT : VOICE_USUAL;
	memory->telnet = xnonnull(telnet_init(telnet_options, telnet_happened, 0, talk));
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

/*
 * What libtelnet should see of a byte. Subnegotiations it should not: nothing in them is
 * wanted, it would keep up to 16 KiB of one, and a client that says so in one could
 * have all that follows taken for compressed.
 */
static void
telnet_pass(struct telnet_talk *memory, char byte, struct strbuf *passed)
{
	static const char iac = (char)TELNET_IAC;
	unsigned char c = (unsigned char)byte;
	bool inside = memory->place == PLACE_INSIDE_COMMAND;
	switch (memory->place) {
	case PLACE_TEXT:
		if (c == TELNET_IAC)
			memory->place = PLACE_COMMAND;
		else
			strbuf_add(passed, &byte, 1);
		break;
	case PLACE_COMMAND:
	case PLACE_INSIDE_COMMAND:
		if (c == TELNET_SB || (inside && c == TELNET_IAC)) {
			memory->place = PLACE_INSIDE;
			break;
		}
		memory->place = PLACE_TEXT;
		if (inside && c == TELNET_SE)
			break;
		strbuf_add(passed, &iac, 1);
		strbuf_add(passed, &byte, 1);
		if (c >= TELNET_WILL && c <= TELNET_DONT)
			memory->place = PLACE_OPTION;
		break;
	case PLACE_OPTION:
		strbuf_add(passed, &byte, 1);
		memory->place = PLACE_TEXT;
		break;
	case PLACE_INSIDE:
		if (c == TELNET_IAC)
			memory->place = PLACE_INSIDE_COMMAND;
		break;
	}
}

/* Up to the next command or over it, so that what was typed before it is answered before it. */
static size_t
telnet_filter(struct talk *talk, struct text received, struct strbuf *clean)
{
	struct telnet_talk *memory = talk->memory;
	struct strbuf passed = {0};
	size_t n = received.len;
	if (memory->place == PLACE_TEXT && (unsigned char)received.ptr[0] != TELNET_IAC) {
		const char *next = memchr(received.ptr, TELNET_IAC, received.len);
		n = next ? (size_t)(next - received.ptr) : n;
		strbuf_add(&passed, received.ptr, n);
	} else {
		n = 0;
		do
			telnet_pass(memory, received.ptr[n++], &passed);
		while (n < received.len && memory->place != PLACE_TEXT);
	}
	memory->clean = clean;
	telnet_recv(memory->telnet, passed.ptr, passed.len);
	memory->clean = NULL;
	strbuf_clear(&passed);
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
	struct text rest = line, word = text_word(&rest);
	bool strict = talk->listener->strict, slash = word.len > 0 && word.ptr[0] == '/' && !strict;
	struct request request = {.command = NULL};
	enum reason split;
	if (plain_command(line, &request, &split)) {
		if (split == REASON_FINE)
			session_request(session, &request);
		else
			session_refuse(session, split, TEXT_NONE, TEXT_NONE, request.about);
	} else if (!session->user && !slash) {
		session_refuse(session, REASON_HELLO_FIRST, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	} else if (word.len > 0 && strict) {
		session_refuse(session, REASON_UNKNOWN_COMMAND, word, TEXT_NONE, TEXT_NONE);
	} else if (word.len > 0) {
		session_typed(session, slash ? text_trim(line) : line, TEXT_NONE, TEXT_NONE);
	}
}

static void
telnet_too_long(struct talk *talk)
{
	session_refuse(&talk->session, REASON_TEXT_TOO_LONG, text_of("8192 bytes a line"),
		TEXT_NONE, TEXT_NONE);
}

static void
say_moved(const struct event *event, struct text where, struct strbuf *out)
{
	bool entered = event->kind == EVENT_ENTERED;
	if (!event->own)
		say_line(out, &lines, where,
			entered ? "% has entered the room." : "% has left the room.", event->actor,
			TEXT_NONE);
	else if (!entered)
		say_line(out, &lines, TEXT_NONE, "*** You have left %. You are in % now.",
			event->room, event->target);
	else if (!event->arriving)
		say_line(out, &lines, TEXT_NONE, "*** You are in % now.", event->room, TEXT_NONE);
}

static void
say_topic(const struct event *event, struct text where, struct strbuf *out)
{
	if (!event->unasked && event->body.len > 0)
		say_line(out, &lines, where, "*** % set the topic: %", event->actor, event->body);
	else if (!event->unasked)
		say_line(out, &lines, where, "*** % took the topic away.", event->actor, TEXT_NONE);
	else if (event->body.len > 0)
		say_line(out, &lines, where, "*** The topic is: % (set by %)", event->body,
			event->actor);
	else
		say_line(out, &lines, where, "*** There is no topic.", TEXT_NONE, TEXT_NONE);
}

static void
say_list(const struct event *event, struct strbuf *out)
{
	static const char *const heads[] = {
		[EVENT_NAMES] = "The following are in this room:",
		[EVENT_WHO] = "The following are logged in:",
		[EVENT_ROOMS] = "The following rooms are open:",
	};
	if (event->unasked)
		return;
	if (event->first)
		say_line(out, &lines, TEXT_NONE, heads[event->kind], TEXT_NONE, TEXT_NONE);
	for (size_t i = 0; i < event->n_entries; i++) {
		const struct entry *entry = &event->entries[i];
		strbuf_add_text(out, entry->name);
		if (event->kind == EVENT_ROOMS)
			strbuf_printf(out, " (%zu)%s%.*s", entry->users,
				entry->detail.len ? "  " : "", TEXT_ARGS(entry->detail));
		strbuf_puts(out, lines.ending);
	}
}

static void
say_refused(const struct event *event, bool strict, struct strbuf *out)
{
	enum reason reason = event->reason;
	bool login = text_is(event->about, text_of("login"));
	if (reason == REASON_TEXT_EMPTY)
		return;
	if (reason == REASON_HELLO_FIRST)
		say_lines(
			out, &lines, TEXT_NONE, text_of("Please log in\nUse \"login <nick>\""), "");
	else if (reason == REASON_USAGE && login)
		say_line(out, &lines, TEXT_NONE, "Please enter a name", TEXT_NONE, TEXT_NONE);
	else if (reason == REASON_UNKNOWN_COMMAND && strict)
		say_line(out, &lines, TEXT_NONE, "Unknown command: %", event->target, TEXT_NONE);
	else
		say_lines(out, &lines, TEXT_NONE, event->body, "");
	if (reason == REASON_NICK_TAKEN || reason == REASON_NICK_ALIKE ||
		reason == REASON_NICK_INVALID)
		say_line(out, &lines, TEXT_NONE, "Please try again.", TEXT_NONE, TEXT_NONE);
}

/* A strict listener has plain words only. */
static void
say_plain_help(struct strbuf *out)
{
	for (const struct command *command = command_table(); command->name; command++) {
		struct strbuf usage = {0};
		command_usage(&usage, command);
		struct text words = {usage.ptr + 1, usage.len - 1};
		if (command->flags & COMMAND_PLAIN)
			say_line(out, &lines, TEXT_NONE, "%: %", words, text_of(command->help));
		strbuf_clear(&usage);
	}
}

static void
telnet_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	struct strbuf place = {0};
	bool strict = voice >= VOICE_STRICT, elsewhere = voice % 2;
	if (elsewhere)
		strbuf_printf(&place, "[%.*s] ", TEXT_ARGS(event->room));
	struct text where = strbuf_view(&place);
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		say_speech(out, &lines, where, event);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		say_moved(event, where, out);
		break;
	case EVENT_PRESENCE:
		say_digest(out, &lines, where, "entered", ".", event);
		break;
	case EVENT_RENAMED:
		say_line(out, &lines, TEXT_NONE, "% is now known as %.", event->actor,
			event->target);
		break;
	case EVENT_TOPIC:
		say_topic(event, where, out);
		break;
	case EVENT_NOTICE:
		say_lines(out, &lines, text_of("*** "), event->body, "");
		break;
	case EVENT_HELP:
		if (strict)
			say_plain_help(out);
		else
			say_lines(out, &lines, TEXT_NONE, event->body, "");
		break;
	case EVENT_REFUSED:
		say_refused(event, strict, out);
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
	strbuf_clear(&place);
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
