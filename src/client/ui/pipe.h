/* The client without a screen, for scripts: plain lines in and out. */
#ifndef CLIENT_UI_PIPE_H
#define CLIENT_UI_PIPE_H

#include "client/session/session.h"

/* Runs the session until its input is answered; returns the exit status. records: write records (record.h). */
int pipe_run(struct session *session, bool records);

#endif
