/*
 * The log of entries: a request is checked again when its entry is applied, in the log's
 * order; and a session waits until its request has been applied.
 */
#include "../support/delaying_log.h"
#include "core_fixture.h"

enum { NEVER = 1000 };

/* Entries are applied only by delaying_log_apply. */
static void
delayed_open(struct fixture *fixture, struct delaying_log *log)
{
	delaying_log_open(log, NEVER);
	fixture_open_log(fixture, fixture_settings(), &log->log);
}

static void
apply_all(struct delaying_log *log)
{
	while (log->held > 0)
		delaying_log_apply(log);
}

static void
delayed_close(struct fixture *fixture, struct delaying_log *log)
{
	for (size_t i = 0; i < fixture->n; i++)
		session_end(&fixture->guests[i]->session);
	apply_all(log);
	fixture_close(fixture);
}

static struct guest *
login(struct fixture *fixture, struct delaying_log *log, const char *nick)
{
	struct guest *guest = guest_login(fixture, nick);
	apply_all(log);
	guest_forget(guest);
	return guest;
}

static void
nothing_happens_before_it_is_applied(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = guest_login(&fixture, "ann");
	assert_told(ann, "");
	assert_null(ann->session.user);
	assert_int_equal(core_users(fixture.core), 0);
	assert_true(session_is_pending(&ann->session));
	assert_int_equal(ann->resumed, 0);
	delaying_log_apply(&log);
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
	assert_false(session_is_pending(&ann->session));
	assert_int_equal(ann->resumed, 1);
	delayed_close(&fixture, &log);
}

static void
of_two_logins_with_one_nick_the_first_in_the_log_gets_it(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *first = guest_login(&fixture, "ann"), *second = guest_login(&fixture, "Ann");
	struct guest *third = guest_login(&fixture, "\xd0\xb0nn");
	apply_all(&log);
	assert_told(first, "welcome main ann Teahouse\njoin# main ann\n");
	assert_told(second, "error nick-taken: The name \"Ann\" is already in use.\n");
	assert_told(third, "error nick-alike: The name \"\xd0\xb0nn\" looks too much like one that "
			   "is in use.\n");
	assert_null(second->session.user);
	/* Another nick may be tried. */
	type(second, "/login bob");
	apply_all(&log);
	assert_told(second, "welcome main bob Teahouse\njoin# main bob\n");
	delayed_close(&fixture, &log);
}

static void
of_two_changes_to_one_nick_the_first_in_the_log_gets_it(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *bob = login(&fixture, &log, "bob");
	guest_forget(ann);
	type(bob, "/nick pat");
	type(ann, "/nick Pat");
	apply_all(&log);
	assert_told(bob, "nick bob pat\n");
	assert_told(ann, "nick bob pat\nerror nick-taken: The name \"Pat\" is already in use.\n");
	delayed_close(&fixture, &log);
}

static void
a_message_to_a_room_that_the_sender_left_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *twin = guest_connect(&fixture);
	type(ann, "/join tea");
	apply_all(&log);
	session_attach(&twin->session, &ann->session);
	guest_forget(ann);
	guest_forget(twin);
	type(twin, "/leave tea");
	session_command_line(&ann->session, text_of("still here"), text_of("r1"), TEXT_NONE);
	apply_all(&log);
	assert_told(ann, "leave# tea ann main\nerror not-in-room: You are not in the room \"tea\". "
			 "/r1\n");
	delayed_close(&fixture, &log);
}

static void
a_message_to_a_user_who_has_gone_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *bob = login(&fixture, &log, "bob");
	guest_forget(ann);
	session_end(&bob->session);
	type(ann, "/msg bob psst");
	apply_all(&log);
	assert_told(ann, "leave# main bob\nerror no-such-nick: \"bob\" is not online.\n");
	assert_told(bob, "");
	delayed_close(&fixture, &log);
}

static void
a_session_that_ends_before_its_login_is_applied_comes_and_goes(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *bob = guest_login(&fixture, "bob");
	session_end(&bob->session);
	apply_all(&log);
	assert_told(ann, "join# main bob\nleave# main bob\n");
	assert_told(bob, "");
	assert_int_equal(core_users(fixture.core), 1);
	delayed_close(&fixture, &log);
}

static void
a_room_that_ends_before_a_join_is_applied_is_made_anew(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *bob = login(&fixture, &log, "bob");
	type(ann, "/join tea");
	apply_all(&log);
	type(ann, "/topic Earl Grey");
	apply_all(&log);
	type(ann, "/leave tea");
	type(bob, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	apply_all(&log);
	/* It lost its topic with its last member. */
	assert_told(bob, "join# tea bob\n");
	assert_int_equal(core_rooms(fixture.core), 2);
	delayed_close(&fixture, &log);
}

static void
of_two_leaves_of_the_last_rooms_the_second_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann"), *twin = guest_connect(&fixture);
	type(ann, "/join tea");
	apply_all(&log);
	session_attach(&twin->session, &ann->session);
	type(ann, "/leave main");
	type(twin, "/leave tea");
	guest_forget(ann);
	guest_forget(twin);
	apply_all(&log);
	assert_told(twin, "leave# main ann tea\nerror last-room: You can't leave your only room. "
			  "Join another one first.\n");
	delayed_close(&fixture, &log);
}

static void
the_time_of_an_event_is_that_of_its_request(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann");
	fixture.entry_time = fixture.time;
	type(ann, "hi");
	fixture.time += 5000;
	apply_all(&log);
	assert_told(ann, "chat# main ann: hi\n");
	fixture.entry_time = 0;
	delayed_close(&fixture, &log);
}

static void
a_stop_comes_after_the_messages_before_it(void **state)
{
	(void)state;
	struct fixture fixture;
	struct delaying_log log;
	delayed_open(&fixture, &log);
	struct guest *ann = login(&fixture, &log, "ann");
	type(ann, "goodbye");
	core_stop(fixture.core);
	assert_int_equal(fixture.stops, 0);
	delaying_log_apply(&log);
	assert_told(ann, "chat# main ann: goodbye\n");
	assert_int_equal(fixture.stops, 0);
	delaying_log_apply(&log);
	assert_int_equal(fixture.stops, 1);
	delayed_close(&fixture, &log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_happens_before_it_is_applied),
		cmocka_unit_test(of_two_logins_with_one_nick_the_first_in_the_log_gets_it),
		cmocka_unit_test(of_two_changes_to_one_nick_the_first_in_the_log_gets_it),
		cmocka_unit_test(a_message_to_a_room_that_the_sender_left_is_refused),
		cmocka_unit_test(a_message_to_a_user_who_has_gone_is_refused),
		cmocka_unit_test(a_session_that_ends_before_its_login_is_applied_comes_and_goes),
		cmocka_unit_test(a_room_that_ends_before_a_join_is_applied_is_made_anew),
		cmocka_unit_test(of_two_leaves_of_the_last_rooms_the_second_is_refused),
		cmocka_unit_test(the_time_of_an_event_is_that_of_its_request),
		cmocka_unit_test(a_stop_comes_after_the_messages_before_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
