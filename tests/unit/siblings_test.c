/*
 * Two sessions of one user over two protocols: what each is sent, and what echo and ref
 * mean for each.
 */
#include "gateway_fixture.h"

struct pair {
	struct fixture fixture;
	struct caller *ann, *page; /* telnet, and JSON version 2 */
	struct caller *bob;
};

static void
pair_open(struct pair *pair, bool echo)
{
	fixture_build(&pair->fixture);
	fixture_open(&pair->fixture);
	pair->ann =
		enter(&pair->fixture, echo ? &pair->fixture.telnet : &pair->fixture.quiet, "ann");
	pair->bob = enter(&pair->fixture, &pair->fixture.telnet, "bob");
	pair->page = call(&pair->fixture, &pair->fixture.web);
	struct client *client = &pair->page->conn.connection->client;
	client->encoding = 1; /* version 2 */
	session_attach(&client->session, &pair->ann->conn.connection->client.session);
	turns(&pair->fixture);
	pair->ann->conn.received.len = pair->bob->conn.received.len = 0;
	pair->page->conn.received.len = 0;
}

static void
both_sessions_receive_messages_of_others_and_of_each_other(void **state)
{
	(void)state;
	struct pair pair;
	pair_open(&pair, true);
	says(pair.bob, "hello\r\n");
	assert_heard(pair.ann, "bob: hello\n");
	assert_int_equal(times_heard(pair.page, "\"nick\":\"bob\",\"message\":\"hello\""), 1);
	send_bytes(pair.page,
		BYTES("{\"type\":\"chat\",\"message\":\"from the page\",\"ref\":\"1\"}"));
	/* Only the session that gave the ref gets it back. */
	assert_int_equal(times_heard(pair.page, "\"message\":\"from the page\""), 1);
	assert_int_equal(times_heard(pair.page, "\"ref\":\"1\""), 1);
	assert_heard(pair.ann, "ann: from the page\n");
	says(pair.ann, "from telnet\r\n");
	assert_heard(pair.ann, "ann: from telnet\n");
	assert_int_equal(times_heard(pair.page, "\"message\":\"from telnet\""), 1);
	assert_int_equal(times_heard(pair.page, "\"ref\""), 1);
	assert_heard(pair.bob, "bob: hello\nann: from the page\nann: from telnet\n");
	fixture_close(&pair.fixture);
}

static void
without_echo_a_session_misses_only_its_own_messages(void **state)
{
	(void)state;
	struct pair pair;
	pair_open(&pair, false);
	says(pair.ann, "from telnet\r\n");
	assert_heard(pair.ann, "");
	assert_int_equal(times_heard(pair.page, "\"message\":\"from telnet\""), 1);
	send_bytes(pair.page, BYTES("{\"type\":\"chat\",\"message\":\"from the page\"}"));
	assert_heard(pair.ann, "ann: from the page\n");
	assert_int_equal(times_heard(pair.page, "\"message\":\"from the page\""), 1);
	fixture_close(&pair.fixture);
}

static void
the_actions_of_one_session_are_shown_to_the_other_as_the_users_own(void **state)
{
	(void)state;
	struct pair pair;
	pair_open(&pair, true);
	send_bytes(pair.page, BYTES("{\"type\":\"join\",\"room\":\"tea\",\"ref\":\"1\"}"));
	assert_heard(pair.ann, "*** You are also in tea now.\n");
	/* Telnet stays in its room. */
	says(pair.ann, "in main\r\n");
	assert_heard(pair.bob, "ann: in main\n");
	send_bytes(pair.page, BYTES("{\"type\":\"nick\",\"nick\":\"pat\"}"));
	assert_heard(pair.bob, "ann is now known as pat.\n");
	assert_heard(pair.ann, "ann: in main\nann is now known as pat.\n");
	send_bytes(pair.page, BYTES("{\"type\":\"leave\",\"room\":\"tea\"}"));
	assert_heard(pair.ann, "*** You have left tea. You are in main now.\n");
	fixture_close(&pair.fixture);
}

static void
the_user_leaves_with_its_last_connection(void **state)
{
	(void)state;
	struct pair pair;
	pair_open(&pair, true);
	lose(pair.ann);
	turns(&pair.fixture);
	assert_heard(pair.bob, "");
	send_bytes(pair.page, BYTES("{\"type\":\"chat\",\"message\":\"still here\"}"));
	assert_heard(pair.bob, "ann: still here\n");
	lose(pair.page);
	turns(&pair.fixture);
	assert_heard(pair.bob, "ann has left the room.\n");
	fixture_close(&pair.fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sessions_receive_messages_of_others_and_of_each_other),
		cmocka_unit_test(without_echo_a_session_misses_only_its_own_messages),
		cmocka_unit_test(
			the_actions_of_one_session_are_shown_to_the_other_as_the_users_own),
		cmocka_unit_test(the_user_leaves_with_its_last_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
