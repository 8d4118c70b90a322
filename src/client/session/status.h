/* What a session is doing, for the user. */
#ifndef CLIENT_SESSION_STATUS_H
#define CLIENT_SESSION_STATUS_H

#include "client/session/session.h"

/* Adds the state of the connection in words: `connected`, `trying again in 4 s`, .. */
void client_status(const struct session *session, struct strbuf *out);

/* The label before the input line: the nick, or what is asked for. */
const char *client_prompt(const struct session *session);

#endif
