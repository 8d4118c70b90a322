/* What the files of the store share: rooms, turns, and the threads that write and read. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>

/* Its tables do not fail either. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/alloc.h"
#include "store/db.h"
#include "store/record.h"
#include "teahouse/store.h"
#include "teahouse/strbuf.h"

/* The newest records of one sort of a room. All that the room has from `from` on are in it. */
struct ring {
	struct record **at; /* `cap` places, a power of two */
	uint32_t head, n, cap;
	uint64_t from; /* id */
};

/* A room that has a history, while something of it is in memory. */
struct store_room {
	UT_hash_handle hh; /* by casefolded */
	struct text casefolded, shown;
	uint32_t refs;  /* turns and reads that point to it */
	size_t bytes;   /* of what is in its rings */
	int64_t number; /* in the file; the writer's. 0: not known */
	struct ring rings[RECORD_SORTS];
	struct store_room *prev, *next; /* the one that was used last first */
	char names[];
};

/* A record's place in the history of a room. */
struct place {
	struct record *record;
	struct store_room *room;
};

/* What a loop turn keeps. Belongs to the loop until it is written, and again after. */
struct turn {
	struct turn *prev, *next;
	uint64_t ticket, last_id;
	struct place *places; /* those of one record stand together */
	size_t n, cap, bytes;
};

/* writer.c: the thread that writes, and the one that makes checkpoints */

struct writer;

/* NULL: `why` says what is wrong. The threads call settings->wake. */
struct writer *writer_open(const struct store_settings *settings, struct strbuf *why);
uint64_t writer_last_id(const struct writer *writer);

/* Hands over a turn. */
void writer_add(struct writer *writer, struct turn *turn);

/* The turns that were written since the last call, in order; NULL: none were. */
struct turn *writer_take(struct writer *writer);

/* Whether the last attempt to write failed, and what SQLite said of it. */
bool writer_is_failing(struct writer *writer, struct strbuf *why);

/*
 * Writes what waits, if the disk takes it within a few seconds. Returns the turns that were
 * written; the others are in *unwritten.
 */
struct turn *writer_close(struct writer *writer, struct turn **unwritten);

/* reader.c: threads that read what is not in memory */

struct readers;

/* A page of a room's history to be read from the file. */
struct reading {
	struct reading *prev, *next;
	struct store_room *room;
	struct history_range range; /* what to read from the file */
	bool failed;
	struct record **records; /* found, each with a ref, in the order in which they were read */
	size_t n, cap;
	/* Not for the thread: */
	struct history_range wanted;
	struct record **held; /* what memory had of it, each with a ref, in rising order */
	size_t n_held;
	history_read_done *done;
	void *ctx;
};

struct readers *readers_open(const struct store_settings *settings, struct strbuf *why);

/* False: too many wait. */
bool readers_add(struct readers *readers, struct reading *reading);
struct reading *readers_take(struct readers *readers);

/* Returns those that were not answered. */
struct reading *readers_close(struct readers *readers);

/* ring.c */

void ring_push(struct ring *ring, struct record *record);

/* In front of the first. The ring then has all from `from` on. */
void ring_unshift(struct ring *ring, struct record *record, uint64_t from);
struct record *ring_at(const struct ring *ring, uint32_t i);

/* Drops the oldest. */
void ring_shift(struct ring *ring);
void ring_clear(struct ring *ring);

/* How many of the ring's records have ids below this one. */
uint32_t ring_below(const struct ring *ring, uint64_t id);

#endif
