/* What every part of a session does with it. */
#include "client/session/session.h"

#include "client/session/clock.h"

enum {
	LOGIN_MS = 20000,    /* for the server to answer at all */
	PASSWORD_MS = 90000, /* the same with a password: after wrong ones, it takes its time */
	ECHO_MS = 5000,      /* for the last typed lines to be repeated, after the last pong */
	MEMBERS_NAMED = 12,
};

void
session_fail(struct session *session, const char *what, const char *why)
{
	session->state = SESSION_ENDED;
	session->error.len = 0;
	strbuf_printf(&session->error, "%s: %s", what, why);
	strbuf_add(&session->error, "", 1);
}

void
session_notice(struct session *session, enum line_kind kind, const char *text, const char *detail)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "%s%s%s", text, detail ? ": " : "", detail ? detail : "");
	model_add_notice(session->model, kind, TEXT_NONE, strbuf_view(&buf), wall_ms());
	strbuf_clear(&buf);
}

void
session_log_in(struct session *session)
{
	/* The server does not wait for ever while the user is asked for a name or a password. */
	if (session->state == SESSION_PROMPTING && session->conn.state == CONN_CLOSED) {
		session->state = SESSION_OFFLINE;
		session->deadline = 0;
		return;
	}
	session->state = SESSION_LOGGING_IN;
	session->deadline = monotonic_ms() + (session->account.password ? PASSWORD_MS : LOGIN_MS);
	session->reason.len = 0;
	session->protocol->log_in(session);
}

void
session_send(struct session *session, struct text bytes)
{
	conn_send(&session->conn, bytes);
}

bool
session_awaits_echo(const struct session *session)
{
	return session->goodbye_sent && session->pings_pending == 0 && session->protocol->ping;
}

void
session_pong(struct session *session)
{
	if (session->pings_pending > 0)
		session->pings_pending--;
	if (session_awaits_echo(session))
		session->deadline = monotonic_ms() + ECHO_MS;
}

void
session_show_members(struct session *session, struct text name)
{
	const struct room *room = model_room(session->model, name);
	if (!room)
		return;
	struct strbuf buf = {0};
	size_t n = room->n_users;
	strbuf_printf(&buf, n == 1 ? "%zu person is here" : "%zu people are here", n);
	for (size_t i = 0; i < room->members.n && n <= MEMBERS_NAMED; i++)
		strbuf_printf(&buf, "%s%s%s", i ? ", " : ": ", room->members.items[i],
			strset_has(&room->away, text_of(room->members.items[i])) ? " (away)" : "");
	model_add_notice(session->model, LINE_LOCAL, name, strbuf_view(&buf), wall_ms());
	strbuf_clear(&buf);
}

void
session_unknown_command(struct session *session, struct text command)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "The %s protocol has no command /%.*s. Type /help for a list.",
		session->protocol->name, TEXT_ARGS(command));
	strbuf_add(&buf, "", 1);
	session_notice(session, LINE_REFUSED, buf.ptr, NULL);
	strbuf_clear(&buf);
}
