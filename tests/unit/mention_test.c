/* Which messages call a user by the nick. */
#include "unit.h"

#include <locale.h>

#include "base/mention.h"

static void
a_nick_is_mentioned_as_a_word(void **state)
{
	(void)state;
	static const struct {
		const char *text, *nick;
		bool mentions;
	} cases[] = {
		{"ann", "ann", true},
		{"hi Ann!", "ann", true},
		{"@ann: tea?", "ann", true},
		{"annual", "ann", false},
		{"joann", "ann", false},
		{"joann and ann", "ann", true},
		{"ann2", "ann", false},
		{"", "ann", false},
		{"ann", "", false},
		{"\u00c4rger \u00e4rger", "\u00c4RGER", true},
		{"\u00fcann", "ann", false},
		{"你好小明在吗", "小明", true},
		{"小", "小明", false},
		{"你好ann在吗", "ann", true},
		{"はいannさん", "ann", true},
		{"ann，你好", "ann", true},
		{"好-ann", "ann", true},
		{"你好joann在吗", "ann", false},
		{"an", "ann", false},
		{"[away]?", "[away]", true},
		/* What nicks may have inside belongs to the word .. */
		{"ann-marie: hi", "ann", false},
		{"x-ann ok", "ann", false},
		{"ann.b", "ann", false},
		{"ann_x", "ann", false},
		{"d'ann", "ann", false},
		{"ann|away", "ann", false},
		{"ann-marie: hi", "ann-marie", true},
		/* .. but not what ends a sentence, encloses the nick, or follows it. */
		{"hi ann.", "ann", true},
		{"hi (ann)", "ann", true},
		{"'ann'", "ann", true},
		{"ann's tea", "ann", true},
		{"ann...", "ann", true},
		{"well...ann", "ann", true},
		{"- ann -", "ann", true},
		/* Up to eight characters join letters, as on the page; others and two full stops do not. */
		{"ann--marie", "ann", false},
		{"x(ann)", "ann", false},
		{"ann........b", "ann", true},
		{"ann--------b", "ann", false},
		{"ann---------b", "ann", true},
		{"b--------ann", "ann", false},
		{"b---------ann", "ann", true},
		{"and --ann", "ann", true},
		{"ok/ann", "ann", true},
		{"yes,ann,no", "ann", true},
		{"is c++ here", "c++", true},
		{"c++x", "c++", false},
		{"ann'sx", "ann", false},
		{"anne\u0301", "ann", false},
		{"ann\u0301", "ann", false},
		/* Nothing in an address calls. */
		{"see https://x.org/ann/", "ann", false},
		{"(https://x.org/?ann)", "ann", false},
		{"www.x.org/ann", "ann", false},
		{"mail ann@x.org", "ann", false},
		{"https://x.org/ for ann", "ann", true},
		{"ann: https://x.org/", "ann", true},
		{"@ann look", "ann", true},
		{"ann https://x.org/ y", "https", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			text_mention(text_of(cases[i].text), text_of(cases[i].nick)).ptr != NULL,
			cases[i].mentions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nick_is_mentioned_as_a_word),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
