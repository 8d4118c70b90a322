/* The store: what was kept is read again, from memory and from the file, in order and once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "teahouse/store.h"
#include "unit.h"

enum { ROOMS = 3, EVENTS = 4000, RECENT = 7, PAGES = 3000 };

struct fixture {
	struct name_rules *rules;
	struct name *rooms[ROOMS];
	struct history *store;
	char folder[32], file[64];
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	bool wake;
	uint64_t committed;
	/* what must be there */
	struct kept {
		uint64_t id;
		enum event_kind kind;
		unsigned rooms; /* a bit for each */
	} kept[EVENTS + 1];
	size_t n;
	/* the page that was read last */
	struct strbuf page;
	bool answered, more, failed;
};

static void
on_wake(void *ctx)
{
	struct fixture *f = ctx;
	pthread_mutex_lock(&f->mutex);
	f->wake = true;
	pthread_cond_signal(&f->woken);
	pthread_mutex_unlock(&f->mutex);
}

/* Waits until a thread of the store has something for the loop, and takes it. */
static void
turn(struct fixture *f)
{
	pthread_mutex_lock(&f->mutex);
	while (!f->wake)
		pthread_cond_wait(&f->woken, &f->mutex);
	f->wake = false;
	pthread_mutex_unlock(&f->mutex);
	uint64_t committed = f->store->committed(f->store);
	assert_true(committed >= f->committed);
	f->committed = committed;
}

static struct history *
open_store(struct fixture *f, struct strbuf *why)
{
	const struct store_settings settings = {.file = f->file,
		.sync = STORE_SYNC_NORMAL,
		.recent = RECENT,
		.wake = on_wake,
		.ctx = f};
	return store_open(&settings, why);
}

static void
reopen(struct fixture *f)
{
	struct strbuf why = {0};
	if (f->store)
		store_close(f->store);
	f->committed = 0;
	f->store = open_store(f, &why);
	if (!f->store)
		bytes_show("why", strbuf_view(&why));
	assert_non_null(f->store);
	strbuf_clear(&why);
}

static void
fixture_open(struct fixture *f, bool file)
{
	static const char *const names[ROOMS] = {"main", "tea", "Garden"};
	*f = (struct fixture){0};
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->woken, NULL);
	f->rules = name_rules_open();
	for (size_t i = 0; i < ROOMS; i++)
		f->rooms[i] = name_make(f->rules, text_of(names[i]), NAME_ROOM);
	snprintf(f->folder, sizeof f->folder, "/tmp/store.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	if (file)
		snprintf(f->file, sizeof f->file, "%s/teahouse.db", f->folder);
	reopen(f);
}

static void
fixture_close(struct fixture *f)
{
	char command[80];
	store_close(f->store);
	for (size_t i = 0; i < ROOMS; i++)
		free(f->rooms[i]);
	name_rules_close(f->rules);
	strbuf_clear(&f->page);
	snprintf(command, sizeof command, "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
}

static bool
is_move(enum event_kind kind)
{
	return kind == EVENT_ENTERED || kind == EVENT_LEFT;
}

static void
keep(struct fixture *f, enum event_kind kind, unsigned rooms)
{
	uint64_t id = f->store->last_id += 1 + (f->n % 5 == 0);
	char text[32];
	snprintf(text, sizeof text, "text %llu", (unsigned long long)id);
	struct event event = {.kind = kind,
		.id = id,
		.time = (int64_t)id * 1000,
		.actor = text_of("ann"),
		.body = is_move(kind) ? TEXT_NONE : text_of(text),
		.target = text_of(text)};
	const struct name *in[ROOMS];
	size_t n = 0;
	for (size_t i = 0; i < ROOMS; i++)
		if (rooms >> i & 1)
			in[n++] = f->rooms[i];
	f->store->keep(f->store, &event, in, n);
	f->kept[f->n++] = (struct kept){id, kind, rooms};
}

static void
commit(struct fixture *f)
{
	uint64_t ticket = f->store->end_turn(f->store);
	while (f->committed < ticket)
		turn(f);
}

static void
on_page(void *ctx, const struct history_page *page)
{
	struct fixture *f = ctx;
	f->answered = true;
	f->failed = !page;
	f->page.len = 0;
	for (size_t i = 0; page && i < page->n; i++) {
		const struct event *event = &page->events[i];
		struct text text = event->kind == EVENT_RENAMED ? event->target : event->body;
		strbuf_printf(&f->page, "%llu %s %.*s %.*s\n", (unsigned long long)event->id,
			event_word(event->kind), TEXT_ARGS(event->actor), TEXT_ARGS(text));
		assert_int_equal(event->time, event->id * 1000);
	}
	f->more = page && page->more;
}

static void
read_page(struct fixture *f, size_t room, struct history_range range)
{
	f->answered = false;
	f->store->read(f->store, f->rooms[room], &range, on_page, f);
	while (!f->answered)
		turn(f);
}

static bool
is_wanted(const struct kept *kept, size_t room, const struct history_range *range)
{
	bool moves = is_move(kept->kind);
	return kept->rooms >> room & 1 && (range->all || !moves) && kept->id > range->after &&
	       (!range->before || kept->id < range->before);
}

/* The same page from what is known to have been kept. */
static void
assert_page(struct fixture *f, size_t room, struct history_range range)
{
	struct strbuf wanted = {0};
	size_t n = 0, skip = 0;
	for (size_t i = 0; i < f->n; i++)
		n += is_wanted(&f->kept[i], room, &range);
	bool more = n > range.limit;
	if (!range.oldest && more)
		skip = n - range.limit;
	size_t left = more ? range.limit : n;
	for (size_t i = 0; i < f->n && left > 0; i++) {
		const struct kept *kept = &f->kept[i];
		if (!is_wanted(kept, room, &range))
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		left--;
		strbuf_printf(&wanted, "%llu %s ann ", (unsigned long long)kept->id,
			event_word(kept->kind));
		if (!is_move(kept->kind))
			strbuf_printf(&wanted, "text %llu", (unsigned long long)kept->id);
		strbuf_puts(&wanted, "\n");
	}
	read_page(f, room, range);
	assert_false(f->failed);
	assert_text(strbuf_view(&f->page), strbuf_view(&wanted));
	assert_int_equal(f->more, more);
	strbuf_clear(&wanted);
}

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
assert_refused(struct fixture *f, const char *why)
{
	struct strbuf said = {0}, wanted = {0};
	strbuf_printf(&wanted, "%s: %s", f->file, why);
	assert_null(open_store(f, &said));
	assert_text(strbuf_view(&said), strbuf_view(&wanted));
	strbuf_clear(&said);
	strbuf_clear(&wanted);
}

static void
file_write(const char *file, const char *content)
{
	FILE *out = fopen(file, "w");
	assert_non_null(out);
	fputs(content, out);
	fclose(out);
}

static void
sql(const struct fixture *f, const char *statements)
{
	char command[400];
	snprintf(command, sizeof command, "sqlite3 %s \"%s\"", f->file, statements);
	assert_int_equal(system(command), 0);
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
