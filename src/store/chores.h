/*
 * What the writer does while nothing waits to be written, a small step at a time: the index of
 * words, deleting what is not to be kept or to be erased, copies of the file.
 */
#ifndef STORE_CHORES_H
#define STORE_CHORES_H

#include "store/db.h"

/* What a round of deleting has come to. */
enum pruning { PRUNING_NOTHING, PRUNING_OLD, PRUNING_ROOMS };

struct chores {
	size_t keep;        /* messages of a room; 0: all */
	int64_t keep_ms;    /* and for how long; 0: for ever */
	uint64_t written;   /* the id of the last event that was committed */
	uint64_t indexed;   /* all up to this id are indexed */
	int64_t written_at; /* monotonic ms */
	int64_t pruned_at;  /* monotonic ms: when the last round ended */
	enum pruning pruning;
	int64_t room;      /* the last that was done with */
	bool index_wanted; /* a search waits for it */
	bool index_fails;  /* in this step it did */
	bool merging;      /* pieces of the index of words may have to be put together */
	bool erasing;      /* something may have to be erased */
	uint64_t erased;   /* all erasures up to this number are done */
	bool damaged;      /* a step found that the file is */
};

/* Does the next step, if one is due. Returns ms until the next; 0: at once; -1: when there is work. */
int64_t chores_step(struct chores *chores, struct db *db, int64_t now, int64_t wall);

#endif
