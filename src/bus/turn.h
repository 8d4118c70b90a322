/*
 * A turn, which is one message of the log: what a node published in one turn of its loop, or in
 * several while earlier ones were on their way. Records follow each other in it.
 */
#ifndef BUS_TURN_H
#define BUS_TURN_H

#include "base/bytes.h"

enum {
	TURN_VERSION = 1,
	TURN_BYTES = 256 << 10, /* most of the records of one turn */
	NODE_NAME_MAX = 32,     /* bytes */
};

/* A process that takes part in the log: a node's name, and which start of it. */
struct incarnation {
	struct text node;
	uint64_t number; /* a later one is higher */
};

struct turn {
	struct incarnation by;
	uint64_t number; /* from 1, in each incarnation */
	int64_t time;    /* ms since 1970, UTC: when it was put together */
	struct bytes records;
};

enum record_kind {
	RECORD_HELLO = 1, /* the first of an incarnation's first turn */
	RECORD_GONE = 2,  /* by, last */
	RECORD_ENTRY = 3, /* entry */
};

struct record {
	enum record_kind kind;
	struct incarnation gone; /* is dead .. */
	uint64_t last;           /* .. if no turn of it after this one was applied */
	struct text entry;
};

enum turn_fault {
	TURN_OK,
	TURN_BROKEN, /* is none of ours: to be skipped */
	TURN_NEWER,  /* of a later version: cannot be applied */
};

void turn_write_head(struct strbuf *out, const struct turn *turn);
void turn_write_record(struct strbuf *out, const struct record *record);

/* Checks all of it. Borrows the bytes. */
enum turn_fault turn_read(struct text bytes, struct turn *turn);

/* False: there is no more. */
bool turn_next(struct turn *turn, struct record *record);

#endif
