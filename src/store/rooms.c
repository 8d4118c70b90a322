/* The rooms whose history is in memory, in part or, without a file, all there is of it. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"

enum { MEMORY_BYTES = 64 << 20 }; /* in all rooms, before those used least recently are forgotten */

static struct text
name_put(char **at, struct text t)
{
	struct text copy = {*at, t.len};
	memcpy(*at, t.ptr, t.len);
	*at += t.len;
	return copy;
}

static struct store_room *
store_room_new(struct store *store, const struct name *name)
{
	struct store_room *room = xcalloc(sizeof *room + name->casefolded.len + name->shown.len);
	char *at = room->names;
	room->casefolded = name_put(&at, name->casefolded);
	room->shown = name_put(&at, name->shown);
	/* What was kept of it before is in the file, and in none of the turns that wait. */
	for (size_t i = 0; i < RECORD_SORTS; i++)
		room->rings[i].from = store->file ? store->kept_id + 1 : 0;
	HASH_ADD_KEYPTR(hh, store->rooms, room->casefolded.ptr, room->casefolded.len, room);
	DL_PREPEND(store->recently, room);
	return room;
}

struct store_room *
store_room_get(struct store *store, const struct name *name)
{
	struct store_room *room;
	HASH_FIND(hh, store->rooms, name->casefolded.ptr, name->casefolded.len, room);
	if (!room)
		return store_room_new(store, name);
	if (store->recently != room) {
		DL_DELETE(store->recently, room);
		DL_PREPEND(store->recently, room);
	}
	return room;
}

void
store_room_free(struct store *store, struct store_room *room)
{
	assert(store->rooms);
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
	return sizeof *record + record->actor.len + record->body.len + record->target.len;
}

void
store_room_count_bytes(
	struct store *store, struct store_room *room, const struct record *record, int sign)
{
	size_t bytes = record_bytes(record);
	room->bytes += sign > 0 ? bytes : -bytes;
	store->bytes += sign > 0 ? bytes : -bytes;
}

/* Uncommitted records always stay: the reading threads cannot see them in the file. */
void
store_room_trim(struct store *store, struct store_room *room)
{
	size_t keep = store->settings.keep, recent = store->settings.recent;
	size_t most = keep && keep < recent ? keep : recent;
	for (size_t i = 0; i < RECORD_SORTS; i++) {
		struct ring *ring = &room->rings[i];
		while (ring->n > most &&
			(!store->file || ring_at(ring, 0)->id <= store->committed_id)) {
			store_room_count_bytes(store, room, ring_at(ring, 0), -1);
			ring_shift(ring);
		}
	}
}

void
store_rooms_trim(struct store *store)
{
	struct store_room *eldest = store->recently ? store->recently->prev : NULL;
	while (store->bytes > MEMORY_BYTES && eldest && eldest->refs == 0) {
		struct store_room *before = eldest == store->recently ? NULL : eldest->prev;
		store_room_free(store, eldest);
		eldest = before;
	}
}
