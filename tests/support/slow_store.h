/*
 * A history in memory that behaves like a slow and failing disk: turns are committed, and reads
 * are answered, some turns later; from time to time nothing is committed for a while, and reads
 * fail. The same every time.
 */
#ifndef SLOW_STORE_H
#define SLOW_STORE_H

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "waiting_store.h"

enum { SLOW_FULL = 5 }; /* events that wait, beyond which those who speak wait, too */

/* A turn that is not committed yet: all up to this id is part of it or of those before. */
struct slow_turn {
	struct slow_turn *next;
	uint64_t ticket, last_id;
};

/* What was read, to be answered later. */
struct slow_read {
	struct slow_read *next;
	struct event *events; /* with copies of their texts */
	struct history_page page;
	bool failed, complete;
	unsigned turns;
	history_read_done *done;
	void *ctx;
};

struct slow_store {
	struct history history; /* first: the one is the other's address */
	struct history *inner;
	unsigned delay;   /* turns until a turn is committed and a read is answered */
	unsigned failing; /* of so many turns, half fail; 0: none does */
	uint64_t now;     /* turns */
	bool keeps, reads;
	uint64_t tickets, committed;
	uint64_t *kept; /* ids of what is not committed yet, in rising order */
	size_t n_kept;
	struct slow_turn *turns;
	struct slow_read *waiting;
};

static inline bool
slow_store_fails(const struct slow_store *store)
{
	return store->failing && store->now / store->failing % 2 == 1;
}

static inline bool
slow_is_failing(const struct history *history)
{
	return slow_store_fails((const struct slow_store *)history);
}

static inline bool
slow_is_full(const struct history *history)
{
	const struct slow_store *store = (const struct slow_store *)history;
	return store->n_kept > SLOW_FULL && !slow_store_fails(store);
}

static inline void
slow_keep(struct history *history, const struct event *event, const struct name *const rooms[],
	size_t n)
{
	struct slow_store *store = (struct slow_store *)history;
	store->inner->keep(store->inner, event, rooms, n);
	assert(store->n_kept == 0 || event->id > store->kept[store->n_kept - 1]);
	store->kept = xrealloc(store->kept, (store->n_kept + 1) * sizeof *store->kept);
	store->kept[store->n_kept++] = event->id;
	store->keeps = true;
	history->kept++;
}

static inline uint64_t
slow_end_turn(struct history *history)
{
	struct slow_store *store = (struct slow_store *)history;
	bool waits = store->reads && store->committed < store->tickets;
	store->inner->end_turn(store->inner);
	store->reads = false;
	if (!store->keeps)
		return waits ? store->tickets : 0;
	store->keeps = false;
	struct slow_turn **end = &store->turns;
	while (*end)
		end = &(*end)->next;
	*end = xcalloc(sizeof **end);
	(*end)->ticket = ++store->tickets;
	(*end)->last_id = store->kept[store->n_kept - 1];
	return store->tickets;
}

static inline void
slow_read_free(struct slow_read *read)
{
	for (size_t i = 0; i < read->page.n; i++) {
		free((char *)(uintptr_t)read->events[i].actor.ptr);
		free((char *)(uintptr_t)read->events[i].target.ptr);
		free((char *)(uintptr_t)read->events[i].body.ptr);
		free((char *)(uintptr_t)read->events[i].room.ptr);
	}
	free(read->events);
	free(read);
}

static inline void
slow_answer(struct slow_store *store)
{
	struct slow_read *read;
	while ((read = store->waiting) && store->now >= read->turns) {
		store->waiting = read->next;
		store->reads = true;
		read->done(read->ctx, read->failed ? NULL : &read->page);
		slow_read_free(read);
	}
}

static inline void
slow_commit(struct slow_store *store, uint64_t last_id)
{
	size_t n = 0;
	while (n < store->n_kept && store->kept[n] <= last_id)
		n++;
	store->n_kept -= n;
	memmove(store->kept, store->kept + n, store->n_kept * sizeof *store->kept);
}

static inline uint64_t
slow_committed(struct history *history)
{
	struct slow_store *store = (struct slow_store *)history;
	store->now++;
	bool due = store->delay == 0 || store->now % store->delay == 0;
	struct slow_turn *turn;
	while (due && !slow_store_fails(store) && (turn = store->turns)) {
		store->turns = turn->next;
		store->committed = turn->ticket;
		slow_commit(store, turn->last_id);
		free(turn);
	}
	slow_answer(store);
	return store->committed;
}

static inline struct text
slow_copy(struct text t)
{
	return t.ptr ? (struct text){xstrndup(t.ptr, t.len), t.len} : t;
}

static inline void
slow_on_page(void *ctx, const struct history_page *page)
{
	struct slow_read *read = ctx;
	read->complete = true;
	read->failed = read->failed || !page;
	if (!page)
		return;
	read->events = xcalloc((page->n + 1) * sizeof *read->events);
	read->page = (struct history_page){read->events, page->n, page->more};
	for (size_t i = 0; i < page->n; i++) {
		struct event *event = &read->events[i];
		*event = page->events[i];
		event->actor = slow_copy(event->actor);
		event->target = slow_copy(event->target);
		event->body = slow_copy(event->body);
		event->room = slow_copy(event->room);
	}
}

static inline struct slow_read *
slow_read_new(struct slow_store *store, history_read_done *done, void *ctx)
{
	struct slow_read *read = xcalloc(sizeof *read), **end = &store->waiting;
	read->done = done;
	read->ctx = ctx;
	read->failed = slow_store_fails(store);
	read->turns = (unsigned)store->now + store->delay;
	while (*end)
		end = &(*end)->next;
	*end = read;
	return read;
}

static inline void
slow_read(struct history *history, const struct name *room, const struct history_range *range,
	history_read_done *done, void *ctx)
{
	struct slow_store *store = (struct slow_store *)history;
	struct slow_read *read = slow_read_new(store, done, ctx);
	store->inner->read(store->inner, room, range, slow_on_page, read);
	assert(read->complete);
	store->reads = true;
	if (store->delay == 0 && store->waiting == read)
		slow_answer(store);
}

static inline void
slow_search(struct history *history, const struct history_search *search, history_read_done *done,
	void *ctx)
{
	struct slow_store *store = (struct slow_store *)history;
	struct slow_read *read = slow_read_new(store, done, ctx);
	store->inner->search(store->inner, search, slow_on_page, read);
	while (!read->complete) {
		waiting_store_wait();
		store->inner->committed(store->inner);
	}
	store->reads = true;
}

static inline bool
slow_recent(struct history *history, const struct name *room, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx)
{
	struct slow_store *store = (struct slow_store *)history;
	store->reads = true;
	return store->inner->recent(store->inner, room, after, found, ctx);
}

/* waiting_store_begin must have been called. */
static inline struct slow_store *
slow_store_open(unsigned delay, unsigned failing)
{
	struct slow_store *store = xcalloc(sizeof *store);
	store->inner = waiting_store_open();
	store->delay = delay;
	store->failing = failing;
	store->history = (struct history){
		.keep = slow_keep,
		.end_turn = slow_end_turn,
		.committed = slow_committed,
		.is_failing = slow_is_failing,
		.is_slow = slow_is_failing,
		.is_full = slow_is_full,
		.read = slow_read,
		.recent = slow_recent,
		.search = slow_search,
	};
	return store;
}

/* Whether something waits for a later turn. */
static inline bool
slow_store_is_busy(const struct slow_store *store)
{
	return store->turns || store->waiting || store->keeps;
}

/* Whether the event was kept, and is not stored yet: then nobody may be told of it. */
static inline bool
slow_store_holds(const struct slow_store *store, uint64_t id)
{
	for (size_t i = 0; i < store->n_kept; i++)
		if (store->kept[i] == id)
			return true;
	return false;
}

static inline void
slow_store_close(struct slow_store *store)
{
	struct slow_turn *turn;
	struct slow_read *read;
	while ((turn = store->turns)) {
		store->turns = turn->next;
		free(turn);
	}
	while ((read = store->waiting)) {
		store->waiting = read->next;
		slow_read_free(read);
	}
	store_close(store->inner);
	free(store->kept);
	free(store);
}

#endif
