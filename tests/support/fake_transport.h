/*
 * A transport without sockets, for everything that drives a gateway in a test: its
 * connections take as much as the test says, break or hang when it says so, and keep
 * what they were sent.
 */
#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "teahouse/gateway.h"
#include "teahouse/outqueue.h"
#include "teahouse/strbuf.h"

enum { FAKE_PIECES = 1024 };

/* Embedded in what the test keeps of a connection. */
struct fake_conn {
	struct connection *connection; /* NULL: lost */
	struct strbuf received;        /* what it was sent, unless it discards */
	size_t bytes;                  /* how many bytes it was sent */
	size_t takes;                  /* bytes that its socket still takes; SIZE_MAX: any number */
	const char *last;              /* where the last piece sent was */
	unsigned sends;                /* calls */
	bool discards;                 /* count only */
	bool broken;                   /* sending fails */
	bool read_paused;
	bool closed;
	enum reason why; /* it was closed */
	/* If not NULL: called with what was sent, in place of keeping it. */
	void (*on_bytes)(struct fake_conn *conn, const char *bytes, size_t n);
	/* If not NULL: called when it is closed. */
	void (*on_close)(struct fake_conn *conn);
};

static inline void
fake_conn_take(struct fake_conn *conn, const char *bytes, size_t n)
{
	conn->bytes += n;
	if (conn->takes != SIZE_MAX)
		conn->takes -= n;
	conn->last = bytes;
	if (conn->on_bytes)
		conn->on_bytes(conn, bytes, n);
	else
		strbuf_add(&conn->received, bytes, n);
}

static inline ssize_t
fake_send(void *at, const struct outqueue *waiting, size_t most)
{
	struct fake_conn *conn = at;
	struct iovec pieces[FAKE_PIECES];
	size_t sent = 0;
	assert(conn->connection && !conn->closed);
	conn->sends++;
	if (conn->broken)
		return -1;
	int n = outqueue_gather(waiting, most, pieces, FAKE_PIECES);
	for (int i = 0; conn->discards && i < n; i++)
		sent += pieces[i].iov_len;
	conn->bytes += sent;
	if (conn->discards)
		return (ssize_t)sent;
	for (int i = 0; i < n && conn->takes > 0; i++) {
		size_t part = pieces[i].iov_len < conn->takes ? pieces[i].iov_len : conn->takes;
		fake_conn_take(conn, pieces[i].iov_base, part);
		sent += part;
	}
	return (ssize_t)sent;
}

static inline void
fake_set_reading(void *at, bool wanted)
{
	struct fake_conn *conn = at;
	assert(!conn->closed && conn->read_paused == wanted);
	conn->read_paused = !wanted;
}

static inline void
fake_close(void *at, enum reason why)
{
	struct fake_conn *conn = at;
	assert(conn->connection && !conn->closed);
	conn->closed = true;
	conn->why = why;
	if (conn->on_close)
		conn->on_close(conn);
}

static const struct transport_ops fake_transport = {fake_send, fake_set_reading, fake_close};

/* The transport loses it. */
static inline void
fake_conn_lose(struct fake_conn *conn, enum reason why)
{
	struct connection *connection = conn->connection;
	conn->connection = NULL;
	if (connection)
		connection_lost(connection, why);
}

/* There is room for so many bytes more. */
static inline void
fake_conn_has_room(struct fake_conn *conn, size_t bytes)
{
	conn->takes = bytes;
	if (conn->connection && !conn->closed)
		connection_writable(conn->connection);
}

#endif
