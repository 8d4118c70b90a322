/* A session on a terminal. */
#ifndef CLIENT_SCREEN_H
#define CLIENT_SCREEN_H

#include "client/session.h"

/* Tells, before anything else is told, what the keys do. */
void screen_explain(struct session *session);

/* The exit status. */
int screen_run(struct session *session);

#endif
