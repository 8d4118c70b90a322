/* A visit on a terminal. */
#ifndef CLIENT_SCREEN_H
#define CLIENT_SCREEN_H

#include "client/visit.h"

/* The exit status. */
int screen_run(struct visit *visit);

#endif
