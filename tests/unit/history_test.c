/*
 * The commands that read what was said: which part of a room's history they answer with, and
 * that nobody reads a room that they are not in.
 */
#include <stdio.h>

#include "core_fixture.h"
#include "teahouse/store.h"

enum { MOST = 50 };

struct told {
	struct fixture fixture;
	struct history *store;
	bool failing;
	/* A read that the test answers later, or never. */
	history_read_done *done;
	void *ctx;
};

static void
on_wake(void *ctx)
{
	(void)ctx;
}

static void
told_open(struct told *t)
{
	struct core_settings settings = fixture_settings();
	struct strbuf why = {0};
	settings.page = MOST;
	*t = (struct told){.failing = false};
	t->store = store_open(&(struct store_settings){.recent = 1000, .wake = on_wake}, &why);
	fixture_open_all(&t->fixture, settings, NULL, t->store);
}

static void
told_close(struct told *t)
{
	fixture_close(&t->fixture);
	store_close(t->store);
}

/* `history` with these fields; NULL: missing. */
static void
ask(struct guest *guest, const char *room, const char *limit, const char *before, const char *after,
	const char *around)
{
	const struct request request = {.command = command_get(COMMAND_HISTORY),
		.arg = {TEXT_NONE, text_of(limit), text_of(before), text_of(after),
			text_of(around)},
		.room = text_of(room),
		.ref = text_of("r"),
		.about = text_of("history")};
	session_request(&guest->session, &request);
}

/* What was said has the ids 2 to 11. */
static struct guest *
ten_messages(struct told *t)
{
	struct guest *ann = guest_login(&t->fixture, "ann");
	for (int i = 2; i <= 11; i++) {
		char text[16];
		snprintf(text, sizeof text, "m%d", i);
		type(ann, text);
	}
	guest_forget(ann);
	return ann;
}

static void
the_part_that_is_asked_for(void **state)
{
	(void)state;
	struct told t;
	told_open(&t);
	struct guest *ann = ten_messages(&t);
	type(ann, "/history 3");
	assert_told(ann, "history main 9:m9 10:m10 11:m11 ..\n");
	type(ann, "/history 3 before 9");
	assert_told(ann, "history main 6:m6 7:m7 8:m8 ..\n");
	type(ann, "/history 3 BEFORE 4");
	assert_told(ann, "history main 2:m2 3:m3\n");
	ask(ann, NULL, "2", NULL, "4", NULL);
	assert_told(ann, "history main 5:m5 6:m6 .. /r\n");
	ask(ann, "main", "2", "7", "3", NULL);
	assert_told(ann, "history main 5:m5 6:m6 .. /r\n");
	ask(ann, "Main", "3", NULL, NULL, "7");
	assert_told(ann, "history main 6:m6 7:m7 8:m8 .. /r\n");
	ask(ann, NULL, "4", NULL, NULL, "2");
	assert_told(ann, "history main 2:m2 3:m3 4:m4 5:m5 .. /r\n");
	ask(ann, NULL, "4", NULL, NULL, "99");
	assert_told(ann, "history main 10:m10 11:m11 .. /r\n");
	ask(ann, NULL, "0", "-5", NULL, NULL);
	assert_told(ann, "history main 11:m11 .. /r\n");
	ask(ann, NULL, "99999999999999999999", NULL, NULL, NULL);
	assert_told(ann, "history main 2:m2 3:m3 4:m4 5:m5 6:m6 7:m7 8:m8 9:m9 10:m10 11:m11 /r\n");
	ask(ann, NULL, NULL, NULL, "99", NULL);
	assert_told(ann, "history main /r\n");
	told_close(&t);
}

static void
what_is_no_number_is_refused(void **state)
{
	(void)state;
	struct told t;
	told_open(&t);
	struct guest *ann = ten_messages(&t);
	static const char *const lines[] = {"/history x", "/history 3 before",
		"/history 3 before x", "/history 3 4", "/history 3 after 4", "/history -",
		"/history 1 before 2 3"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		type(ann, lines[i]);
		assert_told(ann, "error usage: Usage: /history [with NAME] [COUNT] [before ID]\n");
	}
	type(ann, "/search");
	assert_told(ann, "error usage: Usage: /search WORDS\n");
	told_close(&t);
}

static void
nobody_reads_a_room_that_they_are_not_in(void **state)
{
	(void)state;
	struct told t;
	told_open(&t);
	struct guest *ann = ten_messages(&t), *bob = guest_login(&t.fixture, "bob");
	type(ann, "/join tea");
	type(ann, "secret");
	guest_forget(bob);
	ask(bob, "tea", NULL, NULL, NULL, NULL);
	assert_told(bob, "error not-in-room: You are not in the room \"tea\". /r\n");
	ask(bob, "nowhere", NULL, NULL, NULL, NULL);
	assert_told(bob, "error no-such-room: There is no room \"nowhere\". /r\n");
	type(bob, "/join tea");
	guest_forget(bob);
	/* A user who is in it may read it from the beginning. */
	type(bob, "/history 5");
	assert_told(bob, "history tea 14:secret\n");
	told_close(&t);
}

/* A history that fails, or answers when the test says so. */
static bool
told_is_failing(const struct history *history)
{
	(void)history;
	return true;
}

static struct told *reader;

static void
told_read_later(struct history *history, const struct name *room, const struct history_range *range,
	history_read_done *done, void *ctx)
{
	(void)history;
	(void)room;
	(void)range;
	reader->done = done;
	reader->ctx = ctx;
}

static void
nothing_is_said_while_storing_fails(void **state)
{
	(void)state;
	static const char *const lines[] = {"hi", "/me waves", "/topic tea"};
	struct told t;
	told_open(&t);
	struct guest *ann = ten_messages(&t);
	t.store->is_failing = told_is_failing;
	for (size_t i = 0; i < COUNT(lines); i++) {
		type(ann, lines[i]);
		assert_told(ann, "error store-failed: Nothing can be said just now: the server "
				 "cannot store it.\n");
	}
	type(ann, "/look");
	assert_told(ann, "names main ann\n");
	told_close(&t);
}

static void
a_session_waits_for_its_answer(void **state)
{
	(void)state;
	struct told t;
	told_open(&t);
	struct guest *ann = ten_messages(&t), *bob = guest_login(&t.fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	t.store->read = told_read_later;
	reader = &t;
	type(ann, "/history");
	assert_told(ann, "");
	assert_true(session_is_pending(&ann->session));
	t.done(t.ctx, NULL);
	assert_told(ann, "error history-unreadable: The history cannot be read just now. Please "
			 "try again.\n");
	assert_false(session_is_pending(&ann->session));
	assert_int_equal(ann->resumed, 1);
	/* One that has ended is told nothing, and its room may have gone. */
	type(bob, "/join tea");
	type(bob, "/history");
	session_end(&bob->session);
	guest_forget(bob);
	t.done(t.ctx, &(struct history_page){.n = 0});
	assert_told(bob, "");
	told_close(&t);
}

static void
an_answer_fits_a_packet(void **state)
{
	(void)state;
	struct told t;
	told_open(&t);
	struct guest *ann = guest_login(&t.fixture, "ann");
	char text[4000];
	memset(text, 'x', sizeof text);
	for (int i = 0; i < 20; i++)
		session_command_line(
			&ann->session, (struct text){text, sizeof text}, TEXT_NONE, TEXT_NONE);
	guest_forget(ann);
	ask(ann, NULL, "20", NULL, NULL, NULL);
	assert_in_range(ann->told.len, 20000, 32000);
	assert_non_null(strstr(ann->told.ptr, " 21:xxx"));
	guest_forget(ann);
	ask(ann, NULL, "20", NULL, NULL, "12");
	assert_in_range(ann->told.len, 20000, 32000);
	strbuf_add(&ann->told, "", 1);
	assert_non_null(strstr(ann->told.ptr, " 12:xxx"));
	assert_null(strstr(ann->told.ptr, " 21:xxx"));
	guest_forget(ann);
	told_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_part_that_is_asked_for),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(nobody_reads_a_room_that_they_are_not_in),
		cmocka_unit_test(nothing_is_said_while_storing_fails),
		cmocka_unit_test(a_session_waits_for_its_answer),
		cmocka_unit_test(an_answer_fits_a_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
