/* What the files of the gateway share: its connections, and the lists of a loop turn. */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H

/* uthash aborts when memory runs out, as xcalloc does. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/timer.h"
#include "codec/framing.h"
#include "teahouse/diag.h"
#include "teahouse/gateway.h"
#include "teahouse/outqueue.h"

enum { ENCODINGS_MAX = 64 }; /* of all adapters together */

/*
 * A connection's state only moves on, by connection_set_state:
 *
 *	OPEN -> CLOSING -> CLOSED -> GONE
 *	OPEN -> DRAINING -> GONE
 *
 * and from each of them to GONE at once.
 */
enum connection_state {
	CONNECTION_OPEN,     /* its input is processed, and events are sent to it */
	CONNECTION_DRAINING, /* the transport has gone; what it sent before is still processed */
	CONNECTION_CLOSING,  /* input is ignored; what is in the outbox is still sent */
	CONNECTION_CLOSED,   /* the transport was told to close */
	CONNECTION_GONE,     /* the transport has gone; freed by the next reap */
};

struct connection_list {
	struct connection **at;
	size_t n, cap;
};

/* How many sessions there are from one address; IPv6 by its /64. */
struct address_quota {
	unsigned char key[ADDRESS_KEY_BYTES];
	size_t sessions;
	UT_hash_handle hh;
};

struct connection {
	struct client client;       /* first: a session's address is its connection's */
	unsigned char state;        /* enum connection_state */
	unsigned char encodings;    /* where its adapter's begin among all encodings */
	bool other_room;            /* it has an encoding for rooms that are not the current one */
	bool dirty, to_reap;        /* it is in the gateway's list of that name */
	bool write_blocked;         /* the socket takes nothing more for now */
	bool read_paused;           /* the transport was told not to read from it */
	bool input_ended;           /* the peer has finished sending */
	bool admitted;              /* it counts among the sessions */
	bool spoke;                 /* while the gate was congested */
	bool logged_in;             /* and that was noted */
	unsigned char close_reason; /* enum reason */
	uint32_t number;            /* in the log */
	struct outqueue out;        /* what is to be sent: first what may leave .. */
	uint32_t ready;             /* .. that many bytes; .. */
	uint32_t gated;             /* .. then that many that wait for a ticket; the rest is new */
	uint32_t answers;           /* bytes of the new ones that are no events */
	/* The fields above are read for each event sent to it, those below are not. */
	struct gateway *gateway;
	void *conn;         /* the transport's; NULL: gone */
	struct outqueue in; /* received, and not yet to be processed */
	struct decoder decoder;
	struct timer timer;
	struct address_quota *quota;
	int64_t slowed;   /* monotonic ms: when its rate last made it wait; 0: never */
	bool told_slowed; /* and it was told, in this episode */
	int64_t pause; /* monotonic ms: silence ends the partial message then; 0: there is none */
	int64_t deadline; /* monotonic ms: to log in by, or to be gone by once closing; 0: none */
	struct connection *prev, *next;
};

/* Bytes of a connection that may leave once a ticket is committed. */
struct gated {
	uint64_t ticket;
	struct connection *connection;
	uint32_t bytes;
};

/* What is gated, in the order of the tickets. */
struct gate {
	struct gated *at;
	size_t head, n, cap;
	uint64_t ticket; /* the last one that was given */
	bool slow;       /* answers do not wait behind what is gated */
	bool congested;  /* those who speak are to wait */
};

/* What is sent in one encoding during a turn. */
struct encoding_batch {
	struct buffer *open; /* the last buffer of it, to be appended to; or NULL */
	size_t now, before;  /* bytes encoded in this turn and in the last */
};

struct gateway {
	struct gateway_settings settings;
	const struct transport_ops *transport;
	int64_t (*wall_ms)(void *);
	int64_t (*monotonic_ms)(void *);
	void *clock;
	struct core *core;
	struct connection *connections;
	size_t n_connections, n_sessions;
	struct address_quota *quotas;
	struct guesses *guesses;        /* wrong passwords, by address */
	struct guess *waiting;          /* passwords that are to be compared later */
	struct connection_list dirty;   /* with something to send, or to be looked at */
	struct connection_list to_reap; /* to be closed or freed */
	struct connection_list to_resume;
	struct gate gate;
	struct timers timers;
	struct strbuf buf; /* events are encoded here first */
	struct encoding_batch batches[ENCODINGS_MAX];
	bool stopping;
};

/* connection.c: a connection's state, and what it is scheduled for */

void connection_list_add(struct connection_list *list, struct connection *connection);

/* Asserts that the transition is one of those above. */
void connection_set_state(struct connection *connection, enum connection_state state);

/* The next gateway_flush handles the connection. */
static inline void
connection_mark_dirty(struct connection *connection)
{
	if (connection->dirty)
		return;
	connection->dirty = true;
	connection_list_add(&connection->gateway->dirty, connection);
}

/* The next gateway_flush ends the session, and closes or frees the connection. */
void connection_schedule_close(struct connection *connection);

/* Sets its timer for whatever comes first; wake: monotonic ms, or 0. */
void connection_set_timer(struct connection *connection, int64_t wake);

/*
 * Closes it once what waits is sent; from now on nothing is processed and nothing
 * more is sent to it.
 */
void connection_end(struct connection *connection, enum reason why);

/*
 * A line of the log that begins with the connection's number and address; of IPv6 the
 * network of 64 bits that limits count by.
 */
void connection_log(const struct connection *connection, enum log_level level, const char *format,
	...) __attribute__((format(printf, 3, 4)));

static inline bool
connection_takes_input(const struct connection *connection)
{
	return connection->state <= CONNECTION_DRAINING;
}

/* gate.c: what may leave, and what waits until it is stored */

/*
 * What was sent to the connection in this turn may leave with the ticket, or with the last one;
 * at once, if it is only answers and the disk is slow.
 */
void gate_hold(struct connection *connection, uint64_t ticket);

/* Asks the history how it is. Those who had to wait because it was congested are resumed. */
void gate_ask(struct gateway *gateway, const struct history *history);

/* What was sent to the connection in this turn may leave: now, or with the ticket. */
static inline void
gate_pass(struct connection *connection, uint64_t ticket)
{
	if (ticket == 0 && connection->gated == 0)
		connection->ready = (uint32_t)connection->out.bytes;
	else
		gate_hold(connection, ticket);
	connection->answers = 0;
}

/* What waits for this ticket, or for an earlier one, may leave. */
void gate_open(struct gateway *gateway, uint64_t ticket);

/* outbox.c */

/* The outbox is over its limit: the client reads too slowly. */
void connection_overflow(struct connection *connection);

/* Appends to the outbox; closes the connection if that is over its limit. */
static inline void
connection_push(struct connection *connection, struct slice slice)
{
	size_t most = connection->gateway->settings.send_queue;
	if (connection->out.bytes + (slice.to - slice.from) > most) {
		connection_overflow(connection);
		return;
	}
	outqueue_push_slice(&connection->out, slice);
	connection_mark_dirty(connection);
}

/* Sends what the socket takes; a closing connection with nothing left is closed. */
void connection_send(struct connection *connection);

/* input.c: processes input that had to wait, as far as is allowed now. */
void connection_resume(struct connection *connection);

/* Notes that it has logged in, if it has. */
void connection_note_login(struct connection *connection);

/* quota.c: counts the session against its address, or against none when peer is NULL */
void quota_take(struct connection *connection, const struct sockaddr *peer);
void quota_release(struct connection *connection);
size_t quota_sessions(const struct gateway *gateway, const struct sockaddr *peer);

/* guesses.c: core_host.check_password */
bool gateway_check_password(
	void *gateway, struct session *session, const struct password_request *request);

/* Starts those that have waited long enough. Ms until the next; -1: there is none. */
int64_t gateway_start_guesses(struct gateway *gateway);
void gateway_drop_guesses(struct gateway *gateway);

/* broadcast.c: core_host.deliver: encodes an event once in each encoding. */
void gateway_broadcast(
	void *gateway, const struct event *event, struct session *const to[], size_t n);

/* The end of a turn: what is encoded from now on goes to buffers of its own. */
void gateway_end_batch(struct gateway *gateway);

#endif
