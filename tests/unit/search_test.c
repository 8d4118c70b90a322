/* Searching the history: which words find what, and that nothing of other rooms is found. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/db.h"
#include "unit.h"

enum { ROOMS = 13 };

struct fixture {
	char file[32];
	struct db *db;
	int64_t rooms[ROOMS + 1];
	uint64_t id;
	struct strbuf found;
};

static struct text
room_name(size_t i)
{
	static char name[32];
	snprintf(name, sizeof name, "room%zu", i);
	return text_of(name);
}

static void
fixture_open(struct fixture *f)
{
	struct strbuf why = {0};
	*f = (struct fixture){.file = "/tmp/search.XXXXXX"};
	close(mkstemp(f->file));
	f->db = db_open(f->file, STORE_SYNC_OFF, &why);
	assert_non_null(f->db);
	assert_int_equal(db_begin(f->db), DB_OK);
	for (size_t i = 1; i <= ROOMS; i++)
		assert_int_equal(db_room(f->db, room_name(i), room_name(i), &f->rooms[i]), DB_OK);
	assert_int_equal(db_commit(f->db, 0), DB_OK);
}

static void
fixture_close(struct fixture *f)
{
	db_close(f->db);
	strbuf_clear(&f->found);
	unlink(f->file);
}

static void
say(struct fixture *f, size_t room, enum event_kind kind, const char *nick, const char *body)
{
	struct event event = {.kind = kind,
		.id = ++f->id,
		.actor = text_of(nick),
		.body = text_of(body),
		.target = text_of(body)};
	struct record *record = record_make(&event);
	assert_int_equal(db_begin(f->db), DB_OK);
	assert_int_equal(db_add_record(f->db, record, f->rooms[room]), DB_OK);
	assert_int_equal(db_add_place(f->db, record, f->rooms[room]), DB_OK);
	assert_int_equal(db_commit(f->db, f->id), DB_OK);
	record_drop(record);
}

static void
index_all(struct fixture *f)
{
	bool left = true;
	uint64_t indexed;
	while (left)
		assert_int_equal(db_index(f->db, 3, &indexed, &left), DB_OK);
}

static void
on_hit(void *ctx, const struct record *record, struct text room)
{
	struct fixture *f = ctx;
	strbuf_printf(&f->found, "%.*s %.*s: %.*s\n", TEXT_ARGS(room), TEXT_ARGS(record->actor),
		TEXT_ARGS(record->body));
}

/* In the rooms of the list, which ends with 0. */
static void
search(struct fixture *f, const size_t *rooms, struct db_search search)
{
	char names[ROOMS][32];
	struct text in[ROOMS];
	size_t n = 0;
	for (; rooms[n]; n++) {
		snprintf(names[n], sizeof names[n], "room%zu", rooms[n]);
		in[n] = text_of(names[n]);
	}
	search.rooms = in;
	search.n_rooms = n;
	f->found.len = 0;
	assert_int_equal(db_search(f->db, &search, on_hit, f), DB_OK);
}

#define assert_found(f, typed_text, wanted, ...)                                        \
	do {                                                                            \
		search((f), (const size_t[]){__VA_ARGS__, 0},                           \
			(struct db_search){.typed = text_of(typed_text), .limit = 10}); \
		assert_text(strbuf_view(&(f)->found), text_of(wanted));                 \
	} while (0)

static void
words_phrases_and_beginnings_are_found(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	say(&f, 1, EVENT_SAID, "ann", "The kettle is on, and the Crème brûlée, too.");
	say(&f, 1, EVENT_EMOTE, "bob", "fills the kettle");
	say(&f, 1, EVENT_TOPIC, "bob", "kettle");
	say(&f, 1, EVENT_RENAMED, "bob", "kettle");
	say(&f, 1, EVENT_SAID, "cat", "keeper of tea\nand of two lines");
	assert_found(&f, "kettle", "", 1);
	index_all(&f);
	const char *both = "room1 bob: fills the kettle\n"
			   "room1 ann: The kettle is on, and the Crème brûlée, too.\n";
	assert_found(&f, "kettle", both, 1);
	assert_found(&f, "  KETTLE ", both, 1);
	assert_found(&f, "the kettle", both, 1);
	assert_found(&f, "creme brulee", strchr(both, '\n') + 1, 1);
	assert_found(&f, "\"kettle the\"", "", 1);
	assert_found(&f, "\"the kettle\" fills", "room1 bob: fills the kettle\n", 1);
	assert_found(&f, "ke*",
		"room1 cat: keeper of tea\nand of two lines\nroom1 bob: fills the kettle\n"
		"room1 ann: The kettle is on, and the Crème brûlée, too.\n",
		1);
	assert_found(&f, "\"tea and of\"", "room1 cat: keeper of tea\nand of two lines\n", 1);
	assert_found(&f, "kettl", "", 1);
	fixture_close(&f);
}

static void
whatever_is_typed_is_text(void **state)
{
	(void)state;
	static const char *const typed[] = {"", " ", "*", "\"", "\"\"", "\"\"\"", "-", "^", "( )",
		"' OR 1=1", "a:", "{a b}: c", "NEAR(a b)", "a NOT", "AND", "a AND", "*a", "a**",
		"\"a", "a\"b", "\\", "%", "\n", "1\nx", "\xff\xfe", "😀", "a\"\"\"b\" c*\""};
	struct fixture f;
	fixture_open(&f);
	say(&f, 1, EVENT_SAID, "ann", "a AND b OR NOT near");
	index_all(&f);
	for (size_t i = 0; i < COUNT(typed); i++)
		search(&f, (const size_t[]){1, 2, 0},
			(struct db_search){.typed = text_of(typed[i]), .limit = 10});
	search(&f, (const size_t[]){1, 0},
		(struct db_search){.typed = BYTES("or\0not"), .limit = 10});
	assert_text(strbuf_view(&f.found), text_of("room1 ann: a AND b OR NOT near\n"));
	assert_found(&f, "AND or NOT", "room1 ann: a AND b OR NOT near\n", 1);
	assert_found(&f, "a\"and", "room1 ann: a AND b OR NOT near\n", 1);
	uint64_t seed = 3;
	for (size_t i = 0; i < 20000; i++) {
		static const char letters[] = "ab\"*() \n:-^'ANDORT\\{}1,.\x80\xc3\xa9";
		char text[24];
		size_t n = random_below(&seed, sizeof text);
		for (size_t j = 0; j < n; j++)
			text[j] = letters[random_below(&seed, sizeof letters - 1)];
		search(&f, (const size_t[]){1, 0},
			(struct db_search){.typed = {text, n}, .limit = 10});
	}
	fixture_close(&f);
}

static void
only_the_given_rooms_are_searched(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	for (size_t i = 1; i <= ROOMS; i++)
		say(&f, i, EVENT_SAID, i % 2 ? "ann" : "Bob", "2 secret words 12 3");
	index_all(&f);
	assert_found(&f, "secret", "room1 ann: 2 secret words 12 3\n", 1);
	assert_found(&f, "se*", "room1 ann: 2 secret words 12 3\n", 1);
	assert_found(&f, "secret",
		"room12 Bob: 2 secret words 12 3\nroom2 Bob: 2 secret words 12 3\n", 2, 12);
	search(&f, (const size_t[]){0},
		(struct db_search){.typed = text_of("secret"), .limit = 10});
	assert_text(strbuf_view(&f.found), text_of(""));
	search(&f, (const size_t[]){1, 2, 3, 4, 0},
		(struct db_search){.typed = text_of("secret"),
			.limit = 1,
			.from = text_of("bob"),
			.before = 4});
	assert_text(strbuf_view(&f.found), text_of("room2 Bob: 2 secret words 12 3\n"));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_phrases_and_beginnings_are_found),
		cmocka_unit_test(whatever_is_typed_is_text),
		cmocka_unit_test(only_the_given_rooms_are_searched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
