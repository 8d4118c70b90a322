/*
 * Between net, which has the sockets, and the gateway, which has the talks.
 * Everything here happens on the one thread of the loop.
 */
#ifndef TEAHOUSE_CONNECTION_H
#define TEAHOUSE_CONNECTION_H

#include <netinet/in.h>
#include <sys/types.h>

#include "teahouse/adapter.h"

struct connection;
struct gateway;
struct outqueue;

/* What the gateway asks of net. `link` is net's own for the connection. */
struct wire {
	/*
	 * Sends what the socket takes at once of the waiting bytes:
	 * how many it took, 0 when it takes none now, -1 when the connection is
	 * broken (connection_lost follows in a later turn). When it took less
	 * than everything, connection_flush is called once there is room again.
	 */
	ssize_t (*send)(void *link, const struct outqueue *waiting);
	/* Whether to read from it. Until told otherwise: yes. */
	void (*read)(void *link, bool wanted);
	/*
	 * Hangs up once what send took is out; connection_lost follows, in this call
	 * or a later turn. WebSocket: with the close code for the reason.
	 */
	void (*close)(void *link, enum reason why);
};

struct gateway_settings {
	size_t sessions;             /* at once */
	size_t sessions_per_address; /* 0: no limit */
	size_t send_queue;           /* bytes */
	int64_t login_timeout;       /* ms; 0: never */
	const struct listener *web;  /* where the page is, for those who knock elsewhere; or NULL */
	struct core_settings core;
};

/* The clocks are those of struct outside. NULL: the settings cannot be served. */
struct gateway *gateway_open(const struct gateway_settings *settings, const struct wire *wire,
	int64_t (*now)(void *), int64_t (*ticks)(void *), void *clock);

/* All connections must be lost before. */
void gateway_close(struct gateway *gateway);
struct core *gateway_core(struct gateway *gateway);

/*
 * The end of a turn of the loop: sends what waits, one gathered write a connection,
 * and buries whoever has gone. Call it after all input that is there was received.
 */
void gateway_flush(struct gateway *gateway);

/* Does what is due. Ms until something will be again; -1: nothing is. */
int64_t gateway_tick(struct gateway *gateway);

/* Tells everyone that the server stops, and shows everyone out. */
void gateway_stop(struct gateway *gateway);

/* Connections that are not lost yet. */
size_t gateway_connections(const struct gateway *gateway);

/*
 * Somebody has come. Never NULL: who cannot be let in is told so and shown
 * out. `peer` is the address it came from, or NULL.
 */
struct connection *connection_open(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, void *link);

/*
 * What limits by address go by: an IPv4 address, also one that came as IPv6, or an
 * IPv6 network of 64 bits.
 */
void address_key(unsigned char key[static 16], const struct sockaddr *peer);

/* What somebody is told who cannot be let in, since there is nothing to keep a connection with. */
void gateway_refuse(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, struct strbuf *out);

/*
 * Bytes have come; for a WebSocket, one whole message. After wire.read(link,
 * false) at most the rest of what net had in hand may still come.
 */
void connection_receive(struct connection *connection, const char *bytes, size_t n);

/* There is room to send again. */
void connection_flush(struct connection *connection);

/* The socket is gone. To be called once for every connection; it is nobody's after that. */
void connection_lost(struct connection *connection, enum reason why);

#endif
