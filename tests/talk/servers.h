/*
 * The server that a talk file is played by, or three that share a log, so that each person is on
 * another. Knows nothing of what people say.
 */
#ifndef TALK_SERVERS_H
#define TALK_SERVERS_H

#include <assert.h>

#include "../support/delaying_log.h"
#include "../support/fake_transport.h"
#include "../support/instant_passwords.h"
#include "../support/joined_log.h"
#include "../support/kept_accounts.h"
#include "../support/waiting_store.h"

struct server {
	struct gateway_settings settings;
	struct kept_accounts *accounts; /* or NULL */
	struct gateway *gateway;
};

struct servers {
	struct server server[JOINED_MAX];
	size_t n;
	struct delaying_log delaying;
	struct joined_log joined;
};

/* n: 1, or how many share a log; delay: turns for which the log holds entries back; 0: none. */
static inline void
servers_open(struct servers *servers, size_t n, unsigned delay, bool accounts,
	const struct gateway_settings *settings, int64_t (*clock)(void *), void *ctx)
{
	*servers = (struct servers){.n = n};
	delaying_log_open(&servers->delaying, delay);
	joined_log_open(&servers->joined, n, delay);
	for (size_t i = 0; i < n; i++) {
		struct server *server = &servers->server[i];
		server->settings = *settings;
		server->settings.history = waiting_store_open();
		if (n > 1)
			server->settings.log = &servers->joined.nodes[i].log;
		else if (delay > 0)
			server->settings.log = &servers->delaying.log;
		if (accounts) {
			server->accounts = xcalloc(sizeof *server->accounts);
			kept_accounts_open(server->accounts, server->settings.history);
			server->settings.history = &server->accounts->history;
			server->settings.passwords = passwords_open(NULL);
		}
		server->gateway =
			gateway_open(&server->settings, &fake_transport, clock, clock, ctx);
		assert(server->gateway);
		servers->joined.nodes[i].core = gateway_core(server->gateway);
	}
}

static inline void
servers_flush(struct servers *servers)
{
	for (size_t i = 0; i < servers->n; i++)
		gateway_flush(servers->server[i].gateway);
}

/* Ms until the next is due; -1: nothing is. */
static inline int64_t
servers_tick(struct servers *servers)
{
	int64_t least = -1;
	for (size_t i = 0; i < servers->n; i++) {
		int64_t next = gateway_tick(servers->server[i].gateway);
		if (next >= 0 && (least < 0 || next < least))
			least = next;
	}
	return least;
}

static inline size_t
servers_connections(const struct servers *servers)
{
	size_t n = 0;
	for (size_t i = 0; i < servers->n; i++)
		n += gateway_connections(servers->server[i].gateway);
	return n;
}

/* Entries that the log holds back. */
static inline size_t
servers_held(const struct servers *servers)
{
	return servers->delaying.held + servers->joined.held;
}

/* A turn of the log. */
static inline void
servers_log_turn(struct servers *servers)
{
	delaying_log_turn(&servers->delaying);
	joined_log_turn(&servers->joined);
}

static inline void
servers_close(struct servers *servers)
{
	for (size_t i = 0; i < servers->n; i++) {
		struct server *server = &servers->server[i];
		servers->joined.nodes[i].core = NULL;
		gateway_close(server->gateway);
		if (server->accounts)
			kept_accounts_close(server->accounts);
		else
			store_close(server->settings.history);
		free(server->accounts);
	}
}

#endif
