/*
 * The telnet protocol: commands and options, by libtelnet (RFC 854, 855, 1143). Does not know where
 * a line ends (codec/framing.h), nor what lines mean.
 */
/* libtelnet.h uses size_t without including its header. */
#include <stddef.h>

#include <libtelnet.h>
#include <stdio.h>

#include "adapters/telnet_internal.h"
#include "base/alloc.h"
#include "codec/framing.h"

enum {
	OPTION_CHARSET = 42, /* RFC 2066 */
	CHARSET_REQUEST = 1,
	CHARSET_ACCEPTED,
	CHARSET_REJECTED,
	TTYPE_IS = 0, /* RFC 1091 */
	TTYPE_SEND,
	TYPES_MAX = 3,  /* asked for: name of the client, of the terminal, MTTS */
	MTTS_VT100 = 2, /* bits of the Mud Terminal Type Standard */
	MTTS_SCREEN_READER = 64,
};

/* The server offers no option, so that nc shows plain text; it accepts these when offered. */
static const telnet_telopt_t telnet_options[] = {
	{TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_LINEMODE, TELNET_WONT, TELNET_DO},
	{OPTION_CHARSET, TELNET_WILL, TELNET_DO},
	{-1, 0, 0},
};

static const telnet_telopt_t strict_options[] = {
	{TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_TTYPE, TELNET_WONT, TELNET_DO},
	{TELNET_TELOPT_LINEMODE, TELNET_WONT, TELNET_DO},
	{-1, 0, 0},
};

static void
telnet_data(struct telnet_state *state, struct text data)
{
	if (state->charset) {
		charset_decode(state->charset, data, state->clean);
		return;
	}
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
ask_type(telnet_t *telnet)
{
	static const char send = TTYPE_SEND;
	telnet_subnegotiation(telnet, TELNET_TELOPT_TTYPE, &send, 1);
}

void
telnet_ask_columns(struct client *client)
{
	struct telnet_state *state = client->state;
	telnet_negotiate(state->telnet, TELNET_DO, TELNET_TELOPT_NAWS);
}

/* Whether a terminal of that type erases to the end of a line by ESC [ K. */
static bool
type_is_ansi(struct text type)
{
	static const char *const families[] = {"ansi", "xterm", "vt1", "vt2", "vt3", "vt4",
		"screen", "tmux", "linux", "rxvt", "putty", "konsole", "kitty", "alacritty",
		"cygwin"};
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		struct text family = text_of(families[i]);
		if (type.len >= family.len &&
			text_is_same_word((struct text){type.ptr, family.len}, family))
			return true;
	}
	return false;
}

/* One of the types that a client sends; at the end it repeats the last one (RFC 1091). */
static void
take_type(struct client *client, struct text type)
{
	struct telnet_state *state = client->state;
	char word[32] = "";
	unsigned mtts;
	if (type.len < sizeof word)
		memcpy(word, type.ptr, type.len);
	if (sscanf(word, "MTTS %u", &mtts) == 1) {
		telnet_set_ansi(client, mtts & MTTS_VT100);
		if (mtts & MTTS_SCREEN_READER)
			telnet_set_plain(client, true);
	} else if (type_is_ansi(type)) {
		telnet_set_ansi(client, true);
	}
	if (++state->types < TYPES_MAX)
		ask_type(state->telnet);
}

static void
take_columns(struct telnet_state *state, struct text size)
{
	if (size.len != 4)
		return;
	unsigned columns = (unsigned)(unsigned char)size.ptr[0] << 8 | (unsigned char)size.ptr[1];
	state->columns = columns < COLUMNS_LEAST ? 0 : (uint16_t)columns;
}

/* Takes the first name off *list, in which the first byte separates them; false: there is none. */
static bool
next_charset(struct text *list, char separator, struct text *name)
{
	if (list->len == 0)
		return false;
	const char *from = list->ptr + 1, *end = list->ptr + list->len;
	const char *stop = from < end ? memchr(from, separator, (size_t)(end - from)) : NULL;
	stop = stop ? stop : end;
	*name = (struct text){from, (size_t)(stop - from)};
	*list = (struct text){stop, (size_t)(end - stop)};
	return true;
}

/*
 * UTF-8, if it is among the sets that the client offers, else the first of them that the server
 * knows: it is accepted.
 */
static void
answer_charsets(struct client *client, struct text list)
{
	static const char accepted = CHARSET_ACCEPTED, rejected = CHARSET_REJECTED;
	struct telnet_state *state = client->state;
	struct strbuf answer = {0};
	char separator = ';';
	if (list.len > 0)
		separator = list.ptr[0];
	for (int others = 0; others <= 1; others++) {
		struct text rest = list, name;
		while (answer.len == 0 && next_charset(&rest, separator, &name)) {
			bool best = text_is_same_word(name, text_of("utf-8"));
			if ((!best && !others) || !telnet_set_charset(client, name))
				continue;
			strbuf_add(&answer, &accepted, 1);
			strbuf_add_text(&answer, name);
		}
	}
	if (answer.len == 0)
		strbuf_add(&answer, &rejected, 1);
	telnet_subnegotiation(state->telnet, OPTION_CHARSET, answer.ptr, answer.len);
	strbuf_clear(&answer);
}

/* A whole subnegotiation: the option, and what belongs to it. */
static void
take_subnegotiation(struct client *client, struct text inside)
{
	struct telnet_state *state = client->state;
	if (inside.len < 2 || inside.len > SUBNEGOTIATION_MAX)
		return;
	unsigned char option = (unsigned char)inside.ptr[0], what = (unsigned char)inside.ptr[1];
	struct text rest = {inside.ptr + 2, inside.len - 2};
	if (option == TELNET_TELOPT_NAWS)
		take_columns(state, (struct text){inside.ptr + 1, inside.len - 1});
	else if (option == TELNET_TELOPT_TTYPE && what == TTYPE_IS && state->types < TYPES_MAX)
		take_type(client, rest);
	else if (option == OPTION_CHARSET && what == CHARSET_REQUEST)
		answer_charsets(client, rest);
	else if (option == OPTION_CHARSET && what == CHARSET_ACCEPTED)
		telnet_set_charset(client, rest);
}

static void
telnet_happened(telnet_t *telnet, telnet_event_t *event, void *data)
{
	struct client *client = data;
	struct telnet_state *state = client->state;
	/* RFC 1184, 2.2: the client edits the line locally and sends whole lines. */
	static const char edit[] = {1, 1};
	static const char offer[] = "\1;UTF-8;ISO-8859-1;US-ASCII;IBM437";
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
		if (event->neg.telopt == TELNET_TELOPT_TTYPE && !client->listener->strict)
			ask_type(telnet);
		break;
	case TELNET_EV_DO:
		if (event->neg.telopt == OPTION_CHARSET)
			telnet_subnegotiation(telnet, OPTION_CHARSET, offer, sizeof offer - 1);
		break;
	default:
		break;
	}
}

void
telnet_open(struct client *client)
{
	struct telnet_state *state = client->state;
	state->telnet =
		xnonnull(telnet_init(client->listener->strict ? strict_options : telnet_options,
			telnet_happened, 0, client));
}

void
telnet_close(struct client *client)
{
	struct telnet_state *state = client->state;
	telnet_forget_passwords(state);
	telnet_free(state->telnet);
	charset_close(state->charset);
	strbuf_clear(&state->inside);
}

/* Keeps a byte of a subnegotiation; of one that is too long, only that it is. */
static void
telnet_keep(struct telnet_state *state, char byte)
{
	if (state->inside.len <= SUBNEGOTIATION_MAX)
		strbuf_add(&state->inside, &byte, 1);
}

/*
 * Adds to `passed` what libtelnet gets of a byte. Subnegotiations are kept from it: it would buffer
 * up to 16 KiB of each, and a client could use one to make it treat all following bytes as
 * compressed.
 */
static void
telnet_pass(struct client *client, char byte, struct strbuf *passed)
{
	struct telnet_state *state = client->state;
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
			if (c == TELNET_SB)
				state->inside.len = 0;
			else
				telnet_keep(state, byte);
			break;
		}
		state->position = IN_TEXT;
		if (inside && c == TELNET_SE) {
			if (!client->listener->strict)
				take_subnegotiation(client, strbuf_view(&state->inside));
			strbuf_clear(&state->inside);
			break;
		}
		if (c >= TELNET_WILL && c <= TELNET_DONT) {
			state->position = IN_OPTION;
			state->verb = c;
			break;
		}
		strbuf_add(passed, &iac, 1);
		strbuf_add(passed, &byte, 1);
		break;
	case IN_OPTION:
		state->position = IN_TEXT;
		if (c == TELNET_TELOPT_ECHO && state->verb >= TELNET_DO &&
			telnet_take_echo(state, state->verb == TELNET_DO))
			break;
		strbuf_add(passed, &iac, 1);
		strbuf_add(passed, (const char *)&state->verb, 1);
		strbuf_add(passed, &byte, 1);
		break;
	case IN_INSIDE:
		if (c == TELNET_IAC)
			state->position = IN_INSIDE_COMMAND;
		else
			telnet_keep(state, byte);
		break;
	}
}

/* Processes the text up to the next command, or one command, so that answers keep their order. */
size_t
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
			telnet_pass(client, received.ptr[n++], &passed);
		while (n < received.len && state->position != IN_TEXT);
	}
	state->clean = clean;
	telnet_recv(state->telnet, passed.ptr, passed.len);
	state->clean = NULL;
	strbuf_clear(&passed);
	if (clean->len > 0 && !client->listener->strict) {
		char last = clean->ptr[clean->len - 1];
		state->half = last != '\n' && last != '\r' && last != '\0';
		telnet_note_rewrites(client);
	}
	return n;
}
