/*
 * telnet: lines for people at a keyboard (SPEC 6.1). libtelnet does the telnet protocol itself (RFC
 * 854, 855, 1143); this file does not know where a line ends (codec/framing.h).
 */
/* libtelnet.h uses size_t without including its header. */
#include <stddef.h>

#include <libtelnet.h>

#include "adapters/adapters.h"
#include "adapters/text_lines.h"
#include "base/alloc.h"
#include "codec/framing.h"

/* The position in the stream of telnet bytes (RFC 854). */
enum position {
	IN_TEXT,
	IN_COMMAND, /* after IAC */
	IN_OPTION,  /* after IAC WILL, WONT, DO or DONT */
	IN_INSIDE,  /* inside a subnegotiation */
	IN_INSIDE_COMMAND,
};

/* The state of a client. */
struct telnet_state {
	telnet_t *telnet;
	struct strbuf *clean; /* the output of telnet_filter, while it runs */
	enum position position;
	bool hinted;        /* the hint how to leave has been sent */
	unsigned char owed; /* bytes missing from an incomplete UTF-8 character */
};

/* Events of a room other than the current one use the next encoding (adapter.other_room). */
enum { ENCODING_USUAL, ENCODING_STRICT = 2, ENCODINGS = 4 };

static const struct strings lines = {.ending = "\r\n"};
/* The server offers no option, so that nc shows plain text; it accepts these when offered. */
static const telnet_telopt_t telnet_options[] = {
	{TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_LINEMODE, TELNET_WONT, TELNET_DO},
	{-1, 0, 0},
};

static void
telnet_data(struct telnet_state *state, struct text data)
{
	strbuf_add_text(state->clean, data);
	for (size_t i = 0; i < data.len; i++) {
		unsigned char c = (unsigned char)data.ptr[i];
		if (c >= 0xc0)
			state->owed = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		else if (c < 0x80)
			state->owed = 0;
		else if (state->owed > 0)
			state->owed--;
	}
}

/*
 * The byte of UTF-8 that a command stands for; 0: none. Debian's telnet compares only the low seven
 * bits with its interrupt keys, and sends a command instead of some bytes of UTF-8, so that typing
 * U with dots would break the line. Inside a character no key can have been pressed.
 */
static unsigned char
telnet_byte(const struct telnet_state *state, unsigned char command)
{
	static const unsigned char bytes[256] = {[TELNET_IP] = 0x83,
		[TELNET_AO] = 0x8f,
		[TELNET_SUSP] = 0x9a,
		[TELNET_BREAK] = 0x9c};
	return state->owed > 0 ? bytes[command] : 0;
}

/* Editing commands become the bytes that edit a typed line in the same way (framing_typed). */
static void
telnet_command(struct client *client, unsigned char command)
{
	static const char delete = TYPED_DELETE, kill = TYPED_KILL;
	struct telnet_state *state = client->state;
	unsigned char byte = telnet_byte(state, command);
	if (byte)
		telnet_data(state, (struct text){(char *)&byte, 1});
	else if (command == TELNET_AYT)
		client_write(client, text_of("[Yes]\r\n"));
	else if (command == TELNET_EC)
		strbuf_add(state->clean, &delete, 1);
	else if (command == TELNET_EL || command == TELNET_IP)
		strbuf_add(state->clean, &kill, 1);
	else if (command == TELNET_EOF)
		/* PuTTY sends this for Ctrl-D, and accepts no more input after it. */
		strbuf_printf(state->clean, "%clogout\n", kill);
}

static void
telnet_happened(telnet_t *telnet, telnet_event_t *event, void *data)
{
	struct client *client = data;
	struct telnet_state *state = client->state;
	/* RFC 1184, 2.2: the client edits the line locally and sends whole lines. */
	static const char edit[] = {1, 1};
	switch ((int)event->type) {
	case TELNET_EV_DATA:
		telnet_data(state, (struct text){event->data.buffer, event->data.size});
		break;
	case TELNET_EV_SEND:
		client_write(client, (struct text){event->data.buffer, event->data.size});
		break;
	case TELNET_EV_IAC:
		telnet_command(client, event->iac.cmd);
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
telnet_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	struct telnet_state *state = client->state;
	client->encoding = client->listener->strict ? ENCODING_STRICT : ENCODING_USUAL;
	state->telnet = xnonnull(telnet_init(telnet_options, telnet_happened, 0, client));
	struct text name = core_settings(client->session.core)->name;
	client_write(client, text_of("Welcome to "));
	client_write(client, name);
	client_write(client, text_of("\r\n"));
}

static void
telnet_on_close(struct client *client)
{
	struct telnet_state *state = client->state;
	telnet_free(state->telnet);
}

/*
 * Adds to `passed` what libtelnet gets of a byte. Subnegotiations are dropped: the server needs
 * nothing from them, libtelnet would buffer up to 16 KiB of each, and a client could use one to
 * make it treat all following bytes as compressed.
 */
static void
telnet_pass(struct telnet_state *state, char byte, struct strbuf *passed)
{
	static const char iac = (char)TELNET_IAC;
	unsigned char c = (unsigned char)byte;
	bool inside = state->position == IN_INSIDE_COMMAND;
	switch (state->position) {
	case IN_TEXT:
		if (c == TELNET_IAC)
			state->position = IN_COMMAND;
		else
			strbuf_add(passed, &byte, 1);
		break;
	case IN_COMMAND:
	case IN_INSIDE_COMMAND:
		if (c == TELNET_SB || (inside && c == TELNET_IAC)) {
			state->position = IN_INSIDE;
			break;
		}
		state->position = IN_TEXT;
		if (inside && c == TELNET_SE)
			break;
		strbuf_add(passed, &iac, 1);
		strbuf_add(passed, &byte, 1);
		if (c >= TELNET_WILL && c <= TELNET_DONT)
			state->position = IN_OPTION;
		break;
	case IN_OPTION:
		strbuf_add(passed, &byte, 1);
		state->position = IN_TEXT;
		break;
	case IN_INSIDE:
		if (c == TELNET_IAC)
			state->position = IN_INSIDE_COMMAND;
		break;
	}
}

/* Processes the text up to the next command, or one command, so that answers keep their order. */
static size_t
telnet_filter(struct client *client, struct text received, struct strbuf *clean)
{
	struct telnet_state *state = client->state;
	struct strbuf passed = {0};
	size_t n = received.len;
	if (state->position == IN_TEXT && (unsigned char)received.ptr[0] != TELNET_IAC) {
		const char *next = memchr(received.ptr, TELNET_IAC, received.len);
		n = next ? (size_t)(next - received.ptr) : n;
		strbuf_add(&passed, received.ptr, n);
	} else {
		n = 0;
		do
			telnet_pass(state, received.ptr[n++], &passed);
		while (n < received.len && state->position != IN_TEXT);
	}
	state->clean = clean;
	telnet_recv(state->telnet, passed.ptr, passed.len);
	state->clean = NULL;
	strbuf_clear(&passed);
	return n;
}

/*
 * Whether the line is a command without a slash: the word with its parameters. `login` without a
 * nick is also a command, and an error; `say` without a text is a message. *split is the result of
 * splitting the parameters.
 */
static bool
bare_word_command(struct text line, struct request *request, enum reason *split)
{
	struct text word = text_word(&line);
	const struct command *command = command_find(word);
	if (!command || !(command->flags & COMMAND_BARE_WORD) ||
		!text_is_same_word(text_of(command->name), word))
		return false;
	const char *params = command->params;
	struct param param;
	bool needs = command_param(&params, &param) && !param.optional;
	if (!needs && line.len > 0)
		return false;
	request->command = command;
	request->about = text_of(command->name);
	*split = command_split(command, line, request);
	return *split == REASON_OK || (command->flags & COMMAND_BEFORE_LOGIN);
}

/* Words that quit other programs. A user who types such a word probably wants to leave. */
static bool
line_is_farewell(struct text line)
{
	static const char *const words[] = {"quit", "exit", "bye", "logoff"};
	struct text word = text_trim(line);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_is_same_word(word, text_of(words[i])))
			return true;
	return false;
}

static void
telnet_hint(struct client *client, struct text line)
{
	struct telnet_state *state = client->state;
	struct strbuf hint = {0};
	struct text word = text_trim(line);
	state->hinted = true;
	strbuf_printf(&hint, "*** To leave, type logout. To say \"%.*s\", type it again.\r\n",
		TEXT_ARGS(word));
	client_write(client, strbuf_view(&hint));
	strbuf_clear(&hint);
}

static void
telnet_on_message(struct client *client, struct text line)
{
	struct session *session = &client->session;
	const struct telnet_state *state = client->state;
	struct text rest = line, word = text_word(&rest);
	bool strict = client->listener->strict,
	     slash = word.len > 0 && word.ptr[0] == '/' && !strict;
	struct request request = {.command = NULL};
	enum reason split;
	if (bare_word_command(line, &request, &split)) {
		if (split == REASON_OK)
			session_request(session, &request);
		else
			session_reject_input(session, split, TEXT_NONE, TEXT_NONE, request.about);
	} else if (!session->user && !slash) {
		session_reject_input(session, REASON_HELLO_FIRST, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	} else if (word.len > 0 && strict) {
		session_reject_input(session, REASON_UNKNOWN_COMMAND, word, TEXT_NONE, TEXT_NONE);
	} else if (!slash && !state->hinted && line_is_farewell(line)) {
		telnet_hint(client, line);
	} else if (word.len > 0) {
		session_command_line(session, slash ? text_trim(line) : line, TEXT_NONE, TEXT_NONE);
	}
}

static void
telnet_too_long(struct client *client)
{
	session_reject_input(
		&client->session, REASON_LINE_TOO_LONG, text_of("8192"), TEXT_NONE, TEXT_NONE);
}

static void
encode_presence(const struct event *event, struct text where, struct strbuf *out)
{
	bool entered = event->kind == EVENT_ENTERED;
	if (!event->own)
		put_line(out, &lines, where,
			entered ? "% has entered the room." : "% has left the room.", event->actor,
			TEXT_NONE);
	else if (!entered)
		put_line(out, &lines, TEXT_NONE, "*** You have left %. You are in % now.",
			event->room, event->target);
	else if (where.len > 0)
		/* Another session of the user entered: this session stays in its room. */
		put_line(out, &lines, TEXT_NONE, "*** You are also in % now.", event->room,
			TEXT_NONE);
	else if (!event->on_login)
		put_line(out, &lines, TEXT_NONE, "*** You are in % now.", event->room, TEXT_NONE);
}

static void
encode_topic(const struct event *event, struct text where, struct strbuf *out)
{
	if (!event->snapshot && event->body.len > 0)
		put_line(out, &lines, where, "*** % set the topic: %", event->actor, event->body);
	else if (!event->snapshot)
		put_line(out, &lines, where, "*** % cleared the topic.", event->actor, TEXT_NONE);
	else if (event->body.len > 0)
		put_line(out, &lines, where, "*** The topic is: % (set by %)", event->body,
			event->actor);
	else
		put_line(out, &lines, where, "*** There is no topic.", TEXT_NONE, TEXT_NONE);
}

static void
encode_listing(const struct event *event, struct strbuf *out)
{
	static const char *const heads[] = {
		[EVENT_NAMES] = "The following are in this room:",
		[EVENT_WHO] = "The following are logged in:",
		[EVENT_ROOMS] = "The following rooms are open:",
	};
	if (event->snapshot)
		return;
	if (event->first)
		put_line(out, &lines, TEXT_NONE, heads[event->kind], TEXT_NONE, TEXT_NONE);
	for (size_t i = 0; i < event->n_items; i++) {
		const struct item *item = &event->items[i];
		strbuf_add_text(out, item->name);
		if (event->kind == EVENT_ROOMS)
			strbuf_printf(out, " (%zu)%s%.*s", item->users,
				item->detail.len ? "  " : "", TEXT_ARGS(item->detail));
		strbuf_puts(out, lines.ending);
	}
}

static void
encode_refusal(const struct event *event, bool strict, struct strbuf *out)
{
	enum reason reason = event->reason;
	bool login = text_is(event->about, text_of("login"));
	if (reason == REASON_TEXT_EMPTY)
		return;
	if (reason == REASON_HELLO_FIRST)
		put_lines(
			out, &lines, TEXT_NONE, text_of("Please log in\nUse \"login <nick>\""), "");
	else if (reason == REASON_USAGE && login)
		put_line(out, &lines, TEXT_NONE, "Please enter a name", TEXT_NONE, TEXT_NONE);
	else if (reason == REASON_UNKNOWN_COMMAND && strict)
		put_line(out, &lines, TEXT_NONE, "Unknown command: %", event->target, TEXT_NONE);
	else if (reason == REASON_NICK_TAKEN && strict)
		put_line(out, &lines, TEXT_NONE, "The name \"%\" is taken.", event->target,
			TEXT_NONE);
	else
		put_lines(out, &lines, TEXT_NONE, event->body, "");
	if (reason == REASON_NICK_TAKEN || reason == REASON_NICK_ALIKE ||
		reason == REASON_NICK_INVALID)
		put_line(out, &lines, TEXT_NONE, "Please try again.", TEXT_NONE, TEXT_NONE);
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
telnet_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	struct strbuf prefix = {0};
	bool strict = encoding >= ENCODING_STRICT, other_room = encoding % 2;
	if (other_room)
		strbuf_printf(&prefix, "[%.*s] ", TEXT_ARGS(event->room));
	struct text where = strbuf_view(&prefix);
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		put_speech(out, &lines, where, event);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		encode_presence(event, where, out);
		break;
	case EVENT_PRESENCE:
		put_digest(out, &lines, where, "entered", ".", event);
		break;
	case EVENT_RENAMED:
		put_line(out, &lines, TEXT_NONE, "% is now known as %.", event->actor,
			event->target);
		break;
	case EVENT_TOPIC:
		encode_topic(event, where, out);
		break;
	case EVENT_NOTICE:
		put_lines(out, &lines, text_of("*** "), event->body, "");
		break;
	case EVENT_HELP:
		if (strict)
			encode_strict_help(out);
		else
			put_lines(out, &lines, TEXT_NONE, event->body, "");
		break;
	case EVENT_REFUSED:
		encode_refusal(event, strict, out);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		encode_listing(event, out);
		break;
	case EVENT_WELCOME:
	case EVENT_PONG:
	case EVENT_COMMANDS:
		break;
	}
	strbuf_clear(&prefix);
}

const struct adapter adapter_telnet = {
	.name = "telnet",
	.framing = &framing_typed,
	.state_size = sizeof(struct telnet_state),
	.encodings = ENCODINGS,
	.echo = true,
	.other_room = true,
	.on_connect = telnet_on_connect,
	.filter = telnet_filter,
	.on_message = telnet_on_message,
	.too_long = telnet_too_long,
	.on_close = telnet_on_close,
	.encode = telnet_encode,
};
