/*
 * The store on a disk that is full, broken, slow or locked: what waits is neither told nor lost,
 * what is stored can be read, and it goes on by itself.
 */
#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "../support/disk.h"
#include "store_accounts_fixture.h"

static void
fixture_open_with(struct fixture *f, enum store_sync sync)
{
	*disk_control() = (struct disk_control){0};
	fixture_open(f, true);
	store_close(f->store);
	f->store = NULL;
	f->sync = sync;
	f->waiting = 4000;
	reopen(f);
}

static void
await_failing(struct fixture *f, bool failing)
{
	while (f->store->is_failing(f->store) != failing)
		turn(f);
}

static void
await_committed(struct fixture *f, uint64_t ticket)
{
	while (f->committed < ticket)
		turn(f);
}

/* What is stored: all that was kept so far. */
static void
assert_all(struct fixture *f)
{
	assert_page(f, 0, (struct history_range){.limit = 1000});
	assert_page(f, 0, (struct history_range){.limit = 3});
	assert_page(f, 1, (struct history_range){.limit = 1000, .all = true});
}

/* With `begin` the disk begins to fail, and with `end` it is well again. */
static void
waits_while(struct fixture *f, void (*begin)(struct fixture *), void (*end)(struct fixture *))
{
	for (size_t i = 0; i < 30; i++)
		keep(f, EVENT_SAID, 1 + i % 3);
	commit(f);
	size_t stored = f->n;
	uint64_t before = f->committed;
	begin(f);
	keep(f, EVENT_SAID, 1);
	uint64_t first = f->store->end_turn(f->store);
	assert_int_equal(first, before + 1);
	keep(f, EVENT_SAID, 2);
	assert_int_equal(f->store->end_turn(f->store), first + 1);
	await_failing(f, true);
	assert_true(f->store->is_slow(f->store));
	/* Comings and goings go on. They are told, and not kept. */
	size_t kept = f->n;
	keep(f, EVENT_LEFT, 3);
	f->n = kept;
	assert_int_equal(f->store->end_turn(f->store), 0);
	f->n = stored;
	assert_all(f);
	f->n = kept;
	assert_int_equal(f->store->end_turn(f->store), 0);
	assert_int_equal(f->committed, before);
	end(f);
	await_committed(f, first + 1);
	assert_false(f->store->is_failing(f->store));
	assert_all(f);
	keep(f, EVENT_SAID, 3);
	commit(f);
	assert_all(f);
}

static int fault;

static void
writing_fails(struct fixture *f)
{
	(void)f;
	disk_control()->write_fails = fault;
}

static void
flushing_fails(struct fixture *f)
{
	(void)f;
	disk_control()->flush_fails = fault;
}

static void
disk_is_well(struct fixture *f)
{
	(void)f;
	*disk_control() = (struct disk_control){0};
}

static sqlite3 *other;

static void
other_locks(struct fixture *f)
{
	assert_int_equal(sqlite3_open(f->file, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

static void
other_leaves(struct fixture *f)
{
	(void)f;
	sqlite3_close(other);
}

static void
what_waits_is_neither_told_nor_lost(void **state)
{
	static const int faults[] = {ENOSPC, EIO, EROFS};
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_FULL);
	for (size_t i = 0; i < COUNT(faults); i++) {
		fault = faults[i];
		waits_while(f, writing_fails, disk_is_well);
		waits_while(f, flushing_fails, disk_is_well);
	}
	waits_while(f, other_locks, other_leaves);
	reopen(f);
	assert_all(f);
	fixture_close(f);
	free(f);
}

/* The server stops while the disk fails: what was not told need not be there; what was, is. */
static void
closing_does_not_wait_for_a_disk_that_fails(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	keep(f, EVENT_SAID, 1);
	commit(f);
	fault = ENOSPC;
	writing_fails(f);
	keep(f, EVENT_SAID, 1);
	f->n--;
	f->store->end_turn(f->store);
	await_failing(f, true);
	store_close(f->store);
	f->store = NULL;
	disk_is_well(f);
	uint64_t last = f->kept[0].id;
	reopen(f);
	assert_all(f);
	/* The id of what is lost is not given again. */
	assert_true(f->store->last_id > last + 1);
	fixture_close(f);
	free(f);
}

static void
little_space_is_noticed_before_there_is_none(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	disk_control()->free_mib = 65;
	keep(f, EVENT_SAID, 1);
	commit(f);
	assert_false(f->store->is_failing(f->store));
	disk_control()->free_mib = 63;
	await_failing(f, true);
	/* What was on its way still fits. */
	keep(f, EVENT_SAID, 1);
	commit(f);
	assert_true(f->store->is_failing(f->store));
	assert_all(f);
	disk_control()->free_mib = 80;
	await_failing(f, false);
	fixture_close(f);
	free(f);
}

static void
a_slow_disk_is_slow_and_full(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_FULL);
	disk_control()->flush_ms = 1100;
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(f->store->is_full(f->store), i * 174 > f->waiting);
		keep(f, EVENT_SAID, 1);
		f->store->end_turn(f->store);
	}
	while (!f->store->is_slow(f->store))
		usleep(10000);
	assert_false(f->store->is_failing(f->store));
	disk_control()->flush_ms = 0;
	await_committed(f, 40);
	assert_false(f->store->is_slow(f->store));
	assert_false(f->store->is_full(f->store));
	assert_all(f);
	fixture_close(f);
	free(f);
}

/* Neither waited for nor flushed. */
static void
without_sync_nothing_waits(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_OFF);
	disk_control()->flushes = 0;
	disk_control()->write_ms = 20;
	for (size_t i = 0; i < 20; i++) {
		keep(f, EVENT_SAID, 1);
		assert_int_equal(f->store->end_turn(f->store), 0);
		assert_page(f, 0, (struct history_range){.limit = RECENT});
		assert_int_equal(f->store->end_turn(f->store), 0);
	}
	disk_control()->write_ms = 0;
	reopen(f);
	assert_all(f);
	assert_int_equal(disk_control()->flushes, 0);
	fixture_close(f);
	free(f);
}

/* In the middle of the file, while the server runs: it must not go on as if nothing were. */
static void
damage_ends_it(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	for (size_t i = 0; i < 500; i++)
		keep(f, EVENT_SAID, 1);
	commit(f);
	reopen(f);
	FILE *file = fopen(f->file, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	long size = ftell(file);
	rewind(file);
	for (long at = 0; at < size; at++)
		fputc('x', file);
	fclose(file);
	keep(f, EVENT_SAID, 2);
	f->store->end_turn(f->store);
	while (!f->damaged)
		turn(f);
	assert_true(f->store->is_failing(f->store));
	fixture_close(f);
	free(f);
}

/* What is changed while the disk fails is kept waiting in order; markers alone take no room. */
static void
a_failing_disk_keeps_changes_in_order(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	change(f, ACCOUNT_ADDED, 1, "ann", "$1", 0, 1);
	commit(f);
	disk_control()->write_fails = ENOSPC;
	change(f, ACCOUNT_PASSWORD, 1, NULL, "$2", 0, 0);
	uint64_t first = f->store->end_turn(f->store);
	assert_int_not_equal(first, 0);
	await_failing(f, true);
	for (uint64_t i = 1; i <= 1000; i++) {
		change(f, ACCOUNT_READ, 1, "tea", NULL, i, (int64_t)i);
		change(f, ACCOUNT_READ, 1, "main", NULL, 2 * i, 0);
		assert_int_equal(f->store->end_turn(f->store), 0);
	}
	change(f, ACCOUNT_PASSWORD, 1, NULL, "$3", 0, 0);
	assert_int_equal(f->store->end_turn(f->store), first + 1);
	change(f, ACCOUNT_PASSWORD, 1, NULL, "$4", 0, 0);
	assert_int_equal(f->store->end_turn(f->store), first + 2);
	change(f, ACCOUNT_TOLD, 1, NULL, NULL, 70, 0);
	assert_int_equal(f->store->end_turn(f->store), 0);
	disk_control()->write_fails = 0;
	await_failing(f, false);
	assert_kept(f, "1 added 'ann' '$4' 0 1\n"
		       "1 read 'main' '' 2000 0\n"
		       "1 read 'tea' '' 1000 1000\n"
		       "1 told '' '' 70 0\n");
	fixture_close(f);
	free(f);
}

/* The server stops while there are markers that no turn has handed over. */
static void
what_is_held_back_is_stored_at_the_end(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	change(f, ACCOUNT_ADDED, 1, "ann", "$1", 0, 1);
	commit(f);
	disk_control()->free_mib = 63;
	await_failing(f, true);
	change(f, ACCOUNT_TOLD, 1, NULL, NULL, 70, 0);
	assert_int_equal(f->store->end_turn(f->store), 0);
	disk_control()->free_mib = 0;
	reopen(f);
	assert_accounts(f, "1 added 'ann' '$1' 0 1\n1 told '' '' 70 0\n");
	fixture_close(f);
	free(f);
}

/* Words that cannot be indexed hold back neither a search nor, behind it, pages of the history. */
static void
a_search_does_not_wait_for_a_disk_that_fails(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open_with(f, STORE_SYNC_NORMAL);
	keep(f, EVENT_SAID, 1);
	commit(f);
	const struct history_search search = {.typed = text_of("text"),
		.rooms = (const struct name *const *)f->rooms,
		.n_rooms = 1,
		.limit = 10};
	alarm(20);
	for (int well = 0; well < 2; well++) {
		disk_control()->write_fails = well ? 0 : ENOSPC;
		f->answered = false;
		f->store->search(f->store, &search, on_page, f);
		while (!f->answered)
			turn(f);
		assert_false(f->failed);
		assert_int_equal(text_lines(strbuf_view(&f->page)), well + 1);
	}
	alarm(0);
	fixture_close(f);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_neither_told_nor_lost),
		cmocka_unit_test(closing_does_not_wait_for_a_disk_that_fails),
		cmocka_unit_test(little_space_is_noticed_before_there_is_none),
		cmocka_unit_test(a_slow_disk_is_slow_and_full),
		cmocka_unit_test(without_sync_nothing_waits),
		cmocka_unit_test(damage_ends_it),
		cmocka_unit_test(a_failing_disk_keeps_changes_in_order),
		cmocka_unit_test(what_is_held_back_is_stored_at_the_end),
		cmocka_unit_test(a_search_does_not_wait_for_a_disk_that_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
