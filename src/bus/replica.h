/*
 * One node's view of the log that all nodes share: which turns are applied, each once and in the
 * order of their node; which of its own are on their way, and are to be sent again; which nodes are
 * dead. A state machine without I/O: knows neither NATS nor what entries hold.
 *
 * The stream behind it may lose a turn that is sent, deliver it late or twice, and may not be there
 * for a while. What it delivers it delivers to all nodes in one order, numbered without gaps.
 */
#ifndef BUS_REPLICA_H
#define BUS_REPLICA_H

#include "base/alloc.h"

/* uthash aborts when memory runs out, as xcalloc does. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "bus/turn.h"

enum {
	REPLICA_IN_FLIGHT = 4, /* turns; while they are on their way the next one grows */
	RESEND_MS = 500,       /* after which turns are sent again, .. */
	RESEND_MOST_MS = 1000, /* .. doubling up to this */
	KEEPALIVE_MS = 1000,   /* after which a node that has nothing to say sends an empty turn */
	STALL_MS = 2000,       /* for which a turn may be on its way, until the node is cut off */
	SILENCE_MS = 5000,     /* after which a node that is not heard is dead */
};

/* What is known of a node; part of the state that is the same on all of them. */
struct peer {
	char *node;
	uint64_t incarnation; /* the latest */
	uint64_t last;        /* the number of its last turn that was applied */
	bool gone;            /* its later turns are not applied */
	int64_t heard_at;     /* monotonic ms; not part of that state */
	UT_hash_handle hh;    /* by node */
};

/* A turn of this node that was put together and is not applied yet. */
struct sent {
	uint64_t number;
	size_t head; /* bytes before the records */
	struct strbuf bytes;
	struct sent *prev, *next;
};

struct replica_host {
	void *ctx;
	/* Sends a turn to the stream. It may be lost. */
	void (*publish)(void *ctx, struct text turn);
	/* A turn was not delivered: deliver again from this position of the stream. */
	void (*subscribe)(void *ctx, uint64_t from);
	/* The next entry. own: it was appended here, since the process started. */
	void (*apply)(void *ctx, const struct turn *turn, struct text entry, bool own);
	/* The incarnation is dead: its users leave. */
	void (*gone)(void *ctx, const struct turn *turn, struct incarnation gone);
	/*
	 * This node was declared dead though it lives, and has got a new incarnation: its users
	 * are to be published again, by replica_append. What had not been applied follows.
	 */
	void (*reborn)(void *ctx);
	int64_t (*monotonic_ms)(void *ctx);
	int64_t (*wall_ms)(void *ctx);
};

enum replica_state {
	REPLICA_CATCHING_UP, /* applies the log, and takes no part in it yet */
	REPLICA_LIVE,
	REPLICA_STOPPING,   /* its own end is on its way */
	REPLICA_STOPPED,    /* .. and was applied */
	REPLICA_SUPERSEDED, /* another process has this node's name */
	REPLICA_TOO_OLD,    /* the log holds turns of a later version */
};

struct replica {
	struct replica_host host;
	enum replica_state state;
	struct incarnation self;
	struct peer *peers;
	uint64_t applied;   /* position in the stream of the last turn that was heard */
	uint64_t numbered;  /* the number of the last turn that was put together */
	struct sent *turns; /* in order; the first `in_flight` were sent */
	unsigned in_flight;
	size_t waiting;        /* bytes of entries that are not applied yet */
	struct strbuf growing; /* the records of the next turn */
	bool connected;
	int64_t connected_at; /* or lost; monotonic ms, as all that follow */
	int64_t gap_at;       /* when what was not delivered was asked for; 0: there is no gap */
	int64_t progress_at;  /* when a turn of its own was applied last, or one left first */
	int64_t sent_at;      /* when the turns in flight were sent last */
	int64_t resend_ms;
	int64_t published_at; /* when any turn was put together */
	int64_t ticked_at;
	int64_t live_since; /* nodes that were not heard since then may be dead */
};

/* A replica that has applied nothing. Copies the node's name. */
void replica_open(struct replica *replica, const struct replica_host *host, struct text node);
void replica_close(struct replica *replica);

/* The state that was kept: to be called before anything is heard. */
void replica_restore(struct replica *replica, const struct peer *peer);
void replica_restore_applied(struct replica *replica, uint64_t applied);

/* What is sent goes out from now on, or does not. */
void replica_connected(struct replica *replica);
void replica_disconnected(struct replica *replica);

/* The stream has no leader, or refused a turn: what is in flight will be sent again soon. */
void replica_refused(struct replica *replica);

/* Takes part in the log, as a new incarnation: all of it has been heard. */
void replica_start(struct replica *replica);

/* Announces the end of this incarnation. Its users leave when that is applied: REPLICA_STOPPED. */
void replica_stop(struct replica *replica);

/* Adds an entry to the next turn. At most TURN_BYTES / 2. */
void replica_append(struct replica *replica, struct text entry);

/* At the end of a loop turn: sends what may be sent. */
void replica_flush(struct replica *replica);

/* A message of the stream, by its position. Applies it, if it is the next. */
void replica_heard(struct replica *replica, uint64_t position, struct text bytes);

/* Sends again, and declares nodes dead. Ms until it is to be called again. */
int64_t replica_tick(struct replica *replica);

/* For how long nothing has been applied that this node said; 0: it is not cut off. */
int64_t replica_cut_off_ms(const struct replica *replica);

#endif
