/*
 * A connection of libnats, made and closed by threads, since libnats waits meanwhile. libnats is
 * told to do without threads else: it does not connect again by itself (it would hold its lock
 * meanwhile, and keep what is published for later), writes when it is told to, and does not ping.
 * So once it is connected, only the loop's thread uses it. For nats_conn.c alone.
 */
#ifndef BUS_NATS_SESSION_H
#define BUS_NATS_SESSION_H

#include <nats/nats.h>
#include <pthread.h>
#include <uv.h>

#include "bus/nats_target.h"

/* Belongs to its thread while that runs, and to the loop else. */
struct nats_session {
	pthread_t thread;
	bool running; /* until nats_session_join */
	uv_async_t *done;
	char *url, *credentials, *ca, *client;
	natsConnection *nats; /* NULL: not connected */
	natsSock fd;
	bool closed;   /* libnats has closed it */
	bool to_write; /* libnats has something to write */
	/* libnats is about to close the descriptor, whose number may then be another's at once. */
	void (*on_close)(void *ctx);
	void *ctx;                /* NULL: on_close is not called */
	char why[NATS_WHY_BYTES]; /* there is no connection */
};

/* Begins to connect. When the thread ends it sends done, once, and waits to be joined. */
struct nats_session *nats_session_open(const struct nats_target *target, uv_async_t *done);

/* When done was sent. Whether it is connected. */
bool nats_session_join(struct nats_session *session);

/* Begins to close it, unless that is quick. True: done will be sent. */
bool nats_session_close(struct nats_session *session);

/* It is closed, and no thread runs. */
void nats_session_free(struct nats_session *session);

/* The program ends if there was no memory. */
natsStatus nats_checked(natsStatus status);

#endif
