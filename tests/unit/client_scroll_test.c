/*
 * The lines of a room and the position in them: it stays while lines arrive, and never goes
 * beyond them.
 */
#include "unit.h"

#include <locale.h>

#include "client/ui/scroll.h"

enum { COLUMNS = 40, ROWS = 5 };

static void
add(struct scrollback *scroll, enum line_kind kind, const char *text)
{
	struct line_parts parts = {.body = text_of(text)};
	struct line *line = line_make(kind, 0, &parts);
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
bottom(const struct scrollback *scroll, int *hidden)
{
	return scroll_bottom(scroll, COLUMNS, hidden);
}

static void
bottom_is(const struct scrollback *scroll, uint64_t number, int rows_hidden)
{
	int hidden;
	assert_int_equal(bottom(scroll, &hidden), number);
	assert_int_equal(hidden, rows_hidden);
}

static void
an_empty_log_can_be_scrolled(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	bottom_is(&scroll, 0, 0);
	scroll_by(&scroll, 3, COLUMNS, ROWS);
	bottom_is(&scroll, 0, 0);
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
	bottom_is(&scroll, 3, 0);
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
	bottom_is(&scroll, ROWS, 0);
	assert_int_equal(scroll.bottom, 0);
	scrollback_clear(&scroll);
}

static void
the_position_stays_while_lines_arrive(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	scroll_by(&scroll, 4, COLUMNS, ROWS);
	bottom_is(&scroll, 16, 0);
	assert_int_equal(scrollback_unseen(&scroll), 0);
	add_many(&scroll, 3);
	add(&scroll, LINE_PRESENCE, "somebody came");
	bottom_is(&scroll, 16, 0);
	assert_int_equal(scrollback_unseen(&scroll), 3);
	scroll_by(&scroll, -5, COLUMNS, ROWS);
	bottom_is(&scroll, 21, 0);
	assert_int_equal(scrollback_unseen(&scroll), 2);
	scroll_by(&scroll, -100, COLUMNS, ROWS);
	bottom_is(&scroll, 24, 0);
	assert_int_equal(scrollback_unseen(&scroll), 0);
	add_many(&scroll, 1);
	bottom_is(&scroll, 25, 0);
	scrollback_clear(&scroll);
}

static void
the_first_lines_stay_on_the_screen(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	scroll_by(&scroll, 1000, COLUMNS, ROWS);
	bottom_is(&scroll, ROWS, 0);
	scroll_by(&scroll, 1, COLUMNS, ROWS);
	bottom_is(&scroll, ROWS, 0);
	scroll_by(&scroll, -1, COLUMNS, ROWS);
	bottom_is(&scroll, ROWS + 1, 0);
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
	bottom_is(&scroll, 11, 1);
	scroll_by(&scroll, 2, COLUMNS, ROWS);
	bottom_is(&scroll, 11, 3);
	scroll_by(&scroll, 1, COLUMNS, ROWS);
	bottom_is(&scroll, 10, 0);
	scroll_by(&scroll, -3, COLUMNS, ROWS);
	bottom_is(&scroll, 11, 1);
	scroll_by(&scroll, -1, COLUMNS, ROWS);
	bottom_is(&scroll, 11, 0);
	assert_int_equal(scroll.bottom, 0);
	scrollback_clear(&scroll);
}

static void
a_wider_screen_keeps_the_line(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add_many(&scroll, 20);
	add(&scroll, LINE_MESSAGE,
		"one two three four five six seven eight nine ten eleven twelve");
	add_many(&scroll, 20);
	scroll_by(&scroll, 21, 30, ROWS);
	int hidden;
	assert_int_equal(scroll_bottom(&scroll, 30, &hidden), 21);
	assert_int_equal(hidden, 1);
	assert_int_equal(scroll_bottom(&scroll, 200, &hidden), 21);
	assert_int_equal(hidden, 0);
	scrollback_clear(&scroll);
}

static void
the_oldest_lines_are_dropped(void **state)
{
	(void)state;
	struct scrollback scroll = {0};
	add(&scroll, LINE_MESSAGE, "the first");
	add_many(&scroll, SCROLLBACK_LINES - 1);
	assert_string_equal(scrollback_line(&scroll, 1)->text, "the first");
	scroll_by(&scroll, 3 * SCROLLBACK_LINES, COLUMNS, ROWS);
	bottom_is(&scroll, ROWS, 0);
	add_many(&scroll, 100);
	assert_null(scrollback_line(&scroll, 100));
	assert_non_null(scrollback_line(&scroll, 101));
	assert_int_equal(scroll.n, SCROLLBACK_LINES);
	bottom_is(&scroll, 101, 0);
	scroll_by(&scroll, 0, COLUMNS, ROWS);
	bottom_is(&scroll, 100 + ROWS, 0);
	scrollback_clear(&scroll);
}

static void
a_line_is_shared_between_rooms(void **state)
{
	(void)state;
	struct scrollback one = {0}, other = {0};
	struct line *line = line_make(LINE_DIRECT, 0, &(struct line_parts){0});
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
		cmocka_unit_test(an_empty_log_can_be_scrolled),
		cmocka_unit_test(new_lines_are_followed),
		cmocka_unit_test(few_lines_do_not_scroll),
		cmocka_unit_test(the_position_stays_while_lines_arrive),
		cmocka_unit_test(the_first_lines_stay_on_the_screen),
		cmocka_unit_test(a_line_of_many_rows_scrolls_row_by_row),
		cmocka_unit_test(a_wider_screen_keeps_the_line),
		cmocka_unit_test(the_oldest_lines_are_dropped),
		cmocka_unit_test(a_line_is_shared_between_rooms),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
