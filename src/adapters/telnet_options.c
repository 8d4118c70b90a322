/*
 * The telnet protocol: commands and options, by libtelnet (RFC 854, 855, 1143). Does not know where
 * a line ends (codec/framing.h), nor what lines mean.
 */
/* libtelnet.h uses size_t without including its header. */
#include <stddef.h>

#include <libtelnet.h>

#include "adapters/telnet_internal.h"
#include "base/alloc.h"
#include "codec/framing.h"

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

void
telnet_open(struct client *client)
{
	struct telnet_state *state = client->state;
	state->telnet = xnonnull(telnet_init(telnet_options, telnet_happened, 0, client));
}

void
telnet_close(struct client *client)
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
			telnet_pass(state, received.ptr[n++], &passed);
		while (n < received.len && state->position != IN_TEXT);
	}
	state->clean = clean;
	telnet_recv(state->telnet, passed.ptr, passed.len);
	state->clean = NULL;
	strbuf_clear(&passed);
	return n;
}
