/*
 * Searching: whatever is typed, and whatever was said, is no error, and only rooms that are asked
 * for are found. The input is what is typed, and behind each byte of 0x1e what was said, in one
 * of the rooms after the other.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "store/db.h"

enum { ROOMS = 13, ASKED = 2, LIMIT = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Room 1 is asked for, and room 12 is not; nor are the others, but for room 3. */
static const size_t asked[ASKED] = {1, 3};

struct world {
	struct db *db;
	int64_t rooms[ROOMS + 1];
	uint64_t id;
	size_t hits;
};

static const char *const names[ROOMS + 1] = {
	"", "main", "tea", "garden", "d", "e", "f", "g", "h", "i", "j", "k", "hidden", "m"};

static void
say(struct world *world, size_t room, struct text body)
{
	struct event event = {.kind = EVENT_SAID,
		.id = ++world->id,
		.actor = text_of(room == 1 || room == 3 ? "ann" : "bob"),
		.body = body};
	struct record *record = record_make(&event);
	assert(db_begin(world->db) == DB_OK);
	assert(db_add_record(world->db, record, world->rooms[room]) == DB_OK);
	assert(db_add_place(world->db, record, world->rooms[room]) == DB_OK);
	assert(db_commit(world->db, world->id) == DB_OK);
	record_drop(record);
}

static void
world_open(struct world *world)
{
	*world = (struct world){.db = db_open_memory()};
	assert(db_begin(world->db) == DB_OK);
	for (size_t i = 1; i <= ROOMS; i++)
		assert(db_room(world->db, text_of(names[i]), text_of(names[i]), &world->rooms[i]) ==
			DB_OK);
	assert(db_commit(world->db, 0) == DB_OK);
	for (size_t i = 1; i <= ROOMS; i++)
		say(world, i, text_of("the kettle is on: 12 secrets of 1 tea-pot, or NOT"));
}

static void
on_hit(void *ctx, const struct record *record, struct text room)
{
	struct world *world = ctx;
	assert(text_is(room, text_of("main")) || text_is(room, text_of("garden")));
	assert(text_is(record->actor, text_of("ann")));
	world->hits++;
}

static void
search(struct world *world, struct text typed)
{
	const struct text rooms[ASKED] = {text_of(names[asked[0]]), text_of(names[asked[1]])};
	const struct db_search search = {
		.typed = typed, .rooms = rooms, .n_rooms = ASKED, .limit = LIMIT};
	world->hits = 0;
	assert(db_search(world->db, &search, on_hit, world) == DB_OK);
}

static void
index_all(struct world *world)
{
	uint64_t indexed;
	for (bool left = true; left;)
		assert(db_index(world->db, LIMIT, &indexed, &left) == DB_OK);
	assert(indexed == world->id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world kept;
	struct text rest = {(const char *)data, size}, typed = rest;
	const char *end = size > 0 ? memchr(data, 0x1e, size) : NULL;
	if (!kept.db) {
		world_open(&kept);
		index_all(&kept);
	}
	if (end)
		typed.len = (size_t)(end - typed.ptr);
	search(&kept, typed);
	if (!end)
		return 0;
	struct world world;
	world_open(&world);
	for (size_t i = 0; end; i++) {
		rest = (struct text){end + 1, size - (size_t)(end + 1 - (const char *)data)};
		end = rest.len > 0 ? memchr(rest.ptr, 0x1e, rest.len) : NULL;
		size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
		say(&world, 1 + i % ROOMS, (struct text){rest.ptr, len});
	}
	index_all(&world);
	search(&world, typed);
	db_close(world.db);
	return 0;
}
