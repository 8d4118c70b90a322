/* The client without a screen, for scripts: plain lines in and out. */
#ifndef CLIENT_UI_PIPE_H
#define CLIENT_UI_PIPE_H

#include "client/session/session.h"

/*
 * Runs the session until its input is answered; returns the exit status. records: writes records
 * (record.h); literal: no line of the input is a command.
 */
int pipe_run(struct session *session, bool records, bool literal);

#endif
