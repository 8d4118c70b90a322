/*
 * Lines and the place in them that one looks at: that it holds still while
 * new ones come, and never leaves them.
 */
#include "unit.h"

#include <locale.h>

#include "client/scrollback.h"

enum { COLUMNS = 40, ROWS = 5 };

static void
add(struct scrollback *scroll, enum line_kind kind, const char *text)
{
	struct line *line = line_make(kind, 0, strlen(text));
	memcpy(line->text, text, strlen(text));
	scrollback_add(scroll, line);
	line_unref(line);
}

static void
add_many(struct scrollback *scroll, int n)
{
	for (int i = 0; i < n; i++)
		add(scroll, LINE_MESSAGE, "a line");
}

static uint64_t
foot(const struct scrollback *scroll, int *hidden)
{
	return scroll_foot(scroll, COLUMNS, hidden);
}

static void
foot_is(const struct scrollback *scroll, uint64_t number, int rows_hidden)
{
	int hidden;
	assert_int_equal(foot(scroll, &hidden), number);
	assert_int_equal(hidden, rows_hidden);
}

static void
nothing_can_be_looked_at(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	foot_is(&scroll, 0, 0);
	scroll_by(&scroll, 3, COLUMNS, ROWS);
	foot_is(&scroll, 0, 0);
	assert_null(scrollback_line(&scroll, 0));
	assert_null(scrollback_line(&scroll, 1));
	assert_int_equal(scrollback_unseen(&scroll), 0);
	scrollback_clear(&scroll);
}

static void
new_lines_are_followed(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 3);
	foot_is(&scroll, 3, 0);
	assert_int_equal(scrollback_unseen(&scroll), 0);
	scrollback_clear(&scroll);
}

static void
few_lines_do_not_scroll(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, ROWS);
	scroll_by(&scroll, 3, COLUMNS, ROWS);
	foot_is(&scroll, ROWS, 0);
	assert_int_equal(scroll.bottom, 0);
	scrollback_clear(&scroll);
}

static void
looking_up_holds_still(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	scroll_by(&scroll, 4, COLUMNS, ROWS);
	foot_is(&scroll, 16, 0);
	assert_int_equal(scrollback_unseen(&scroll), 0);
	add_many(&scroll, 3);
	add(&scroll, LINE_PRESENCE, "somebody came");
	foot_is(&scroll, 16, 0);
	assert_int_equal(scrollback_unseen(&scroll), 3);
	scroll_by(&scroll, -5, COLUMNS, ROWS);
	foot_is(&scroll, 21, 0);
	assert_int_equal(scrollback_unseen(&scroll), 2);
	scroll_by(&scroll, -100, COLUMNS, ROWS);
	foot_is(&scroll, 24, 0);
	assert_int_equal(scrollback_unseen(&scroll), 0);
	add_many(&scroll, 1);
	foot_is(&scroll, 25, 0);
	scrollback_clear(&scroll);
}

static void
the_first_lines_stay_on_the_screen(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	scroll_by(&scroll, 1000, COLUMNS, ROWS);
	foot_is(&scroll, ROWS, 0);
	scroll_by(&scroll, 1, COLUMNS, ROWS);
	foot_is(&scroll, ROWS, 0);
	scroll_by(&scroll, -1, COLUMNS, ROWS);
	foot_is(&scroll, ROWS + 1, 0);
	scrollback_clear(&scroll);
}

static void
a_line_of_many_rows_scrolls_row_by_row(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 10);
	add(&scroll, LINE_MESSAGE, "1\n2\n3\n4");
	scroll_by(&scroll, 1, COLUMNS, ROWS);
	foot_is(&scroll, 11, 1);
	scroll_by(&scroll, 2, COLUMNS, ROWS);
	foot_is(&scroll, 11, 3);
	scroll_by(&scroll, 1, COLUMNS, ROWS);
	foot_is(&scroll, 10, 0);
	scroll_by(&scroll, -3, COLUMNS, ROWS);
	foot_is(&scroll, 11, 1);
	scroll_by(&scroll, -1, COLUMNS, ROWS);
	foot_is(&scroll, 11, 0);
	assert_int_equal(scroll.bottom, 0);
	scrollback_clear(&scroll);
}

static void
a_wider_screen_shows_the_same_line(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	add(&scroll, LINE_MESSAGE,
		"one two three four five six seven eight nine ten eleven twelve");
	add_many(&scroll, 20);
	scroll_by(&scroll, 21, 30, ROWS);
	int hidden;
	assert_int_equal(scroll_foot(&scroll, 30, &hidden), 21);
	assert_int_equal(hidden, 1);
	assert_int_equal(scroll_foot(&scroll, 200, &hidden), 21);
	assert_int_equal(hidden, 0);
	scrollback_clear(&scroll);
}

static void
the_oldest_lines_go(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add(&scroll, LINE_MESSAGE, "the first");
	add_many(&scroll, SCROLL_LINES - 1);
	assert_string_equal(scrollback_line(&scroll, 1)->text, "the first");
	scroll_by(&scroll, 3 * SCROLL_LINES, COLUMNS, ROWS);
	foot_is(&scroll, ROWS, 0);
	add_many(&scroll, 100);
	assert_null(scrollback_line(&scroll, 100));
	assert_non_null(scrollback_line(&scroll, 101));
	assert_int_equal(scroll.n, SCROLL_LINES);
	foot_is(&scroll, 101, 0);
	scroll_by(&scroll, 0, COLUMNS, ROWS);
	foot_is(&scroll, 100 + ROWS, 0);
	scrollback_clear(&scroll);
}

static void
a_line_is_shared_between_rooms(void **state)
{
	(void)state;
	struct scrollback one = {0}, other = {0};
	struct line *line = line_make(LINE_DIRECT, 0, 0);
	scrollback_add(&one, line);
	scrollback_add(&other, line);
	line_unref(line);
	scrollback_clear(&one);
	assert_ptr_equal(scrollback_line(&other, 1), line);
	scrollback_clear(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_looked_at),
		cmocka_unit_test(new_lines_are_followed),
		cmocka_unit_test(few_lines_do_not_scroll),
		cmocka_unit_test(looking_up_holds_still),
		cmocka_unit_test(the_first_lines_stay_on_the_screen),
		cmocka_unit_test(a_line_of_many_rows_scrolls_row_by_row),
		cmocka_unit_test(a_wider_screen_shows_the_same_line),
		cmocka_unit_test(the_oldest_lines_go),
		cmocka_unit_test(a_line_is_shared_between_rooms),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
