/*
 * Passwords that are asked for, one prompt after the other, while the client's terminal shows
 * nothing of what is typed (RFC 857). Does not know what becomes of them.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/telnet_internal.h"
#include "base/alloc.h"

/* What is asked for, by command. Two equal prompts for a new password guard against a slip. */
static const struct {
	enum command_id command;
	const char *prompts[PASSWORDS_MAX];
	bool repeated; /* the last prompt asks for the same again */
} dialogs[] = {
	{COMMAND_LOGIN, {"Password: "}, false},
	{COMMAND_REGISTER, {"New password: ", "The same again: "}, true},
	{COMMAND_PASSWORD, {"Old password: ", "New password: ", "The same again: "}, true},
	{COMMAND_UNREGISTER, {"Password: "}, false},
};

/* IAC WILL ECHO, IAC WONT ECHO */
static const char will_echo[] = "\xff\xfb\x01", wont_echo[] = "\xff\xfc\x01";

static const char *
prompt_text(const struct telnet_asked *asked)
{
	return asked->n < PASSWORDS_MAX ? dialogs[asked->dialog].prompts[asked->n] : NULL;
}

static void
asked_free(struct telnet_asked *asked)
{
	for (size_t i = 0; i < asked->n; i++) {
		explicit_bzero(asked->lines[i], strlen(asked->lines[i]));
		free(asked->lines[i]);
	}
	free(asked->nick);
	free(asked);
}

void
telnet_forget_passwords(struct telnet_state *state)
{
	if (state->asked)
		asked_free(state->asked);
	state->asked = NULL;
	state->prompt = NULL;
}

bool
telnet_ask_password(struct client *client, const struct request *request)
{
	struct telnet_state *state = client->state;
	size_t n = sizeof dialogs / sizeof *dialogs, i = 0;
	while (i < n && command_get(dialogs[i].command) != request->command)
		i++;
	if (i == n)
		return false;
	if (!session_takes_passwords(&client->session, request))
		return true;
	struct telnet_asked *asked = xcalloc(sizeof *asked);
	struct text nick = request->arg[0];
	asked->dialog = i;
	asked->nick = nick.ptr ? xstrndup(nick.ptr, nick.len) : NULL;
	telnet_forget_passwords(state);
	client_write(client, text_of(prompt_text(asked)));
	client_write(client, text_of(will_echo));
	state->echoes_owed++;
	state->asked = asked;
	state->prompt = prompt_text(asked);
	telnet_note_rewrites(client);
	return true;
}

/* A client that has refused to let us echo has nothing to answer now. */
static void
echo_end(struct client *client)
{
	struct telnet_state *state = client->state;
	client_write(client, text_of(wont_echo));
	if (!state->echo_refused)
		state->echoes_owed++;
	state->echo_refused = false;
}

static void
asked_request(struct client *client, const struct telnet_asked *asked)
{
	enum command_id command = dialogs[asked->dialog].command;
	struct request request = {
		.command = command_get(command), .about = text_of(command_get(command)->name)};
	size_t n = 0;
	if (command == COMMAND_LOGIN)
		request.arg[n++] = text_of(asked->nick);
	for (size_t i = 0; i + dialogs[asked->dialog].repeated < asked->n; i++)
		request.arg[n++] = text_of(asked->lines[i]);
	session_request(&client->session, &request);
}

static bool
asked_differ(const struct telnet_asked *asked)
{
	return dialogs[asked->dialog].repeated &&
	       strcmp(asked->lines[asked->n - 1], asked->lines[asked->n - 2]) != 0;
}

void
telnet_take_password(struct client *client, struct text line)
{
	struct telnet_state *state = client->state;
	struct telnet_asked *asked = state->asked;
	asked->lines[asked->n++] = xstrndup(line.ptr, line.len);
	if (line.len > 0 && prompt_text(asked)) {
		state->prompt = prompt_text(asked);
		client_write(client, text_of("\r\n"));
		client_write(client, text_of(state->prompt));
		return;
	}
	state->asked = NULL;
	state->prompt = NULL;
	echo_end(client);
	client_write(client, text_of("\r\n"));
	telnet_note_rewrites(client);
	if (line.len == 0)
		telnet_write(client, text_of("*** Nothing was changed.\r\n"));
	else if (asked_differ(asked))
		telnet_write(client, text_of("!!! Those two are not the same; nothing was "
					     "changed.\r\n"));
	else
		asked_request(client, asked);
	asked_free(asked);
}

bool
telnet_take_echo(struct telnet_state *state, bool agrees)
{
	if (state->echoes_owed == 0)
		return false;
	if (agrees) {
		state->echoes_owed--;
	} else {
		/* It refuses, or answers that we do not echo any more. */
		state->echo_refused = state->asked != NULL;
		state->echoes_owed = 0;
	}
	return true;
}
