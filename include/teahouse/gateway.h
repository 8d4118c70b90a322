/*
 * Between net, which has the sockets, and the gateway, which has the clients.
 * Everything here happens on the one thread of the loop.
 */
#ifndef TEAHOUSE_GATEWAY_H
#define TEAHOUSE_GATEWAY_H

#include <netinet/in.h>
#include <sys/types.h>

#include "teahouse/adapter.h"

struct connection;
struct gateway;
struct outqueue;

/* What the gateway asks of net. `conn` is net's own structure for the connection. */
struct transport_ops {
	/*
	 * Sends as much of the first `most` bytes that wait as the socket takes at once.
	 * Returns the bytes taken, 0 when it takes none now, -1 when the connection is broken
	 * (connection_lost follows in a later turn). When it took less than `most`,
	 * connection_writable is called once there is room again.
	 */
	ssize_t (*send)(void *conn, const struct outqueue *waiting, size_t most);
	/* Whether to read from the connection. Until told otherwise: yes. */
	void (*set_reading)(void *conn, bool wanted);
	/*
	 * Closes the connection once what send took is out; connection_lost follows, in
	 * this call or a later turn. WebSocket: with the close code for the reason.
	 */
	void (*close)(void *conn, enum reason why);
};

struct gateway_settings {
	size_t sessions;             /* at once */
	size_t sessions_per_address; /* 0: no limit */
	size_t send_queue;           /* bytes */
	int64_t login_timeout;       /* ms; 0: never */
	const struct listener *web;  /* where the page is, told to HTTP on other ports; or NULL */
	struct log *log;             /* NULL: memory_log */
	struct history *history;     /* NULL: nothing is kept */
	struct passwords *passwords; /* taken; NULL: there are no accounts */
	struct core_settings core;
};

/*
 * The clocks are those of struct core_host. NULL: the settings cannot be served.
 * Borrows what settings points to, and the transport, for its life.
 */
struct gateway *gateway_open(const struct gateway_settings *settings,
	const struct transport_ops *transport, int64_t (*wall_ms)(void *),
	int64_t (*monotonic_ms)(void *), void *clock);

/* All connections must be lost before. */
void gateway_close(struct gateway *gateway);
struct core *gateway_core(struct gateway *gateway);

/*
 * The end of a loop turn, and the only place that sends. Closes and frees what is to
 * go, hands the turn to the history, sends what waits and is stored, if it must be, one
 * gathered write a connection, and then
 * resumes the connections that waited to be processed. To be called after all input
 * that is there was received.
 */
void gateway_flush(struct gateway *gateway);

/* Runs the timers that are due. Ms until the next one; -1: there is none. */
int64_t gateway_tick(struct gateway *gateway);

/* Tells every session that the server stops, and closes all connections. */
void gateway_stop(struct gateway *gateway);

/* Connections that are not lost yet. */
size_t gateway_connections(const struct gateway *gateway);

/*
 * A connection was accepted. Never NULL: one that cannot be admitted is told so and
 * closed. `peer` is the address that it comes from, or NULL; `encrypted`: nobody between it
 * and this host can read what is sent; `number` names it in the log.
 */
struct connection *connection_open(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, bool encrypted, uint32_t number, void *conn);

/* What a connection is told that is not opened at all: appended to `out`. */
void gateway_refuse(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, enum reason why, struct strbuf *out);

/* What came is not the protocol: tells the connection so, and closes it. */
void connection_reject(struct connection *connection, enum reason why);

/*
 * Bytes have come; for a WebSocket, one whole message. After set_reading(conn,
 * false) at most the rest of what net had already read may still come.
 */
void connection_receive(struct connection *connection, const char *bytes, size_t n);

/* There is room to send again. Nothing is sent before the next gateway_flush. */
void connection_writable(struct connection *connection);

/*
 * The peer has finished sending, and may still be reading (a half-closed connection).
 * What it sent is still processed, as fast as its rate allows, and what it is owed is
 * still sent; then the gateway closes the connection.
 */
void connection_input_ended(struct connection *connection);

/*
 * The socket is gone. To be called once for each connection, which net must not use after
 * that. What was received before is still processed, for up to a minute.
 */
void connection_lost(struct connection *connection, enum reason why);

#endif
