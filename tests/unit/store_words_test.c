/* The index of words grows in small steps, since a commit may have to wait for each. */
#include <stdio.h>
#include <stdlib.h>

#include "store/db.h"
#include "unit.h"

enum { MESSAGES = 20000, STEP = 100, PAGES = 16, LOG_MAX = 60, MERGES_MAX = 20 };

static void
must(enum db_result result)
{
	assert_int_equal(result, DB_OK);
}

/* Words that are not in the messages before. */
static void
messages_add(struct db *db, struct text room_name)
{
	int64_t room;
	must(db_begin(db));
	must(db_room(db, room_name, room_name, &room));
	for (uint64_t id = 1; id <= MESSAGES; id++) {
		char body[80];
		snprintf(body, sizeof body, "w%llu x%llu kettle y%llu",
			(unsigned long long)(id * 7919 % MESSAGES), (unsigned long long)id,
			(unsigned long long)(id / 3));
		const struct event event = {.kind = EVENT_SAID,
			.id = id,
			.time = 1,
			.actor = text_of("ann"),
			.body = text_of(body)};
		struct record *record = record_make(&event);
		must(db_add_record(db, record, room));
		must(db_add_place(db, record, room));
		record_drop(record);
	}
	must(db_commit(db, MESSAGES));
}

static void
count(void *ctx, const struct record *record, struct text room)
{
	size_t *n = ctx;
	assert_true(record->id > 0);
	assert_true(room.len > 0);
	++*n;
}

static size_t
search(struct db *db, struct text room, const char *typed)
{
	size_t n = 0;
	const struct db_search search = {.typed = text_of(typed),
		.rooms = &room,
		.n_rooms = 1,
		.from = TEXT_NONE,
		.limit = 2 * MESSAGES};
	must(db_search(db, &search, count, &n));
	return n;
}

/* What a step has written, in pages of the write-ahead log. */
static void
assert_small(struct db *db, int *before)
{
	int pages = db_log_pages(db);
	if (pages - *before > LOG_MAX) {
		printf("%d pages at once\n", pages - *before);
		fail();
	}
	*before = pages;
}

static void
steps_are_small(void **state)
{
	(void)state;
	char folder[] = "/tmp/store.XXXXXX", file[64], command[80];
	struct strbuf why = {0};
	struct text room = text_of("tea");
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/teahouse.db", folder);
	struct db *db = db_open(file, STORE_SYNC_OFF, &why);
	assert_non_null(db);
	messages_add(db, room);
	uint64_t indexed;
	int pages = db_log_pages(db);
	for (bool left = true; left;) {
		must(db_index(db, STEP, &indexed, &left));
		assert_small(db, &pages);
		size_t merges = 0;
		for (bool more = true; more; merges++) {
			must(db_merge_words(db, PAGES, &more));
			assert_small(db, &pages);
		}
		/* It ends, and is not put off. */
		assert_in_range(merges, 1, MERGES_MAX);
	}
	assert_int_equal(search(db, room, "kettle"), MESSAGES);
	assert_int_equal(search(db, room, "x17"), 1);
	assert_int_equal(search(db, room, "w17"), 1);
	assert_int_equal(search(db, room, "y17"), 3);
	db_close(db);
	strbuf_clear(&why);
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_small),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
