/*
 * The direct protocol (SPEC 6.6): a name first, then messages to one user at a time. The server
 * tells the sender of a message only if it is configured to, and confirms nothing.
 */
#include "client/protocol/direct.h"

#include "client/model/command.h"
#include "client/protocol/text_lines.h"
#include "client/session/clock.h"
#include "client/session/login.h"

static const char help[] = "Each message needs a recipient:\n"
			   "@NAME:TEXT             send TEXT to NAME\n"
			   "@*:TEXT                say TEXT in the server's room\n"
			   "/msg NAME TEXT         same as @NAME:TEXT\n"
			   "/nick NAME             change your name\n"
			   "/help                  show this list\n"
			   "/quit, /exit, /q       quit";

static const char *const commands[] = {
	"msg", "message", "nick", "help", "logout", "quit", "exit", "q"};

/* The state of a connection. */
struct direct {
	bool naming; /* waiting for the answer to a name */
};

static void
direct_send_nick(struct session *session, struct text nick)
{
	struct direct *direct = session->protocol_state;
	direct->naming = true;
	text_lines_send(session, "#", nick, DIRECT_BYTES);
}

static void
direct_log_in(struct session *session)
{
	session->model->single_window = true;
	if (session->model->nick[0] == '\0')
		login_ask(session, &prompt_nick, "What is your name?");
	else
		direct_send_nick(session, text_of(session->model->nick));
}

static void
direct_saved(struct session *session, struct text nick)
{
	struct direct *direct = session->protocol_state;
	direct->naming = false;
	if (nick.len == 0)
		nick = text_of(session->model->nick);
	if (session->state == SESSION_ONLINE) {
		model_set_nick(session->model, nick);
		return;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		model_learn_command(session->model, text_of(commands[i]));
	text_lines_learn_manual(session->model, help);
	login_accepted(session, nick);
}

static void
direct_on_message(struct session *session, struct text string)
{
	const struct direct *direct = session->protocol_state;
	bool online = session->state == SESSION_ONLINE;
	struct text rest, none = TEXT_NONE;
	int64_t now = wall_ms();
	if (text_skip_prefix(string, "Error: ", &rest) && online)
		model_add_notice(session->model, LINE_REFUSED, none, rest, now);
	else if (text_skip_prefix(string, "Error: ", &rest))
		login_refused(session, REFUSED_NICK_TAKEN, rest);
	else if (direct->naming && text_skip_prefix(string, "Your user detail saved as :", &rest)) {
		model_add_notice(session->model, LINE_NOTICE, none, string, now);
		direct_saved(session, text_trim(rest));
	} else if (!online)
		model_add_notice(session->model, LINE_NOTICE, none, string, now);
	else
		model_add_anonymous(session->model, string, now);
}

static void
direct_send_to(struct session *session, struct text nick, struct text text)
{
	struct strbuf prefix = {0}, strings = {0};
	struct text me = text_of(session->model->nick);
	strbuf_printf(&prefix, "@%.*s:", TEXT_ARGS(nick));
	if (!text_lines_add(&strings, strbuf_view(&prefix), text, DIRECT_BYTES, '\0')) {
		session_notice(session, LINE_REFUSED, "That name is too long.", NULL);
	} else {
		session_send(session, strbuf_view(&strings));
		if (text_is(nick, text_of("*")))
			model_add_message(
				session->model, LINE_MESSAGE, TEXT_NONE, me, text, wall_ms());
		else
			model_add_direct(session->model, me, nick, text, wall_ms());
	}
	strbuf_clear(&prefix);
	strbuf_clear(&strings);
}

static void
direct_command(struct session *session, struct text command, struct text rest)
{
	bool msg = command_is(command, "msg") || command_is(command, "message");
	if (msg) {
		struct text nick = text_word(&rest);
		if (rest.len > 0)
			direct_send_to(session, nick, rest);
		else
			session_notice(session, LINE_REFUSED, "Usage: /msg NAME TEXT", NULL);
	} else if (command_is(command, "nick") && rest.len > 0) {
		direct_send_nick(session, rest);
	} else if (command_is(command, "help")) {
		session_notice(session, LINE_NOTICE, help, NULL);
	} else if (command_is(command, "history") || command_is(command, "search")) {
		session_notice(session, LINE_REFUSED, "The direct protocol has no history.", NULL);
	} else {
		session_unknown_command(session, command);
	}
}

static bool
direct_send_line(struct session *session, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = TEXT_NONE, nick;
	(void)room;
	(void)ref;
	if (command_parse(&rest, &command)) {
		direct_command(session, command, rest);
		return false;
	}
	bool addressed = line.ptr[0] == '@' && text_split(&rest, ':', &nick) && nick.len > 1;
	if (addressed && text_trim(rest).len > 0)
		direct_send_to(session, (struct text){nick.ptr + 1, nick.len - 1}, rest);
	else
		session_notice(session, LINE_REFUSED,
			"Who is this for? Type @NAME:TEXT, or /msg NAME TEXT.", NULL);
	return false;
}

static void
direct_say_goodbye(struct session *session)
{
	text_lines_send(session, "exit", text_of(""), DIRECT_BYTES);
}

const struct protocol protocol_direct = {
	.name = "direct",
	.port = "12345",
	.framing = &framing_relay,
	.rooms = ROOMS_NONE,
	.address_prefix = '@',
	.state_size = sizeof(struct direct),
	.log_in = direct_log_in,
	.on_message = direct_on_message,
	.send_line = direct_send_line,
	.say_goodbye = direct_say_goodbye,
};
