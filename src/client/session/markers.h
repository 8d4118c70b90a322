/* Telling the server up to where the user has read. Knows no protocol and no screen. */
#ifndef CLIENT_SESSION_MARKERS_H
#define CLIENT_SESSION_MARKERS_H

#include "client/session/session.h"

/* The user sees what is shown; at most once a second for each room or conversation it is told. */
void markers_see(struct session *session);

/* In how many ms to call it again, so that what was held back is told; -1: nothing was. */
int markers_timeout(const struct session *session);

#endif
