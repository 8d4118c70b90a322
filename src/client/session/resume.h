/*
 * Going on after a lost connection: with the secret of the lost session, or by logging in anew;
 * what was missed, and when all of it is known. Knows no protocol.
 */
#ifndef CLIENT_SESSION_RESUME_H
#define CLIENT_SESSION_RESUME_H

#include "client/session/session.h"

/* The secret by which the session can be resumed; TEXT_NONE: there is none (any more). */
void resume_keep(struct session *session, struct text secret);

/* The connection is lost. */
void resume_lose(struct session *session);

/* The server has let the user in again; resumed: in the rooms where the user was. */
void resume_begin(struct session *session, bool resumed);

/* The server has told a room of a resumed session. */
void resume_room(struct session *session, struct text name, int64_t time);

/* All that the server tells by itself has arrived. */
void resume_settle(struct session *session);

#endif
