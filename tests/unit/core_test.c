/* The core as a whole: its default room, several cores in one process, and idle times. */
#include "core_fixture.h"

static void
two_cores_are_independent(void **state)
{
	(void)state;
	struct fixture one, two;
	fixture_open(&one);
	fixture_open(&two);
	struct guest *ann = guest_login(&one, "ann"), *other = guest_login(&two, "ann");
	type(ann, "/join tea");
	type(ann, "hi");
	guest_forget(ann);
	assert_told(other, "welcome main ann Teahouse\njoin# main ann\n");
	type(other, "/join tea");
	assert_told(other, "join# tea ann\n");
	assert_told(ann, "");
	assert_int_equal(type(other, "/msg ann x"), REASON_OK);
	assert_told(ann, "");
	fixture_close(&one);
	assert_int_equal(core_users(two.core), 1);
	fixture_close(&two);
}

static void
a_core_does_not_open_with_an_invalid_default_room(void **state)
{
	(void)state;
	struct core_settings settings = fixture_settings();
	const struct core_host host = fixture_host(NULL);
	settings.room = text_of("a b");
	assert_null(core_open(&settings, &host, NULL));
}

static void
idle_time_counts_from_the_last_request_but_who(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	fixture->time += 5999;
	type(bob, "hi");
	fixture->time += 1001;
	guest_forget(ann);
	type(ann, "/who");
	assert_told(ann, "who ann(test main 7s) bob(test main 1s)\n");
	fixture->time += 1000;
	guest_forget(bob);
	type(bob, "/who");
	assert_told(bob, "who ann(test main 8s) bob(test main 2s)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_cores_are_independent),
		cmocka_unit_test(a_core_does_not_open_with_an_invalid_default_room),
		core_test(idle_time_counts_from_the_last_request_but_who),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
