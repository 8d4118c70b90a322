/* The client with a screen, on a terminal. */
#ifndef CLIENT_UI_SCREEN_H
#define CLIENT_UI_SCREEN_H

#include "client/session/session.h"

/* Adds the first line of the log: where to find help. */
void screen_explain(struct session *session);

/* Runs the session until it ends; returns the exit status. */
int screen_run(struct session *session);

#endif
