/* Text as terminals show it: grapheme clusters, columns, wrapping and character sets. */
#include "base/charset.h"
#include "base/cluster.h"
#include "base/wrap.h"
#include "unit.h"

static void
clusters_are_what_a_reader_counts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t columns, last; /* where the last cluster begins */
	} cases[] = {
		{"", 0, 0}, {"abc", 3, 2}, {"te\xcc\x81", 2, 1}, /* a mark */
		{"\xe6\x97\xa5\xe6\x9c\xac", 4, 3},              /* two wide characters */
		{"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 4,
			8},                                              /* flags */
		{"x\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 3, 1}, /* a family */
		{"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 2, 0},          /* letters of Hangul */
		{"\xe2\x9d\xa4\xef\xb8\x8f", 2, 0},                      /* a heart as emoji */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(text_columns(text_of(cases[i].text)), cases[i].columns);
		assert_int_equal(cluster_last(text_of(cases[i].text)), cases[i].last);
	}
}

static void
lines_are_wrapped_at_words_and_never_too_wide(void **state)
{
	(void)state;
	static const char line[] =
		"a  bb ccc dddd \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5 eeeeeeeeee f";
	for (size_t columns = 4; columns < 40; columns++) {
		struct strbuf out = {0};
		text_wrap(&out, text_of(line), columns, 2, "\n");
		for (struct text rest = strbuf_view(&out); rest.len > 0;)
			assert_true(text_columns(text_line(&rest)) <= columns);
		strbuf_clear(&out);
	}
	struct strbuf out = {0};
	text_wrap(&out, text_of("  one two three"), 9, 2, "|");
	text_wrap(&out, text_of(""), 9, 2, "|");
	assert_int_equal(out.len, strlen("  one two|  three||"));
	assert_memory_equal(out.ptr, "  one two|  three||", out.len);
	strbuf_clear(&out);
}

/* A control character would move the cursor. */
static void
no_character_becomes_a_control(void **state)
{
	(void)state;
	for (size_t set = 1; set < CHARSETS; set++) {
		struct charset *charset = charset_open(set);
		for (unsigned c = 0xa0; c < 0x30000; c++) {
			struct strbuf t = {0}, out = {0};
			unsigned char bytes[] = {(unsigned char)(0xf0 | c >> 18),
				(unsigned char)(0x80 | (c >> 12 & 0x3f)),
				(unsigned char)(0x80 | (c >> 6 & 0x3f)),
				(unsigned char)(0x80 | (c & 0x3f))};
			if (c < 0x800)
				bytes[2] = (unsigned char)(0xc0 | c >> 6);
			else if (c < 0x10000)
				bytes[1] = (unsigned char)(0xe0 | c >> 12);
			size_t skipped = c < 0x800 ? 2 : c < 0x10000 ? 1 : 0;
			strbuf_add(&t, bytes + skipped, 4 - skipped);
			charset_encode(charset, strbuf_view(&t), &out);
			assert_true(out.len > 0);
			for (size_t i = 0; i < out.len; i++) {
				unsigned char byte = (unsigned char)out.ptr[i];
				bool c1 = set == 1 && byte >= 0x80 && byte < 0xa0;
				assert_true(byte >= ' ' && byte != 0x7f && !c1);
				assert_true(byte < 0x80 || strcmp(charset_name(set), "ascii") != 0);
			}
			strbuf_clear(&t);
			strbuf_clear(&out);
		}
		charset_close(charset);
	}
}

static void
sets_are_known_by_their_registered_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *wanted;
	} cases[] = {{"UTF-8", "utf-8"}, {"utf8", "utf-8"}, {"ISO-8859-1", "latin1"},
		{"iso_8859-1:1987", "latin1"}, {"US-ASCII", "ascii"}, {"IBM437", "cp437"},
		{"437", "cp437"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t id = charset_find(text_of(cases[i].name));
		assert_true(id < CHARSETS);
		assert_string_equal(charset_name(id), cases[i].wanted);
	}
	assert_int_equal(charset_find(text_of("koi8-r")), CHARSETS);
	assert_int_equal(charset_find(text_of("")), CHARSETS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clusters_are_what_a_reader_counts),
		cmocka_unit_test(lines_are_wrapped_at_words_and_never_too_wide),
		cmocka_unit_test(no_character_becomes_a_control),
		cmocka_unit_test(sets_are_known_by_their_registered_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
