/* A visit without a screen: plain lines in and out, for scripts. */
#ifndef CLIENT_PIPE_H
#define CLIENT_PIPE_H

#include "client/visit.h"

/* The exit status. */
int pipe_run(struct visit *visit, bool records);

#endif
