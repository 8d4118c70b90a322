/* What was typed and is not confirmed yet, as lines to show below the log. */
#ifndef CLIENT_SESSION_WAITING_H
#define CLIENT_SESSION_WAITING_H

#include "client/session/session.h"

/*
 * Makes lines of what the user has to say in the room that is shown and the server has not
 * repeated, the oldest first, at most `max`; the caller unrefs them. Commands that say nothing
 * are none.
 */
size_t waiting_lines(const struct session *session, struct line **lines, size_t max);

#endif
