/*
 * Text cut into strings: within the bound, without losing anything but white space, and never
 * beginning with the forbidden character.
 */
#include "unit.h"

#include "client/protocol/text_lines.h"

static void
becomes(const char *before, const char *text, size_t most, char never, const char *strings)
{
	struct strbuf buf = {0};
	assert_true(text_lines_add(&buf, text_of(before), text_of(text), most, never));
	assert_text(strbuf_view(&buf), text_of(strings));
	strbuf_clear(&buf);
}

static void
is_refused(const char *before, const char *text, size_t most, char never)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, "kept");
	assert_false(text_lines_add(&buf, text_of(before), text_of(text), most, never));
	assert_text(strbuf_view(&buf), text_of("kept"));
	strbuf_clear(&buf);
}

static void
each_line_is_a_string(void **state)
{
	(void)state;
	becomes("", "hello", 1024, '/', "hello\n");
	becomes("", "one\ntwo", 1024, '/', "one\ntwo\n");
	becomes("@bob:", "one\ntwo", 1024, '\0', "@bob:one\n@bob:two\n");
}

static void
blank_lines_are_no_strings(void **state)
{
	(void)state;
	becomes("", "", 1024, '/', "");
	becomes("@bob:", "one\n \t\n\ntwo\n", 1024, '\0', "@bob:one\n@bob:two\n");
}

static void
long_lines_are_cut_between_characters(void **state)
{
	(void)state;
	becomes("", "abcdefgh", 9, '/', "abcdefgh\n");
	becomes("", "abcdefghi", 9, '/', "abcdefgh\ni\n");
	becomes("@b:", "abcdefghi", 9, '\0', "@b:abcde\n@b:fghi\n");
	becomes("", "aaa\u00e9bbb", 5, '/', "aaa\n\u00e9bb\nb\n");
	becomes("", "ab e\u0301\u0302cd", 8, '/', "ab \ne\u0301\u0302cd\n");
}

static void
no_string_begins_with_the_forbidden_character(void **state)
{
	(void)state;
	becomes("", "a/b", 1024, '/', "a/b\n");
	becomes("", "abcd/logout", 5, '/', "abc\nd/lo\ngout\n");
	becomes("", "abc /logout", 5, '/', "ab\nc /l\nogou\nt\n");
	is_refused("", "/logout", 1024, '/');
	is_refused("", " /logout", 1024, '/');
	is_refused("", "one\n/logout\ntwo", 1024, '/');
	is_refused("", "a/////////b", 5, '/');
	becomes("@b:", "/logout", 1024, '\0', "@b:/logout\n");
}

static void
a_prefix_that_leaves_no_space_is_refused(void **state)
{
	(void)state;
	becomes("@bob:", "x", 10, '\0', "@bob:x\n");
	is_refused("@bob:", "x", 9, '\0');
}

static void
strings_are_bounded_and_complete(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"a", " ", "/", "logout", "\u00e9", "\u65e5", "\U0001f44d", "e\u0301"};
	uint64_t seed = 1;
	for (int round = 0; round < 2000; round++) {
		struct strbuf text = {0}, strings = {0};
		size_t most = 6 + random_below(&seed, 20);
		for (uint32_t i = random_below(&seed, 60); i > 0; i--)
			strbuf_puts(&text, parts[random_below(&seed, COUNT(parts))]);
		bool can = text_lines_add(&strings, text_of(""), strbuf_view(&text), most, '/');
		struct text rest = strbuf_view(&strings), wanted = strbuf_view(&text);
		while (rest.len > 0) {
			struct text line = text_line(&rest), shown = text_trim(line);
			assert_true(line.len < most);
			assert_true(shown.len > 0 && shown.ptr[0] != '/');
			for (; shown.len > 0; shown = text_trim(shown)) {
				wanted = text_trim(wanted);
				assert_true(wanted.len > 0 && *wanted.ptr++ == *shown.ptr++);
				wanted.len--;
				shown.len--;
			}
		}
		if (can)
			assert_int_equal(text_trim(wanted).len, 0);
		strbuf_clear(&text);
		strbuf_clear(&strings);
	}
}

static void
text_is_split_at_a_character(void **state)
{
	(void)state;
	struct text rest = text_of("ann: hi: all"), word;
	assert_true(text_split(&rest, ' ', &word));
	assert_text(word, text_of("ann:"));
	assert_text(rest, text_of("hi: all"));
	assert_true(text_split(&rest, ':', &word));
	assert_text(word, text_of("hi"));
	assert_text(rest, text_of(" all"));
	assert_false(text_split(&rest, '#', &word));
	assert_text(rest, text_of(" all"));
	rest = TEXT_NONE;
	assert_false(text_split(&rest, ' ', &word));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_a_string),
		cmocka_unit_test(blank_lines_are_no_strings),
		cmocka_unit_test(long_lines_are_cut_between_characters),
		cmocka_unit_test(no_string_begins_with_the_forbidden_character),
		cmocka_unit_test(a_prefix_that_leaves_no_space_is_refused),
		cmocka_unit_test(strings_are_bounded_and_complete),
		cmocka_unit_test(text_is_split_at_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
