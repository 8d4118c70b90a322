/*
 * One connection to a NATS server, on a libuv loop. Only nats_conn.c includes libnats. Knows
 * neither JetStream nor what messages mean; does not connect again.
 *
 * Everything is called and called back in the loop's thread, and nothing waits. What libnats can
 * only do by waiting, connecting and closing, is done by a thread that is made for it.
 */
#ifndef BUS_NATS_CONN_H
#define BUS_NATS_CONN_H

#include <uv.h>

#include "bus/nats_target.h"

enum {
	NATS_SUBJECT_BYTES = 256, /* of a subject, with its NUL */
	/* What may wait to be written. A server that is this far behind is sent nothing. */
	NATS_UNSENT_BYTES = 8 << 20,
};

struct nats_conn;
struct nats_sub;

struct nats_conn_host {
	void *ctx;
	void (*connected)(void *ctx);
	/* There may be messages to take with nats_conn_next. */
	void (*readable)(void *ctx);
	/* It could not connect, or is lost. The caller closes it. why: "what: why", no full stop. */
	void (*lost)(void *ctx, const char *why);
	/* The server denied something, and goes on. */
	void (*denied)(void *ctx, const char *why);
};

struct nats_message {
	const char *subject; /* of all: borrowed until the next message is taken */
	const char *reply;   /* NULL: none */
	struct text bytes;
	bool no_responders; /* nothing but this is known of it */
};

/* Connects, for at most some seconds. The target is copied, the host not. */
struct nats_conn *nats_conn_open(
	uv_loop_t *loop, const struct nats_target *target, const struct nats_conn_host *host);

/*
 * There are no more callbacks, and no subscriptions. It is freed when a thread has closed it; the
 * loop goes on until then, for seconds if the server does not answer.
 */
void nats_conn_close(struct nats_conn *conn);

/* The largest message that the server takes, in bytes. */
int64_t nats_conn_max_payload(const struct nats_conn *conn);

/*
 * Sends when the loop turn ends. reply may be NULL. False: not connected, the message is too
 * large, or the server does not read.
 */
bool nats_conn_publish(
	struct nats_conn *conn, const char *subject, const char *reply, struct text bytes);

/*
 * NULL: not connected. limit: messages that may wait, what comes beyond is dropped; -1: no limit.
 */
struct nats_sub *nats_conn_subscribe(struct nats_conn *conn, const char *subject, int limit);
void nats_conn_unsubscribe(struct nats_sub *sub);

/* Takes the next message that has come. False: there is none, or the connection is lost. */
bool nats_conn_next(struct nats_sub *sub, struct nats_message *message);

/*
 * The value of one of the message's headers that was taken last; NULL: it has none. Borrowed
 * until the next message is taken.
 */
const char *nats_conn_header(const struct nats_sub *sub, const char *key);

#endif
