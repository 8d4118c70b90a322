/* A visit on a terminal. */
#ifndef CLIENT_SCREEN_H
#define CLIENT_SCREEN_H

#include "client/visit.h"

/* Tells, before anything else is told, what the keys do. */
void screen_explain(struct visit *visit);

/* The exit status. */
int screen_run(struct visit *visit);

#endif
