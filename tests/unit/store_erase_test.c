/*
 * Conversations in the store, and erasing what an account leaves: at once for who reads, in steps
 * in the file, and to its end after a restart.
 */
#include <sqlite3.h>
#include <unistd.h>

#include "store/db.h"
#include "store_fixture.h"

enum { MANY = 6000 };

/* As the core makes it of the numbers of accounts. */
static struct name *
conversation(const char *casefolded)
{
	struct name *name = calloc(1, sizeof *name + strlen(casefolded) + 1);
	memcpy(name->bytes, casefolded, strlen(casefolded));
	name->casefolded = name->shown = name->skeleton =
		(struct text){name->bytes, strlen(casefolded)};
	name->ascii = true;
	return name;
}

static uint64_t
say(struct fixture *f, const struct name *room, enum event_kind kind, const char *actor,
	const char *target, const char *body)
{
	const struct event event = {.kind = kind,
		.id = ++f->store->last_id,
		.time = (int64_t)f->store->last_id * 1000,
		.actor = text_of(actor),
		.target = text_of(target),
		.body = text_of(body)};
	f->store->keep(f->store, &event, &room, 1);
	return event.id;
}

static void
on_events(void *ctx, const struct history_page *page)
{
	struct fixture *f = ctx;
	f->answered = true;
	f->failed = !page;
	f->page.len = 0;
	for (size_t i = 0; page && i < page->n; i++) {
		const struct event *event = &page->events[i];
		strbuf_printf(&f->page, "%s%.*s %s %.*s%s%.*s%s%.*s\n",
			event->room.len ? "in " : "", TEXT_ARGS(event->room),
			event_word(event->kind), TEXT_ARGS(event->actor),
			event->target.len ? " to " : "", TEXT_ARGS(event->target),
			event->body.len ? ": " : "", TEXT_ARGS(event->body));
	}
	f->more = page && page->more;
}

static void
assert_range(
	struct fixture *f, const struct name *room, struct history_range range, const char *wanted)
{
	f->answered = false;
	f->store->read(f->store, room, &range, on_events, f);
	while (!f->answered)
		turn(f);
	assert_false(f->failed);
	assert_text(strbuf_view(&f->page), text_of(wanted));
}

static void
assert_read(struct fixture *f, const struct name *room, bool all, const char *wanted)
{
	assert_range(f, room, (struct history_range){.limit = 100, .all = all}, wanted);
}

static void
assert_found(struct fixture *f, const struct history_search *search, const char *wanted)
{
	f->answered = false;
	f->store->search(f->store, search, on_events, f);
	while (!f->answered)
		turn(f);
	assert_false(f->failed);
	assert_text(strbuf_view(&f->page), text_of(wanted));
}

static void
conversations_are_read_and_found_like_rooms(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct fixture *f = calloc(1, sizeof *f);
		struct name *names[] = {conversation("@5:7"), conversation("@5~böb")};
		const struct name *const *both = (const struct name *const *)names;
		fixture_open(f, file);
		say(f, names[0], EVENT_DIRECT, "ann", "Cat", "the kettle is on");
		uint64_t second = say(f, names[0], EVENT_DIRECT, "Cat", "ann", "Kettle? coming");
		say(f, names[1], EVENT_DIRECT, "BÖB", "ann", "a kettle, please");
		say(f, f->rooms[0], EVENT_SAID, "ann", NULL, "kettle in a room");
		commit(f);
		if (file)
			reopen(f);
		assert_read(f, names[0], true,
			" direct ann to Cat: the kettle is on\n direct Cat to ann: Kettle? "
			"coming\n");
		assert_read(f, names[1], false, " direct BÖB to ann: a kettle, please\n");
		struct history_search search = {
			.typed = text_of("kettle"), .rooms = both, .n_rooms = 2, .limit = 10};
		assert_found(f, &search,
			"in @5~böb direct BÖB to ann: a kettle, please\n"
			"in @5:7 direct Cat to ann: Kettle? coming\n"
			"in @5:7 direct ann to Cat: the kettle is on\n");
		search.from = text_of("cat");
		assert_found(f, &search, "in @5:7 direct Cat to ann: Kettle? coming\n");
		search.from = TEXT_NONE;
		search.before = second;
		assert_found(f, &search, "in @5:7 direct ann to Cat: the kettle is on\n");
		search.before = 0;
		search.limit = 1;
		assert_found(f, &search, "in @5~böb direct BÖB to ann: a kettle, please\n");
		assert_true(f->more);
		search.n_rooms = 0;
		assert_found(f, &search, "");
		free(names[0]);
		free(names[1]);
		fixture_close(f);
		free(f);
	}
}

/* What is in the file of each sort; by another connection. */
static int
count(const struct fixture *f, const char *query)
{
	sqlite3 *sqlite;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open_v2(f->file, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_busy_timeout(sqlite, 5000);
	assert_int_equal(sqlite3_prepare_v2(sqlite, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int n = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(sqlite);
	return n;
}

static void
await_none(const struct fixture *f, const char *query)
{
	for (int i = 0; count(f, query) > 0; i++) {
		assert_true(i < 3000);
		usleep(10000);
	}
}

static struct name *
nick(struct fixture *f, const char *shown)
{
	struct name *name = name_make(f->rules, text_of(shown), NAME_NICK);
	assert_non_null(name);
	return name;
}

static void
a_nick_is_replaced_by_deleted(void **state)
{
	(void)state;
	/* In memory, from the file before it is done there, and after it is. */
	for (int when = 0; when < 3; when++) {
		struct fixture *f = calloc(1, sizeof *f);
		struct name *other = conversation("@5~änne");
		fixture_open(f, true);
		struct name *gone = nick(f, "Änne");
		say(f, f->rooms[0], EVENT_ENTERED, "Änne", NULL, NULL);
		say(f, f->rooms[0], EVENT_SAID, "ÄNNE", NULL, "Änne said it");
		say(f, f->rooms[0], EVENT_SAID, "Anne", NULL, "another");
		say(f, f->rooms[0], EVENT_RENAMED, "bob", "änne", NULL);
		say(f, f->rooms[0], EVENT_RENAMED, "änne", "Änne2", NULL);
		say(f, other, EVENT_DIRECT, "Änne", "cat", "not of this account");
		if (when > 0)
			commit(f);
		if (when == 1)
			reopen(f);
		f->store->erase(f->store, gone, NULL, 0);
		say(f, f->rooms[0], EVENT_SAID, "Änne", NULL, "a new one");
		commit(f);
		if (when == 2) {
			await_none(f, "SELECT count(*) FROM erasure");
			reopen(f);
		}
		assert_read(f, f->rooms[0], true,
			" join deleted\n"
			" chat deleted: Änne said it\n"
			" chat Anne: another\n"
			" nick bob to deleted\n"
			" nick deleted to Änne2\n"
			" chat Änne: a new one\n");
		assert_read(f, other, true, " direct Änne to cat: not of this account\n");
		const struct name *const rooms[] = {f->rooms[0]};
		struct history_search search = {
			.typed = text_of("said"), .rooms = rooms, .n_rooms = 1, .limit = 10};
		assert_found(f, &search, "in main chat deleted: Änne said it\n");
		search.from = text_of("ÄNNE");
		assert_found(f, &search, "");
		free(gone);
		free(other);
		fixture_close(f);
		free(f);
	}
}

static void
conversations_are_deleted(void **state)
{
	(void)state;
	for (int when = 0; when < 3; when++) {
		struct fixture *f = calloc(1, sizeof *f);
		struct name *names[] = {conversation("@5:7"), conversation("@5~bob")};
		struct name *other = conversation("@7~bob");
		fixture_open(f, true);
		struct name *gone = nick(f, "ann");
		const struct name *const *both = (const struct name *const *)names;
		for (size_t i = 0; i < 20; i++) {
			say(f, names[i % 2], EVENT_DIRECT, "ann", "x", "secretword");
			say(f, other, EVENT_DIRECT, "cat", "bob", "secretword");
		}
		if (when > 0)
			commit(f);
		if (when == 1)
			reopen(f);
		f->store->erase(f->store, gone, both, 2);
		/* The guest has one with the next who is called so. */
		say(f, names[1], EVENT_DIRECT, "bob", "ann", "hello");
		commit(f);
		assert_read(f, names[0], true, "");
		assert_read(f, names[1], true, " direct bob to ann: hello\n");
		struct history_search search = {
			.typed = text_of("secretword"), .rooms = both, .n_rooms = 2, .limit = 10};
		assert_found(f, &search, "");
		await_none(f, "SELECT count(*) FROM erasure");
		assert_int_equal(count(f, "SELECT count(*) FROM event"), 21);
		assert_int_equal(count(f, "SELECT count(*) FROM place"), 21);
		assert_int_equal(count(f, "SELECT count(*) FROM room"), 2);
		if (when == 2)
			reopen(f);
		/* The room's number in the file is found anew. */
		say(f, names[0], EVENT_DIRECT, "cat", "dan", "again");
		say(f, names[1], EVENT_DIRECT, "bob", "ann", "more");
		commit(f);
		reopen(f);
		assert_read(f, names[0], true, " direct cat to dan: again\n");
		assert_read(
			f, names[1], true, " direct bob to ann: hello\n direct bob to ann: more\n");
		assert_found(f, &search, "");
		search.rooms = (const struct name *const[]){other};
		search.n_rooms = 1;
		search.limit = 1;
		assert_found(f, &search, "in @7~bob direct cat to bob: secretword\n");
		free(names[0]);
		free(names[1]);
		free(other);
		free(gone);
		fixture_close(f);
		free(f);
	}
}

/* A thread reads while it is erased: what it brings later is not told, nor kept in memory. */
static void
what_is_being_read_is_erased_too(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct name *talk = conversation("@5:7");
	const struct history_range range = {.limit = 100};
	fixture_open(f, true);
	struct name *gone = nick(f, "ann");
	for (size_t i = 0; i < 3; i++) {
		say(f, f->rooms[0], EVENT_SAID, "ann", NULL, "tea");
		say(f, talk, EVENT_DIRECT, "ann", "bob", "tea");
	}
	commit(f);
	reopen(f);
	for (size_t i = 0; i < 2; i++) {
		f->answered = false;
		f->store->read(f->store, i ? talk : f->rooms[0], &range, on_events, f);
		assert_false(f->answered);
		if (i == 0)
			f->store->erase(f->store, gone, NULL, 0);
		else
			f->store->erase(f->store, gone, (const struct name *const[]){talk}, 1);
		while (!f->answered)
			turn(f);
		const char *wanted = i ? ""
				       : " chat deleted: tea\n chat deleted: tea\n"
					 " chat deleted: tea\n";
		assert_text(strbuf_view(&f->page), text_of(wanted));
		assert_read(f, i ? talk : f->rooms[0], false, wanted);
	}
	free(gone);
	free(talk);
	fixture_close(f);
	free(f);
}

/* Each step is small, so that a commit need not wait; and closing the store does not wait for all. */
static void
it_goes_on_in_steps_after_a_restart(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct name *names[] = {conversation("@5:7")};
	fixture_open(f, true);
	struct name *gone = nick(f, "ann");
	for (size_t i = 0; i < MANY; i++) {
		say(f, f->rooms[i % 2], EVENT_SAID, i % 3 ? "Ann" : "bob", NULL, "some words");
		say(f, names[0], EVENT_DIRECT, "ann", "bob", "some words");
		if (i % 100 == 0)
			commit(f);
	}
	commit(f);
	f->store->erase(f->store, gone, (const struct name *const *)names, 1);
	say(f, names[0], EVENT_DIRECT, "cat", "bob", "later");
	commit(f);
	size_t reopened = 0;
	for (; count(f, "SELECT count(*) FROM erasure") > 0; reopened++) {
		assert_true(reopened < 1000);
		reopen(f);
		assert_range(f, names[0], (struct history_range){.limit = 1, .oldest = true},
			" direct cat to bob: later\n");
		const struct history_range range = {.limit = 100, .oldest = true};
		f->answered = false;
		f->store->read(f->store, f->rooms[1], &range, on_events, f);
		while (!f->answered)
			turn(f);
		strbuf_add(&f->page, "", 1);
		assert_null(strstr(f->page.ptr, "Ann"));
		assert_non_null(strstr(f->page.ptr, "deleted: some words\n chat "));
	}
	assert_true(reopened > 1);
	assert_int_equal(count(f, "SELECT count(*) FROM event"), MANY + 1);
	assert_int_equal(
		count(f, "SELECT count(*) FROM event WHERE actor = 'deleted'"), MANY * 2 / 3);
	assert_int_equal(count(f, "SELECT count(*) FROM event WHERE actor = 'bob'"), MANY / 3);
	assert_int_equal(count(f, "SELECT count(*) FROM place"), MANY + 1);
	free(gone);
	free(names[0]);
	fixture_close(f);
	free(f);
}

/* A bounded number of rows a step, whatever there is to do. */
static void
a_step_changes_a_bounded_number_of_events(void **state)
{
	(void)state;
	struct db *db = db_open_memory();
	int64_t room;
	assert_int_equal(db_begin(db), DB_OK);
	assert_int_equal(db_room(db, text_of("main"), text_of("main"), &room), DB_OK);
	for (uint64_t id = 1; id <= 1000; id++) {
		const struct record record = {.kind = EVENT_SAID,
			.id = id,
			.actor = text_of(id % 2 ? "ann" : "bob"),
			.body = text_of("x")};
		assert_int_equal(db_add_record(db, &record, room), DB_OK);
	}
	const struct db_erasure erasure = {.number = 9, .last = 900, .nick = text_of("ann")};
	assert_int_equal(db_add_erasure(db, &erasure), DB_OK);
	assert_int_equal(db_commit(db, 1000), DB_OK);
	size_t steps = 0;
	uint64_t erased = 0;
	for (bool left = true; left; steps++) {
		assert_true(steps < 100);
		assert_int_equal(db_erase(db, 50, &erased, &left), DB_OK);
	}
	/* 450 of them, 50 a step; the last finds none, and the one after it no erasure. */
	assert_in_range(steps, 10, 12);
	assert_int_equal(erased, 9);
	assert_int_equal(db_last_erasure(db), 9);
	db_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_are_read_and_found_like_rooms),
		cmocka_unit_test(a_nick_is_replaced_by_deleted),
		cmocka_unit_test(conversations_are_deleted),
		cmocka_unit_test(what_is_being_read_is_erased_too),
		cmocka_unit_test(it_goes_on_in_steps_after_a_restart),
		cmocka_unit_test(a_step_changes_a_bounded_number_of_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
