/* What a user who sends faster than the rate allows is told. */
#include "gateway_fixture.h"

static void
a_flood_is_told_once_where_it_takes_long(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 2;
	fixture.settings.core.burst = 3;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	pass(&fixture, 30000);
	arrive(ann, BYTES("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n"));
	turn(&fixture);
	assert_heard(ann, "ann: 1\nann: 2\nann: 3\n"
			  "*** You are sending too fast; waiting 3 s.\n");
	/* More of the same flood is not told again. */
	pass(&fixture, 3000);
	arrive(ann, BYTES("a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n"));
	pass(&fixture, 3000);
	assert_heard(ann, "ann: 4\nann: 5\nann: 6\nann: 7\nann: 8\nann: 9\n"
			  "ann: a\nann: b\nann: c\nann: d\nann: e\nann: f\n");
	/* Another is, later; a little waiting is not. */
	pass(&fixture, 20000);
	arrive(ann, BYTES("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n"));
	pass(&fixture, 20000);
	assert_heard(ann, "ann: 1\nann: 2\nann: 3\nann: 4\nann: 5\nann: 6\n");
	arrive(ann, BYTES("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n"));
	turn(&fixture);
	assert_heard(ann, "ann: 1\nann: 2\nann: 3\n"
			  "*** You are sending too fast; waiting 2 s.\n");
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_is_told_once_where_it_takes_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
