/* What a terminal sends becomes keys, however it is cut into reads; nothing is waited for forever. */
#include "unit.h"

#include "client/model/escape.h"
#include "client/ui/keystream.h"

static struct strbuf seen;

static void
on_key(void *ctx, struct text bytes)
{
	(void)ctx;
	strbuf_puts(&seen, "<");
	for (size_t i = 0; i < bytes.len; i++)
		strbuf_printf(&seen, bytes.ptr[i] == '\033' ? "^" : "%c", bytes.ptr[i]);
	strbuf_puts(&seen, ">");
}

static void
on_escape(void *ctx)
{
	(void)ctx;
	strbuf_puts(&seen, "(escape)");
}

static void
on_interrupt(void *ctx)
{
	(void)ctx;
	strbuf_puts(&seen, "(interrupt)");
}

static void
on_paste(void *ctx, struct text pasted)
{
	(void)ctx;
	strbuf_printf(&seen, "(paste %.*s)", TEXT_ARGS(pasted));
}

static void
on_wheel(void *ctx, int lines)
{
	(void)ctx;
	strbuf_printf(&seen, "(wheel %d)", lines);
}

static void
on_focus(void *ctx, bool focused)
{
	(void)ctx;
	strbuf_puts(&seen, focused ? "(focus)" : "(no focus)");
}

static const struct keystream_events events = {
	on_key, on_escape, on_interrupt, on_paste, on_wheel, on_focus};

static void
seen_is(const char *expected)
{
	strbuf_add(&seen, "", 1);
	assert_string_equal(seen.ptr, expected);
	strbuf_clear(&seen);
}

/* The bytes at once, then a byte at a time, each followed by a long silence. */
static void
sends(const char *bytes, const char *expected)
{
	for (int at_once = 1; at_once >= 0; at_once--) {
		struct keystream stream = {.events = &events};
		struct text rest = text_of(bytes);
		int64_t now = 1000;
		while (rest.len > 0) {
			size_t n = at_once ? rest.len : 1;
			keystream_add(&stream, (struct text){rest.ptr, n}, now);
			rest = (struct text){rest.ptr + n, rest.len - n};
			now++;
		}
		for (int i = 0; i < 100; i++)
			keystream_tick(&stream, now += 100);
		assert_int_equal(keystream_timeout(&stream, now), -1);
		seen_is(expected);
		keystream_clear(&stream);
	}
}

static void
keys_are_taken_apart(void **state)
{
	(void)state;
	sends("aé日😀\r", "<a><é><日><😀><\r>");
	sends("\033[A\033OP\033[1;3C\033[[Ax", "<^[A><^OP><^[1;3C><^[[A><x>");
	sends("\033a\033\r", "<^a><^\r>");
	sends("\033\033[A", "(escape)<^[A>");
	sends("\033[I\033[O", "(focus)(no focus)");
	sends("\033[<64;1;1M\033[<65;1;1M\033[<80;1;1M\033[<0;1;1M\033[<0;1;1m",
		"(wheel 3)(wheel -3)(wheel 3)");
}

static void
what_never_ends_is_given_up(void **state)
{
	(void)state;
	sends("\033", "(escape)");
	sends("\033[", "<^[>");
	sends("\033[12;", "");
	sends("\033[[", "");
	sends("\033O", "<^O>");
	sends("\033]", "<^]>");
	sends("\033]0;title", "");
	sends("\xe2\x82", "");
	sends("\xe2\x82x", "<x>");
	sends("\xff\xc0x", "<x>");
	sends("\033[1\rx", "<\r><x>");
	sends("\033[1\033[B", "<^[B>");
	sends("\033[200~half", "(paste half)");
}

static void
replies_of_the_terminal_are_no_keys(void **state)
{
	(void)state;
	sends("\033]11;rgb:0/0/0\033\\a", "<a>");
	sends("\033]11;rgb:0/0/0\007a", "<a>");
	sends("\033P>|XTerm(370)\033\\a", "<a>");
}

static void
ctrl_c_ends_everything(void **state)
{
	(void)state;
	sends("a\003", "<a>(interrupt)");
	sends("\033[12\003b", "(interrupt)<b>");
	sends("\033]0;x\003b", "(interrupt)<b>");
	sends("\xe2\003", "(interrupt)");
	struct keystream stream = {.events = &events};
	keystream_add(&stream, text_of("\033[200~a\003b"), 1000);
	keystream_add(&stream, text_of("\003"), 1500);
	seen_is("(interrupt)");
	keystream_clear(&stream);
}

static void
pasted_text_is_clean(void **state)
{
	(void)state;
	sends("\033[200~a\r\nb\rc\nd\te\033[201~x", "(paste a\nb\nc\nd\te)<x>");
	sends("\033[200~\033[1mb\033[0m\001\177\033[201~", "(paste b)");
	sends("\033[200~\033[201~", "");
	sends("\033[201~", "");
}

static void
a_stalled_paste_goes_on(void **state)
{
	(void)state;
	struct keystream stream = {.events = &events};
	keystream_add(&stream, text_of("\033[200~a"), 1000);
	assert_int_equal(keystream_timeout(&stream, 1000), 1000);
	keystream_tick(&stream, 2000);
	keystream_add(&stream, text_of("b\r/quit\r\033[201~"), 9000);
	seen_is("(paste a)(paste b\n/quit\n)");
	keystream_add(&stream, text_of("\033[200~a"), 10000);
	keystream_tick(&stream, 11000);
	/* What a person types is not part of it. */
	keystream_add(&stream, text_of("\r"), 12000);
	keystream_add(&stream, text_of("ab"), 12001);
	seen_is("(paste a)<\r><a><b>");
	keystream_clear(&stream);
}

static void
a_huge_paste_is_bounded(void **state)
{
	(void)state;
	enum { BYTES = 1 << 20 };
	struct keystream stream = {.events = &events};
	struct strbuf bytes = {0};
	strbuf_puts(&bytes, "\033[200~");
	memset(strbuf_reserve(&bytes, BYTES), 'x', BYTES);
	bytes.len += BYTES;
	strbuf_puts(&bytes, "\033[201~y");
	keystream_add(&stream, strbuf_view(&bytes), 1000);
	assert_true(seen.len > 200000 && seen.len < 300000);
	assert_memory_equal(seen.ptr + seen.len - 5, "x)<y>", 5);
	strbuf_clear(&seen);
	strbuf_clear(&bytes);
	keystream_clear(&stream);
}

static void
the_wheel_and_a_held_key_are_told_apart(void **state)
{
	(void)state;
	struct keystream stream = {.events = &events};
	keystream_add(&stream, text_of("\033[A\033[A\033[A"), 1000);
	keystream_add(&stream, text_of("\033OB\033OB\033OB\033OB"), 1010);
	keystream_add(&stream, text_of("\033[A\033[A"), 3000);
	keystream_add(&stream, text_of("\033[A\033[A\033[A"), 3500);
	keystream_add(&stream, text_of("\033[C\033[C\033[C"), 5000);
	keystream_add(&stream, text_of("\033[A\033[B\033[A"), 6000);
	seen_is("(wheel 3)(wheel -4)<^[A><^[A><^[A><^[A><^[A><^[C><^[C><^[C><^[A><^[B><^[A>");
	keystream_clear(&stream);
}

static void
drops(const char *text, const char *expected)
{
	struct strbuf out = {0};
	escape_drop_all(&out, text_of(text));
	strbuf_add(&out, "", 1);
	assert_string_equal(out.ptr, expected);
	strbuf_clear(&out);
}

static void
sequences_in_text_are_dropped_whole(void **state)
{
	(void)state;
	drops("\033[31mFAILED\033[0m", "FAILED");
	drops("\033[38;5;9mred\033[K \033[?25lx", "red x");
	drops("\033]8;;http://a/\033\\link\033]8;;\007.", "link.");
	drops("\033Pq#0\033\\a\033_x\033\\b\033^y\033\\c\033Xz\033\\d", "abcd");
	drops("\033(Ba\0337b\033=c\033#8d", "abcd");
	drops("\xc2\x9b"
	      "31ma\xc2\x9d"
	      "0;t\xc2\x9c"
	      "b",
		"ab");
	drops("\033]0;no end\nthe next line", "\nthe next line");
	drops("a\033", "a");
	drops("a\033[", "a");
	drops("\033[1\nb", "\nb");
	drops("é\033日", "é日");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_taken_apart),
		cmocka_unit_test(what_never_ends_is_given_up),
		cmocka_unit_test(replies_of_the_terminal_are_no_keys),
		cmocka_unit_test(ctrl_c_ends_everything),
		cmocka_unit_test(pasted_text_is_clean),
		cmocka_unit_test(a_stalled_paste_goes_on),
		cmocka_unit_test(a_huge_paste_is_bounded),
		cmocka_unit_test(the_wheel_and_a_held_key_are_told_apart),
		cmocka_unit_test(sequences_in_text_are_dropped_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
