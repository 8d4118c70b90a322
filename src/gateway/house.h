/* What the files of the gateway know of each other: its connections, and who is to be seen to. */
#ifndef GATEWAY_HOUSE_H
#define GATEWAY_HOUSE_H

/* Its tables do not fail either. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/alloc.h"
#include "codec/framing.h"
#include "gateway/due.h"
#include "teahouse/connection.h"
#include "teahouse/outqueue.h"

enum { VOICES_MAX = 64 }; /* of all adapters together */

/* Connections to be seen to at the end of the turn. */
struct list {
	struct connection **at;
	size_t n, cap;
};

/* How many sessions there are from one address; IPv6 by its /64. */
struct origin {
	unsigned char key[16];
	size_t sessions;
	UT_hash_handle hh;
};

struct connection {
	struct talk talk;     /* first: the session's address is the connection's */
	enum reason ending;   /* why it is being shown out; FINE: it is not */
	unsigned char voices; /* where its adapter's begin among all voices */
	bool elsewhere;       /* and it has one for rooms that are not the current one */
	bool dirty, doomed;   /* is in the gateway's list of that name */
	bool lost;            /* net has hung up */
	bool full;            /* the socket takes nothing more for now */
	bool unread;          /* net was told not to read from it */
	bool closed;          /* net was told to hang up */
	bool counted;         /* among the sessions */
	struct outqueue out;  /* what is to be sent */
	/* What is above is looked at for each thing said, what is below is not. */
	struct gateway *gateway;
	void *link;
	struct outqueue in; /* what was received and may not be heard yet */
	struct decoder decoder;
	struct due due;
	struct origin *origin;
	int64_t pause;    /* ticks: what has begun is ended by silence then; 0: nothing has */
	int64_t deadline; /* ticks: to have a nick by then, or once ending to be gone; 0: none */
	struct connection *prev, *next;
};

/* What is said in one voice during a turn. */
struct voice {
	struct buffer *open; /* the last of it, to be added to; or NULL */
	size_t now, before;  /* bytes said in this turn and in the last */
};

struct gateway {
	struct gateway_settings settings;
	const struct wire *wire;
	int64_t (*now)(void *);
	int64_t (*ticks)(void *);
	void *clock;
	struct core *core;
	struct connection *connections;
	size_t n_connections, n_sessions;
	struct origin *origins;
	struct list dirty, doomed;
	struct dues dues;
	struct strbuf buf; /* events are written here first */
	struct voice voices[VOICES_MAX];
	bool stopping;
};

void list_add(struct list *list, struct connection *connection);

/* Its outbox is to be looked at when the turn ends. */
static inline void
connection_soil(struct connection *connection)
{
	if (connection->dirty)
		return;
	connection->dirty = true;
	list_add(&connection->gateway->dirty, connection);
}

/* More waits for it than may. */
void connection_overflow(struct connection *connection);

/* Puts bytes in its outbox, or dooms it if it has too many. */
static inline void
connection_push(struct connection *connection, struct slice slice)
{
	size_t most = connection->gateway->settings.send_queue;
	if (connection->out.bytes + (slice.to - slice.from) > most) {
		connection_overflow(connection);
		return;
	}
	outqueue_push_slice(&connection->out, slice);
	connection_soil(connection);
}

/* To be shown out once what waits is sent; from now on it is neither heard nor told anything. */
void connection_end(struct connection *connection, enum reason why);

/* To be buried at the end of the turn. */
void connection_doom(struct connection *connection);

/* Hears what it had to wait with, if the time has come. */
void connection_wake(struct connection *connection);

/* The end of a turn: what is said from now on stands in buffers of its own. */
void gateway_fall_silent(struct gateway *gateway);

/* The outside of the core: says an event once in every voice. */
void gateway_tell(void *gateway, const struct event *event, struct session *const to[], size_t n);

#endif
