/*
 * The colours of nicks: the same for the same nick on the page, different within a room, and
 * legible on black and on white.
 */
#include "unit.h"

#include <locale.h>
#include <math.h>

#include "client/model/nick_colours.h"
#include "client/ui/colour.h"

enum { ALL = 1 << 24 };

/* On black and on white alike no more than 4.5 is possible, and then for one lightness only. */
static const double readable = 2.9;

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
	for (int i = 0; i < NICK_COLOURS; i++) {
		double bright = luminance(colour_nick(ALL, i)) + 0.05;
		if (bright / 0.05 < readable || 1.05 / bright < readable)
			fail_msg("#%06x", (unsigned)colour_nick(ALL, i));
	}
}

static void
the_colours_differ(void **state)
{
	(void)state;
	for (int i = 0; i < NICK_COLOURS; i++)
		for (int j = 0; j < i; j++)
			assert_int_not_equal(colour_nick(256, i), colour_nick(256, j));
}

static void
fewer_colours_are_the_same_or_some_of_the_eight(void **state)
{
	(void)state;
	for (int i = 0; i < NICK_COLOURS; i++) {
		assert_in_range(colour_nick(256, i), 16, 231);
		assert_in_range(colour_nick(16, i), 1, 6);
		assert_in_range(colour_nick(8, i), 1, 6);
	}
	assert_int_equal(colour_nick(ALL, 0), 0xff5f5f);
	assert_int_equal(colour_nick(256, 0), 203);
}

static void
a_nick_has_the_colour_that_it_has_on_the_page(void **state)
{
	(void)state;
	/* By the page's colourOf. */
	static const struct {
		const char *nick;
		int colour;
	} cases[] = {
		{"kim", 3},
		{"KIM", 3},
		{"zoe", 1},
		{"ann", 11},
		{"leslie", 6},
		{"bot", 3},
		{"noor", 1},
		{"kimberly", 8},
		{"sam", 5},
		{"bob", 9},
		{"marguerite-de-la-tour", 8},
		{"\u00c4RGER", 15},
		{"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", 3},
		{"\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3", 9},
		{"\u0130pek", 8},
		{"日本", 13},
		{"Zo\u00eb", 13},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (nick_colour(text_of(cases[i].nick)) != cases[i].colour)
			fail_msg("%s: %d", cases[i].nick, nick_colour(text_of(cases[i].nick)));
}

static void
has(const struct nick_colours *colours, const char *nick, int colour)
{
	assert_int_equal(nick_colours_get(colours, text_of(nick)), colour);
}

static void
members_of_a_room_have_different_colours(void **state)
{
	(void)state;
	struct nick_colours colours = {0};
	static const char *const nicks[] = {"kim", "bot", "zoe", "noor"};
	for (size_t i = 0; i < COUNT(nicks); i++)
		nick_colours_add(&colours, text_of(nicks[i]));
	has(&colours, "kim", 3);
	has(&colours, "bot", 6);
	has(&colours, "zoe", 1);
	has(&colours, "noor", 4);
	/* Who stays keeps the colour, also under another name. */
	nick_colours_remove(&colours, text_of("kim"));
	has(&colours, "bot", 6);
	nick_colours_rename(&colours, text_of("bot"), text_of("robot"));
	has(&colours, "robot", 6);
	has(&colours, "bot", 3);
	nick_colours_add(&colours, text_of("kim"));
	has(&colours, "kim", 3);
	nick_colours_clear(&colours);
}

static void
with_all_colours_taken_nicks_have_their_own(void **state)
{
	(void)state;
	struct nick_colours colours = {0};
	uint64_t seed = 3;
	for (int i = 0; i < 3000; i++) {
		char nick[8];
		snprintf(nick, sizeof nick, "n%u", random_below(&seed, 60));
		size_t present = 0;
		for (int j = 0; j < NICK_COLOURS; j++)
			present += colours.users[j] > 0;
		if (random_below(&seed, 3) == 0) {
			nick_colours_remove(&colours, text_of(nick));
			continue;
		}
		bool there = false;
		for (size_t j = 0; j < colours.n; j++)
			there |= strcmp(colours.items[j].nick, nick) == 0;
		nick_colours_add(&colours, text_of(nick));
		int colour = nick_colours_get(&colours, text_of(nick));
		if (!there && present == NICK_COLOURS)
			assert_int_equal(colour, nick_colour(text_of(nick)));
		else if (!there)
			assert_int_equal(colours.users[colour], 1);
	}
	nick_colours_clear(&colours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_colour_is_legible_on_black_and_on_white),
		cmocka_unit_test(the_colours_differ),
		cmocka_unit_test(fewer_colours_are_the_same_or_some_of_the_eight),
		cmocka_unit_test(a_nick_has_the_colour_that_it_has_on_the_page),
		cmocka_unit_test(members_of_a_room_have_different_colours),
		cmocka_unit_test(with_all_colours_taken_nicks_have_their_own),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
