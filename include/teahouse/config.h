/* The settings of SPEC 3, checked and complete. */
#ifndef TEAHOUSE_CONFIG_H
#define TEAHOUSE_CONFIG_H

#include "teahouse/adapter.h"
#include "teahouse/store.h"
#include "teahouse/strbuf.h"

struct config {
	char *name, *room;
	char *proxies; /* addresses and networks, separated by spaces */
	char *address; /* already applied to listeners; NULL: all addresses */
	long sessions;
	long sessions_per_address; /* 0: no limit */
	long message;              /* bytes */
	long rate;                 /* messages per second; 0: no limit */
	long burst;                /* messages */
	long login_timeout;        /* seconds; 0: no limit */
	long linger;               /* seconds; 0: users do not stay */
	long send_queue;           /* bytes */
	long presence;             /* users in a room; 0: no digests */
	char *history;             /* the file; "": only what is recent, in memory */
	enum store_sync sync;
	long keep, keep_days;          /* messages of a room, days; 0: all, for ever */
	long recent, page;             /* events */
	char *certificate, *key;       /* files; "": there is no TLS */
	char *certificate_at, *key_at; /* FILE:LINE: SECTION.KEY in the settings */
	bool registering;              /* users register their names themselves */
	bool plain_passwords;          /* they are taken without encryption, too */
	long stay_days;                /* for which a device stays logged in */
	struct listener *listeners; /* the enabled ones, in the order of the file; at least one */
	size_t n_listeners;
};

/*
 * Reads the file and checks everything. port overrides that of the first enabled json
 * listener; -1: it does not. The caller frees the result with config_free. NULL: something
 * is wrong, and a line `FILE:LINE: SECTION.KEY: WHAT` is appended to `wrong` for each
 * mistake, in the order of the lines.
 */
struct config *config_read(const char *path, int port, struct strbuf *wrong);
void config_free(struct config *config);

#endif
