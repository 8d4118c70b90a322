/*
 * What is to be erased: gone from memory at once, and kept out of what is read in the file
 * until it is erased there, too.
 */
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"

static struct erasure *
erasure_add(struct store *store, const struct db_erasure *what)
{
	struct erasure *erasure = xcalloc(sizeof *erasure + what->nick.len + what->room.len);
	char *at = erasure->bytes;
	if (what->nick.len > 0)
		memcpy(at, what->nick.ptr, what->nick.len);
	if (what->room.len > 0)
		memcpy(at + what->nick.len, what->room.ptr, what->room.len);
	erasure->what = *what;
	erasure->what.nick.ptr = at;
	erasure->what.room.ptr = at + what->nick.len;
	DL_APPEND(store->erasures, erasure);
	return erasure;
}

static void
on_erasure(void *ctx, const struct db_erasure *erasure)
{
	erasure_add(ctx, erasure);
}

bool
store_load_erasures(struct store *store, struct strbuf *why)
{
	struct db *db = db_open_reader(store->settings.file, why);
	if (!db)
		return false;
	bool loaded = db_load_erasures(db, on_erasure, store) == DB_OK;
	char error[256];
	db_error(db, error, sizeof error);
	if (!loaded)
		strbuf_puts(why, error);
	store->last_erasure = db_last_erasure(db);
	store->history.last_account = db_last_account(db);
	db_close(db);
	return loaded;
}

uint64_t
store_erased_room(const struct store *store, struct text casefolded)
{
	uint64_t last = 0;
	const struct erasure *erasure;
	DL_FOREACH(store->erasures, erasure)
	if (erasure->what.room.len > 0 && text_is(erasure->what.room, casefolded) &&
		erasure->what.last > last)
		last = erasure->what.last;
	return last;
}

bool
store_erase_record(struct store *store, struct record **record)
{
	bool changed = false;
	const struct erasure *erasure;
	DL_FOREACH(store->erasures, erasure)
	{
		if (erasure->what.nick.len == 0 || (*record)->id > erasure->what.last)
			continue;
		struct record *erased =
			record_erase(store_rules(store), *record, erasure->what.nick);
		if (!erased)
			continue;
		record_drop(*record);
		*record = erased;
		changed = true;
	}
	return changed;
}

/* A record may wait to be stored, and the erasure does so behind it: it is replaced, not changed. */
static void
room_erase_nick(struct store *store, struct store_room *room)
{
	for (size_t sort = 0; sort < RECORD_SORTS; sort++) {
		struct ring *ring = &room->rings[sort];
		for (uint32_t i = 0; i < ring->n; i++) {
			struct record **record = ring_slot(ring, i);
			store_room_count_bytes(store, room, *record, -1);
			store_erase_record(store, record);
			store_room_count_bytes(store, room, *record, 1);
		}
	}
}

static void
room_empty(struct store *store, struct store_room *room, uint64_t last)
{
	for (size_t sort = 0; sort < RECORD_SORTS; sort++) {
		struct ring *ring = &room->rings[sort];
		while (ring->n > 0) {
			store_room_count_bytes(store, room, ring_at(ring, 0), -1);
			ring_shift(ring);
		}
		ring->from = last + 1;
	}
}

void
store_erase(struct history *history, const struct name *nick,
	const struct name *const conversations[], size_t n)
{
	struct store *store = (struct store *)history;
	struct turn *turn = turn_get(store);
	struct store_room *room;
	struct db_erasure what = {
		.last = history->last_id > store->kept_id ? history->last_id : store->kept_id,
	};
	for (size_t i = 0; i < n; i++) {
		what.number = ++store->last_erasure;
		what.room = conversations[i]->casefolded;
		turn_erase(turn, erasure_add(store, &what));
		room_empty(store, store_room_get(store, conversations[i]), what.last);
	}
	what.number = ++store->last_erasure;
	what.room = TEXT_NONE;
	what.nick = nick->casefolded;
	turn_erase(turn, erasure_add(store, &what));
	for (room = store->rooms; room; room = room->hh.next)
		room_erase_nick(store, room);
}

void
store_end_erasures(struct store *store)
{
	struct erasure *erasure, *next;
	/* What a thread has read, it may have read before. */
	if (store->jobs && jobs_are_there(store->jobs))
		return;
	DL_FOREACH_SAFE(store->erasures, erasure, next)
	if (erasure->what.number <= store->erased) {
		DL_DELETE(store->erasures, erasure);
		free(erasure);
	}
}

void
store_free_erasures(struct store *store)
{
	struct erasure *erasure, *next;
	DL_FOREACH_SAFE(store->erasures, erasure, next)
	free(erasure);
}
