/*
 * The store, as the loop sees it: what a turn keeps, the newest of each room in memory, and
 * pages of history put together from memory and from what the threads have read.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"
#include "teahouse/diag.h"

enum { MEMORY_BYTES = 64 << 20 }; /* of rooms that nobody uses, before the eldest are forgotten */

struct store {
	struct history history; /* first: what the loop knows of it */
	struct store_settings settings;
	char *file; /* NULL: there is none */
	struct writer *writer;
	struct readers *readers;
	struct turn *turn;           /* the one under way, or NULL */
	struct store_room *rooms;    /* by name */
	struct store_room *recently; /* the one used last first */
	size_t bytes;                /* in all rings */
	uint64_t tickets;            /* given out */
	uint64_t committed;          /* ticket */
	uint64_t committed_id;
	bool read_uncommitted; /* in this turn */
	bool failing;
	atomic_bool woken; /* by a thread: there is something for the loop */
};

/* rooms */

static struct text
name_put(char **at, struct text t)
{
	struct text copy = {*at, t.len};
	memcpy(*at, t.ptr, t.len);
	*at += t.len;
	return copy;
}

static struct store_room *
room_new(struct store *store, const struct name *name)
{
	struct store_room *room = xcalloc(sizeof *room + name->casefolded.len + name->shown.len);
	char *at = room->names;
	room->casefolded = name_put(&at, name->casefolded);
	room->shown = name_put(&at, name->shown);
	/* What was kept of it before is in the file, and in none of the turns that wait. */
	for (size_t i = 0; i < RECORD_SORTS; i++)
		room->rings[i].from = store->file ? store->history.last_id + 1 : 0;
	HASH_ADD_KEYPTR(hh, store->rooms, room->casefolded.ptr, room->casefolded.len, room);
	DL_PREPEND(store->recently, room);
	return room;
}

static struct store_room *
room_get(struct store *store, const struct name *name)
{
	struct store_room *room;
	HASH_FIND(hh, store->rooms, name->casefolded.ptr, name->casefolded.len, room);
	if (!room)
		return room_new(store, name);
	if (store->recently != room) {
		DL_DELETE(store->recently, room);
		DL_PREPEND(store->recently, room);
	}
	return room;
}

static void
room_free(struct store *store, struct store_room *room)
{
	HASH_DELETE(hh, store->rooms, room);
	DL_DELETE(store->recently, room);
	store->bytes -= room->bytes;
	for (size_t i = 0; i < RECORD_SORTS; i++)
		ring_clear(&room->rings[i]);
	free(room);
}

static size_t
record_bytes(const struct record *record)
{
	return sizeof *record + record->actor.len + record->body.len;
}

static void
room_count_bytes(
	struct store *store, struct store_room *room, const struct record *record, int sign)
{
	size_t bytes = record_bytes(record);
	room->bytes += sign > 0 ? bytes : -bytes;
	store->bytes += sign > 0 ? bytes : -bytes;
}

/* What is not stored yet stays, however much it is: the threads that read cannot see it. */
static void
room_trim(struct store *store, struct store_room *room)
{
	for (size_t i = 0; i < RECORD_SORTS; i++) {
		struct ring *ring = &room->rings[i];
		while (ring->n > store->settings.recent &&
			(!store->file || ring_at(ring, 0)->id <= store->committed_id)) {
			room_count_bytes(store, room, ring_at(ring, 0), -1);
			ring_shift(ring);
		}
	}
}

static void
rooms_trim(struct store *store)
{
	while (store->bytes > MEMORY_BYTES && store->recently) {
		struct store_room *eldest = store->recently->prev;
		if (eldest->refs > 0)
			break;
		room_free(store, eldest);
	}
}

/* turns */

static struct turn *
turn_get(struct store *store)
{
	if (!store->turn)
		store->turn = xcalloc(sizeof *store->turn);
	return store->turn;
}

static void
turn_add(struct turn *turn, struct store_room *room, struct record *record)
{
	if (turn->n == turn->cap) {
		turn->cap = turn->cap ? turn->cap * 2 : 8;
		turn->places = xrealloc(turn->places, turn->cap * sizeof(struct place));
	}
	record->refs++;
	room->refs++;
	turn->places[turn->n++] = (struct place){record, room};
}

static void
turn_free(struct turn *turn)
{
	for (size_t i = 0; i < turn->n; i++) {
		turn->places[i].room->refs--;
		record_drop(turn->places[i].record);
	}
	free(turn->places);
	free(turn);
}

static void
store_keep(struct history *history, const struct event *event, const struct name *const rooms[],
	size_t n)
{
	struct store *store = (struct store *)history;
	struct record *record = record_make(event);
	for (size_t i = 0; i < n; i++) {
		struct store_room *room = room_get(store, rooms[i]);
		ring_push(&room->rings[record_sort(event->kind)], record);
		room_count_bytes(store, room, record, 1);
		if (store->file)
			turn_add(turn_get(store), room, record);
		room_trim(store, room);
	}
	store->history.last_id = event->id;
	record_drop(record);
}

static uint64_t
store_end_turn(struct history *history)
{
	struct store *store = (struct store *)history;
	struct turn *turn = store->turn;
	bool waits = store->read_uncommitted && store->committed < store->tickets;
	store->read_uncommitted = false;
	if (!turn && !waits) {
		rooms_trim(store);
		return 0;
	}
	/* What was read of another turn waits for that one: for the last there is. */
	if (!turn)
		return store->tickets;
	turn->ticket = ++store->tickets;
	turn->last_id = store->history.last_id;
	store->turn = NULL;
	writer_add(store->writer, turn);
	return turn->ticket;
}

static void
turns_done(struct store *store, struct turn *turns)
{
	struct turn *turn, *next;
	DL_FOREACH_SAFE(turns, turn, next)
	{
		store->committed = turn->ticket;
		store->committed_id = turn->last_id;
		for (size_t i = 0; i < turn->n; i++)
			room_trim(store, turn->places[i].room);
		turn_free(turn);
	}
}

/* reading */

static void
reading_free(struct reading *reading)
{
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

/* Holds what the ring has of the range: at its end that is wanted, up to the limit and one more. */
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

/* Takes what memory has. Returns the id from which on it has everything. */
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

/* Whether what is held is all that was asked for. If not, says what is to be read. */
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

/* In rising order: those of the file, and then those that memory had. */
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

/* What is in front of the ring may as well stay in memory: the next who enters wants it, too. */
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
		room_count_bytes(store, reading->room, record, 1);
	}
	if (i == 0 && reading->n < range->limit)
		ring->from = 0;
}

static void
store_read(struct history *history, const struct name *name, const struct history_range *range,
	history_read_done *done, void *ctx)
{
	struct store *store = (struct store *)history;
	struct reading *reading = xcalloc(sizeof *reading);
	reading->room = room_get(store, name);
	reading->room->refs++;
	reading->wanted = *range;
	reading->done = done;
	reading->ctx = ctx;
	uint64_t from = reading_hold_recent(reading);
	if (reading->n_held > 0 && reading->held[reading->n_held - 1]->id > store->committed_id)
		store->read_uncommitted = true;
	if (!store->file || reading_is_complete(reading, from)) {
		reading_answer(reading);
		reading_free(reading);
	} else if (!readers_add(store->readers, reading)) {
		done(ctx, NULL);
		reading_free(reading);
	}
}

static void
readings_done(struct store *store, struct reading *readings)
{
	struct reading *reading, *next;
	DL_FOREACH_SAFE(readings, reading, next)
	{
		if (reading->failed) {
			reading->done(reading->ctx, NULL);
		} else {
			if (reading->n_held > 0 &&
				reading->held[reading->n_held - 1]->id > store->committed_id)
				store->read_uncommitted = true;
			reading_answer(reading);
			reading_remember(store, reading);
		}
		reading_free(reading);
	}
}

static void
store_note_failure(struct store *store)
{
	struct strbuf why = {0};
	bool failing = writer_is_failing(store->writer, &why);
	if (failing && !store->failing)
		diag_line(LOG_LEVEL_ERROR, "history: %s: cannot store: %.*s; trying again",
			store->file, TEXT_ARGS(strbuf_view(&why)));
	else if (!failing && store->failing)
		diag_line(LOG_LEVEL_ERROR, "history: %s: stores again", store->file);
	store->failing = failing;
	strbuf_clear(&why);
}

static uint64_t
store_committed(struct history *history)
{
	struct store *store = (struct store *)history;
	if (!store->file || !atomic_exchange(&store->woken, false))
		return store->committed;
	turns_done(store, writer_take(store->writer));
	readings_done(store, readers_take(store->readers));
	store_note_failure(store);
	return store->committed;
}

static bool
store_is_failing(const struct history *history)
{
	return ((const struct store *)history)->failing;
}

static void
on_wake(void *ctx)
{
	struct store *store = ctx;
	atomic_store(&store->woken, true);
	store->settings.wake(store->settings.ctx);
}

static bool
store_open_file(struct store *store, struct strbuf *why)
{
	size_t before = why->len;
	struct store_settings settings = store->settings;
	settings.wake = on_wake;
	settings.ctx = store;
	strbuf_printf(why, "%s: ", settings.file);
	store->writer = writer_open(&settings, why);
	store->readers = store->writer ? readers_open(&settings, why) : NULL;
	if (!store->readers)
		return false;
	why->len = before;
	store->file = xstrndup(settings.file, strlen(settings.file));
	store->history.last_id = store->committed_id = writer_last_id(store->writer);
	return true;
}

struct history *
store_open(const struct store_settings *settings, struct strbuf *why)
{
	struct store *store = xcalloc(sizeof *store);
	store->settings = *settings;
	store->history = (struct history){
		.keep = store_keep,
		.end_turn = store_end_turn,
		.committed = store_committed,
		.is_failing = store_is_failing,
		.read = store_read,
	};
	if (!settings->file || !*settings->file || store_open_file(store, why))
		return &store->history;
	store_close(&store->history);
	return NULL;
}

static void
store_close_threads(struct store *store)
{
	struct reading *reading, *next_reading;
	struct turn *unwritten = NULL, *turn, *next_turn;
	if (store->readers) {
		struct reading *readings = readers_close(store->readers);
		DL_FOREACH_SAFE(readings, reading, next_reading)
		reading_free(reading);
	}
	if (store->writer)
		turns_done(store, writer_close(store->writer, &unwritten));
	if (unwritten)
		diag_line(LOG_LEVEL_ERROR, "history: %s: what was said last is not stored",
			store->file);
	DL_FOREACH_SAFE(unwritten, turn, next_turn)
	turn_free(turn);
}

void
store_close(struct history *history)
{
	struct store *store = (struct store *)history;
	store_end_turn(history);
	store_close_threads(store);
	while (store->recently)
		room_free(store, store->recently);
	free(store->file);
	free(store);
}
