/* The store: what was kept is read again, from memory and from the file, in order and once. */
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
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

/* As by a later version of the program, which has one step more. */
static struct db *
open_later(const struct fixture *f, const char *step, struct strbuf *why)
{
	const char *const steps[] = {db_versions[0], db_versions[1], step};
	return db_open_version(f->file, STORE_SYNC_NORMAL, steps, COUNT(steps), why);
}

static void
assert_version(const char *file, const char *wanted)
{
	char command[200], found[16] = "";
	snprintf(command, sizeof command,
		"sqlite3 %s \"PRAGMA user_version; PRAGMA auto_vacuum; SELECT count(*) FROM "
		"event\" |"
		" tr '\\n' ' '",
		file);
	FILE *out = popen(command, "r");
	assert_non_null(out);
	assert_non_null(fgets(found, sizeof found, out));
	pclose(out);
	assert_string_equal(found, wanted);
}

static void
an_older_file_is_copied_and_brought_up_to_date(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct strbuf why = {0};
	struct stat copied;
	char copy[80];
	fixture_open(f, true);
	keep(f, EVENT_SAID, 1);
	keep(f, EVENT_SAID, 1);
	commit(f);
	store_close(f->store);
	f->store = NULL;
	snprintf(copy, sizeof copy, "%s.version2", f->file);
	/* A step that fails leaves the version as it was, and its copy. */
	assert_null(open_later(f, "ALTER TABLE event ADD COLUMN colour; SELECT nothing", &why));
	assert_text(strbuf_view(&why), text_of("near \"nothing\": syntax error"));
	assert_version(f->file, "2 2 2 ");
	assert_version(copy, "2 2 2 ");
	reopen(f);
	keep(f, EVENT_SAID, 1);
	commit(f);
	assert_page(f, 0, (struct history_range){.limit = 10});
	store_close(f->store);
	f->store = NULL;
	struct db *db = open_later(f, "ALTER TABLE event ADD COLUMN colour;", &why);
	assert_non_null(db);
	db_close(db);
	assert_version(f->file, "3 2 3 ");
	assert_version(copy, "2 2 3 ");
	assert_int_equal(stat(copy, &copied), 0);
	assert_int_equal(copied.st_mode & 0777, 0600);
	assert_refused(f, "was written by a newer version of teahoused (3; this one knows 2); "
			  "install that one, or put the copy from before it in its place");
	assert_int_equal(rename(copy, f->file), 0);
	reopen(f);
	assert_page(f, 0, (struct history_range){.limit = 10});
	strbuf_clear(&why);
	fixture_close(f);
	free(f);
}

static long
file_size(const struct fixture *f)
{
	struct stat found;
	assert_int_equal(stat(f->file, &found), 0);
	return (long)found.st_size;
}

/* What is not to be kept is deleted in steps, and its space is given back. */
static void
what_is_deleted_gives_its_space_back(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	for (size_t i = 0; i < 15000; i++)
		keep(f, EVENT_SAID, 1);
	commit(f);
	store_close(f->store);
	f->store = NULL;
	long before = file_size(f);
	assert_true(before > 500000);
	f->keep = 100;
	reopen(f);
	/* By the writer's thread, while nothing else happens. */
	for (int i = 0; file_size(f) > before * 2 / 3; i++) {
		assert_true(i < 3000);
		usleep(10000);
	}
	memmove(f->kept, f->kept + 14900, (f->n - 14900) * sizeof f->kept[0]);
	f->n -= 14900;
	assert_page(f, 0, (struct history_range){.limit = 200});
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
		cmocka_unit_test(an_older_file_is_copied_and_brought_up_to_date),
		cmocka_unit_test(what_is_deleted_gives_its_space_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
