/*
 * Sessions that go on by another connection: a user whose connection was lost stays for a
 * while, nobody is told, and a user who comes back with the secret has missed nothing.
 */
#include <stdio.h>

#include "core_fixture.h"
#include "teahouse/store.h"

enum { LINGER = 60000 };

struct stay {
	struct fixture fixture;
	struct history *store;
	struct guest *ann, *bob;
};

static void
on_wake(void *ctx)
{
	(void)ctx;
}

static struct guest *
connect_with(struct stay *s, const char *nick)
{
	struct guest *guest = guest_connect(&s->fixture);
	guest->session.wants_resume = true;
	guest->session.wants_names = true;
	if (nick) {
		char line[64];
		snprintf(line, sizeof line, "/login %s", nick);
		type(guest, line);
	}
	guest_forget(guest);
	return guest;
}

static void
stay_open(struct stay *s, size_t recent)
{
	struct core_settings settings = fixture_settings();
	struct strbuf why = {0};
	settings.linger = LINGER;
	s->store = store_open(&(struct store_settings){.recent = recent, .wake = on_wake}, &why);
	fixture_open_all(&s->fixture, settings, NULL, s->store);
	s->ann = connect_with(s, "ann");
	s->bob = guest_login(&s->fixture, "bob");
	guest_forget(s->ann);
	guest_forget(s->bob);
}

static void
stay_close(struct stay *s)
{
	for (size_t i = 0; i < s->fixture.n; i++)
		session_end(&s->fixture.guests[i]->session);
	s->fixture.time += LINGER;
	core_tick(s->fixture.core);
	fixture_close(&s->fixture);
	store_close(s->store);
}

static void
resume(struct guest *guest, const char *secret, uint64_t after)
{
	char number[24];
	snprintf(number, sizeof number, "%llu", (unsigned long long)after);
	const struct request request = {.command = command_get(COMMAND_RESUME),
		.arg = {text_of(secret), text_of(number)},
		.ref = text_of("r")};
	session_request(&guest->session, &request);
}

static void
who_comes_back_has_missed_nothing(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	type(s.ann, "/join tea");
	type(s.bob, "/join tea");
	type(s.bob, "before");
	uint64_t seen = s.ann->last_id;
	guest_forget(s.bob);
	session_end(&s.ann->session);
	assert_told(s.bob, "");
	type(s.bob, "one");
	type(s.bob, "/nick bobby");
	type(s.bob, "/msg ann psst");
	struct guest *cat = guest_login(&s.fixture, "cat");
	type(cat, "two");
	session_end(&cat->session);
	type(s.bob, "/topic tea");
	guest_forget(s.bob);
	struct guest *again = connect_with(&s, NULL);
	resume(again, s.ann->secret, seen);
	assert_told(again, "welcome tea ann Teahouse resumed /r\n"
			   "names main ann bobby\n"
			   "topic tea bobby: tea\n"
			   "names tea ann bobby\n"
			   "chat# tea bob: one\n"
			   "nick bob bobby\n"
			   "direct bobby ann: psst\n"
			   "join# main cat\n"
			   "chat# main cat: two\n"
			   "leave# main cat\n"
			   "topic# tea bobby: tea\n");
	assert_told(s.bob, "");
	type(again, "hi");
	assert_told(s.bob, "chat# tea ann: hi\n");
	assert_string_not_equal(again->secret, s.ann->secret);
	stay_close(&s);
}

static void
a_secret_serves_once_and_in_time(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	session_end(&s.ann->session);
	s.fixture.time += LINGER - 1;
	assert_int_equal(core_tick(s.fixture.core), 1);
	struct guest *again = connect_with(&s, NULL);
	resume(again, "00000000000000000000000000000000", 0);
	assert_told(
		again, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	resume(again, s.ann->secret, 99);
	assert_told(again, "welcome main ann Teahouse resumed /r\nnames main ann bob\n");
	type(again, "/look");
	session_end(&again->session);
	struct guest *third = connect_with(&s, NULL);
	resume(third, s.ann->secret, 0);
	assert_told(
		third, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	s.fixture.time += LINGER;
	assert_told(s.bob, "");
	assert_int_equal(core_tick(s.fixture.core), -1);
	assert_told(s.bob, "leave# main ann\n");
	resume(third, again->secret, 0);
	assert_told(
		third, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	/* The same connection may log in. */
	type(third, "/login ann");
	assert_told(s.bob, "join# main ann\n");
	stay_close(&s);
}

/* The connection breaks again before the welcome, with the next secret, has come. */
static void
a_welcome_may_be_lost(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	type(s.ann, "/join tea");
	const char *first = s.ann->secret;
	session_end(&s.ann->session);
	struct guest *lost = connect_with(&s, NULL), *again = connect_with(&s, NULL);
	resume(lost, first, 99);
	session_end(&lost->session);
	resume(again, first, 99);
	assert_told(again, "welcome tea ann Teahouse resumed /r\nnames main ann bob\n"
			   "names tea ann\n");
	/* Also if that is not noticed; the secret that nobody has got is void. */
	struct guest *third = connect_with(&s, NULL), *other = connect_with(&s, NULL);
	resume(third, first, 99);
	assert_true(again->gone);
	resume(other, lost->secret, 99);
	assert_told(
		other, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	resume(other, again->secret, 99);
	guest_forget(other);
	/* Once the new session has sent something, the old secret is void. */
	guest_forget(third);
	type(third, "/look");
	assert_told(third, "names tea ann\n");
	resume(other, first, 99);
	assert_told(
		other, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	assert_false(third->gone);
	session_end(&third->session);
	resume(other, third->secret, 99);
	assert_told(other, "welcome tea ann Teahouse resumed /r\nnames main ann bob\n"
			   "names tea ann\n");
	/* Who logs out leaves, whatever secrets there were. */
	type(other, "/quit");
	struct guest *late = connect_with(&s, NULL);
	resume(late, third->secret, 99);
	resume(late, other->secret, 99);
	assert_null(late->session.user);
	assert_told(s.bob, "leave# main ann\n");
	stay_close(&s);
}

static void
direct_messages_are_not_missed_either(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	uint64_t seen = s.ann->last_id;
	/* Its connection is dead, and nobody has noticed. */
	type(s.bob, "/msg ann one");
	type(s.ann, "/msg bob two");
	struct guest *again = connect_with(&s, NULL);
	resume(again, s.ann->secret, seen);
	assert_told(again, "welcome main ann Teahouse resumed /r\nnames main ann bob\n"
			   "direct bob ann: one\ndirect ann bob: two\n");
	session_end(&again->session);
	for (int i = 0; i < 102; i++)
		type(s.bob, "/msg ann three");
	struct guest *third = connect_with(&s, NULL);
	resume(third, again->secret, again->last_id);
	size_t n = 0;
	strbuf_add(&third->told, "", 1);
	for (const char *at = third->told.ptr; (at = strstr(at, "three")); at++)
		n++;
	assert_int_equal(n, 100);
	stay_close(&s);
}

static void
a_connection_that_is_not_known_to_be_dead_is_closed(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	type(s.ann, "/join tea");
	guest_forget(s.ann);
	struct guest *again = connect_with(&s, NULL);
	resume(again, s.ann->secret, s.ann->last_id);
	assert_told(
		s.ann, "error resumed-elsewhere: Your session goes on in another connection.\n");
	assert_true(s.ann->gone);
	assert_int_equal(s.ann->why, REASON_RESUMED_ELSEWHERE);
	assert_told(
		again, "welcome tea ann Teahouse resumed /r\nnames main ann bob\nnames tea ann\n");
	type(again, "hi");
	assert_told(again, "chat# tea ann: hi\n");
	assert_told(s.bob, "");
	stay_close(&s);
}

static void
logging_out_leaves_at_once(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 100);
	type(s.ann, "/quit");
	assert_told(s.bob, "leave# main ann\n");
	struct guest *again = connect_with(&s, NULL);
	resume(again, s.ann->secret, 0);
	assert_told(
		again, "error resume-failed: The session to resume has ended. Please log in. /r\n");
	stay_close(&s);
}

static void
what_is_not_in_memory_any_more_is_a_gap(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 3);
	uint64_t seen = s.ann->last_id;
	session_end(&s.ann->session);
	for (int i = 0; i < 5; i++)
		type(s.bob, "x");
	struct guest *again = connect_with(&s, NULL);
	resume(again, s.ann->secret, seen);
	assert_told(again, "welcome main ann Teahouse resumed /r\nnames main gap ann bob\n"
			   "chat# main bob: x\nchat# main bob: x\nchat# main bob: x\n");
	stay_close(&s);
}

static void
who_has_no_connection_is_away(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 3);
	session_end(&s.ann->session);
	guest_forget(s.bob);
	type(s.bob, "/who");
	assert_told(s.bob, "who ann( main 0s away) bob(test main 0s)\n");
	/* The name is still in use. */
	struct guest *other = guest_connect(&s.fixture);
	type(other, "/login ann");
	assert_told(other, "error nick-taken: The name \"ann\" is already in use.\n");
	stay_close(&s);
}

static void
stopping_waits_for_nobody(void **state)
{
	(void)state;
	struct stay s;
	stay_open(&s, 3);
	session_end(&s.ann->session);
	core_stop(s.fixture.core);
	assert_int_equal(core_users(s.fixture.core), 1);
	stay_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_back_has_missed_nothing),
		cmocka_unit_test(a_secret_serves_once_and_in_time),
		cmocka_unit_test(a_welcome_may_be_lost),
		cmocka_unit_test(direct_messages_are_not_missed_either),
		cmocka_unit_test(a_connection_that_is_not_known_to_be_dead_is_closed),
		cmocka_unit_test(logging_out_leaves_at_once),
		cmocka_unit_test(what_is_not_in_memory_any_more_is_a_gap),
		cmocka_unit_test(who_has_no_connection_is_away),
		cmocka_unit_test(stopping_waits_for_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
