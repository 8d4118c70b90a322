/*
 * Columns and rows of text: each glyph is measured as it is shown; rows fit, and lose nothing but
 * the white space at their ends.
 */
#include "unit.h"

#include <locale.h>

#include "client/ui/width.h"

/* What text is shown as, in code points. */
static void
shown_as(const char *text, const wchar_t *wanted, int columns)
{
	struct text rest = text_of(text);
	struct glyph glyph;
	size_t n = 0, bytes = 0;
	while (width_next(&rest, &glyph)) {
		bytes += glyph.bytes.len;
		for (const wchar_t *c = glyph.show; *c; c++)
			assert_int_equal(*c, wanted[n++]);
	}
	assert_int_equal(wanted[n], 0);
	assert_int_equal(bytes, strlen(text));
	assert_int_equal(width_of(text_of(text)), columns);
}

static void
plain_text_is_a_column_a_letter(void **state)
{
	(void)state;
	shown_as("", L"", 0);
	shown_as("hi there", L"hi there", 8);
	shown_as("\u00e4\u00f6\u00fc", L"\u00e4\u00f6\u00fc", 3);
}

static void
wide_characters_are_two_columns(void **state)
{
	(void)state;
	shown_as("日本", L"日本", 4);
	shown_as("\U0001F600", L"\U0001F600", 2);
	shown_as("한", L"한", 2);
}

static void
marks_take_no_column(void **state)
{
	(void)state;
	struct text text = text_of("e\u0301x");
	struct glyph glyph;
	assert_true(width_next(&text, &glyph));
	assert_int_equal(glyph.columns, 1);
	assert_int_equal(wcslen(glyph.show), 2);
	assert_text(text, BYTES("x"));
}

static void
a_mark_without_a_base_is_shown_on_a_space(void **state)
{
	(void)state;
	shown_as("\u0301x", L" \u0301x", 2);
}

static void
a_cell_holds_four_marks(void **state)
{
	(void)state;
	shown_as("a\u0301\u0302\u0303\u0304\u0305\u0306", L"a\u0301\u0302\u0303\u0304", 1);
}

static void
emoji_are_shown_one_by_one(void **state)
{
	(void)state;
	shown_as("\U0001F469\u200D\U0001F4BB", L"\U0001F469\U0001F4BB", 4);
	shown_as("\U0001F44D\U0001F3FD", L"\U0001F44D", 2);
	shown_as("\u2764\uFE0F", L"\u2764", 1);
	shown_as("\U0001F3F4\U000E0067\U000E0062\U000E007F", L"\U0001F3F4", 2);
	shown_as("1\uFE0F\u20E3", L"1\u20E3", 1);
	/* A flag is two regional indicators, as wide as the flag where it is drawn. */
	shown_as("\U0001F1E9\U0001F1EA", L"\U0001F1E9\U0001F1EA", 2);
}

static void
joiners_between_letters_stay(void **state)
{
	(void)state;
	shown_as("\u0645\u06CC\u200C\u062E", L"\u0645\u06CC\u200C\u062E", 3);
}

static void
invisible_characters_are_not_shown(void **state)
{
	(void)state;
	shown_as("a\u200Bb\uFEFF\u00AD", L"ab", 2);
	shown_as("\u200Ea", L"a", 1);
}

static void
control_characters_are_not_obeyed(void **state)
{
	(void)state;
	shown_as("\x1b[2J", L"\uFFFD[2J", 4);
	shown_as("\x07\x7f\xc2\x9b", L"\uFFFD\uFFFD\uFFFD", 3);
}

static void
what_is_no_utf8_is_replaced_byte_by_byte(void **state)
{
	(void)state;
	shown_as("a\xff\xc3", L"a\uFFFD\uFFFD", 3);
	shown_as("\xc0\xaf", L"\uFFFD\uFFFD", 2);
	shown_as("\xed\xa0\x80", L"\uFFFD\uFFFD\uFFFD", 3);
	shown_as("\xf4\x90\x80\x80", L"\uFFFD\uFFFD\uFFFD\uFFFD", 4);
	shown_as("\xe6\x97", L"\uFFFD\uFFFD", 2);
}

static void
cutting_keeps_glyphs_whole(void **state)
{
	(void)state;
	assert_text(width_cut(text_of("hello"), 3), BYTES("hel"));
	assert_text(width_cut(text_of("日本"), 3), BYTES("日"));
	assert_text(width_cut(text_of("e\u0301x"), 1), BYTES("e\u0301"));
	assert_text(width_cut(text_of("x"), 0), BYTES(""));
	assert_text(width_cut(text_of("x"), -3), BYTES(""));
}

static void
wraps_to(const char *text, int columns, int later, const char *const *rows)
{
	struct wrap wrap = {text_of(text), columns, later};
	struct text row;
	while (wrap_next(&wrap, &row)) {
		assert_non_null(*rows);
		assert_text(row, text_of(*rows));
		rows++;
	}
	assert_null(*rows);
}

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
rows_break_at_spaces(void **state)
{
	(void)state;
	wraps_to("", 10, 10, ROWS(""));
	wraps_to("short", 10, 10, ROWS("short"));
	wraps_to("ten chars.", 10, 10, ROWS("ten chars."));
	wraps_to("one two three", 8, 8, ROWS("one two", "three"));
	wraps_to("one two   three", 9, 9, ROWS("one two", "three"));
	wraps_to("one two three four", 7, 10, ROWS("one two", "three four"));
	wraps_to("one two ", 7, 7, ROWS("one two"));
}

static void
rows_break_at_line_ends(void **state)
{
	(void)state;
	wraps_to("one\ntwo", 10, 10, ROWS("one", "two"));
	wraps_to("one\n\n two\n", 10, 10, ROWS("one", "", " two", ""));
}

static void
a_word_wider_than_a_row_is_broken(void **state)
{
	(void)state;
	wraps_to("abcdefghij", 4, 4, ROWS("abcd", "efgh", "ij"));
	wraps_to("x abcdefghij", 5, 5, ROWS("x abc", "defgh", "ij"));
	wraps_to("x abcde", 5, 5, ROWS("x", "abcde"));
}

static void
rows_break_next_to_wide_characters(void **state)
{
	(void)state;
	wraps_to("日本語", 4, 4, ROWS("日本", "語"));
	wraps_to("ab日本", 5, 5, ROWS("ab日", "本"));
	wraps_to("日本abc", 6, 6, ROWS("日本", "abc"));
}

static void
a_row_too_narrow_still_takes_a_glyph(void **state)
{
	(void)state;
	wraps_to("日本", 1, 1, ROWS("日", "本"));
	wraps_to("ab", 0, 0, ROWS("a", "b"));
}

/* For any text: rows fit and advance, and only spaces and LFs are left out between them. */
static void
no_row_is_too_wide_and_nothing_is_lost(void **state)
{
	(void)state;
	static const char *const pieces[] = {"a", "bcd", " ", "  ", "日", "\n", "e\u0301",
		"\U0001F469\u200D\U0001F4BB", "\xff", "longerword", "\t"};
	uint64_t seed = 1;
	for (int round = 0; round < 3000; round++) {
		struct strbuf buf = {0};
		for (uint32_t n = random_below(&seed, 30); n > 0; n--)
			strbuf_puts(&buf, pieces[random_below(&seed, COUNT(pieces))]);
		int columns = 2 + (int)random_below(&seed, 12);
		struct wrap wrap = {strbuf_view(&buf), columns, columns};
		const char *at = wrap.rest.ptr, *end = at + buf.len;
		struct text row;
		while (wrap_next(&wrap, &row)) {
			assert_true(width_of(row) <= columns);
			for (; at < row.ptr; at++)
				assert_true(*at == ' ' || *at == '\n');
			at = row.ptr + row.len;
		}
		for (; at < end; at++)
			assert_true(*at == ' ' || *at == '\n');
		strbuf_clear(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_a_column_a_letter),
		cmocka_unit_test(wide_characters_are_two_columns),
		cmocka_unit_test(marks_take_no_column),
		cmocka_unit_test(a_mark_without_a_base_is_shown_on_a_space),
		cmocka_unit_test(a_cell_holds_four_marks),
		cmocka_unit_test(emoji_are_shown_one_by_one),
		cmocka_unit_test(joiners_between_letters_stay),
		cmocka_unit_test(invisible_characters_are_not_shown),
		cmocka_unit_test(control_characters_are_not_obeyed),
		cmocka_unit_test(what_is_no_utf8_is_replaced_byte_by_byte),
		cmocka_unit_test(cutting_keeps_glyphs_whole),
		cmocka_unit_test(rows_break_at_spaces),
		cmocka_unit_test(rows_break_at_line_ends),
		cmocka_unit_test(a_word_wider_than_a_row_is_broken),
		cmocka_unit_test(rows_break_next_to_wide_characters),
		cmocka_unit_test(a_row_too_narrow_still_takes_a_glyph),
		cmocka_unit_test(no_row_is_too_wide_and_nothing_is_lost),
	};
	/* wcwidth knows only characters of the locale. */
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
