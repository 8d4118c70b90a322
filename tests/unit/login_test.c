/*
 * Users of a core without a gateway: logging in, which nicks are taken, changing a nick,
 * and logging out.
 */
#include "core_fixture.h"

static void
a_login_is_welcomed_and_announced_to_the_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
	struct guest *bob = guest_login(fixture, "bob");
	assert_told(ann, "join# main bob\n");
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
}

static void
before_login_only_login_help_and_quit_work(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_connect(fixture);
	static const char *const lines[] = {"hello", "/say hello", "/who", "/look", "/topic x",
		"/join tea", "/leave", "/me waves", "/msg ann x", "/nonsense"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(type(ann, lines[i]), REASON_HELLO_FIRST);
		assert_told(ann, "error hello-first: Please log in first.\n");
	}
	assert_int_equal(type(ann, "/help who"), REASON_OK);
	assert_told(ann, "notice: /who [NAME]         list everyone online, or show one person\n");
	assert_int_equal(type(ann, "/quit"), REASON_OK);
	assert_true(ann->gone);
	assert_told(ann, "");
}

static void
nick_logs_in_as_login_does(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_connect(fixture);
	assert_int_equal(type(ann, "/nick ann"), REASON_OK);
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
	assert_text(session_nick(&ann->session), BYTES("ann"));
}

static void
a_failed_login_may_be_repeated(void **state)
{
	struct fixture *fixture = *state;
	guest_login(fixture, "ann");
	struct guest *bob = guest_connect(fixture);
	assert_int_equal(type(bob, "/login ann"), REASON_NICK_TAKEN);
	assert_int_equal(type(bob, "/login a b"), REASON_NICK_INVALID);
	assert_int_equal(type(bob, "/login"), REASON_USAGE);
	guest_forget(bob);
	assert_int_equal(type(bob, "/login bob"), REASON_OK);
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
	assert_int_equal(type(bob, "/login bobby"), REASON_HELLO_AGAIN);
	assert_text(session_nick(&bob->session), BYTES("bob"));
}

static void
a_name_that_differs_only_in_case_is_taken(void **state)
{
	struct fixture *fixture = *state;
	guest_login(fixture, "Ann");
	struct guest *other = guest_connect(fixture);
	assert_int_equal(type(other, "/login aNN"), REASON_NICK_TAKEN);
	assert_told(other, "error nick-taken: The name \"aNN\" is already in use.\n");
}

static void
a_name_that_looks_like_another_is_taken(void **state)
{
	struct fixture *fixture = *state;
	guest_login(fixture, "ann");
	struct guest *other = guest_connect(fixture);
	assert_int_equal(type(other, "/login \xd0\xb0nn"), REASON_NICK_ALIKE);
	assert_told(other, "error nick-alike: The name \"\xd0\xb0nn\" looks too much like one "
			   "that is in use.\n");
}

static void
plain_names_that_look_alike_may_both_be_used(void **state)
{
	struct fixture *fixture = *state;
	struct guest *rn = guest_login(fixture, "rn"), *m = guest_login(fixture, "m");
	struct guest *bold = guest_connect(fixture);
	/* A letter that is not ASCII looks like both: it is taken while either user is logged in. */
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
	session_end(&rn->session);
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
	session_end(&m->session);
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_OK);
	struct guest *again = guest_connect(fixture);
	assert_int_equal(type(again, "/login rn"), REASON_NICK_ALIKE);
	assert_int_equal(type(again, "/login m"), REASON_NICK_ALIKE);
}

static void
server_cannot_be_a_nick(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_connect(fixture);
	assert_int_equal(type(ann, "/login server"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login Server"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login s\xd0\xb5rver"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login servers"), REASON_OK);
	assert_int_equal(type(ann, "/nick SERVER"), REASON_NICK_TAKEN);
	assert_text(session_nick(&ann->session), BYTES("servers"));
	assert_int_equal(type(ann, "/join server"), REASON_OK);
}

static void
a_new_nick_is_announced_once_to_all_who_share_a_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	struct guest *cat = guest_login(fixture, "cat");
	type(ann, "/join tea");
	type(bob, "/join tea");
	type(cat, "/join milk");
	type(cat, "/leave main");
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(cat);
	type(ann, "/nick anna");
	assert_told(ann, "nick ann anna\n");
	assert_told(bob, "nick ann anna\n");
	assert_told(cat, "");
}

static void
a_rename_keeps_names_unique(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	assert_int_equal(type(bob, "/nick ANN"), REASON_NICK_TAKEN);
	assert_int_equal(type(bob, "/nick \xd0\xb0nn"), REASON_NICK_ALIKE);
	assert_int_equal(type(bob, "/nick b b"), REASON_NICK_INVALID);
	assert_text(session_nick(&bob->session), BYTES("bob"));
	/* A user may change to what only looks different. */
	assert_int_equal(type(bob, "/nick BOB"), REASON_OK);
	assert_int_equal(type(bob, "/nick b\xd0\xbe"
				   "b"),
		REASON_OK);
	assert_int_equal(type(bob, "/nick bob"), REASON_OK);
	/* The old name is free, the new one is not. */
	assert_int_equal(type(ann, "/nick cat"), REASON_OK);
	assert_int_equal(type(bob, "/nick ann"), REASON_OK);
	assert_int_equal(type(bob, "/nick cat"), REASON_NICK_TAKEN);
	guest_forget(ann);
	assert_int_equal(type(bob, "/msg cat hi"), REASON_OK);
	assert_told(ann, "direct ann cat: hi\n");
	assert_int_equal(type(bob, "/msg bob hi"), REASON_NO_SUCH_NICK);
}

static void
a_new_nick_is_compared_with_all_other_users(void **state)
{
	(void)state;
	struct fixture fixture;
	/* In both orders of login. */
	for (int first = 0; first < 2; first++) {
		fixture_open(&fixture);
		struct guest *rn = guest_login(&fixture, first ? "rn" : "m");
		struct guest *m = guest_login(&fixture, first ? "m" : "rn");
		assert_int_equal(type(rn, "/nick \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
		assert_int_equal(type(m, "/nick \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
		/* Nothing has changed. */
		assert_int_equal(type(rn, "/msg m x"), REASON_OK);
		assert_int_equal(type(m, "/msg rn x"), REASON_OK);
		session_end(&m->session);
		assert_int_equal(type(rn, "/nick \xf0\x9d\x90\xa6"), REASON_OK);
		fixture_close(&fixture);
	}
}

static void
a_user_leaves_each_room_once(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(bob, "/join tea");
	type(ann, "/join tea");
	type(bob, "/join milk");
	guest_forget(ann);
	guest_forget(bob);
	session_end(&bob->session);
	assert_told(ann, "leave# main bob\nleave# tea bob\n");
	session_end(&bob->session);
	assert_told(ann, "");
	assert_told(bob, "");
	assert_int_equal(core_users(fixture->core), 1);
	assert_int_equal(core_rooms(fixture->core), 2);
	/* The name is free at once. */
	guest_login(fixture, "bob");
}

static void
a_logout_closes_the_session_and_nothing_follows(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	assert_int_equal(type(bob, "/logout"), REASON_OK);
	assert_true(bob->gone);
	assert_int_equal(bob->why, REASON_LOGOUT);
	type(ann, "alone");
	assert_told(ann, "leave# main bob\nchat# main ann: alone\n");
	assert_told(bob, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(a_login_is_welcomed_and_announced_to_the_room),
		core_test(before_login_only_login_help_and_quit_work),
		core_test(nick_logs_in_as_login_does),
		core_test(a_failed_login_may_be_repeated),
		core_test(a_name_that_differs_only_in_case_is_taken),
		core_test(a_name_that_looks_like_another_is_taken),
		core_test(plain_names_that_look_alike_may_both_be_used),
		core_test(server_cannot_be_a_nick),
		core_test(a_new_nick_is_announced_once_to_all_who_share_a_room),
		core_test(a_rename_keeps_names_unique),
		cmocka_unit_test(a_new_nick_is_compared_with_all_other_users),
		core_test(a_user_leaves_each_room_once),
		core_test(a_logout_closes_the_session_and_nothing_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
