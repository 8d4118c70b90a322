/* The store: what was kept is read again, from memory and from the file, in order and once. */
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"

enum { EVENTS = 4000, PAGES = 3000 };

static const enum event_kind kinds[] = {EVENT_SAID, EVENT_SAID, EVENT_SAID, EVENT_EMOTE,
	EVENT_TOPIC, EVENT_RENAMED, EVENT_ENTERED, EVENT_LEFT};

static struct history_range
random_range(struct fixture *f, uint64_t *seed)
{
	uint32_t last = (uint32_t)f->store->last_id + 3;
	return (struct history_range){
		.after = random_below(seed, 2) ? 0 : random_below(seed, last),
		.before = random_below(seed, 2) ? 0 : random_below(seed, last),
		.limit = 1 + random_below(seed, 20),
		.oldest = random_below(seed, 2),
		.all = random_below(seed, 2),
	};
}

/* Keeps and reads at random; now and then the store is closed and opened again. */
static void
pages_are_those_that_were_kept(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	uint64_t seed = 7;
	while (f->n < EVENTS) {
		enum event_kind kind = kinds[random_below(&seed, COUNT(kinds))];
		unsigned rooms = 1u << random_below(&seed, ROOMS);
		keep(f, kind, kind == EVENT_RENAMED ? 1 + random_below(&seed, 7) : rooms);
		if (random_below(&seed, 4) == 0)
			commit(f);
		if (random_below(&seed, 3) == 0)
			assert_page(f, random_below(&seed, ROOMS), random_range(f, &seed));
		if (random_below(&seed, 200) == 0)
			reopen(f);
	}
	uint64_t last = f->store->last_id;
	reopen(f);
	assert_int_equal(f->store->last_id, last);
	for (size_t i = 0; i < PAGES; i++)
		assert_page(f, random_below(&seed, ROOMS), random_range(f, &seed));
	fixture_close(f);
	free(f);
}

/* From the newest to the first, while others are kept: each of those that were there, once. */
static void
paging_visits_each_once(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	for (size_t i = 0; i < 1000; i++)
		keep(f, EVENT_SAID, 1);
	commit(f);
	size_t seen = 0, n = f->n;
	uint64_t before = 0;
	for (bool more = true; more; more = f->more) {
		read_page(f, 0, (struct history_range){.before = before, .limit = 10});
		unsigned long long first;
		assert_int_equal(sscanf(f->page.ptr, "%llu", &first), 1);
		before = first;
		seen += text_lines(strbuf_view(&f->page)) - 1;
		keep(f, EVENT_SAID, 1);
		commit(f);
	}
	assert_int_equal(before, f->kept[0].id);
	assert_int_equal(seen, n);
	fixture_close(f);
	free(f);
}

static void
without_a_file_the_newest_are_kept(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, false);
	for (size_t i = 0; i < 20; i++)
		keep(f, EVENT_SAID, 1);
	assert_int_equal(f->store->end_turn(f->store), 0);
	size_t forgotten = 20 - RECENT;
	memmove(f->kept, f->kept + forgotten, RECENT * sizeof f->kept[0]);
	f->n = RECENT;
	assert_page(f, 0, (struct history_range){.limit = 3});
	assert_page(f, 0, (struct history_range){.limit = 100});
	assert_page(f, 0, (struct history_range){.limit = 3, .oldest = true});
	assert_page(f, 1, (struct history_range){.limit = 3});
	fixture_close(f);
	free(f);
}

static void
search(struct fixture *f, const char *typed, size_t n_rooms, uint64_t before)
{
	const struct history_search search = {.typed = text_of(typed),
		.rooms = (const struct name *const *)f->rooms,
		.n_rooms = n_rooms,
		.before = before,
		.limit = 2};
	f->answered = false;
	f->store->search(f->store, &search, on_page, f);
	while (!f->answered)
		turn(f);
	assert_false(f->failed);
}

/* At once after it was committed, though words are indexed later. */
static void
messages_are_found(struct fixture *f)
{
	keep(f, EVENT_SAID, 1);
	keep(f, EVENT_EMOTE, 2);
	keep(f, EVENT_RENAMED, 3);
	keep(f, EVENT_SAID, 4);
	keep(f, EVENT_SAID, 1);
	keep(f, EVENT_ENTERED, 1);
	commit(f);
	uint64_t id[5];
	for (size_t i = 0; i < COUNT(id); i++)
		id[i] = f->kept[i].id;
	struct strbuf wanted = {0};
	strbuf_printf(&wanted, "%llu chat ann text %llu\n%llu emote ann text %llu\n",
		(unsigned long long)id[4], (unsigned long long)id[4], (unsigned long long)id[1],
		(unsigned long long)id[1]);
	search(f, "Text", 2, 0);
	assert_text(strbuf_view(&f->page), strbuf_view(&wanted));
	assert_true(f->more);
	wanted.len = 0;
	strbuf_printf(&wanted, "%llu emote ann text %llu\n%llu chat ann text %llu\n",
		(unsigned long long)id[1], (unsigned long long)id[1], (unsigned long long)id[0],
		(unsigned long long)id[0]);
	search(f, "te*", 2, id[4]);
	assert_text(strbuf_view(&f->page), strbuf_view(&wanted));
	assert_false(f->more);
	search(f, "text", 0, 0);
	assert_text(strbuf_view(&f->page), text_of(""));
	strbuf_clear(&wanted);
}

static void
messages_are_found_in_a_file_and_in_memory(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct fixture *f = calloc(1, sizeof *f);
		fixture_open(f, file);
		messages_are_found(f);
		fixture_close(f);
		free(f);
	}
}

static void
files_that_are_no_history_are_refused(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	assert_refused(f, "is in use by another server");
	fixture_close(f);
	fixture_open(f, false);
	store_close(f->store);
	f->store = NULL;
	snprintf(f->file, sizeof f->file, "%s/other", f->folder);
	file_write(f->file, "This is no database, and must stay as it is.\n");
	assert_refused(f, "file is not a database; move it away to begin a new history, or put a "
			  "backup in its place");
	unlink(f->file);
	sql(f, "CREATE TABLE recipes (tea)");
	assert_refused(f, "is a database, but not a history of Teahouse's");
	unlink(f->file);
	reopen(f);
	store_close(f->store);
	f->store = NULL;
	sql(f, "PRAGMA user_version = 99");
	assert_refused(f, "was written by a newer version of teahoused (99; this one knows 1)");
	unlink(f->file);
	assert_int_equal(mkdir(f->file, 0700), 0);
	assert_refused(f, "cannot be opened for writing: Is a directory");
	rmdir(f->file);
	reopen(f);
	fixture_close(f);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_those_that_were_kept),
		cmocka_unit_test(paging_visits_each_once),
		cmocka_unit_test(without_a_file_the_newest_are_kept),
		cmocka_unit_test(messages_are_found_in_a_file_and_in_memory),
		cmocka_unit_test(files_that_are_no_history_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
