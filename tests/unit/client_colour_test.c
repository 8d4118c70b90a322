/* The colours of nicks: each is legible on black and on white. */
#include "unit.h"

#include <math.h>

#include "client/ui/colour.h"

enum { ALL = 1 << 24 };

static const double readable = 3.5;

/* Relative luminance as in WCAG 2.1. */
static double
luminance(int rgb)
{
	static const double parts[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;
	for (int i = 0; i < 3; i++) {
		double c = (double)(rgb >> (16 - 8 * i) & 0xff) / 255;
		sum += parts[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static void
every_colour_is_legible_on_black_and_on_white(void **state)
{
	(void)state;
	assert_in_range(colour_nicks(ALL), 20, 200);
	for (int i = 0; i < colour_nicks(ALL); i++) {
		double bright = luminance(colour_nick(ALL, i)) + 0.05;
		if (bright / 0.05 < readable || 1.05 / bright < readable)
			fail_msg("#%06x", (unsigned)colour_nick(ALL, i));
	}
}

static void
fewer_colours_are_the_same_or_some_of_the_eight(void **state)
{
	(void)state;
	assert_int_equal(colour_nicks(256), colour_nicks(ALL));
	for (int i = 0; i < colour_nicks(256); i++)
		assert_in_range(colour_nick(256, i), 16, 231);
	for (int i = 0; i < colour_nicks(8); i++)
		assert_in_range(colour_nick(8, i), 1, 6);
	assert_int_equal(colour_nick(ALL, 0), 0x005fd7);
	assert_int_equal(colour_nick(256, 0), 26);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_colour_is_legible_on_black_and_on_white),
		cmocka_unit_test(fewer_colours_are_the_same_or_some_of_the_eight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
