/* The end of a connection: lost, logged out, failed, or closed because the server stops. */
#include "gateway_fixture.h"

static void
a_lost_connection_is_reported_to_have_left_once(void **state)
{
	(void)state;
	for (int prompt = 0; prompt < 2; prompt++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.close_at_once = prompt;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		struct caller *cat = enter(&fixture, &fixture.telnet, "cat");
		ann->conn.received.len = 0;
		lose(bob);
		says(cat, "/quit\r\n");
		pass(&fixture, 20);
		assert_heard(ann, "cat has left the room.\nbob has left the room.\n");
		assert_true(cat->conn.closed);
		assert_int_equal(cat->conn.why, REASON_LOGOUT);
		fixture_close(&fixture);
	}
}

static void
input_after_quit_is_ignored(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	ann->conn.received.len = 0;
	says(bob, "one\r\n/quit\r\ntwo\r\n/login bob\r\n");
	assert_true(bob->conn.closed);
	says(bob, "three\r\n");
	assert_heard(ann, "bob: one\nbob has left the room.\n");
	assert_heard(bob, "bob: one\nBye.\n");
}

static void
a_closing_connection_may_first_take_its_queued_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	ann->conn.takes = 5;
	says(ann, "hello\r\n/quit\r\n");
	pass(fixture, 9000);
	assert_false(ann->conn.closed);
	takes(ann, 3);
	assert_false(ann->conn.closed);
	takes(ann, SIZE_MAX);
	assert_heard(ann, "ann: hello\nBye.\n");
	assert_true(ann->conn.closed);
	assert_int_equal(ann->conn.why, REASON_LOGOUT);
}

static void
a_closing_connection_that_takes_nothing_is_closed_after_a_timeout(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	ann->conn.takes = 0;
	says(ann, "hello\r\n/quit\r\n");
	pass(fixture, 10000);
	assert_true(ann->conn.closed);
	assert_heard(ann, "");
	assert_int_equal(turn(fixture), -1);
}

static void
a_socket_that_fails_is_left_alone_until_it_is_lost(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	ann->conn.received.len = 0;
	bob->conn.broken = true;
	says(ann, "one\r\n");
	assert_heard(ann, "ann: one\n");
	says(ann, "two\r\n");
	lose(bob);
	turn(fixture);
	assert_heard(ann, "ann: two\nbob has left the room.\n");
}

static void
when_the_server_stops_all_are_told_and_closed(void **state)
{
	(void)state;
	for (int prompt = 0; prompt < 2; prompt++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.close_at_once = prompt;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		struct caller *nobody = call(&fixture, &fixture.telnet);
		turn(&fixture);
		ann->conn.received.len = bob->conn.received.len = nobody->conn.received.len = 0;
		bob->conn.takes = 4;
		gateway_stop(fixture.gateway);
		turn(&fixture);
		/* No user is told that the others leave. */
		assert_heard(ann, "*** The server is stopping.\n");
		assert_true(ann->conn.closed && nobody->conn.closed);
		assert_int_equal(ann->conn.why, REASON_SHUTTING_DOWN);
		assert_false(bob->conn.closed);
		takes(bob, SIZE_MAX);
		assert_heard(bob, "*** The server is stopping.\n");
		assert_true(bob->conn.closed);
		fixture_close(&fixture);
	}
}

static void
a_closing_connection_is_told_nothing_more(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	struct caller *cat = enter(fixture, &fixture->telnet, "cat");
	bob->conn.received.len = 0;
	bob->conn.takes = 0;
	gateway_stop(fixture->gateway);
	turn(fixture);
	lose(ann);
	lose(cat);
	turn(fixture);
	takes(bob, SIZE_MAX);
	assert_heard(bob, "*** The server is stopping.\n");
}

static void
a_connection_without_a_nick_is_told_of_the_stop_too(void **state)
{
	struct fixture *fixture = *state;
	struct caller *nobody = call(fixture, &fixture->telnet);
	turn(fixture);
	nobody->conn.received.len = 0;
	gateway_stop(fixture->gateway);
	turn(fixture);
	assert_heard(nobody, "*** The server is stopping.\n");
}

static void
a_connection_during_the_stop_is_refused(void **state)
{
	struct fixture *fixture = *state;
	gateway_stop(fixture->gateway);
	struct caller *late = call(fixture, &fixture->telnet);
	turn(fixture);
	assert_true(late->conn.closed);
	assert_int_equal(late->conn.why, REASON_SHUTTING_DOWN);
	assert_heard(late, WELCOME "!!! The server is stopping.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_connection_is_reported_to_have_left_once),
		gateway_test(input_after_quit_is_ignored),
		gateway_test(a_closing_connection_may_first_take_its_queued_bytes),
		gateway_test(a_closing_connection_that_takes_nothing_is_closed_after_a_timeout),
		gateway_test(a_socket_that_fails_is_left_alone_until_it_is_lost),
		cmocka_unit_test(when_the_server_stops_all_are_told_and_closed),
		gateway_test(a_closing_connection_is_told_nothing_more),
		gateway_test(a_connection_without_a_nick_is_told_of_the_stop_too),
		gateway_test(a_connection_during_the_stop_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
