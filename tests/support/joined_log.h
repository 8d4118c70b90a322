/*
 * A log that several servers share, without a network: each entry goes as bytes into one order, and
 * comes back to all of them some turns later, to the one that published it, too.
 */
#ifndef JOINED_LOG_H
#define JOINED_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "teahouse/log.h"
#include "teahouse/strbuf.h"

enum { JOINED_MAX = 3 };

struct joined_entry {
	struct strbuf bytes;
	uint32_t node;
	int64_t time;
	unsigned turns; /* until it is applied */
	struct joined_entry *next;
};

struct joined_log;

/* What one of the servers has of it. */
struct joined_node {
	struct log log; /* first: the one is the other's address */
	struct joined_log *in;
	struct core *core; /* NULL: it takes no part any more */
	uint32_t number;
};

struct joined_log {
	struct joined_node nodes[JOINED_MAX];
	size_t n;
	unsigned turns; /* for which each entry is held back */
	struct joined_entry *first, **end;
	size_t held;
};

static inline void
joined_append(struct log *log, struct core *core, const struct entry *entry)
{
	struct joined_node *node = (struct joined_node *)log;
	struct joined_log *joined = node->in;
	if (entry->kind == ENTRY_STOP) {
		core_apply(core, entry);
		return;
	}
	struct joined_entry *written = xcalloc(sizeof *written);
	entry_write(&written->bytes, entry);
	written->node = node->number;
	written->time = entry->time;
	written->turns = joined->turns;
	*joined->end = written;
	joined->end = &written->next;
	joined->held++;
}

/* The cores are set once they are open. */
static inline void
joined_log_open(struct joined_log *joined, size_t n, unsigned turns)
{
	*joined = (struct joined_log){.n = n, .turns = turns};
	joined->end = &joined->first;
	for (size_t i = 0; i < n; i++)
		joined->nodes[i] = (struct joined_node){
			.log = {joined_append}, .in = joined, .number = (uint32_t)i + 1};
}

static inline void
joined_log_apply(struct joined_log *joined)
{
	struct joined_entry *written = joined->first;
	joined->first = written->next;
	if (!joined->first)
		joined->end = &joined->first;
	joined->held--;
	for (size_t i = 0; i < joined->n; i++) {
		const struct joined_node *node = &joined->nodes[i];
		const struct entry where = {.node = written->node,
			.own = node->number == written->node,
			.time = written->time};
		if (node->core)
			core_apply_bytes(node->core, &where, strbuf_view(&written->bytes));
	}
	strbuf_clear(&written->bytes);
	free(written);
}

/* A turn of the loop: those that were held back long enough are applied, in order. */
static inline void
joined_log_turn(struct joined_log *joined)
{
	for (struct joined_entry *e = joined->first; e; e = e->next)
		if (e->turns > 0)
			e->turns--;
	while (joined->first && joined->first->turns == 0)
		joined_log_apply(joined);
}

#endif
