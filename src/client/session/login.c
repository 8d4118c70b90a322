/* Logging in: choices, prompts and refusals. */
#include "client/session/login.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/session/clock.h"
#include "client/session/pending.h"

enum {
	NICK_TAKEN_MS = 1000, /* between attempts to log in when the nick is taken */
	REFUSED_MS = 5000,    /* between attempts after other refusals */
};

void
login_choose_room(struct session *session, struct text room)
{
	char *copy = xstrndup(room.ptr, room.len);
	free(session->room);
	session->room = copy;
	session->without_room = false;
}

struct text
login_room(const struct session *session)
{
	const struct model *model = session->model;
	const struct room *shown = model_current(model);
	struct text room = text_of(!session->was_online ? session->room
				   : shown->direct      ? model->here->name
							: shown->name);
	return session->without_room || room.len == 0 ? TEXT_NONE : room;
}

void
login_accepted(struct session *session, struct text nick)
{
	if (session->was_online && session->state != SESSION_ONLINE)
		session_notice(session, LINE_LOCAL, "Reconnected.", NULL);
	model_set_nick(session->model, nick);
	session->state = SESSION_ONLINE;
	session->was_online = true;
	session->without_room = false;
	session->retry_delay = 0;
}

static void
login_answer_nick(struct session *session, struct text line)
{
	struct text command = TEXT_NONE;
	bool is_command = command_parse(&line, &command);
	bool names = command_is(command, "nick") || command_is(command, "login");
	line = text_trim(line);
	if (line.len == 0 || (is_command && !names)) {
		session_notice(session, LINE_LOCAL, "Type a name, or /q to quit.", NULL);
		return;
	}
	model_set_nick(session->model, line);
	session_log_in(session);
}

const struct prompt prompt_nick = {"name", "choose a name", false, login_answer_nick};

void
login_ask(struct session *session, const struct prompt *prompt, const char *sentence)
{
	if (!session->interactive) {
		session_fail(session, "login",
			session->reason.len > 0 ? session->reason.ptr : "nobody can be asked");
		return;
	}
	session->state = SESSION_PROMPTING;
	session->prompt = prompt;
	session_notice(session, LINE_LOCAL, sentence, NULL);
	if (session->was_online || session->n_pending == 0)
		return;
	/* The first line that was typed before the prompt answers it. */
	char *line = xstrndup(session->pending[0].text, strlen(session->pending[0].text));
	pending_remove(session, 0);
	prompt->answer(session, text_of(line));
	free(line);
}

static void
login_keep_reason(struct session *session, struct text sentence)
{
	session->reason.len = 0;
	strbuf_add_text(&session->reason, sentence);
	strbuf_add(&session->reason, "", 1);
}

void
login_warn(struct session *session, struct text sentence)
{
	login_keep_reason(session, sentence);
	session_notice(session, LINE_REFUSED, session->reason.ptr, NULL);
}

static void
login_refuse_nick(struct session *session)
{
	if (!session->interactive) {
		session_fail(session, "login", session->reason.ptr);
		return;
	}
	session->state = SESSION_PROMPTING;
	session->prompt = &prompt_nick;
	struct strbuf buf = {0};
	/* A sentence that ends with a list of characters has no full stop. */
	struct text reason = text_of(session->reason.ptr);
	bool whole = reason.len > 0 && reason.ptr[reason.len - 1] == '.';
	strbuf_printf(&buf, "%s%s Type another name.", session->reason.ptr, whole ? "" : ".");
	strbuf_add(&buf, "", 1);
	session_notice(session, LINE_REFUSED, buf.ptr, NULL);
	strbuf_clear(&buf);
}

/* A script cannot be asked: backup2 .. backup9 for backup. False: they are taken, too. */
static bool
login_try_next_name(struct session *session)
{
	enum { LAST = 9 };
	if (session->interactive || session->was_online || session->name_number == LAST)
		return false;
	struct text name = text_of(session->model->nick);
	struct strbuf next = {0};
	if (session->name_number > 0)
		name.len--;
	session->name_number = session->name_number > 0 ? session->name_number + 1 : 2;
	strbuf_printf(&next, "%.*s%d", TEXT_ARGS(name), session->name_number);
	model_set_nick(session->model, strbuf_view(&next));
	strbuf_clear(&next);
	session_log_in(session);
	return true;
}

/* Logs in again a little later. */
static void
login_wait(struct session *session, enum refusal refusal)
{
	/* To a script that goes on waiting, nothing was refused. */
	enum line_kind kind = refusal == REFUSED_FOR_NOW ? LINE_LOCAL : LINE_REFUSED;
	if (!session->refusal_shown)
		session_notice(session, kind, session->reason.ptr, NULL);
	session->refusal_shown = true;
	session->state = SESSION_WAITING;
	session->deadline =
		monotonic_ms() + (refusal == REFUSED_LOGIN ? REFUSED_MS : NICK_TAKEN_MS);
}

void
login_refused(struct session *session, enum refusal refusal, struct text sentence)
{
	if (refusal == REFUSED_NICK_TAKEN && login_try_next_name(session))
		return;
	login_keep_reason(session, sentence);
	if (refusal == REFUSED_ROOM && !session->without_room &&
		(session->interactive || session->was_online)) {
		session_notice(session, LINE_REFUSED, session->reason.ptr, NULL);
		session->without_room = true;
		session_log_in(session);
	} else if (session->was_online || refusal == REFUSED_FOR_NOW) {
		login_wait(session, refusal);
	} else if (refusal == REFUSED_NICK || refusal == REFUSED_NICK_TAKEN) {
		login_refuse_nick(session);
	} else {
		session_fail(session, "login", session->reason.ptr);
	}
}

bool
login_may_be_answered(const struct session *session)
{
	return !session->was_online && session->state != SESSION_PROMPTING;
}

bool
login_input(struct session *session, struct text line, struct text command)
{
	bool names = command_is(command, "nick") || command_is(command, "login");
	if (session->state == SESSION_PROMPTING)
		session->prompt->answer(session, line);
	else if (session->state == SESSION_WAITING && names)
		login_answer_nick(session, line);
	else
		return false;
	return true;
}
