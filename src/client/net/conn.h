/*
 * A connection to a server, over TCP or TLS: the host is looked up, connecting and writing do not
 * block. Does not know what the bytes mean.
 */
#ifndef CLIENT_NET_CONN_H
#define CLIENT_NET_CONN_H

#include <netdb.h>

#include "client/net/tls.h"
#include "teahouse/outqueue.h"
#include "teahouse/strbuf.h"

enum conn_state {
	CONN_CLOSED,
	CONN_CONNECTING,
	CONN_SECURING, /* connected, but TLS is not set up yet */
	CONN_OPEN,
};

struct conn {
	enum conn_state state;
	int fd;                    /* -1: there is none */
	struct tls *tls;           /* whom to trust, owned; NULL: connections are without TLS */
	struct tls_stream *stream; /* of this connection; NULL: it is without TLS */
	const char *host;
	struct addrinfo *addresses; /* of the server; kept for the next conn_open */
	struct addrinfo *address;   /* the one that is being tried */
	int64_t deadline;           /* ms, monotonic: when to give that address up */
	struct outqueue out;
	uint64_t queued, sent; /* bytes since conn_open */
	bool heard;            /* something was received since then */
	bool read_waits;       /* TLS has to write before it can read; or the other way round */
	bool write_waits;
	bool hopeless;       /* trying again will not help: there is no such host, .. */
	struct strbuf error; /* why it was closed, NUL-terminated */
};

/* A closed connection: zeroed except for this. */
#define CONN_NONE        \
	(struct conn)    \
	{                \
		.fd = -1 \
	}

/*
 * Starts to connect; looks the host up, which may block, unless its addresses are known. `state`
 * is CONN_CLOSED if that failed.
 */
void conn_open(struct conn *conn, const char *host, const char *port, int64_t now);
void conn_close(struct conn *conn, const char *why);

void conn_send(struct conn *conn, struct text bytes);

/* Whether to call conn_read after a poll with these events; some input is not seen by poll. */
bool conn_is_readable(const struct conn *conn, short events);

/* Which events to poll for, and for how long at most (ms; -1: no limit). */
short conn_events(const struct conn *conn);
int conn_timeout(const struct conn *conn, int64_t now);

/* Continues to connect, to set TLS up and to write, without blocking. */
void conn_turn(struct conn *conn, short events, int64_t now);

/* Reads up to n bytes; 0: there are none at present, or the connection is closed. */
size_t conn_read(struct conn *conn, char *bytes, size_t n);

/* Writes what is queued, waits for the server to read it, closes; each waits `timeout` ms at most. */
void conn_finish(struct conn *conn, int timeout);

/* Has the host looked up again by the next conn_open. */
void conn_forget_addresses(struct conn *conn);

/* Closes it and frees its memory. */
void conn_clear(struct conn *conn);

#endif
