/* Passwords, step by step: asked for, sent, wiped. */
#include "client/session/account.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/session/login.h"
#include "client/session/pending.h"

static const char *const labels[] = {
	[SECRET_NONE] = NULL,
	[SECRET_PASSWORD] = "Password",
	[SECRET_OLD] = "Old password",
	[SECRET_NEW] = "New password",
	[SECRET_AGAIN] = "The same again",
};

static void
secret_set(char **secret, struct text value)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = value.ptr ? xstrndup(value.ptr, value.len) : NULL;
}

/* Forgets what is being asked for or done, but not the password to log in with. */
static void
account_end(struct session *session)
{
	struct account *account = &session->account;
	account->action = ACCOUNT_NONE;
	account->step = SECRET_NONE;
	secret_set(&account->name, TEXT_NONE);
	secret_set(&account->old, TEXT_NONE);
	secret_set(&account->new, TEXT_NONE);
	session->model->changed = true;
}

void
account_clear(struct session *session)
{
	account_end(session);
	secret_set(&session->account.password, TEXT_NONE);
}

void
account_set_password(struct session *session, struct text password)
{
	secret_set(&session->account.password, password);
}

const char *
account_label(const struct session *session)
{
	return labels[session->account.step];
}

bool
account_is_waiting(const struct session *session)
{
	return session->account.action != ACCOUNT_NONE && session->account.step == SECRET_NONE;
}

static void
account_step(struct session *session, enum secret_step step)
{
	session->account.step = step;
	session->model->changed = true;
}

static void
account_send(struct session *session)
{
	account_step(session, SECRET_NONE);
	session->protocol->send_account(session);
}

/* Asks again for a password that was typed twice, but not the same. */
static void
account_repeat(struct session *session)
{
	session_notice(session, LINE_REFUSED, "The two are not the same. Once more:", NULL);
	secret_set(&session->account.new, TEXT_NONE);
	account_step(session, SECRET_NEW);
}

/* While logging in, the answer is sent with the name. */
static void
account_answer_login(struct session *session, struct text secret)
{
	account_set_password(session, secret);
	account_end(session);
	session_log_in(session);
}

void
account_answer(struct session *session, struct text secret)
{
	struct account *account = &session->account;
	if (secret.len == 0)
		return;
	switch (account->step) {
	case SECRET_PASSWORD:
		if (session->state == SESSION_PROMPTING) {
			account_answer_login(session, secret);
			break;
		}
		secret_set(&account->new, secret);
		account_send(session);
		break;
	case SECRET_OLD:
		secret_set(&account->old, secret);
		account_step(session, SECRET_NEW);
		break;
	case SECRET_NEW:
		secret_set(&account->new, secret);
		account_step(session, SECRET_AGAIN);
		break;
	case SECRET_AGAIN:
		if (text_is(text_of(account->new), secret))
			account_send(session);
		else
			account_repeat(session);
		break;
	case SECRET_NONE:
		break;
	}
}

void
account_cancel(struct session *session)
{
	account_end(session);
	if (session->state == SESSION_PROMPTING)
		login_ask(session, &prompt_nick, "Type another name, or /q to quit.");
	else
		session_notice(session, LINE_LOCAL, "Nothing was changed.", NULL);
}

/* Lines are not typed while a password is. */
static void
prompt_answer(struct session *session, struct text line)
{
	account_answer(session, line);
}

static const struct prompt prompt_password = {
	"Password", "Esc: another name", false, prompt_answer};

/*
 * What was typed before the prompt is no message: it may be the password. The first line answers
 * the prompt, unless there was an answer already.
 */
static void
account_take_typed(struct session *session, bool wrong)
{
	char *line = session->n_pending > 0 && !wrong ? session->pending[0].text : NULL;
	if (session->was_online || session->n_pending == 0)
		return;
	if (line)
		session->pending[0].text = NULL;
	if (session->n_pending > (line ? 1 : 0))
		session_notice(session, LINE_LOCAL, "What you typed meanwhile was not sent.", NULL);
	pending_clear(session);
	account_answer(session, text_of(line));
	secret_set(&line, TEXT_NONE);
}

void
account_ask(struct session *session, bool wrong, struct text sentence)
{
	struct strbuf said = {0};
	account_end(session);
	account_set_password(session, TEXT_NONE);
	strbuf_add_text(&said, sentence);
	if (!session->interactive) {
		strbuf_puts(&said, wrong ? "" : " Give a file that has it by -l FILE.");
		strbuf_add(&said, "", 1);
		session_fail(session, "login", said.ptr);
	} else {
		strbuf_add(&said, "", 1);
		session->state = SESSION_PROMPTING;
		session->prompt = &prompt_password;
		session_notice(session, wrong ? LINE_REFUSED : LINE_LOCAL, said.ptr, NULL);
		session->account.action = ACCOUNT_LOGIN;
		account_step(session, SECRET_PASSWORD);
		account_take_typed(session, wrong);
	}
	strbuf_clear(&said);
}

/* What the user asks for, with the passwords on the line or, if `step` is not NONE, without. */
static void
account_begin(struct session *session, enum account_action action, enum secret_step step)
{
	session->account.action = action;
	session->account.asked = step != SECRET_NONE;
	if (step == SECRET_NONE)
		account_send(session);
	else
		account_step(session, step);
}

/* `NAME PASSWORD` or, to be asked for the password, `NAME`. */
static void
account_log_in(struct session *session, struct text rest)
{
	struct text name = text_word(&rest);
	if (session->state == SESSION_ONLINE) {
		secret_set(&session->account.name, name);
		secret_set(&session->account.new, rest.len > 0 ? rest : TEXT_NONE);
		account_begin(session, ACCOUNT_LOGIN, rest.len > 0 ? SECRET_NONE : SECRET_PASSWORD);
		return;
	}
	model_set_nick(session->model, name);
	account_set_password(session, rest.len > 0 ? rest : TEXT_NONE);
	session_log_in(session);
}

/* Why a command cannot be done, as far as is known; NULL: nothing is in its way. */
static const char *
account_obstacle(const struct session *session, enum account_action action, bool complete)
{
	const struct account *account = &session->account;
	if (session->state != SESSION_ONLINE)
		return "You are not connected.";
	if (account->action != ACCOUNT_NONE)
		return "The last password is still being checked.";
	if (account->server == ACCOUNTS_NONE)
		return "This server keeps no accounts.";
	if (action == ACCOUNT_REGISTER && account->registered)
		return "Your name is registered already.";
	if (action == ACCOUNT_REGISTER && account->server == ACCOUNTS_CLOSED)
		return "Only the operator of this server makes accounts.";
	if ((action == ACCOUNT_PASSWORD || action == ACCOUNT_UNREGISTER) && !account->registered)
		return "Your name is not registered: /register makes it yours.";
	if (!complete && !session->interactive)
		return "Nobody can be asked for the password: give it on the line.";
	return NULL;
}

static const struct {
	const char *name;
	enum account_action action;
	enum secret_step first; /* what is asked for if it is not on the line */
} commands[] = {
	{"register", ACCOUNT_REGISTER, SECRET_NEW},
	{"password", ACCOUNT_PASSWORD, SECRET_OLD},
	{"unregister", ACCOUNT_UNREGISTER, SECRET_PASSWORD},
	{"login", ACCOUNT_LOGIN, SECRET_PASSWORD},
};

/* `/password OLD` alone is not taken: it would be a puzzle which one it is. */
static bool
account_read_line(struct session *session, enum account_action action, struct text rest)
{
	struct account *account = &session->account;
	if (action == ACCOUNT_PASSWORD) {
		struct text old = text_word(&rest);
		if (rest.len == 0)
			return false;
		secret_set(&account->old, old);
	}
	secret_set(&account->new, rest);
	return true;
}

static void
account_run(struct session *session, size_t i, struct text rest)
{
	struct text word = rest;
	enum account_action action = commands[i].action;
	bool names = action == ACCOUNT_LOGIN;
	text_word(&word);
	bool complete = names || action == ACCOUNT_PASSWORD ? word.len > 0 : rest.len > 0;
	const char *obstacle = account_obstacle(session, action, complete);
	if (obstacle) {
		session_notice(session, LINE_REFUSED, obstacle, NULL);
	} else if (names && rest.len == 0) {
		session_notice(session, LINE_REFUSED, "Usage: /login NAME", NULL);
	} else if (names) {
		account_log_in(session, rest);
	} else if (rest.len == 0) {
		account_begin(session, action, commands[i].first);
	} else if (account_read_line(session, action, rest)) {
		account_begin(session, action, SECRET_NONE);
	} else {
		session_notice(session, LINE_REFUSED,
			"Usage: /password OLD NEW, or /password to be asked for both.", NULL);
	}
}

bool
account_command(struct session *session, struct text command, struct text rest)
{
	bool logging_in = session->state == SESSION_PROMPTING || session->state == SESSION_WAITING;
	bool names = command_is(command, "login") && text_trim(rest).len > 0;
	if (!session->protocol->send_account || (logging_in && !names))
		return false;
	if (logging_in) {
		account_log_in(session, text_trim(rest));
		return true;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (!command_is(command, commands[i].name))
			continue;
		account_run(session, i, text_trim(rest));
		return true;
	}
	return false;
}

void
account_changed(struct session *session, bool registered, bool own)
{
	struct account *account = &session->account;
	account->registered = registered;
	/* Another session may have changed it. */
	account_set_password(session, own && registered ? text_of(account->new) : TEXT_NONE);
	if (own)
		account_end(session);
}

void
account_entered(struct session *session, bool registered)
{
	struct account *account = &session->account;
	account->registered = registered;
	if (account->action == ACCOUNT_LOGIN)
		account_set_password(session, text_of(account->new));
	account_end(session);
}

void
account_lose(struct session *session)
{
	if (account_is_waiting(session))
		session_notice(session, LINE_REFUSED,
			"The connection was lost before the server answered.", NULL);
	if (session->state != SESSION_PROMPTING)
		account_end(session);
}

void
account_refused(struct session *session, enum account_refusal refusal)
{
	struct account *account = &session->account;
	bool again = account->asked && refusal != ACCOUNT_REFUSED;
	secret_set(&account->new, TEXT_NONE);
	if (!again)
		account_end(session);
	else if (account->action == ACCOUNT_PASSWORD && refusal == ACCOUNT_REFUSED_WRONG)
		account_step(session, SECRET_OLD);
	else
		account_step(
			session, refusal == ACCOUNT_REFUSED_WRONG ? SECRET_PASSWORD : SECRET_NEW);
}
