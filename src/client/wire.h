/*
 * A connection to a server: found by name, made without waiting, written
 * through a queue. Does not know what the bytes mean.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include <netdb.h>

#include "teahouse/outqueue.h"
#include "teahouse/strbuf.h"

enum wire_state { WIRE_CLOSED, WIRE_CONNECTING, WIRE_OPEN };

struct wire {
	enum wire_state state;
	int fd;                  /* -1: none */
	struct addrinfo *found;  /* addresses of the server; kept from one opening to the next */
	struct addrinfo *trying; /* the one of them that is tried */
	int64_t until;           /* ms, monotonic: when its time is over */
	struct outqueue out;
	uint64_t queued, sent; /* bytes since it was opened */
	struct strbuf why;     /* it was closed, NUL-terminated */
};

/* Zeroed but for this is a closed link. */
#define WIRE_NONE        \
	(struct wire)    \
	{                \
		.fd = -1 \
	}

/* Begins to connect, after finding the host if need be; `state` says whether there is hope. */
void wire_open(struct wire *wire, const char *host, const char *port, int64_t now);
void wire_close(struct wire *wire, const char *why);

void wire_send(struct wire *wire, struct text bytes);

/* What to poll for, and how long at most (ms; -1: for ever). */
short wire_events(const struct wire *wire);
int wire_patience(const struct wire *wire, int64_t now);

/* Goes on connecting and writing, as far as it goes without waiting. */
void wire_turn(struct wire *wire, short events, int64_t now);

/* Reads what is there, up to n bytes; 0: nothing now, or it is closed. */
size_t wire_read(struct wire *wire, char *bytes, size_t n);

/* Writes what is queued, lets the server read it, and closes; each waits `patience` ms at most. */
void wire_leave(struct wire *wire, int patience);

/* Lets the host be found anew, which may wait for the name service. */
void wire_forget(struct wire *wire);

/* Frees what a closed link keeps. */
void wire_clear(struct wire *wire);

#endif
