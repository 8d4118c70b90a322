/*
 * A log that holds entries back for some turns and hands them to the core in order, as
 * one does that is shared by several servers.
 */
#ifndef DELAYING_LOG_H
#define DELAYING_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "teahouse/log.h"

struct delayed {
	struct entry *entry;
	unsigned turns; /* until it is applied */
	struct delayed *next;
};

struct delaying_log {
	struct log log; /* first: the one is the other's address */
	struct core *core;
	unsigned turns; /* for which each entry is held back */
	struct delayed *first, **end;
	size_t held;
};

static inline void
delaying_append(struct log *log, struct core *core, const struct entry *entry)
{
	struct delaying_log *delaying = (struct delaying_log *)log;
	struct delayed *delayed = xcalloc(sizeof *delayed);
	delaying->core = core;
	delayed->entry = entry_copy(entry);
	delayed->turns = delaying->turns;
	*delaying->end = delayed;
	delaying->end = &delayed->next;
	delaying->held++;
}

static inline void
delaying_log_open(struct delaying_log *delaying, unsigned turns)
{
	*delaying = (struct delaying_log){.log = {delaying_append}, .turns = turns};
	delaying->end = &delaying->first;
}

/* Hands over the first entry, which there must be. */
static inline void
delaying_log_apply(struct delaying_log *delaying)
{
	struct delayed *delayed = delaying->first;
	delaying->first = delayed->next;
	if (!delaying->first)
		delaying->end = &delaying->first;
	delaying->held--;
	core_apply(delaying->core, delayed->entry);
	entry_free(delayed->entry);
	free(delayed);
}

/* A turn of the loop: those that were held back long enough are applied, in order. */
static inline void
delaying_log_turn(struct delaying_log *delaying)
{
	for (struct delayed *d = delaying->first; d; d = d->next)
		if (d->turns > 0)
			d->turns--;
	while (delaying->first && delaying->first->turns == 0)
		delaying_log_apply(delaying);
}

#endif
