/* The rate limit: bursts, waiting times, and that neither is off by a millisecond. */
#include "core_fixture.h"

static void
a_user_may_exceed_the_rate_by_the_burst_and_then_waits(void **state)
{
	(void)state;
	struct fixture fixture;
	struct core_settings settings = fixture_settings();
	settings.rate = 4;
	settings.burst = 3;
	fixture_open_with(&fixture, settings);
	struct guest *ann = guest_login(&fixture, "ann");
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "2");
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "/nonsense");
	/* The third token is spent, even by a refused command: the next comes in a quarter of a second. */
	assert_int_equal(session_wait(&ann->session), 250);
	fixture.time += 249;
	assert_int_equal(session_wait(&ann->session), 1);
	fixture.time += 1;
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "4");
	assert_int_equal(session_wait(&ann->session), 250);
	/* Tokens accumulate up to the burst, and no further. */
	fixture.time += 3600000;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(session_wait(&ann->session), 0);
		type(ann, "x");
	}
	assert_int_equal(session_wait(&ann->session), 250);
	fixture_close(&fixture);
}

static void
a_user_may_speak_after_the_wait_that_was_named(void **state)
{
	(void)state;
	/* The wait that is named is enough, also for rates that do not divide a second. */
	for (unsigned rate = 1; rate <= 1500; rate += 7) {
		struct fixture fixture;
		struct core_settings settings = fixture_settings();
		settings.rate = rate;
		settings.burst = 1;
		fixture_open_with(&fixture, settings);
		struct guest *ann = guest_login(&fixture, "ann");
		for (int i = 0; i < 5; i++) {
			int64_t wait = session_wait(&ann->session);
			assert_in_range(wait, 1, 1000);
			fixture.time += wait;
			assert_int_equal(session_wait(&ann->session), 0);
			type(ann, "x");
		}
		fixture_close(&fixture);
	}
}

static void
without_a_rate_nobody_waits(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	for (int i = 0; i < 1000; i++)
		type(ann, "x");
	assert_int_equal(session_wait(&ann->session), 0);
}

static void
a_line_in_a_packet_costs_one_token(void **state)
{
	(void)state;
	struct fixture fixture;
	struct core_settings settings = fixture_settings();
	settings.rate = 1;
	settings.burst = 3;
	fixture_open_with(&fixture, settings);
	struct guest *ann = guest_login(&fixture, "ann");
	struct request request = {.command = command_of_type(BYTES("command"))};
	request.arg[0] = BYTES("/say hi");
	session_request(&ann->session, &request);
	assert_int_equal(session_wait(&ann->session), 0);
	request.arg[0] = BYTES("/nonsense");
	session_request(&ann->session, &request);
	assert_int_equal(session_wait(&ann->session), 1000);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_may_exceed_the_rate_by_the_burst_and_then_waits),
		cmocka_unit_test(a_user_may_speak_after_the_wait_that_was_named),
		core_test(without_a_rate_nobody_waits),
		cmocka_unit_test(a_line_in_a_packet_costs_one_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
