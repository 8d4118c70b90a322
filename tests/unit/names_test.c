/* Which nicks and room names are valid, and which names are the same to a reader (SPEC 4). */
#include "teahouse/name_rules.h"
#include "unit.h"

static struct name_rules *rules;

static int
rules_open(void **state)
{
	(void)state;
	rules = name_rules_open();
	return 0;
}

static int
rules_close(void **state)
{
	(void)state;
	name_rules_close(rules);
	return 0;
}

static void
name_must_be(struct text given, enum name_kind kind, const char *shown, const char *file, int line)
{
	struct name *name = name_make(rules, given, kind);
	if (!name != !shown)
		bytes_show(name ? "should be invalid" : "should be valid", given);
	assert_int_equal(!name, !shown);
	if (name)
		text_must_be(name->shown, text_of(shown), file, line);
	free(name);
}

/* A string literal that is a valid nick, and one that is not. */
#define assert_nick(given)    name_must_be(BYTES(given), NAME_NICK, given, __FILE__, __LINE__)
#define assert_no_nick(given) name_must_be(BYTES(given), NAME_NICK, NULL, __FILE__, __LINE__)

/* The same piece of text, n times. */
static struct text
times(struct strbuf *buf, const char *piece, int n)
{
	buf->len = 0;
	while (n-- > 0)
		strbuf_puts(buf, piece);
	return strbuf_view(buf);
}

static bool
is_name(struct text given, enum name_kind kind)
{
	struct name *name = name_make(rules, given, kind);
	free(name);
	return name != NULL;
}

static void
names_of_many_scripts_are_valid(void **state)
{
	(void)state;
	assert_nick("a");
	assert_nick("magnus");
	assert_nick("O'Neill-Smith_2.0");
	assert_nick("[x]\\{y}|~^`");
	assert_nick("J\xc3\xbcrgen");
	assert_nick("\xe5\xbc\xa0\xe4\xbc\x9f");
	assert_nick("\xd8\xb9\xd9\x84\xd9\x8a");
	assert_nick("\xe0\xb8\xaa\xe0\xb8\xa1\xe0\xb8\x8a\xe0\xb8\xb2\xe0\xb8\xa2");
	assert_nick("\xf0\x9f\xab\x96");
	assert_nick("\xe2\x98\x95\xef\xb8\x8f");
}

static void
the_name_shown_is_nfc(void **state)
{
	(void)state;
	name_must_be(BYTES("Jose\xcc\x81"), NAME_NICK, "Jos\xc3\xa9", __FILE__, __LINE__);
	name_must_be(BYTES("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), NAME_NICK, "\xed\x95\x9c",
		__FILE__, __LINE__);
	/* ANGSTROM SIGN is canonically equivalent to a letter. */
	name_must_be(BYTES("\xe2\x84\xab"), NAME_NICK, "\xc3\x85", __FILE__, __LINE__);
}

static void
a_nick_has_at_most_32_characters(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	assert_true(is_name(times(&buf, "x", 32), NAME_NICK));
	assert_false(is_name(times(&buf, "x", 33), NAME_NICK));
	/* As a reader counts: 32 of these are 64 code points, but 32 characters. */
	assert_true(is_name(times(&buf, "x\xcc\x81", 32), NAME_NICK));
	assert_false(is_name(times(&buf, "x\xcc\x81", 33), NAME_NICK));
	assert_true(is_name(times(&buf, "x", 64), NAME_ROOM));
	assert_false(is_name(times(&buf, "x", 65), NAME_ROOM));
	strbuf_clear(&buf);
}

static void
a_name_has_at_most_128_bytes(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	assert_true(is_name(times(&buf, "\xf0\x9f\x98\x80", 32), NAME_NICK));
	assert_true(is_name(times(&buf, "\xc3\xa9", 64), NAME_ROOM));
	times(&buf, "\xc3\xa9", 63);
	strbuf_puts(&buf, "\xe2\x82\xac");
	assert_false(is_name(strbuf_view(&buf), NAME_ROOM));
	/* A flag, and an emoji with a skin tone, are one character of eight bytes. */
	assert_true(is_name(times(&buf, "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 16), NAME_NICK));
	assert_false(is_name(times(&buf, "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 17), NAME_NICK));
	assert_true(is_name(times(&buf, "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 16), NAME_NICK));
	assert_false(is_name(times(&buf, "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 17), NAME_NICK));
	strbuf_clear(&buf);
}

static void
the_bytes_of_nfc_are_counted(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	/* 192 bytes as given, 128 in NFC. */
	assert_true(is_name(times(&buf, "e\xcc\x81", 64), NAME_ROOM));
	/* Nine bytes each in NFD, three in NFC. */
	assert_true(is_name(times(&buf, "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 42), NAME_ROOM));
	assert_false(is_name(times(&buf, "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 43), NAME_ROOM));
	strbuf_clear(&buf);
}

static void
a_name_that_grows_when_folded_is_valid(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	/* One character that folds to three, one whose skeleton has eighteen. */
	assert_true(is_name(times(&buf, "\xef\xac\x83", 32), NAME_NICK));
	assert_true(is_name(times(&buf, "\xef\xb7\xba", 32), NAME_NICK));
	strbuf_clear(&buf);
}

static void
no_name_is_empty_or_longer_than_its_bound(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	assert_no_nick("");
	assert_false(is_name(TEXT_NONE, NAME_NICK));
	assert_false(is_name(times(&buf, "x", 60000), NAME_NICK));
	assert_false(is_name(times(&buf, "\xcc\x81", 150), NAME_NICK));
	strbuf_clear(&buf);
}

static void
none_of_the_reserved_characters_stands_anywhere(void **state)
{
	(void)state;
	for (const char *c = "#@:,*!/\"<>"; *c; c++) {
		const char first[] = {*c, 'a'}, amid[] = {'a', *c, 'b'}, last[] = {'a', *c};
		assert_false(is_name((struct text){c, 1}, NAME_NICK));
		assert_false(is_name((struct text){first, 2}, NAME_NICK));
		assert_false(is_name((struct text){amid, 3}, NAME_NICK));
		assert_false(is_name((struct text){last, 2}, NAME_NICK));
	}
}

static void
what_other_protocols_put_before_a_nick_does_not_begin_it(void **state)
{
	(void)state;
	for (const char *c = "~&%+$-="; *c; c++) {
		const char first[] = {*c, 'a'}, amid[] = {'a', *c, 'b'}, last[] = {'a', *c};
		assert_false(is_name((struct text){c, 1}, NAME_NICK));
		assert_false(is_name((struct text){first, 2}, NAME_NICK));
		assert_true(is_name((struct text){amid, 3}, NAME_NICK));
		assert_true(is_name((struct text){last, 2}, NAME_NICK));
		/* A room may have such a name. */
		assert_true(is_name((struct text){c, 1}, NAME_ROOM));
		assert_true(is_name((struct text){first, 2}, NAME_ROOM));
	}
	/* NFC is what counts: = and U+0338 are one character, U+2260. */
	name_must_be(BYTES("=\xcc\xb8"), NAME_NICK, "\xe2\x89\xa0", __FILE__, __LINE__);
	assert_no_nick("+\xcc\x81");
}

static void
any_other_ascii_character_may_begin_a_nick(void **state)
{
	(void)state;
	for (char c = '!'; c < 0x7f; c++) {
		const char first[] = {c, 'a'};
		bool valid = !strchr("#@:,*!/\"<>~&%+$-=", c);
		assert_int_equal(is_name((struct text){first, 2}, NAME_NICK), valid);
	}
}

static void
no_ascii_control_or_space_is_in_a_name(void **state)
{
	(void)state;
	for (int c = 0; c <= 0x7f; c++) {
		const char amid[] = {'a', (char)c, 'b'};
		if (c <= 0x20 || c == 0x7f)
			assert_false(is_name((struct text){amid, 3}, NAME_NICK));
		else if (!strchr("#@:,*!/\"<>", c))
			assert_true(is_name((struct text){amid, 3}, NAME_NICK));
	}
}

static void
white_space_of_any_script_is_in_no_name(void **state)
{
	(void)state;
	assert_no_nick("a\xc2\xa0z");     /* no-break */
	assert_no_nick("a\xe1\x9a\x80z"); /* Ogham */
	assert_no_nick("a\xe2\x80\x83z"); /* em */
	assert_no_nick("a\xe2\x80\xa8z"); /* line separator */
	assert_no_nick("a\xe3\x80\x80z"); /* ideographic */
	assert_no_nick("a\xc2\x85z");     /* next line */
}

static void
control_format_and_unassigned_characters_are_in_no_name(void **state)
{
	(void)state;
	assert_no_nick("a\xc2\x9bz");         /* CSI */
	assert_no_nick("a\xc2\xadz");         /* soft hyphen */
	assert_no_nick("a\xe2\x80\x8bz");     /* zero width space */
	assert_no_nick("a\xe2\x80\x8dz");     /* zero width joiner */
	assert_no_nick("a\xe2\x80\xaez");     /* right-to-left override */
	assert_no_nick("a\xe2\x81\xa0z");     /* word joiner */
	assert_no_nick("a\xef\xbb\xbfz");     /* byte order mark */
	assert_no_nick("a\xf3\xa0\x81\x81z"); /* tag */
	assert_no_nick("a\xcd\xb8z");         /* U+0378, unassigned */
	assert_no_nick("a\xef\xb7\x90z");     /* U+FDD0, noncharacter */
	assert_no_nick("a\xef\xbf\xbfz");     /* U+FFFF */
	assert_no_nick("a\xf4\x8f\xbf\xbfz"); /* U+10FFFF */
}

/* A name of a code point between two letters. */
static bool
is_name_with(uint32_t code)
{
	char bytes[6] = {'a'};
	size_t n = 1;
	if (code >= 0x10000) {
		bytes[n++] = (char)(0xf0 | code >> 18);
		bytes[n++] = (char)(0x80 | (code >> 12 & 0x3f));
	} else {
		bytes[n++] = (char)(0xe0 | code >> 12);
	}
	bytes[n++] = (char)(0x80 | (code >> 6 & 0x3f));
	bytes[n++] = (char)(0x80 | (code & 0x3f));
	bytes[n++] = 'z';
	struct text given = {bytes, n};
	return is_name(given, NAME_NICK) || is_name(given, NAME_ROOM);
}

static void
no_code_point_may_be_in_a_name(uint32_t first, uint32_t last)
{
	for (uint32_t code = first; code <= last; code++)
		if (is_name_with(code))
			fail_msg("U+%04X is in a name", code);
}

static void
private_use_characters_are_in_no_name(void **state)
{
	(void)state;
	/* The neighbours show that the test can tell. */
	assert_true(is_name_with(0xf900));
	assert_true(is_name_with(0xd7a3));
	no_code_point_may_be_in_a_name(0xe000, 0xf8ff);
	no_code_point_may_be_in_a_name(0xf0000, 0xffffd);
	no_code_point_may_be_in_a_name(0x100000, 0x10fffd);
}

static void
noncharacters_and_tags_are_in_no_name(void **state)
{
	(void)state;
	no_code_point_may_be_in_a_name(0xfdd0, 0xfdef);
	for (uint32_t plane = 0; plane <= 0x100000; plane += 0x10000)
		no_code_point_may_be_in_a_name(plane | 0xfffe, plane | 0xffff);
	no_code_point_may_be_in_a_name(0xe0000, 0xe00ff);
	/* Interlinear annotation, and what stands for an object or a lost character. */
	no_code_point_may_be_in_a_name(0xfff9, 0xfffd);
	/* Separators, joiners, and the controls of direction. */
	no_code_point_may_be_in_a_name(0x2028, 0x202e);
	no_code_point_may_be_in_a_name(0x200b, 0x200f);
	no_code_point_may_be_in_a_name(0x2060, 0x206f);
}

static void
letters_that_show_nothing_are_in_no_name(void **state)
{
	(void)state;
	assert_no_nick("\xe3\x85\xa4");      /* Hangul filler */
	assert_no_nick("\xe1\x85\x9f");      /* Hangul choseong filler */
	assert_no_nick("a\xe1\x85\xa0");     /* Hangul jungseong filler */
	assert_no_nick("\xef\xbe\xa0");      /* halfwidth Hangul filler */
	assert_no_nick("\xe2\xa0\x80");      /* braille blank */
	assert_false(is_name_with(0x16fe4)); /* Khitan small script filler */
	assert_false(is_name_with(0x13441)); /* Egyptian hieroglyph full blank */
	assert_false(is_name_with(0x13442)); /* Egyptian hieroglyph half blank */
	assert_false(is_name_with(0x1d159)); /* musical symbol null notehead */
	assert_no_nick("ann\xcd\x8f");       /* combining grapheme joiner */
	assert_no_nick("ann\xe1\x9e\xb4");   /* Khmer inherent vowel */
}

static void
no_name_starts_with_a_mark(void **state)
{
	(void)state;
	assert_no_nick("\xcc\x81"
		       "ann");
	assert_no_nick("\xe2\x83\x9d");
	assert_no_nick("\xe0\xa4\xbe"
		       "ann");
	assert_no_nick("\xef\xb8\x8f"
		       "ann");
	assert_nick("a\xcc\xb1nn");
}

static void
no_name_has_a_ninth_mark_on_one_character(void **state)
{
	(void)state;
	assert_nick("x\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
	assert_no_nick("x\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
}

static void
text_that_is_not_utf8_is_no_name(void **state)
{
	(void)state;
	assert_no_nick("a\xff");
	assert_no_nick("\xc3");
	assert_no_nick("\xed\xa0\x80");
	assert_no_nick("\xc0\xa1");
	assert_no_nick("a\xef\xbf\xbd"); /* U+FFFD, which replaces it in text */
}

static bool
names_same(const char *one, const char *other)
{
	struct name *a = name_make(rules, text_of(one), NAME_NICK);
	struct name *b = name_make(rules, text_of(other), NAME_NICK);
	assert_non_null(a);
	assert_non_null(b);
	bool same = text_is(a->casefolded, b->casefolded) ||
		    (text_is(a->skeleton, b->skeleton) && !(a->ascii && b->ascii));
	free(a);
	free(b);
	return same;
}

static void
names_that_differ_only_in_case_are_one(void **state)
{
	(void)state;
	assert_true(names_same("ann", "ANN"));
	assert_true(names_same("J\xc3\xbcrgen", "J\xc3\x9cRGEN"));
	assert_true(
		names_same("\xd0\xbc\xd0\xb0\xd1\x88\xd0\xb0", "\xd0\x9c\xd0\x90\xd0\xa8\xd0\x90"));
	/* Sharp s, with and without its capital. */
	assert_true(names_same("wei\xc3\x9f", "WEISS"));
	assert_true(names_same("wei\xc3\x9f", "WEI\xe1\xba\x9e"));
	/* Both small sigmas are one capital. */
	assert_true(names_same("\xcf\x83\xce\xbf\xcf\x82", "\xce\xa3\xce\x9f\xce\xa3"));
	/* A digraph in its three cases. */
	assert_true(names_same("\xc7\x84", "\xc7\x86"));
	assert_true(names_same("\xc7\x85", "\xc7\x86"));
}

static void
a_turkish_i_is_the_i_that_it_looks_like(void **state)
{
	(void)state;
	assert_true(names_same("\xc4\xb0stanbul", "i\xcc\x87stanbul"));
	/* Without its dot it still looks like one to many readers. */
	assert_true(names_same("al\xc4\xb1", "ali"));
	assert_true(names_same("KIT", "kit"));
}

static void
names_that_look_the_same_are_one(void **state)
{
	(void)state;
	assert_true(names_same("ann", "\xd0\xb0nn")); /* Cyrillic a */
	assert_true(names_same("ann", "\xd0\x90NN")); /* and in another case */
	assert_true(names_same("Ann", "\xce\x91NN")); /* Greek alpha */
	assert_true(names_same("paypal", "\xd1\x80\xd0\xb0\xd1\x83\xd1\x80\xd0\xb0l"));
	assert_true(names_same("ann", "\xef\xbd\x81nn")); /* full width */
	assert_true(
		names_same("ann", "\xf0\x9d\x90\x9a\xf0\x9d\x90\xa7\xf0\x9d\x90\xa7")); /* bold */
	assert_true(names_same("\xe2\x98\x95", "\xe2\x98\x95\xef\xb8\x8f")); /* emoji style */
	assert_true(names_same("ann", "ann\xef\xb8\x8f"));
	assert_true(names_same("ann", "an\xef\xb8\x80n"));
}

static void
names_in_ascii_are_compared_by_case_only(void **state)
{
	(void)state;
	assert_false(names_same("rn", "m"));
	assert_false(names_same("barn", "bam"));
	assert_false(names_same("I", "l"));
	assert_false(names_same("O", "0"));
	assert_false(names_same("vv", "w"));
	assert_true(names_same("RN", "rn"));
}

static void
different_names_are_two(void **state)
{
	(void)state;
	assert_false(names_same("ann", "anna"));
	assert_false(names_same("rene", "ren\xc3\xa9"));
	assert_false(names_same("\xe5\xbc\xa0", "\xe7\xab\xa0"));
	assert_false(names_same("\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd", "ivan"));
}

static void
characters_are_counted_as_a_reader_does(void **state)
{
	(void)state;
	assert_int_equal(text_characters(rules, BYTES("")), 0);
	assert_int_equal(text_characters(rules, BYTES("tea")), 3);
	assert_int_equal(text_characters(rules, BYTES("e\xcc\x81\xcc\xb1")), 1);
	assert_int_equal(text_characters(rules, BYTES("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab")), 1);
	assert_int_equal(text_characters(rules, BYTES("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91"
						      "\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6")),
		1);
	assert_int_equal(text_characters(rules, BYTES("\xf0\x9f\x87\xab\xf0\x9f\x87\xb7!")), 2);
	assert_int_equal(text_characters(rules, BYTES("a\xff"
						      "b")),
		3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_many_scripts_are_valid),
		cmocka_unit_test(the_name_shown_is_nfc),
		cmocka_unit_test(a_nick_has_at_most_32_characters),
		cmocka_unit_test(a_name_has_at_most_128_bytes),
		cmocka_unit_test(the_bytes_of_nfc_are_counted),
		cmocka_unit_test(a_name_that_grows_when_folded_is_valid),
		cmocka_unit_test(no_name_is_empty_or_longer_than_its_bound),
		cmocka_unit_test(none_of_the_reserved_characters_stands_anywhere),
		cmocka_unit_test(what_other_protocols_put_before_a_nick_does_not_begin_it),
		cmocka_unit_test(any_other_ascii_character_may_begin_a_nick),
		cmocka_unit_test(no_ascii_control_or_space_is_in_a_name),
		cmocka_unit_test(white_space_of_any_script_is_in_no_name),
		cmocka_unit_test(control_format_and_unassigned_characters_are_in_no_name),
		cmocka_unit_test(private_use_characters_are_in_no_name),
		cmocka_unit_test(noncharacters_and_tags_are_in_no_name),
		cmocka_unit_test(letters_that_show_nothing_are_in_no_name),
		cmocka_unit_test(no_name_starts_with_a_mark),
		cmocka_unit_test(no_name_has_a_ninth_mark_on_one_character),
		cmocka_unit_test(text_that_is_not_utf8_is_no_name),
		cmocka_unit_test(names_that_differ_only_in_case_are_one),
		cmocka_unit_test(a_turkish_i_is_the_i_that_it_looks_like),
		cmocka_unit_test(names_that_look_the_same_are_one),
		cmocka_unit_test(names_in_ascii_are_compared_by_case_only),
		cmocka_unit_test(different_names_are_two),
		cmocka_unit_test(characters_are_counted_as_a_reader_does),
	};
	return cmocka_run_group_tests(tests, rules_open, rules_close);
}
