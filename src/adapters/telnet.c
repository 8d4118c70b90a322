/*
 * telnet: lines for people at a keyboard (SPEC 6.1). What a typed line asks for. Does not know the
 * telnet protocol (telnet_options.c), nor how events are shown (telnet_encode.c).
 */
#include <stdio.h>

#include "adapters/adapters.h"
#include "adapters/telnet_internal.h"
#include "codec/framing.h"

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

/* Words that quit other programs: a user who types one probably wants to leave. A bit each; 0: another word. */
static unsigned
farewell_of(struct text line)
{
	static const char *const words[] = {"quit", "exit", "bye", "logoff"};
	struct text word = text_trim(line);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_is_same_word(word, text_of(words[i])))
			return 1u << i;
	return 0;
}

static void
telnet_hint(struct client *client, struct text line)
{
	struct strbuf hint = {0};
	struct text word = text_trim(line);
	strbuf_printf(&hint, "*** To leave, type logout. To say \"%.*s\", type it again.\r\n",
		TEXT_ARGS(word));
	telnet_write(client, strbuf_view(&hint));
	strbuf_clear(&hint);
}

static bool
command_is_listing(const struct command *command)
{
	return command == command_get(COMMAND_WHO) || command == command_get(COMMAND_LOOK) ||
	       command == command_get(COMMAND_ROOMS);
}

/* Whether the request lacks a password, which is then asked for. */
static bool
telnet_lacks_password(const struct client *client, const struct request *request)
{
	bool login = request->command == command_get(COMMAND_LOGIN);
	const struct session *session = &client->session;
	if (login)
		return request->arg[0].ptr && !request->arg[1].ptr &&
		       core_is_account(session->core, request->arg[0]) &&
		       !session_has_account(session);
	return session->user && !request->arg[0].ptr;
}

static void
telnet_request(struct client *client, const struct request *request)
{
	if (telnet_lacks_password(client, request) && telnet_ask_password(client, request))
		return;
	if (request->command == command_get(COMMAND_LOGOUT) && !client->listener->strict)
		telnet_write(client, text_of("Bye.\r\n"));
	session_request(&client->session, request);
}

/*
 * A line with a slash. A listing's answer carries back the columns for which it is laid out, as
 * its ref.
 */
static void
slash_command(struct client *client, struct text line)
{
	struct text rest = {line.ptr + 1, line.len - 1}, word = text_word(&rest), ref = TEXT_NONE;
	const struct command *command = command_find(word);
	struct request request = {.command = command, .about = word};
	char columns[24];
	if (command && command_is_listing(command)) {
		snprintf(columns, sizeof columns, "%zu", telnet_columns(client->state));
		ref = text_of(columns);
	}
	if (telnet_setting_command(client, (struct text){line.ptr + 1, line.len - 1})) {
		const struct telnet_state *state = client->state;
		if (state->wraps && !state->wrap && !state->columns)
			telnet_ask_columns(client);
		return;
	}
	if (command == command_get(COMMAND_LOGIN))
		command_split(command, rest, &request);
	bool asks = command && (rest.len == 0 || request.arg[0].ptr) &&
		    telnet_lacks_password(client, &request) &&
		    telnet_ask_password(client, &request);
	if (asks)
		return;
	if (command == command_get(COMMAND_LOGOUT) && rest.len == 0)
		telnet_request(client, &request);
	else
		session_command_line(&client->session, line, ref, TEXT_NONE);
}

/* A line that is no command of words alone. */
static void
telnet_line(struct client *client, struct text line)
{
	struct session *session = &client->session;
	struct telnet_state *state = client->state;
	unsigned farewell = farewell_of(line);
	struct text rest = line, word = text_word(&rest);
	bool strict = client->listener->strict,
	     slash = word.len > 0 && word.ptr[0] == '/' && !strict;
	if (slash)
		slash_command(client, text_trim(line));
	else if (!session->user)
		session_reject_input(session, REASON_HELLO_FIRST, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	else if (word.len > 0 && strict)
		session_reject_input(session, REASON_UNKNOWN_COMMAND, word, TEXT_NONE, TEXT_NONE);
	else if (farewell & ~state->hinted)
		telnet_hint(client, line);
	else if (word.len > 0)
		session_command_line(session, line, TEXT_NONE, TEXT_NONE);
	state->hinted |= farewell;
}

static void
telnet_hint_charset(struct client *client)
{
	struct telnet_state *state = client->state;
	state->utf8_hinted = true;
	telnet_write(
		client, text_of("*** That was not UTF-8, so that some characters are lost. If your "
				"terminal uses\r\n    another set, type /charset latin1 (or cp437, "
				"ascii).\r\n"));
}

/* `register` alone. */
static bool
line_registers(const struct client *client, struct text line)
{
	enum { WORD_LEN = 8, LINE_LEN = 16 };
	return line.len >= WORD_LEN && line.len < LINE_LEN &&
	       text_is_same_word(text_trim(line), text_of("register")) &&
	       !client->listener->strict && client->session.user;
}

static void
telnet_on_message(struct client *client, struct text line)
{
	struct request request = {.command = NULL};
	enum reason split;
	const struct telnet_state *state = client->state;
	if (state->asked) {
		telnet_take_password(client, line);
		return;
	}
	if (!client->listener->strict && !state->charset && !state->utf8_hinted &&
		!text_is_valid(line))
		telnet_hint_charset(client);
	if (line_registers(client, line) &&
		telnet_ask_password(
			client, &(struct request){.command = command_get(COMMAND_REGISTER)}))
		return;
	if (!bare_word_command(line, &request, &split))
		telnet_line(client, line);
	else if (split == REASON_OK)
		telnet_request(client, &request);
	else
		session_reject_input(&client->session, split, TEXT_NONE, TEXT_NONE, request.about);
}

static void
telnet_too_long(struct client *client)
{
	session_reject_input(
		&client->session, REASON_LINE_TOO_LONG, text_of("8192"), TEXT_NONE, TEXT_NONE);
}

static void
telnet_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	struct text name = core_settings(client->session.core)->name;
	bool strict = client->listener->strict;
	client->encoding = strict ? ENCODING_STRICT : ENCODING_USUAL;
	telnet_open(client);
	client->session.reads_all = true;
	client->session.catch_up = (size_t)client->listener->catch_up;
	client_write(client, text_of("Welcome to "));
	client_write(client, name);
	if (!strict)
		client_write(client, text_of(". Type: login NAME"
					     "   (help: list of commands; text is UTF-8)"));
	client_write(client, text_of("\r\n"));
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
	.on_close = telnet_close,
	.encode = telnet_encode,
	.rewrite = telnet_rewrite,
};
