/* A session without a screen: plain lines in and out, for scripts. */
#ifndef CLIENT_PIPE_H
#define CLIENT_PIPE_H

#include "client/session.h"

/* The exit status. */
int pipe_run(struct session *session, bool records);

#endif
