/* Which text may be sent (SPEC 4), byte for byte, and how text is split. */
#include "unit.h"

#define FFFD "\xef\xbf\xbd"

static void
clean_must_be(struct text said, struct text wanted, const char *file, int line)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "before");
	text_clean(&out, said);
	assert_true(out.len >= 6);
	assert_memory_equal(out.ptr, "before", 6);
	text_must_be((struct text){out.ptr + 6, out.len - 6}, wanted, file, line);
	strbuf_clear(&out);
}

#define assert_clean(said, wanted) clean_must_be(BYTES(said), BYTES(wanted), __FILE__, __LINE__)

static void
clean_text_is_not_changed(void **state)
{
	(void)state;
	assert_clean("", "");
	assert_clean("Hi, magnus!", "Hi, magnus!");
	assert_clean("t\xc3\xa9 \xe2\x98\x95 \xf0\x9f\xab\x96",
		"t\xc3\xa9 \xe2\x98\x95 \xf0\x9f\xab\x96");
	assert_clean("a\tb", "a\tb");
	/* Right-to-left text, marks and joiners stay. */
	assert_clean("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x80\x8f",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x80\x8f");
	assert_clean("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80");
}

static void
a_byte_that_is_not_utf8_becomes_a_replacement_character(void **state)
{
	(void)state;
	/* Continuation bytes alone, bytes that never occur in UTF-8. */
	assert_clean("a\x80z", "a" FFFD "z");
	assert_clean("a\xbf\x80z", "a" FFFD FFFD "z");
	assert_clean("a\xfez", "a" FFFD "z");
	assert_clean("a\xffz", "a" FFFD "z");
	assert_clean("\xff", FFFD);
	/* Overlong forms, surrogates, code points past U+10FFFF. */
	assert_clean("\xc0\xaf", FFFD FFFD);
	assert_clean("\xe0\x80\xaf", FFFD FFFD FFFD);
	assert_clean("\xed\xa0\x80", FFFD FFFD FFFD);
	assert_clean("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD);
	assert_clean("\xf8\x88\x80\x80\x80", FFFD FFFD FFFD FFFD FFFD);
	/* Truncated, before another character and at the end. */
	assert_clean("\xc3(", FFFD "(");
	assert_clean("caf\xc3", "caf" FFFD);
}

static void
overlong_controls_become_replacement_characters(void **state)
{
	(void)state;
	assert_clean("\xc0\x8a\xc1\x9b[2J", FFFD FFFD FFFD FFFD "[2J");
}

static void
every_line_end_is_an_lf(void **state)
{
	(void)state;
	assert_clean("a\r\nb\rc\nd", "a\nb\nc\nd");
	assert_clean("a\r\r\nb", "a\n\nb");
	assert_clean("a\n\rb", "a\n\nb");
	assert_clean("a\r", "a");
}

static void
c0_and_c1_controls_and_del_are_removed(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0xa0; c++) {
		if ((c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r')
			continue;
		char one[] = {'a', (char)c, 'z'}, two[] = {'a', (char)0xc2, (char)c, 'z'};
		struct text said = c < 0x80 ? (struct text){one, 3} : (struct text){two, 4};
		clean_must_be(said, BYTES("az"), __FILE__, __LINE__);
	}
	assert_clean("\xc2\xa0|", "\xc2\xa0|");
}

static void
escape_sequences_lose_their_controls(void **state)
{
	(void)state;
	assert_clean("\x1b[31mred\x1b[0m", "[31mred[0m");
	assert_clean("\xc2\x9b"
		     "2J",
		"2J");
	assert_clean("\x1b]0;title\x07", "]0;title");
	assert_clean("mistake\x08\x08\x08", "mistake");
}

static void
bidirectional_controls_are_removed(void **state)
{
	(void)state;
	for (unsigned c = 0xaa; c <= 0xae; c++) {
		char said[] = {'a', (char)0xe2, (char)0x80, (char)c, 'z'};
		clean_must_be((struct text){said, 5}, BYTES("az"), __FILE__, __LINE__);
	}
	for (unsigned c = 0xa6; c <= 0xa9; c++) {
		char said[] = {'a', (char)0xe2, (char)0x81, (char)c, 'z'};
		clean_must_be((struct text){said, 5}, BYTES("az"), __FILE__, __LINE__);
	}
	/* The code points next to them stay. */
	assert_clean("a\xe2\x80\xaf|\xe2\x81\xa5z", "a\xe2\x80\xaf|\xe2\x81\xa5z");
}

static void
blank_lines_at_either_end_are_removed(void **state)
{
	(void)state;
	assert_clean("\n\n a\n\nb \n\n", " a\n\nb ");
	assert_clean(" \t\r\n\xe3\x80\x80\na\n\xc2\xa0\n", "a");
	assert_clean("\x01\n\x02 \x03\na\n\x04", "a");
}

static void
indentation_and_blank_lines_within_stay(void **state)
{
	(void)state;
	assert_clean("\tif\n\n\t\tthen  ", "\tif\n\n\t\tthen  ");
}

static void
only_blanks_and_controls_leave_nothing(void **state)
{
	(void)state;
	assert_clean(" ", "");
	assert_clean("\r\n \r\n\t", "");
	assert_clean("\x1b\x07\xc2\x85\x7f", "");
	assert_clean("\xe2\x80\xae \xe2\x81\xa9", "");
	assert_clean("\xe2\x80\xa8\xe2\x80\xa9", "");
}

#define ACUTE "\xcc\x81"
#define EIGHT ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE

static void
a_ninth_combining_mark_is_removed(void **state)
{
	(void)state;
	assert_clean("x" EIGHT, "x" EIGHT);
	assert_clean("x" EIGHT ACUTE, "x" EIGHT);
	assert_clean("x" EIGHT EIGHT EIGHT "y" EIGHT ACUTE, "x" EIGHT "y" EIGHT);
	assert_clean(EIGHT ACUTE "x", EIGHT "x");
	/* Enclosing marks count. */
	assert_clean("x" EIGHT "\xe2\x83\x9d", "x" EIGHT);
}

static void
marks_are_counted_across_invisible_characters(void **state)
{
	(void)state;
	/* Neither a removed control nor a joiner that stays begins a new character to a reader. */
	assert_clean("x" EIGHT "\x01" ACUTE, "x" EIGHT);
	assert_clean("x" EIGHT "\xe2\x80\xae" ACUTE, "x" EIGHT);
	assert_clean("x" EIGHT "\xe2\x80\x8d" ACUTE "y", "x" EIGHT "\xe2\x80\x8dy");
	assert_clean("x" EIGHT "\xe2\x80\x8c" ACUTE "y", "x" EIGHT "\xe2\x80\x8cy");
}

static void
spacing_marks_are_marks(void **state)
{
	(void)state;
	/* DEVANAGARI SIGN VISARGA after KA. */
	assert_clean("\xe0\xa4\x95" EIGHT "\xe0\xa4\x83", "\xe0\xa4\x95" EIGHT);
	assert_clean("\xe0\xa4\x95\xe0\xa4\xbe" EIGHT,
		"\xe0\xa4\x95\xe0\xa4\xbe" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE);
}

/* A random sequence of pieces that are likely to be misread together. */
static size_t
random_pieces(uint64_t *seed, char *bytes, size_t max)
{
	static const char *const pieces[] = {"a", " ", "\n", "\r", "\r\n", "\t", ACUTE, EIGHT,
		"\x1b", "\x7f", "\x80", "\xc2\x9b", "\xc3", "\xe2\x80\xae", "\xe2\x80\x8d",
		"\xe2\x81", "\xf0\x9f", "\xf0\x9f\x98\x80", "\xff", "\xed\xa0\x80", "\xe0\xa4\xbe",
		"\xe3\x80\x80", "\xc0\x8a"};
	size_t n = 0;
	while (n + 16 < max && random_below(seed, 30) > 0) {
		const char *piece = pieces[random_below(seed, COUNT(pieces))];
		memcpy(bytes + n, piece, strlen(piece));
		n += strlen(piece);
	}
	return n;
}

/* Removes the first code point from *rest; -1: it is not valid UTF-8. Independent of ICU. */
static long
utf8_next(struct text *rest)
{
	static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)rest->ptr[0];
	size_t n = first < 0x80 ? 1 : first < 0xc0 ? 9 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (n > rest->len || first > 0xf4)
		return -1;
	long c = n == 1 ? first : first & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)rest->ptr[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | ((unsigned char)rest->ptr[i] & 0x3f);
	}
	*rest = (struct text){rest->ptr + n, rest->len - n};
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? -1 : c;
}

static void
any_bytes_are_cleaned_once_and_for_all(void **state)
{
	(void)state;
	uint64_t seed = 4;
	for (int round = 0; round < 20000; round++) {
		char said[256];
		struct strbuf once = {0}, twice = {0};
		text_clean(&once, (struct text){said, random_pieces(&seed, said, sizeof said)});
		int marks = 0;
		for (struct text rest = strbuf_view(&once); rest.len > 0;) {
			long c = utf8_next(&rest);
			assert_true(c == '\t' || c == '\n' || (c >= ' ' && c != 0x7f));
			assert_false(c > 0x7f && c < 0xa0);
			assert_false(c >= 0x202a && c <= 0x202e);
			marks = c == 0x301 || c == 0x93e ? marks + 1 : c == 0x200d ? marks : 0;
			assert_true(marks <= 8);
		}
		text_clean(&twice, strbuf_view(&once));
		assert_text(strbuf_view(&twice), strbuf_view(&once));
		strbuf_clear(&once);
		strbuf_clear(&twice);
	}
}

static void
words_are_removed_one_by_one(void **state)
{
	(void)state;
	struct text rest = BYTES("  say\t hello  there \r\n");
	assert_text(text_word(&rest), BYTES("say"));
	assert_text(rest, BYTES("hello  there"));
	assert_text(text_word(&rest), BYTES("hello"));
	assert_text(text_word(&rest), BYTES("there"));
	assert_int_equal(text_word(&rest).len, 0);
	assert_int_equal(rest.len, 0);
	assert_int_equal(text_word(&rest).len, 0);
}

static void
white_space_is_trimmed_at_either_end_only(void **state)
{
	(void)state;
	assert_text(text_trim(BYTES(" \t\v\f\r\n a b \n")), BYTES("a b"));
	assert_text(text_trim(BYTES(" \n ")), BYTES(""));
	assert_int_equal(text_trim(TEXT_NONE).len, 0);
	/* Bytes over 0x7f are not white space. */
	assert_text(text_trim(BYTES("\xc2\xa0\x85")), BYTES("\xc2\xa0\x85"));
}

static void
lines_are_removed_one_by_one(void **state)
{
	(void)state;
	struct text rest = BYTES("one\n\ntwo");
	assert_text(text_line(&rest), BYTES("one"));
	assert_text(text_line(&rest), BYTES(""));
	assert_non_null(rest.ptr);
	assert_text(text_line(&rest), BYTES("two"));
	assert_null(rest.ptr);
}

static void
an_lf_at_the_end_begins_an_empty_line(void **state)
{
	(void)state;
	struct text rest = BYTES("one\n");
	assert_text(text_line(&rest), BYTES("one"));
	assert_non_null(rest.ptr);
	assert_text(text_line(&rest), BYTES(""));
	assert_null(rest.ptr);
	assert_int_equal(text_lines(BYTES("one\n")), 2);
	assert_int_equal(text_lines(BYTES("")), 1);
	assert_int_equal(text_lines(BYTES("a\nb\nc")), 3);
}

static void
the_last_character_starts_at_its_first_byte(void **state)
{
	(void)state;
	assert_int_equal(text_last(BYTES("")), 0);
	assert_int_equal(text_last(BYTES("a")), 0);
	assert_int_equal(text_last(BYTES("ab")), 1);
	assert_int_equal(text_last(BYTES("a\xc3\xa9")), 1);
	assert_int_equal(text_last(BYTES("a\xf0\x9f\xab\x96")), 1);
	/* Invalid UTF-8 is removed byte by byte, and never past the start. */
	assert_int_equal(text_last(BYTES("a\xff")), 1);
	assert_int_equal(text_last(BYTES("\x80\x80\x80\x80\x80\x80")), 5);
	assert_int_equal(text_last(BYTES("\xe2\x82")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_text_is_not_changed),
		cmocka_unit_test(a_byte_that_is_not_utf8_becomes_a_replacement_character),
		cmocka_unit_test(overlong_controls_become_replacement_characters),
		cmocka_unit_test(every_line_end_is_an_lf),
		cmocka_unit_test(c0_and_c1_controls_and_del_are_removed),
		cmocka_unit_test(escape_sequences_lose_their_controls),
		cmocka_unit_test(bidirectional_controls_are_removed),
		cmocka_unit_test(blank_lines_at_either_end_are_removed),
		cmocka_unit_test(indentation_and_blank_lines_within_stay),
		cmocka_unit_test(only_blanks_and_controls_leave_nothing),
		cmocka_unit_test(a_ninth_combining_mark_is_removed),
		cmocka_unit_test(marks_are_counted_across_invisible_characters),
		cmocka_unit_test(spacing_marks_are_marks),
		cmocka_unit_test(any_bytes_are_cleaned_once_and_for_all),
		cmocka_unit_test(words_are_removed_one_by_one),
		cmocka_unit_test(white_space_is_trimmed_at_either_end_only),
		cmocka_unit_test(lines_are_removed_one_by_one),
		cmocka_unit_test(an_lf_at_the_end_begins_an_empty_line),
		cmocka_unit_test(the_last_character_starts_at_its_first_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
