/* The settings of SPEC 3, read, checked and complete. */
#ifndef TEAHOUSE_CONFIG_H
#define TEAHOUSE_CONFIG_H

#include "teahouse/adapter.h"
#include "teahouse/strbuf.h"

struct config {
	char *name, *room;
	char *address; /* listeners have it already; NULL: all addresses */
	long sessions, sessions_per_address;
	long message; /* bytes */
	long rate, burst;
	long login_timeout;         /* seconds */
	long send_queue;            /* bytes */
	long presence;              /* people in a room */
	struct listener *listeners; /* the enabled ones, in the order of the file; at least one */
	size_t n_listeners;
};

/*
 * Reads the file and checks everything; port is the json listener's over what
 * the file says, or -1. NULL when something is wrong: `wrong` then holds a line
 * FILE:LINE: SECTION.KEY: WHAT for each mistake, in the order of the lines.
 */
struct config *config_read(const char *path, int port, struct strbuf *wrong);
void config_free(struct config *config);

#endif
