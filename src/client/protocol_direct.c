/*
 * The direct protocol (SPEC 6.6): a name, and then words to one person at a
 * time. The server says who wrote them only if it is set so, and says nothing
 * of what has arrived.
 */
#include "client/plain.h"

static const char help[] = "Whatever is typed needs somebody whom it is for:\n"
			   "@NICK:TEXT             tell it to NICK\n"
			   "@*:TEXT                say it in the server's room\n"
			   "/msg NICK TEXT         the same as @NICK:TEXT\n"
			   "/message NICK TEXT     likewise\n"
			   "/nick NICK             change your name\n"
			   "/help                  this list\n"
			   "/logout, /quit, /q     leave";

/* What a connection keeps. */
struct direct {
	bool naming; /* an answer to a name is awaited */
};

static void
direct_name(struct visit *visit, struct text nick)
{
	struct direct *direct = visit->memory;
	direct->naming = true;
	plain_send(visit, "#", nick, DIRECT_BYTES);
}

static void
direct_greet(struct visit *visit)
{
	direct_name(visit, text_of(visit->model->nick));
}

static void
direct_saved(struct visit *visit, struct text nick)
{
	struct direct *direct = visit->memory;
	direct->naming = false;
	if (nick.len == 0)
		nick = text_of(visit->model->nick);
	if (visit->state == VISIT_IN) {
		model_call(visit->model, nick);
		return;
	}
	model_learn_commands(visit->model, text_of(help));
	visit_welcome(visit, nick);
}

static void
direct_hear(struct visit *visit, struct text string)
{
	const struct direct *direct = visit->memory;
	bool in = visit->state == VISIT_IN;
	struct text rest, nowhere = {NULL, 0};
	int64_t now = visit_time();
	if (plain_begins(string, "Error: ", &rest) && in)
		model_note(visit->model, LINE_REFUSED, nowhere, rest, now);
	else if (plain_begins(string, "Error: ", &rest))
		visit_refuse(visit, REFUSED_TAKEN, rest);
	else if (direct->naming && plain_begins(string, "Your user detail saved as :", &rest)) {
		model_note(visit->model, LINE_NOTICE, nowhere, string, now);
		direct_saved(visit, text_trim(rest));
	} else if (!in)
		model_note(visit->model, LINE_NOTICE, nowhere, string, now);
	else
		model_heard(visit->model, string, now);
}

static void
direct_tell(struct visit *visit, struct text nick, struct text text)
{
	struct strbuf before = {0}, strings = {0};
	struct text me = text_of(visit->model->nick);
	strbuf_printf(&before, "@%.*s:", TEXT_ARGS(nick));
	if (!plain_add(&strings, strbuf_view(&before), text, DIRECT_BYTES, '\0')) {
		visit_note(visit, LINE_REFUSED, "That name is too long.", NULL);
	} else {
		visit_send(visit, strbuf_view(&strings));
		if (text_is(nick, text_of("*")))
			model_said(visit->model, LINE_SAID, TEXT_NONE, me, text, visit_time());
		else
			model_direct(visit->model, me, nick, text, visit_time());
	}
	strbuf_clear(&before);
	strbuf_clear(&strings);
}

static void
direct_command(struct visit *visit, struct text command, struct text rest)
{
	bool msg = text_is(command, text_of("msg")) || text_is(command, text_of("message"));
	if (msg) {
		struct text nick = text_word(&rest);
		if (rest.len > 0)
			direct_tell(visit, nick, rest);
		else
			visit_note(visit, LINE_REFUSED, "Usage: /msg NICK TEXT", NULL);
	} else if (text_is(command, text_of("nick")) && rest.len > 0) {
		direct_name(visit, rest);
	} else if (text_is(command, text_of("help"))) {
		visit_note(visit, LINE_NOTICE, help, NULL);
	} else {
		visit_lack(visit, command);
	}
}

static bool
direct_say(struct visit *visit, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = {NULL, 0}, nick;
	(void)room;
	(void)ref;
	if (visit_command(&rest, &command)) {
		direct_command(visit, command, rest);
		return false;
	}
	bool addressed = line.ptr[0] == '@' && plain_split(&rest, ':', &nick) && nick.len > 1;
	if (addressed && text_trim(rest).len > 0)
		direct_tell(visit, (struct text){nick.ptr + 1, nick.len - 1}, rest);
	else
		visit_note(visit, LINE_REFUSED,
			"Whom is that for? Please type @NICK:TEXT, or /msg NICK TEXT.", NULL);
	return false;
}

static void
direct_part(struct visit *visit)
{
	plain_send(visit, "exit", text_of(""), DIRECT_BYTES);
}

const struct protocol protocol_direct = {
	.name = "direct",
	.port = "12345",
	.framing = &framing_relay,
	.rooms = ROOMS_NONE,
	.mark = '@',
	.memory = sizeof(struct direct),
	.greet = direct_greet,
	.hear = direct_hear,
	.say = direct_say,
	.part = direct_part,
};
