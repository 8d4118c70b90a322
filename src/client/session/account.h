/*
 * The user's account: asking for passwords without showing them, and what commands do with them.
 * A password is in no line that is typed, pending or shown.
 */
#ifndef CLIENT_SESSION_ACCOUNT_H
#define CLIENT_SESSION_ACCOUNT_H

#include "client/session/session.h"

/* Whether what is typed now is a password; then what to write before it, else NULL. */
const char *account_label(const struct session *session);

/* The user has typed it, or does not want to. */
void account_answer(struct session *session, struct text secret);
void account_cancel(struct session *session);

/* Keeps the password to log in with, a copy; TEXT_NONE: there is none. */
void account_set_password(struct session *session, struct text password);

/* The server wants a password for the name, or another one, as the sentence says. */
void account_ask(struct session *session, bool wrong, struct text sentence);

/* Handles a command that takes passwords. False: it is another one. */
bool account_command(struct session *session, struct text command, struct text rest);

/* The server has done what was asked for last, in this session or in another one (own: false). */
void account_changed(struct session *session, bool registered, bool own);
/* .. or has let the user in, to an account or not. */
void account_entered(struct session *session, bool registered);
/* .. or refuses, for a reason that the user has been told. */
enum account_refusal { ACCOUNT_REFUSED, ACCOUNT_REFUSED_WRONG, ACCOUNT_REFUSED_INVALID };
void account_refused(struct session *session, enum account_refusal refusal);

/* Whether the session waits for such an answer. */
bool account_is_waiting(const struct session *session);

/* .. which will not come any more, since the connection is lost. */
void account_lose(struct session *session);

/* Forgets every password. */
void account_clear(struct session *session);

#endif
