/*
 * Pages of a room's history, put together from what is in memory and, if that is not all, from
 * what a thread has read in the file.
 */
#include <stdlib.h>

#include "store/store_internal.h"

/* A page of a room's history. */
struct reading {
	struct job job; /* first */
	struct store_room *room;
	struct history_range wanted;
	struct record **held; /* what memory had of it, each with a ref, in rising order */
	size_t n_held;
	history_read_done *done;
	void *ctx;
	struct history_range range; /* what is to be read from the file */
	struct record *
		*records; /* found there, each with a ref, in the order in which they were read */
	size_t n, cap;
	bool failed;
};

static void
reading_free(struct job *job)
{
	struct reading *reading = (struct reading *)job;
	for (size_t i = 0; i < reading->n; i++)
		record_drop(reading->records[i]);
	for (size_t i = 0; i < reading->n_held; i++)
		record_drop(reading->held[i]);
	reading->room->refs--;
	free(reading->records);
	free(reading->held);
	free(reading);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;
	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* Takes the ring's part of the range, from the wanted end, up to one more than the limit. */
static void
reading_hold(struct reading *reading, const struct ring *ring, uint64_t from)
{
	const struct history_range *range = &reading->wanted;
	uint64_t first_id = range->after + 1 > from ? range->after + 1 : from;
	uint32_t first = ring_below(ring, first_id);
	uint32_t end = range->before ? ring_below(ring, range->before) : ring->n;
	size_t most = range->limit + 1;
	if (end <= first)
		return;
	if (end - first > most && range->oldest)
		end = first + (uint32_t)most;
	else if (end - first > most)
		first = end - (uint32_t)most;
	for (uint32_t i = first; i < end; i++) {
		reading->held[reading->n_held] = ring_at(ring, i);
		reading->held[reading->n_held++]->refs++;
	}
}

/* Keeps the first or the last `most` of what is held. */
static void
reading_trim_held(struct reading *reading, size_t most)
{
	if (reading->n_held <= most)
		return;
	size_t excess = reading->n_held - most;
	struct record **drop = reading->held + (reading->wanted.oldest ? most : 0);
	for (size_t i = 0; i < excess; i++)
		record_drop(drop[i]);
	if (!reading->wanted.oldest)
		memmove(reading->held, reading->held + excess, most * sizeof(struct record *));
	reading->n_held = most;
}

/* Takes what is in memory. Returns the id from which memory is complete. */
static uint64_t
reading_hold_recent(struct reading *reading)
{
	const struct ring *rings = reading->room->rings;
	size_t sorts = reading->wanted.all ? RECORD_SORTS : RECORD_MESSAGE + 1;
	uint64_t from = 0;
	for (size_t i = 0; i < sorts; i++)
		if (rings[i].from > from)
			from = rings[i].from;
	reading->held =
		xrealloc(NULL, sorts * (reading->wanted.limit + 1) * sizeof(struct record *));
	for (size_t i = 0; i < sorts; i++)
		reading_hold(reading, &rings[i], from);
	qsort(reading->held, reading->n_held, sizeof(struct record *), compare_ids);
	reading_trim_held(reading, reading->wanted.limit + 1);
	return from;
}

/* Whether the held records answer the request. If not, sets the range to read from the file. */
static bool
reading_is_complete(struct reading *reading, uint64_t from)
{
	const struct history_range *wanted = &reading->wanted;
	size_t most = wanted->limit + 1;
	if (wanted->after + 1 >= from)
		return true;
	if (!wanted->oldest && reading->n_held >= most)
		return true;
	reading->range = *wanted;
	if (!wanted->before || wanted->before > from)
		reading->range.before = from;
	reading->range.limit = wanted->oldest ? most : most - reading->n_held;
	return false;
}

static void
reverse(struct record **records, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct record *record = records[i];
		records[i] = records[n - 1 - i];
		records[n - 1 - i] = record;
	}
}

/* In rising order: the file's records, then those from memory. */
static void
reading_answer(struct reading *reading)
{
	size_t n = 0, limit = reading->wanted.limit, have = reading->n + reading->n_held;
	struct event *events = xcalloc((have + 1) * sizeof *events);
	if (!reading->wanted.oldest)
		reverse(reading->records, reading->n);
	for (size_t i = 0; i < reading->n; i++)
		events[n++] = record_event(reading->records[i]);
	for (size_t i = 0; i < reading->n_held; i++)
		events[n++] = record_event(reading->held[i]);
	struct history_page page = {events, n < limit ? n : limit, n > limit};
	if (!reading->wanted.oldest)
		page.events += n - page.n;
	reading->done(reading->ctx, &page);
	free(events);
}

/* Caches records that directly precede the ring: the next user who enters will ask for them, too. */
static void
reading_remember(struct store *store, const struct reading *reading)
{
	struct ring *ring = &reading->room->rings[RECORD_MESSAGE];
	const struct history_range *range = &reading->range;
	if (range->all || range->oldest || range->after > 0 || range->before != ring->from)
		return;
	/* The records are in rising order here. */
	size_t i = reading->n;
	while (i > 0 && ring->n < store->settings.recent) {
		struct record *record = reading->records[--i];
		ring_unshift(ring, record, record->id);
		store_room_count_bytes(store, reading->room, record, 1);
	}
	if (i == 0 && reading->n < range->limit)
		ring->from = 0;
}

static void
reading_found(void *ctx, const struct record *record)
{
	struct reading *reading = ctx;
	const struct event event = record_event(record);
	if (reading->n == reading->cap) {
		reading->cap = reading->cap ? reading->cap * 2 : 64;
		reading->records =
			xrealloc(reading->records, reading->cap * sizeof(struct record *));
	}
	reading->records[reading->n++] = record_make(&event);
}

static void
reading_run(struct job *job, struct db *db)
{
	struct reading *reading = (struct reading *)job;
	reading->failed = db_read(db, reading->room->casefolded, &reading->range, reading_found,
				  reading) != DB_OK;
}

/* An answer with uncommitted events must not be sent before they are committed. */
static void
reading_note_uncommitted(struct store *store, const struct reading *reading)
{
	if (reading->n_held > 0 && reading->held[reading->n_held - 1]->id > store->committed_id)
		store->read_uncommitted = true;
}

/* Without those up to the id `last`. */
static void
records_erase(struct store *store, struct record **records, size_t *n, uint64_t last)
{
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++) {
		struct record *record = records[i];
		if (record->id <= last) {
			record_drop(record);
			continue;
		}
		store_erase_record(store, &record);
		records[kept++] = record;
	}
	*n = kept;
}

/* What is erased, or was while it was read: what is held, too. */
static void
reading_erase(struct store *store, struct reading *reading)
{
	if (!store->erasures)
		return;
	uint64_t last = store_erased_room(store, reading->room->casefolded);
	records_erase(store, reading->records, &reading->n, last);
	records_erase(store, reading->held, &reading->n_held, last);
}

static void
reading_finish(struct store *store, struct job *job)
{
	struct reading *reading = (struct reading *)job;
	if (reading->failed) {
		reading->done(reading->ctx, NULL);
		return;
	}
	reading_erase(store, reading);
	reading_note_uncommitted(store, reading);
	reading_answer(reading);
	reading_remember(store, reading);
}

/* While commits fail, only what is stored is read, so that the answer need not wait. */
static void
reading_limit(struct store *store, struct history_range *range)
{
	uint64_t end = store->committed_id + 1;
	bool beyond = range->before == 0 || range->before > end;
	if (store->failing && store->settings.sync != STORE_SYNC_OFF && beyond)
		range->before = end;
}

static void
reading_skip_erased(struct store *store, struct reading *reading)
{
	uint64_t last = store_erased_room(store, reading->room->casefolded);
	if (reading->wanted.after < last)
		reading->wanted.after = last;
}

void
store_read(struct history *history, const struct name *name, const struct history_range *range,
	history_read_done *done, void *ctx)
{
	struct store *store = (struct store *)history;
	struct reading *reading = xcalloc(sizeof *reading);
	reading->job =
		(struct job){.run = reading_run, .finish = reading_finish, .free = reading_free};
	reading->room = store_room_get(store, name);
	reading->room->refs++;
	reading->wanted = *range;
	reading_limit(store, &reading->wanted);
	reading_skip_erased(store, reading);
	reading->done = done;
	reading->ctx = ctx;
	uint64_t from = reading_hold_recent(reading);
	reading_note_uncommitted(store, reading);
	if (!store->file || reading_is_complete(reading, from)) {
		reading_answer(reading);
		reading_free(&reading->job);
	} else if (!jobs_add(store->jobs, &reading->job)) {
		done(ctx, NULL);
		reading_free(&reading->job);
	}
}

bool
store_recent(struct history *history, const struct name *name, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx)
{
	struct store *store = (struct store *)history;
	const struct ring *rings = store_room_get(store, name)->rings;
	uint64_t from = 0, last = 0;
	uint32_t at[RECORD_SORTS];
	for (size_t i = 0; i < RECORD_SORTS; i++) {
		from = rings[i].from > from ? rings[i].from : from;
		at[i] = ring_below(&rings[i], after < UINT64_MAX ? after + 1 : after);
	}
	for (;;) {
		const struct record *next = NULL;
		size_t sort = 0;
		for (size_t i = 0; i < RECORD_SORTS; i++) {
			const struct record *record =
				at[i] < rings[i].n ? ring_at(&rings[i], at[i]) : NULL;
			if (record && (!next || record->id < next->id)) {
				next = record;
				sort = i;
			}
		}
		if (!next)
			break;
		at[sort]++;
		last = next->id;
		const struct event event = record_event(next);
		found(ctx, &event);
	}
	if (last > store->committed_id)
		store->read_uncommitted = true;
	return after + 1 >= from;
}
