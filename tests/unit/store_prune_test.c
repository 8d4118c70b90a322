/* What is too old is deleted in steps that take no longer because there are many rooms. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/db.h"
#include "unit.h"

enum { ROOMS = 20000, MESSAGES = 3000, STEP = 500, OLD = MESSAGES - 10 };

static void
must(enum db_result result)
{
	assert_int_equal(result, DB_OK);
}

static int64_t
room_make(struct db *db, size_t i)
{
	char name[32];
	int64_t room;
	snprintf(name, sizeof name, "room%zu", i);
	must(db_room(db, text_of(name), text_of(name), &room));
	return room;
}

/* Messages, moves and new nicks, each in one of the first rooms or in two; their ids are times. */
static void
fill(struct db *db, size_t rooms)
{
	static const enum event_kind kinds[] = {
		EVENT_SAID, EVENT_SAID, EVENT_ENTERED, EVENT_RENAMED};
	must(db_begin(db));
	for (size_t i = 0; i < rooms; i++)
		assert_int_equal(room_make(db, i), i + 1);
	for (uint64_t id = 1; id <= MESSAGES; id++) {
		const struct event event = {.kind = kinds[id % COUNT(kinds)],
			.id = id,
			.time = (int64_t)id,
			.actor = text_of("ann"),
			.body = text_of("text"),
			.target = text_of("bob")};
		bool several = event.kind == EVENT_RENAMED;
		struct record *record = record_make(&event);
		must(db_add_record(db, record, several ? 0 : 1 + (int64_t)(id % 3)));
		must(db_add_place(db, record, 1 + (int64_t)(id % 3)));
		if (several)
			must(db_add_place(db, record, 1 + (int64_t)((id + 1) % 3)));
		record_drop(record);
	}
	must(db_commit(db, MESSAGES));
}

static void
count(void *ctx, const struct record *record)
{
	assert_true(record->id >= OLD);
	++*(size_t *)ctx;
}

static double
cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* CPU time of all steps. */
static double
prune(size_t rooms)
{
	char folder[] = "/tmp/store.XXXXXX", file[64], command[80];
	struct strbuf why = {0};
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/teahouse.db", folder);
	struct db *db = db_open(file, STORE_SYNC_OFF, &why);
	assert_non_null(db);
	fill(db, rooms);
	double began = cpu_ms();
	for (bool left = true; left;)
		must(db_prune_old(db, OLD, STEP, &left));
	double took = cpu_ms() - began;
	size_t n = 0;
	for (size_t i = 0; i < 3; i++) {
		char name[32];
		const struct history_range range = {.limit = MESSAGES, .all = true};
		snprintf(name, sizeof name, "room%zu", i);
		must(db_read(db, text_of(name), &range, count, &n));
	}
	/* From OLD on, every fourth in two rooms. */
	size_t kept = 0;
	for (uint64_t id = OLD; id <= MESSAGES; id++)
		kept += id % 4 == 3 ? 2 : 1;
	assert_int_equal(n, kept);
	db_close(db);
	strbuf_clear(&why);
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	return took;
}

static void
steps_do_not_grow_with_the_rooms(void **state)
{
	(void)state;
	double few = prune(3), many = prune(ROOMS);
	printf("%.1f ms with few rooms, %.1f with many\n", few, many);
	assert_true(many < 4 * few);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_do_not_grow_with_the_rooms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
