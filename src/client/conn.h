/*
 * A connection to a server: found by name, made without waiting, written
 * through a queue. Does not know what the bytes mean.
 */
#ifndef CLIENT_CONN_H
#define CLIENT_CONN_H

#include <netdb.h>

#include "teahouse/outqueue.h"
#include "teahouse/strbuf.h"

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_OPEN };

struct conn {
	enum conn_state state;
	int fd;                     /* -1: none */
	struct addrinfo *addresses; /* addresses of the server; kept from one opening to the next */
	struct addrinfo *address;   /* the one of them that is tried */
	int64_t deadline;           /* ms, monotonic: when its time is over */
	struct outqueue out;
	uint64_t queued, sent; /* bytes since it was opened */
	struct strbuf error;   /* it was closed, NUL-terminated */
};

/* Zeroed but for this is a closed link. */
#define CONN_NONE        \
	(struct conn)    \
	{                \
		.fd = -1 \
	}

/* Begins to connect, after finding the host if need be; `state` says whether there is hope. */
void conn_open(struct conn *conn, const char *host, const char *port, int64_t now);
void conn_close(struct conn *conn, const char *why);

void conn_send(struct conn *conn, struct text bytes);

/* What to poll for, and how long at most (ms; -1: for ever). */
short conn_events(const struct conn *conn);
int conn_timeout(const struct conn *conn, int64_t now);

/* Goes on connecting and writing, as far as it goes without waiting. */
void conn_turn(struct conn *conn, short events, int64_t now);

/* Reads what is there, up to n bytes; 0: nothing now, or it is closed. */
size_t conn_read(struct conn *conn, char *bytes, size_t n);

/* Writes what is queued, lets the server read it, and closes; each waits `patience` ms at most. */
void conn_finish(struct conn *conn, int patience);

/* Lets the host be found anew, which may wait for the name service. */
void conn_forget_addresses(struct conn *conn);

/* Frees what a closed link keeps. */
void conn_clear(struct conn *conn);

#endif
