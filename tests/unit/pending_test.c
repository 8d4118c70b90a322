/* A pending session: nothing of it is processed, nothing is lost, and one call resumes it. */
#include "gateway_fixture.h"

static void
input_waits_while_a_session_is_pending(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	ann->conn.received.len = 0;
	struct session *session = &ann->conn.connection->client.session;
	session_suspend(session, PENDING_WORK);
	says(ann, "one\r\ntwo\r\n");
	pass(fixture, 1000);
	assert_heard(bob, "");
	assert_true(ann->conn.read_paused);
	/* It still receives messages of others. */
	says(bob, "hello\r\n");
	assert_heard(ann, "bob: hello\n");
	bob->conn.received.len = 0;
	session_resume(session, PENDING_WORK);
	/* Nothing is processed within the call, which may be made anywhere. */
	assert_heard(bob, "");
	turns(fixture);
	assert_heard(bob, "ann: one\nann: two\n");
	assert_false(ann->conn.read_paused);
}

static void
each_reason_to_wait_ends_by_itself(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct session *session = &ann->conn.connection->client.session;
	session_suspend(session, PENDING_WORK);
	session_suspend(session, PENDING_ENTRY);
	says(ann, "hi\r\n");
	session_resume(session, PENDING_WORK);
	turns(fixture);
	assert_heard(ann, "");
	session_resume(session, PENDING_ENTRY);
	turns(fixture);
	assert_heard(ann, "ann: hi\n");
}

static void
a_pending_session_may_be_lost(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	session_suspend(&bob->conn.connection->client.session, PENDING_WORK);
	ann->conn.received.len = 0;
	says(bob, "never said\r\n");
	lose(bob);
	/* What it sent is kept for a minute, in case the work ends. */
	pass(fixture, 61000);
	assert_heard(ann, "bob has left the room.\n");
}

static void
input_before_a_loss_is_processed_at_the_rate(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 10;
	fixture.settings.core.burst = 2;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	ann->conn.received.len = 0;
	struct strbuf lines = {0};
	for (int i = 0; i < 100; i++)
		strbuf_printf(&lines, "%d\r\n", i);
	send_bytes(bob, strbuf_view(&lines));
	strbuf_clear(&lines);
	lose(bob);
	pass(&fixture, 5000);
	assert_in_range(times_heard(ann, "bob: "), 45, 55);
	pass(&fixture, 6000);
	assert_int_equal(times_heard(ann, "bob: "), 100);
	assert_int_equal(times_heard(ann, "bob has left the room.\r\n"), 1);
	fixture_close(&fixture);
}

static void
half_a_line_at_the_end_of_the_input_is_a_message(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	ann->conn.received.len = 0;
	says(bob, "last words");
	connection_input_ended(bob->conn.connection);
	turns(fixture);
	assert_heard(ann, "bob: last words\n");
	/* It got its own copy before it was closed. */
	assert_int_equal(times_heard(bob, "bob: last words\r\n"), 1);
	assert_true(bob->conn.closed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		gateway_test(input_waits_while_a_session_is_pending),
		gateway_test(each_reason_to_wait_ends_by_itself),
		gateway_test(a_pending_session_may_be_lost),
		cmocka_unit_test(input_before_a_loss_is_processed_at_the_rate),
		gateway_test(half_a_line_at_the_end_of_the_input_is_a_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
