/* The state of a session, in words. */
#include "client/session/status.h"

#include "client/session/account.h"
#include "client/session/clock.h"

const char *
client_prompt(const struct session *session)
{
	if (account_label(session))
		return account_label(session);
	return session->state == SESSION_PROMPTING ? session->prompt->label : session->model->nick;
}

void
client_status(const struct session *session, struct strbuf *out)
{
	if (session->was_online && session->state != SESSION_ONLINE && session->n_pending > 0)
		strbuf_printf(out, "%zu to send, ", session->n_pending);
	switch (session->state) {
	case SESSION_OFFLINE:
		strbuf_printf(out, "reconnecting in %d s",
			(int)((session->deadline - monotonic_ms() + 999) / 1000));
		break;
	case SESSION_STOPPED:
		strbuf_puts(out, "disconnected");
		break;
	case SESSION_CONNECTING:
		strbuf_puts(out, "connecting");
		break;
	case SESSION_LOGGING_IN:
		strbuf_puts(out, "logging in");
		break;
	case SESSION_WAITING:
		strbuf_printf(out, "waiting for the name \"%s\"", session->model->nick);
		break;
	case SESSION_PROMPTING:
		strbuf_puts(out, session->prompt->status);
		break;
	case SESSION_ONLINE:
		strbuf_puts(out, account_label(session)        ? "Esc: leave it"
				 : account_is_waiting(session) ? "checking the password"
							       : "connected");
		break;
	case SESSION_ENDED:
		break;
	}
}
