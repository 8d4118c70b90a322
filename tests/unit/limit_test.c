/* How often one may speak: ahead of the rate, at the rate, and not a moment too soon or too late. */
#include "notebook.h"

static void
one_may_speak_ahead_of_the_rate_and_then_waits(void **state)
{
	(void)state;
	struct notebook book;
	struct core_settings settings = notebook_settings();
	settings.rate = 4;
	settings.burst = 3;
	notebook_open_with(&book, settings);
	struct guest *ann = guest_login(&book, "ann");
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "2");
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "/nonsense");
	/* The third is spent, be it on what was refused: a quarter of a second for the next. */
	assert_int_equal(session_wait(&ann->session), 250);
	book.time += 249;
	assert_int_equal(session_wait(&ann->session), 1);
	book.time += 1;
	assert_int_equal(session_wait(&ann->session), 0);
	type(ann, "4");
	assert_int_equal(session_wait(&ann->session), 250);
	/* It fills up to the burst, and no further. */
	book.time += 3600000;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(session_wait(&ann->session), 0);
		type(ann, "x");
	}
	assert_int_equal(session_wait(&ann->session), 250);
	notebook_close(&book);
}

static void
whoever_has_waited_may_speak(void **state)
{
	(void)state;
	/* However the rate divides a second, the wait that is named is enough. */
	for (unsigned rate = 1; rate <= 1500; rate += 7) {
		struct notebook book;
		struct core_settings settings = notebook_settings();
		settings.rate = rate;
		settings.burst = 1;
		notebook_open_with(&book, settings);
		struct guest *ann = guest_login(&book, "ann");
		for (int i = 0; i < 5; i++) {
			int64_t wait = session_wait(&ann->session);
			assert_in_range(wait, 1, 1000);
			book.time += wait;
			assert_int_equal(session_wait(&ann->session), 0);
			type(ann, "x");
		}
		notebook_close(&book);
	}
}

static void
without_a_rate_nobody_waits(void **state)
{
	(void)state;
	struct notebook book;
	notebook_open(&book);
	struct guest *ann = guest_login(&book, "ann");
	for (int i = 0; i < 1000; i++)
		type(ann, "x");
	assert_int_equal(session_wait(&ann->session), 0);
	notebook_close(&book);
}

static void
a_line_in_a_packet_costs_one_token(void **state)
{
	(void)state;
	struct notebook book;
	struct core_settings settings = notebook_settings();
	settings.rate = 1;
	settings.burst = 3;
	notebook_open_with(&book, settings);
	struct guest *ann = guest_login(&book, "ann");
	struct request request = {.command = command_of_type(BYTES("command"))};
	request.arg[0] = BYTES("/say hi");
	session_request(&ann->session, &request);
	assert_int_equal(session_wait(&ann->session), 0);
	request.arg[0] = BYTES("/nonsense");
	session_request(&ann->session, &request);
	assert_int_equal(session_wait(&ann->session), 1000);
	notebook_close(&book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_may_speak_ahead_of_the_rate_and_then_waits),
		cmocka_unit_test(whoever_has_waited_may_speak),
		cmocka_unit_test(without_a_rate_nobody_waits),
		cmocka_unit_test(a_line_in_a_packet_costs_one_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
