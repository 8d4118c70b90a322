/* Searching messages: in the file, or in what is in memory if there is no file. By a thread. */
#include <stdlib.h>

#include "store/store_internal.h"

struct hit {
	struct record *record;
	char *room;
};

struct searching {
	struct job job; /* first */
	struct writer *writer;
	char *typed, *from;
	struct store_room **rooms; /* each with a ref */
	size_t n_rooms;
	struct place *places; /* without a file: what is in memory, each with a ref */
	size_t n_places;
	uint64_t before;
	size_t limit;
	history_read_done *done;
	void *ctx;
	struct hit *hits; /* the newest first */
	size_t n;
	bool failed;
};

static void
searching_free(struct job *job)
{
	struct searching *searching = (struct searching *)job;
	for (size_t i = 0; i < searching->n; i++) {
		record_drop(searching->hits[i].record);
		free(searching->hits[i].room);
	}
	for (size_t i = 0; i < searching->n_places; i++)
		record_drop(searching->places[i].record);
	for (size_t i = 0; i < searching->n_rooms; i++)
		searching->rooms[i]->refs--;
	free(searching->places);
	free(searching->rooms);
	free(searching->hits);
	free(searching->typed);
	free(searching->from);
	free(searching);
}

static void
searching_found(void *ctx, const struct record *record, struct text room)
{
	struct searching *searching = ctx;
	const struct event event = record_event(record);
	searching->hits[searching->n++] =
		(struct hit){record_make(&event), xstrndup(room.ptr, room.len)};
}

/* One more than the limit, to know whether there are more. */
static bool
searching_ask(struct searching *searching, struct db *db)
{
	struct text *rooms = xrealloc(NULL, (searching->n_rooms + 1) * sizeof *rooms);
	for (size_t i = 0; i < searching->n_rooms; i++)
		rooms[i] = searching->rooms[i]->casefolded;
	const struct db_search search = {
		.typed = text_of(searching->typed),
		.rooms = rooms,
		.n_rooms = searching->n_rooms,
		.from = text_of(searching->from),
		.before = searching->before,
		.limit = searching->limit + 1,
	};
	bool found = db_search(db, &search, searching_found, searching) == DB_OK;
	free(rooms);
	return found;
}

/* What is in memory, as a database: so that words mean the same with a file and without. */
static bool
memory_fill(const struct searching *searching, struct db *db)
{
	bool left = true;
	uint64_t indexed = 0;
	enum db_result result = db_begin(db);
	for (size_t i = 0; i < searching->n_places && result == DB_OK; i++) {
		const struct place *place = &searching->places[i];
		int64_t room;
		result = db_room(db, place->room->casefolded, place->room->shown, &room);
		if (result == DB_OK)
			result = db_add_record(db, place->record, room);
		indexed = place->record->id;
	}
	if (result != DB_OK || db_commit(db, indexed) != DB_OK)
		return false;
	while (left && result == DB_OK)
		result = db_index(db, searching->n_places + 1, &indexed, &left);
	return result == DB_OK;
}

static void
searching_run(struct job *job, struct db *db)
{
	struct searching *searching = (struct searching *)job;
	if (db) {
		writer_index(searching->writer);
		searching->failed = !searching_ask(searching, db);
		return;
	}
	struct db *memory = db_open_memory();
	searching->failed = !memory_fill(searching, memory) || !searching_ask(searching, memory);
	db_close(memory);
}

/* Whether the hit is one although something of it was erased; then without that. */
static bool
hit_erase(struct store *store, const struct searching *searching, struct hit *hit)
{
	if (hit->record->id <= store_erased_room(store, text_of(hit->room)))
		return false;
	return !store_erase_record(store, &hit->record) || !*searching->from;
}

static void
hits_erase(struct store *store, struct searching *searching)
{
	size_t kept = 0;
	for (size_t i = 0; i < searching->n; i++) {
		struct hit hit = searching->hits[i];
		if (hit_erase(store, searching, &hit)) {
			searching->hits[kept++] = hit;
			continue;
		}
		record_drop(hit.record);
		free(hit.room);
	}
	searching->n = kept;
}

static void
searching_finish(struct store *store, struct job *job)
{
	struct searching *searching = (struct searching *)job;
	if (searching->failed) {
		searching->done(searching->ctx, NULL);
		return;
	}
	bool more = searching->n > searching->limit;
	if (store->erasures)
		hits_erase(store, searching);
	size_t n = searching->n > searching->limit ? searching->limit : searching->n;
	struct event *events = xcalloc((n + 1) * sizeof *events);
	for (size_t i = 0; i < n; i++) {
		const struct hit *hit = &searching->hits[i];
		events[i] = record_event(hit->record);
		events[i].room = text_of(hit->room);
	}
	searching->done(searching->ctx, &(struct history_page){events, n, more});
	free(events);
}

/* A record that is in several rooms is no message. */
static void
searching_hold(struct searching *searching, struct store_room *room)
{
	const struct ring *ring = &room->rings[RECORD_MESSAGE];
	searching->places = xrealloc(
		searching->places, (searching->n_places + ring->n + 1) * sizeof *searching->places);
	for (uint32_t i = 0; i < ring->n; i++) {
		struct record *record = ring_at(ring, i);
		if (!record_is_searched(record->kind))
			continue;
		record->refs++;
		searching->places[searching->n_places++] = (struct place){record, room};
	}
}

void
store_search(struct history *history, const struct history_search *search, history_read_done *done,
	void *ctx)
{
	struct store *store = (struct store *)history;
	struct searching *searching = xcalloc(sizeof *searching);
	searching->job = (struct job){
		.run = searching_run, .finish = searching_finish, .free = searching_free};
	searching->writer = store->writer;
	searching->typed = xstrndup(search->typed.ptr, search->typed.len);
	searching->from = xstrndup(search->from.ptr, search->from.len);
	searching->before = search->before;
	searching->limit = search->limit;
	searching->hits = xcalloc((search->limit + 1) * sizeof *searching->hits);
	searching->done = done;
	searching->ctx = ctx;
	searching->rooms = xcalloc((search->n_rooms + 1) * sizeof *searching->rooms);
	for (size_t i = 0; i < search->n_rooms; i++) {
		struct store_room *room = store_room_get(store, search->rooms[i]);
		room->refs++;
		searching->rooms[searching->n_rooms++] = room;
		if (!store->file)
			searching_hold(searching, room);
	}
	if (!store->jobs)
		store->jobs = jobs_open(&store->thread_settings, -1, NULL);
	if (!jobs_add(store->jobs, &searching->job)) {
		done(ctx, NULL);
		searching_free(&searching->job);
	}
}
