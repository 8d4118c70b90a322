/*
 * An adapter translates one protocol: bytes to requests, events to bytes. It
 * knows neither sockets nor other users.
 */
#ifndef TEAHOUSE_ADAPTER_H
#define TEAHOUSE_ADAPTER_H

#include "teahouse/core.h"
#include "teahouse/event.h"
#include "teahouse/listener.h"
#include "teahouse/strbuf.h"

struct decoder;
struct framing;

/* One connection, as its adapter sees it. */
struct client {
	struct session session; /* first, so that a session's address is its client's */
	const struct listener *listener;
	unsigned encoding; /* which of the adapter's encodings it is sent */
	bool rewrites;     /* what it is sent is rewritten for it alone (adapter.rewrite) */
	void *state;       /* adapter->state_size zeroed bytes */
	const struct decoder *decoder; /* of its incomplete message */
};

/* Where a connection comes from. */
struct peer {
	char host[64]; /* an address; empty: not known */
	int port;
};

struct adapter {
	const char *name; /* as the ini says it */
	const struct framing *framing;
	size_t state_size;  /* bytes that each client keeps */
	unsigned encodings; /* how many variants it encodes */
	bool by_http;       /* its connections come by HTTP and WebSocket */
	bool echo;          /* the default of listener.echo */
	/*
	 * An event of a room that is not the session's current one is encoded in the
	 * encoding that follows the client's (encoding + 1).
	 */
	bool other_room;
	/* Called first, also for a client that is then refused. */
	void (*on_connect)(struct client *client, const struct peer *peer);
	/* The client was admitted. May be NULL. */
	void (*on_admit)(struct client *client);
	/*
	 * Appends to `clean` what the framing should see of the bytes received, such as
	 * telnet's text without its commands. Returns how many bytes it consumed, at least
	 * one; it is called again with the rest once what is clean has been processed.
	 * May be NULL: all is clean.
	 */
	size_t (*filter)(struct client *client, struct text received, struct strbuf *clean);
	/* One message as the framing found it; may be empty. The text is read only. */
	void (*on_message)(struct client *client, struct text message);
	/* A message was too long for the framing; NULL: the connection is closed. */
	void (*too_long)(struct client *client);
	/* Frees what `state` points to. May be NULL. */
	void (*on_close)(struct client *client);
	/*
	 * Appends the event's bytes to `out`, framed, or nothing. Is given no client, so
	 * that it cannot encode for one recipient at a time.
	 */
	void (*encode)(unsigned encoding, const struct event *event, struct strbuf *out);
	/*
	 * For the few clients that set `rewrites`: appends what is sent instead of an encoded
	 * event. Costs each of them a buffer of its own. May be NULL.
	 */
	void (*rewrite)(struct client *client, struct text encoded, struct strbuf *out);
};

/* All adapters; ends with NULL. */
const struct adapter *const *adapter_list(void);

/* By its name in the settings; NULL: there is none. */
const struct adapter *adapter_find(struct text name);

/* Sends bytes to this client alone: what is no event, such as a greeting. The gateway's. */
void client_write(struct client *client, struct text bytes);

#endif
