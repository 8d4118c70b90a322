/*
 * The link to the NATS servers: the stream that is the log, and what nodes tell and ask each other
 * besides. Does not know what is in the messages, or which are applied. It connects again for
 * ever, to one server after the other, and keeps nothing that could not be sent: the caller sends
 * again.
 *
 * With the prefix NAME it uses the stream NAME_log, which holds NAME.log.*; the subjects NAME.here,
 * NAME.node.NODE.ask and NAME.inbox.>; and of JetStream's $JS.API.STREAM.INFO and .CREATE, and
 * $JS.API.CONSUMER.CREATE and .DELETE, of that stream, and $JS.FC.NAME_log.>.
 *
 * Everything is called and called back in the loop's thread, and nothing waits. Callbacks may call
 * everything but nats_link_close. Their texts are borrowed until they return.
 */
#ifndef BUS_NATS_H
#define BUS_NATS_H

#include <uv.h>

#include "teahouse/text.h"

enum {
	LINK_NAME_MAX = 32, /* bytes of the prefix's and of a node's name */
	LINK_ASKS = 64,     /* questions that wait for an answer at most */
};

struct nats_link;

struct nats_link_options {
	const char *const
		*urls;    /* nats:// or tls://, may hold user:password@; tried in this order */
	size_t n_urls;    /* at least one */
	const char *name; /* the prefix of all subjects and of the stream */
	const char *node; /* this node's name */
	const char *credentials; /* a file; NULL: none */
	const char *ca;          /* a file with those that may sign a server; NULL: the system's */
	unsigned replicas;       /* of the stream; a server that is alone keeps one */
	int64_t max_bytes;       /* of the stream, until the oldest messages are discarded */
	bool create;             /* the stream, if there is none; later it is never created again */
};

/* Why is "what: why" without a full stop, as in the log, and never holds a password. */
enum nats_link_event {
	LINK_CONNECTED,      /* why: to which server */
	LINK_DISCONNECTED,   /* what is published is refused, and nothing is heard any more */
	LINK_CANNOT_CONNECT, /* told once for each server and reason until one connects */
	LINK_LOG_READY,      /* nats_link_log has news; may be published to, and heard after
				nats_link_hear */
	LINK_LOG_MISSING,    /* there is no stream, and it must not be created */
	LINK_LOG_FAILED,     /* it cannot be used or created now. Told once for each reason */
	LINK_LOG_DIFFERS,    /* it can be used, but was not created with these options */
	LINK_HEARING,        /* the answer to nats_link_hear */
	LINK_HEARING_LOST,   /* messages may be missing: call nats_link_hear again */
	LINK_DENIED,         /* the server does not permit something. Told once for each */
};

struct nats_link_host {
	void *ctx;
	void (*event)(void *ctx, enum nats_link_event event, const char *why);
	/* The log's next message. Positions rise; where messages were deleted they leave gaps. */
	void (*heard)(void *ctx, uint64_t position, struct text bytes);
	/*
	 * Something published was not stored, or could not be: not all of it is reported. It may
	 * be stored all the same, if it was sent twice.
	 */
	void (*refused)(void *ctx, const char *why);
	/* A node tells that it is alive, this one as well. */
	void (*here)(void *ctx, struct text bytes);
	/* A question to this node; nats_link_answer with that reply answers it, also later. */
	void (*asked)(void *ctx, struct text reply, struct text bytes);
	/* TEXT_NONE: there is no such node, or it did not answer in time. */
	void (*answered)(void *ctx, uint64_t id, struct text bytes);
};

struct nats_link_log {
	bool ready;
	uint64_t first, last; /* positions when it was last asked; last < first: it holds none */
	const char *created;  /* when; another log has another. Borrowed until the next event */
	uint64_t behind;      /* messages that are still to be heard, as of the last one */
	uint64_t stored;      /* acknowledgements, since the link was opened */
};

/* Whether it may be a part of a subject: letters, digits, - and _; 1 to LINK_NAME_MAX of them. */
bool nats_link_is_name(struct text name);

/* Copies options and host. */
struct nats_link *nats_link_open(uv_loop_t *loop, const struct nats_link_options *options,
	const struct nats_link_host *host);

/*
 * There are no more callbacks. It is freed when its connection is closed, until which the loop
 * does not end: for some seconds, if a server does not answer.
 */
void nats_link_close(struct nats_link *link);

struct nats_link_log nats_link_log(const struct nats_link *link);

/* False: not sent, since the log is not ready or the server does not read. */
bool nats_link_publish(struct nats_link *link, struct text bytes);

/*
 * From now on the log is heard from this position, and no longer from where it was; or from its
 * first message, if that is later. If its last one is before, nothing is heard until it comes to
 * the position: whether the log was set back, nats_link_log tells. False: it is not ready.
 */
bool nats_link_hear(struct nats_link *link, uint64_t from);

/*
 * While it is paused nothing is heard, and what comes waits: at the server, but for some 32 MiB
 * (more in memory, if messages are small).
 */
void nats_link_pause(struct nats_link *link, bool paused);

/* To all nodes. It may be lost. */
bool nats_link_tell_here(struct nats_link *link, struct text bytes);

/*
 * Asks a node; answered is called once with that id, unless this returns false: not connected, or
 * LINK_ASKS are waiting. timeout: ms.
 */
bool nats_link_ask(
	struct nats_link *link, struct text node, uint64_t id, struct text bytes, int64_t timeout);

/* False: not sent; or the reply is none that was given to asked. */
bool nats_link_answer(struct nats_link *link, struct text reply, struct text bytes);

#endif
