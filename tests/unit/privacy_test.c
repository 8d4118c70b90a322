/*
 * Nobody learns what is said in a room that they are not in. The same conversation is held
 * several times, with the same requests by bob; what is said where he is not differs, and bob
 * must be told the same each time, byte for byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../support/waiting_store.h"
#include "core_fixture.h"

enum {
	SAYINGS = 6,  /* what may be said where bob is not, each with as many ids */
	ROOMS = 11,   /* so that `hidden` is room 12 in a file, and main is room 1 */
	ROUNDS = 600, /* of random requests */
};

struct world {
	struct fixture fixture;
	struct history *store;
	char file[32]; /* or "" */
	struct guest *ann, *bob, *cat;
	size_t saying;
	unsigned said;      /* in `hidden` */
	struct strbuf told; /* to bob */
};

/* Ends the turn, and waits until it is stored and all that was asked for is answered. */
static void
settle(struct world *w)
{
	struct history *store = w->store;
	uint64_t ticket = store->end_turn(store);
	while (store->committed(store) < ticket || session_is_pending(&w->bob->session)) {
		waiting_store_wait();
		store->committed(store);
		uint64_t next = store->end_turn(store);
		ticket = next ? next : ticket;
	}
}

/* Where bob is not: always one event, in one place or another. */
static void
say_elsewhere(struct world *w)
{
	static const char *const lines[SAYINGS] = {
		"the secret kettle is under the stairs",
		"nothing that anybody would look for",
		"/me hides the secret kettle",
		"/topic the secret kettle",
		"/msg cat the secret kettle",
		"/msg cat psst",
	};
	char line[64];
	snprintf(line, sizeof line, "%s %u", lines[w->saying], ++w->said);
	assert_int_equal(type(w->ann, line), REASON_OK);
	settle(w);
}

static void
world_open(struct world *w, size_t saying, bool file)
{
	struct strbuf why = {0};
	*w = (struct world){.saying = saying};
	if (file) {
		snprintf(w->file, sizeof w->file, "/tmp/privacy.XXXXXX");
		close(mkstemp(w->file));
		w->store = waiting_store_open_file(w->file, &why);
	} else {
		w->store = waiting_store_open();
	}
	assert_non_null(w->store);
	strbuf_clear(&why);
	fixture_open_all(&w->fixture, fixture_settings(), NULL, w->store);
	w->bob = guest_login(&w->fixture, "bob");
	w->ann = guest_login(&w->fixture, "ann");
	w->cat = guest_login(&w->fixture, "cat");
	type(w->ann, "the kettle in main");
	for (int i = 2; i <= ROOMS; i++) {
		char line[32];
		snprintf(line, sizeof line, "/join r%d", i);
		type(w->ann, line);
		type(w->ann, "a secret of this room");
		type(w->cat, line);
	}
	type(w->ann, "/join hidden");
	type(w->cat, "/join hidden");
	say_elsewhere(w);
	guest_forget(w->bob);
}

static void
world_close(struct world *w)
{
	fixture_close(&w->fixture);
	store_close(w->store);
	strbuf_clear(&w->told);
	if (!w->file[0])
		return;
	static const char *const endings[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < COUNT(endings); i++) {
		char name[48];
		snprintf(name, sizeof name, "%s%s", w->file, endings[i]);
		unlink(name);
	}
}

/* Keeps what bob was told. */
static void
note(struct world *w)
{
	settle(w);
	strbuf_add_text(&w->told, strbuf_view(&w->bob->told));
	guest_forget(w->bob);
}

static void
ask(struct world *w, enum command_id id, const char *const arg[5], const char *room)
{
	struct request request = {.command = command_get(id),
		.room = text_of(room),
		.ref = text_of("r"),
		.about = text_of("x")};
	for (size_t i = 0; i < 5; i++)
		request.arg[i + (id == COMMAND_HISTORY)] = text_of(arg[i]);
	session_request(&w->bob->session, &request);
	note(w);
}

static const char *const rooms[] = {
	NULL, "main", "tea", "hidden", "HIDDEN", "h\u0456dden", "r2", "nowhere", "12", ""};

static const char *const typed[] = {"secret", "se*", "kettle", "\"secret kettle\"",
	"\"the secret\"", "under OR psst", "kettle NOT main", "NEAR(secret kettle)", "body: secret",
	"hidden: secret", "{body} : kettle", "room:hidden", "\"12\nsecret\"", "12\nsecret",
	"12 secret", "\"12\nse\" *", "1\nkettle", "^secret", "- secret", "*", "\"\"", "s* *",
	"secret\" OR \"secret", "') OR 1=1 --", "h*", "psst", "kettle \"stairs 1\"", "\\nsecret",
	"x\"OR\"12\nsecret", "x\"OR\"12\nse*"};

static const char *const nicks[] = {NULL, NULL, "ann", "ANN", "cat", "bob", "", "%", "a*"};

#define ANY(list) list[random_below(seed, COUNT(list))]

/* A number as an id of something, or of nothing. */
static const char *
some_id(struct world *w, uint64_t *seed, char out[24])
{
	uint64_t most = w->store->last_id + 3;
	if (random_below(seed, 3) == 0)
		return NULL;
	snprintf(out, 24, "%u", (unsigned)random_below(seed, (uint32_t)most));
	return out;
}

static void
ask_something(struct world *w, uint64_t *seed)
{
	char limit[24], before[24], after[24], around[24], line[96];
	const char *history[5] = {some_id(w, seed, limit), some_id(w, seed, before),
		some_id(w, seed, after), some_id(w, seed, around),
		random_below(seed, 2) ? "all" : NULL};
	const char *search[5] = {ANY(typed), ANY(nicks), history[1], history[0], NULL};
	switch (random_below(seed, 4)) {
	case 0:
		ask(w, COMMAND_SEARCH, search, ANY(rooms));
		break;
	case 1:
		snprintf(line, sizeof line, "/search %s", search[0]);
		type(w->bob, line);
		note(w);
		break;
	default:
		ask(w, COMMAND_HISTORY, history, ANY(rooms));
		break;
	}
}

/* The same course each time, but for what is said elsewhere. */
static void
random_course(struct world *w, uint64_t seed_value)
{
	uint64_t *seed = &seed_value;
	for (size_t i = 0; i < ROUNDS; i++) {
		static const char *const by_bob[] = {"/join tea", "/leave tea", "/leave main",
			"/join main", "/join r2", "/leave r2", "a kettle of bob's", "/nick bob",
			"/nick bobby"};
		static const char *const by_cat[] = {"/leave hidden", "/join hidden"};
		switch (random_below(seed, 6)) {
		case 0:
			type(w->bob, ANY(by_bob));
			break;
		case 1:
			type(w->cat, ANY(by_cat));
			break;
		case 2:
			say_elsewhere(w);
			break;
		default:
			ask_something(w, seed);
		}
		note(w);
	}
}

/* What bob is told in the course; the caller clears it. */
static struct strbuf
told_in(size_t saying, bool file, uint64_t seed)
{
	struct world w;
	world_open(&w, saying, file);
	random_course(&w, seed);
	struct strbuf told = w.told;
	w.told = (struct strbuf){0};
	world_close(&w);
	return told;
}

static void
compare_worlds(bool file)
{
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct strbuf first = told_in(0, file, seed);
		/* He has been told something of everything. */
		assert_non_null(strstr(first.ptr, "the kettle in main"));
		assert_non_null(strstr(first.ptr, "search"));
		assert_non_null(strstr(first.ptr, "error not-in-room"));
		for (size_t saying = 1; saying < SAYINGS; saying++) {
			struct strbuf other = told_in(saying, file, seed);
			assert_text(strbuf_view(&other), strbuf_view(&first));
			strbuf_clear(&other);
		}
		strbuf_clear(&first);
	}
}

static void
what_is_said_elsewhere_changes_no_answer(void **state)
{
	(void)state;
	compare_worlds(false);
}

static void
nor_with_a_file(void **state)
{
	(void)state;
	compare_worlds(true);
}

/* What bob is told at each of these requests for the room; `hidden` may be away or full of people. */
static void
ask_for(struct world *w, const char *room)
{
	static const char *const history[][5] = {{NULL}, {"1", "9"}, {"1", NULL, "1"},
		{"9", NULL, NULL, "30"}, {"200", "99", "1", NULL, "all"}};
	for (size_t i = 0; i < COUNT(history); i++)
		ask(w, COMMAND_HISTORY, history[i], room);
	ask(w, COMMAND_SEARCH, (const char *const[5]){"secret"}, room);
	ask(w, COMMAND_SEARCH, (const char *const[5]){"kettle", "ann"}, NULL);
	ask(w, COMMAND_SEARCH, (const char *const[5]){"secret", "ann"}, NULL);
}

/* A room that nobody is in is answered for as one that never was, whatever was said in it. */
static void
an_empty_room_is_none(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct world w;
		world_open(&w, 0, file);
		type(w.ann, "/leave hidden");
		type(w.cat, "/leave hidden");
		settle(&w);
		guest_forget(w.bob);
		ask_for(&w, "hidden");
		struct strbuf once = w.told;
		w.told = (struct strbuf){0};
		/* A name as long, of no room. */
		ask_for(&w, "absent");
		strbuf_add(&w.told, "", 1);
		w.told.len--;
		for (char *at = w.told.ptr; (at = strstr(at, "absent"));)
			memcpy(at, "hidden", 6);
		assert_text(strbuf_view(&w.told), strbuf_view(&once));
		strbuf_add(&once, "", 1);
		assert_non_null(strstr(once.ptr, "error no-such-room"));
		strbuf_clear(&once);
		/* It goes on for those who enter it: what was said there is its history. */
		type(w.bob, "/join hidden");
		note(&w);
		w.told.len = 0;
		ask(&w, COMMAND_SEARCH, (const char *const[5]){"stairs"}, "hidden");
		ask(&w, COMMAND_HISTORY, (const char *const[5]){NULL}, "hidden");
		strbuf_add(&w.told, "", 1);
		assert_non_null(strstr(w.told.ptr, "history hidden"));
		assert_non_null(strstr(strstr(w.told.ptr, "secret kettle") + 1, "secret kettle"));
		world_close(&w);
	}
}

static void
what_was_left_is_not_read_any_more(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct world w;
		world_open(&w, 0, file);
		type(w.bob, "/join hidden");
		type(w.bob, "/leave hidden");
		note(&w);
		w.told.len = 0;
		say_elsewhere(&w);
		ask_for(&w, "hidden");
		strbuf_add(&w.told, "", 1);
		assert_non_null(strstr(w.told.ptr, "error not-in-room"));
		assert_null(strstr(w.told.ptr, "secret"));
		world_close(&w);
	}
}

/* Direct messages are in no history, not even for those who wrote or got them. */
static void
direct_messages_are_not_found(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct world w;
		world_open(&w, 4, file);
		type(w.bob, "/join hidden");
		type(w.bob, "/msg ann a secret of bob's");
		type(w.ann, "/msg bob a secret of ann's");
		guest_forget(w.bob);
		ask(&w, COMMAND_SEARCH, (const char *const[5]){"secret"}, NULL);
		ask(&w, COMMAND_SEARCH, (const char *const[5]){"secret", "bob"}, NULL);
		assert_text(strbuf_view(&w.told), text_of("search /r\nsearch /r\n"));
		ask(&w, COMMAND_HISTORY, (const char *const[5]){"200", NULL, NULL, NULL, "all"},
			"hidden");
		ask(&w, COMMAND_HISTORY, (const char *const[5]){"200", NULL, NULL, NULL, "all"},
			"main");
		strbuf_add(&w.told, "", 1);
		assert_null(strstr(w.told.ptr, "secret"));
		world_close(&w);
	}
}

/* An answer that comes after the user has left the room, by another of its sessions. */
static void
an_answer_that_comes_late_tells_nothing(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, 0, true);
	type(w.bob, "/join hidden");
	struct guest *phone = guest_connect(&w.fixture);
	session_attach(&phone->session, &w.bob->session);
	settle(&w);
	guest_forget(w.bob);
	for (size_t i = 0; i < 6; i++) {
		static const char *const fields[][5] = {{"9", "14"}, {"9", NULL, "1"},
			{"9", NULL, NULL, "14"}, {"secret"}, {"secret", "ann"}, {"kettle"}};
		struct request request = {
			.command = command_get(i < 3 ? COMMAND_HISTORY : COMMAND_SEARCH),
			.room = i < 5 ? text_of("hidden") : TEXT_NONE};
		for (size_t j = 0; j < 4; j++)
			request.arg[j + (i < 3)] = text_of(fields[i][j]);
		session_request(&w.bob->session, &request);
		/* Some was in memory; what was not is answered now. */
		bool waits = session_is_pending(&w.bob->session);
		assert_true(waits || i < 3);
		type(phone, "/leave hidden");
		guest_forget(w.bob);
		settle(&w);
		strbuf_add(&w.bob->told, "", 1);
		assert_null(strstr(w.bob->told.ptr, "secret"));
		assert_null(strstr(w.bob->told.ptr, "stairs"));
		if (waits && i < 3)
			assert_non_null(strstr(w.bob->told.ptr, "error not-in-room"));
		if (i == 5)
			assert_non_null(strstr(w.bob->told.ptr, "kettle in main"));
		type(phone, "/join hidden");
		guest_forget(w.bob);
	}
	world_close(&w);
}

/* A hit bears the name that the room has now, not the one that it had when it was first made. */
static void
a_hit_has_the_name_of_the_room(void **state)
{
	(void)state;
	for (int file = 0; file < 2; file++) {
		struct world w;
		world_open(&w, 0, file);
		type(w.bob, "/join Tea");
		type(w.bob, "a teapot");
		type(w.bob, "/leave tea");
		type(w.bob, "/join TEA");
		guest_forget(w.bob);
		settle(&w);
		ask(&w, COMMAND_SEARCH, (const char *const[5]){"teapot"}, NULL);
		strbuf_add(&w.told, "", 1);
		assert_non_null(strstr(w.told.ptr, "@TEA:a teapot /r"));
		world_close(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_elsewhere_changes_no_answer),
		cmocka_unit_test(nor_with_a_file),
		cmocka_unit_test(an_empty_room_is_none),
		cmocka_unit_test(what_was_left_is_not_read_any_more),
		cmocka_unit_test(direct_messages_are_not_found),
		cmocka_unit_test(an_answer_that_comes_late_tells_nothing),
		cmocka_unit_test(a_hit_has_the_name_of_the_room),
	};
	waiting_store_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
