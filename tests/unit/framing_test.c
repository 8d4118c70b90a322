/*
 * Framings: the messages of a stream are the same however it is cut into pieces, and no
 * client can make the decoder keep more than its bound.
 */
#include "unit.h"

#include "codec/framing.h"
#include "codec/websocket.h"

/* What came out: (message), !long, !http. */
struct told {
	struct decoder decoder;
	struct strbuf log;
	bool over; /* nothing more is processed */
};

/* Bytes that arrive, processed as the gateway does. */
static void
told_hear(struct told *told, const struct framing *framing, struct text in)
{
	for (bool any = in.ptr; any && !told->over; any = in.len > 0) {
		struct text message = TEXT_NONE;
		enum framed framed = framing->next(&told->decoder, &in, &message);
		if (framed == FRAMED_MESSAGE) {
			strbuf_puts(&told->log, "(");
			strbuf_add_text(&told->log, message);
			strbuf_puts(&told->log, ")");
		} else if (framed == FRAMED_TOO_LONG) {
			strbuf_puts(&told->log, "!long");
		} else if (framed == FRAMED_HTTP) {
			strbuf_puts(&told->log, "!http");
			told->over = true;
		} else if (framed == FRAMED_NO_LENGTH) {
			strbuf_puts(&told->log, "!length");
			told->over = true;
		} else {
			assert_int_equal(in.len, 0);
		}
	}
}

static void
told_clear(struct told *told)
{
	decoder_clear(&told->decoder);
	strbuf_clear(&told->log);
}

/* The stream in pieces of `size` bytes after a first one of `first`. */
static void
pieces_must_give(const struct framing *framing, struct text stream, size_t first, size_t size,
	struct text wanted)
{
	struct told told = {.over = false};
	for (size_t at = 0, n = first; at < stream.len; at += n, n = size) {
		n = n < stream.len - at ? n : stream.len - at;
		/* A copy of its own, so that reading past a piece is found. */
		char *piece = malloc(n + 1);
		assert_non_null(piece);
		memcpy(piece, stream.ptr + at, n);
		told_hear(&told, framing, (struct text){piece, n});
		free(piece);
	}
	assert_text(strbuf_view(&told.log), wanted);
	told_clear(&told);
}

/* Whole, byte by byte, in sevens, and cut in two everywhere. */
static void
stream_must_give(const struct framing *framing, struct text stream, struct text wanted)
{
	pieces_must_give(framing, stream, stream.len, 1, wanted);
	pieces_must_give(framing, stream, 1, 1, wanted);
	pieces_must_give(framing, stream, 7, 7, wanted);
	for (size_t cut = 0; cut<stream.len; cut += stream.len> 2000 ? 1009 : 1)
		pieces_must_give(framing, stream, cut, stream.len, wanted);
}

#define assert_gives(framing, stream, wanted) \
	stream_must_give(&(framing), BYTES(stream), BYTES(wanted))

static void
a_line_ends_in_crlf_lf_cr_nul_or_a_lone_cr(void **state)
{
	(void)state;
	assert_gives(framing_lines, "one\r\ntwo\nthree\r\0four\rfive\r\n",
		"(one)(two)(three)(four)(five)");
	assert_gives(framing_typed, "one\r\ntwo\nthree\r\0four\rfive\r\n",
		"(one)(two)(three)(four)(five)");
}

static void
a_line_without_an_end_is_no_line_yet(void **state)
{
	(void)state;
	assert_gives(framing_lines, "one\ntwo", "(one)");
	assert_gives(framing_lines, "", "");
}

static void
empty_lines_are_lines(void **state)
{
	(void)state;
	assert_gives(framing_lines, "\n\r\n\r\0\r\ra\n", "()()()()()(a)");
	assert_gives(framing_lines, "\r\r\n\n", "()()()");
}

static void
only_what_follows_a_cr_at_once_belongs_to_it(void **state)
{
	(void)state;
	assert_gives(framing_lines, "a\rb\nc\r\0\0d\n", "(a)(b)(c)(\0d)");
	assert_gives(framing_lines, "a\r\n\0b\n", "(a)(\0b)");
	assert_gives(framing_lines, "\nx\r\0\ny\n", "()(x)()(y)");
}

static void
bytes_of_any_kind_stand_in_a_line(void **state)
{
	(void)state;
	assert_gives(framing_lines, "a\0b\xff\x80\x7f\x08\n", "(a\0b\xff\x80\x7f\x08)");
}

static void
backspace_and_delete_take_back_a_character(void **state)
{
	(void)state;
	assert_gives(framing_typed,
		"teh\x7f\x7f"
		"he\n",
		"(the)");
	assert_gives(framing_typed,
		"teh\x08\x08"
		"he\r\n",
		"(the)");
	assert_gives(framing_typed,
		"\x7f\x7f\x7f"
		"a\n",
		"(a)");
	/* Of several bytes. */
	assert_gives(framing_typed,
		"caf\xc3\xa9\x7f"
		"e \xf0\x9f\xab\x96\x7f!\n",
		"(cafe !)");
	assert_gives(framing_typed,
		"a\n\x7f"
		"b\n",
		"(a)(b)");
	assert_gives(framing_typed, "ab\r\x7f\nc\n", "(ab)()(c)");
}

static void
kill_takes_back_the_half_typed_line_alone(void **state)
{
	(void)state;
	assert_gives(framing_typed, "one\ntwo\x15three\n", "(one)(three)");
	assert_gives(framing_typed, "\x15\n", "()");
}

/* `n` of a byte, and what follows. */
static struct text
long_stream(struct strbuf *buf, const char *before, char c, size_t n, const char *after)
{
	buf->len = 0;
	strbuf_puts(buf, before);
	memset(strbuf_reserve(buf, n), c, n);
	buf->len += n;
	strbuf_puts(buf, after);
	return strbuf_view(buf);
}

static void
a_line_of_the_most_bytes_is_a_line(void **state)
{
	(void)state;
	struct strbuf stream = {0}, wanted = {0};
	long_stream(&wanted, "(", 'x', LINE_BYTES, ")(b)");
	stream_must_give(&framing_lines, long_stream(&stream, "", 'x', LINE_BYTES, "\r\nb\n"),
		strbuf_view(&wanted));
	stream_must_give(&framing_typed, long_stream(&stream, "", 'x', LINE_BYTES, "y\x7f\nb\n"),
		BYTES("!long(b)"));
	strbuf_clear(&stream);
	strbuf_clear(&wanted);
}

static void
a_line_that_is_too_long_is_told_once_and_read_to_its_end(void **state)
{
	(void)state;
	struct strbuf stream = {0};
	struct text wanted = BYTES("(a)!long(b)");
	stream_must_give(
		&framing_lines, long_stream(&stream, "a\n", 'x', LINE_BYTES + 1, "\nb\n"), wanted);
	stream_must_give(&framing_lines,
		long_stream(&stream, "a\r", 'x', 3 * LINE_BYTES + 5, "\r\nb\r\n"), wanted);
	stream_must_give(&framing_typed,
		long_stream(&stream, "a\n", 'x', 3 * LINE_BYTES + 5, "\x7f\x7f\x7f\nb\n"), wanted);
	/* Its end may be taken back with it. */
	stream_must_give(&framing_typed,
		long_stream(&stream, "a\n", 'x', 2 * LINE_BYTES,
			"yes\x15"
			"b\n"),
		wanted);
	strbuf_clear(&stream);
}

static void
two_lines_that_are_too_long_are_told_twice(void **state)
{
	(void)state;
	struct strbuf stream = {0}, twice = {0};
	strbuf_add_text(&twice, long_stream(&stream, "", 'x', LINE_BYTES + 1, "\n"));
	strbuf_add_text(&twice, long_stream(&stream, "", 'y', LINE_BYTES + 1, "\nz\n"));
	stream_must_give(&framing_lines, strbuf_view(&twice), BYTES("!long!long(z)"));
	strbuf_clear(&stream);
	strbuf_clear(&twice);
}

static void
no_stream_makes_it_keep_more_than_its_bound(void **state)
{
	(void)state;
	struct told lines = {.over = false}, packets = {.over = false};
	char piece[1000];
	memset(piece, 'x', sizeof piece);
	for (int i = 0; i < 1000; i++) {
		told_hear(&lines, &framing_typed, (struct text){piece, sizeof piece});
		told_hear(&packets, &framing_packets, (struct text){piece, sizeof piece});
		assert_true(lines.decoder.partial.cap <= 2 * LINE_BYTES);
		assert_true(packets.decoder.partial.cap <= 2 * PACKET_BYTES + 2);
		packets.log.len = 0;
	}
	assert_text(strbuf_view(&lines.log), BYTES("!long"));
	told_clear(&lines);
	told_clear(&packets);
}

static void
a_first_line_of_http_is_found(void **state)
{
	(void)state;
	assert_gives(framing_lines, "GET / HTTP/1.1\r\nHost: tea\r\n\r\n", "!http");
	assert_gives(framing_typed, "GET / HTTP/1.1\r\nHost: tea\r\n\r\n", "!http");
	assert_gives(framing_typed, "OPTIONS * HTTP/1.0\n", "!http");
	assert_gives(framing_typed, "POST /a?b=c%20d HTTP/1.1\r\n", "!http");
}

static void
what_only_looks_like_http_is_said(void **state)
{
	(void)state;
	assert_gives(framing_typed, "GET /\r\nhi\n", "(GET /)(hi)");
	assert_gives(framing_typed, "get / HTTP/1.1\n", "(get / HTTP/1.1)");
	assert_gives(framing_typed, "I like HTTP/1.1 a lot\n", "(I like HTTP/1.1 a lot)");
	assert_gives(framing_typed, " HTTP/1.1\n", "( HTTP/1.1)");
	assert_gives(framing_typed, "hello\nGET / HTTP/1.1\n", "(hello)(GET / HTTP/1.1)");
}

static void
a_packet_is_as_long_as_it_says(void **state)
{
	(void)state;
	assert_gives(framing_packets, "\0\2{}\0\0\0\5a\nb\r\n", "({})()(a\nb\r\n)");
	assert_gives(framing_packets, "\0\1\0\0\3\0\2\0", "(\0)(\0\2\0)");
	assert_gives(framing_packets, "\0\2{}\0\5half", "({})");
	assert_gives(framing_packets, "\0", "");
}

static void
the_longest_packet_is_a_packet(void **state)
{
	(void)state;
	struct strbuf stream = {0}, wanted = {0};
	strbuf_add(&stream, "\xff\xff", 2);
	memset(strbuf_reserve(&stream, PACKET_BYTES), 'x', PACKET_BYTES);
	stream.len += PACKET_BYTES;
	strbuf_add(&stream, "\0\1y", 3);
	long_stream(&wanted, "(", 'x', PACKET_BYTES, ")(y)");
	stream_must_give(&framing_packets, strbuf_view(&stream), strbuf_view(&wanted));
	strbuf_clear(&stream);
	strbuf_clear(&wanted);
}

static void
http_instead_of_packets_is_found_at_once(void **state)
{
	(void)state;
	static const char *const methods[] = {"GET / HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\r\n\r\n", "PUT /x HTTP/1.1\r\n\r\n", "DELETE /x HTTP/1.1\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\n\r\n", "PATCH /x HTTP/1.1\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\n\r\n", "TRACE / HTTP/1.1\r\n\r\n"};
	for (size_t i = 0; i < COUNT(methods); i++)
		stream_must_give(&framing_packets, text_of(methods[i]), BYTES("!http"));
}

static void
a_later_packet_may_begin_as_http_does(void **state)
{
	(void)state;
	struct strbuf stream = {0}, wanted = {0};
	/* A length of 0x4745, and then "T ": in the first packet that would be HTTP. */
	strbuf_add(&stream, "\0\2{}GET ", 8);
	memset(strbuf_reserve(&stream, 0x4743), 'x', 0x4743);
	stream.len += 0x4743;
	long_stream(&wanted, "({})(T ", 'x', 0x4743, ")");
	stream_must_give(&framing_packets, strbuf_view(&stream), strbuf_view(&wanted));
	strbuf_clear(&stream);
	strbuf_clear(&wanted);
}

static void
what_comes_whole_is_one_message(void **state)
{
	(void)state;
	struct told told = {.over = false};
	told_hear(&told, &framing_message, BYTES("one\ntwo"));
	told_hear(&told, &framing_message, BYTES(""));
	told_hear(&told, &framing_message, BYTES("GET / HTTP/1.1\r\n"));
	assert_text(strbuf_view(&told.log), BYTES("(one\ntwo)()(GET / HTTP/1.1\r\n)"));
	told_clear(&told);
}

static void
a_message_that_was_given_out_is_let_go(void **state)
{
	(void)state;
	struct told told = {.over = false};
	told_hear(&told, &framing_typed, BYTES("a line in two "));
	told_hear(&told, &framing_typed, BYTES("pieces\n"));
	struct text nothing = BYTES(""), message;
	assert_int_equal(framing_typed.next(&told.decoder, &nothing, &message), FRAMED_NOTHING);
	assert_null(told.decoder.partial.ptr);
	told_clear(&told);
}

/* The head that a frame of n bytes gets, and what stands before and after it. */
static void
frame_must_begin(size_t n, struct text head)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "before");
	size_t opened = ws_frame_begin(&out);
	memset(strbuf_reserve(&out, n), 'x', n);
	out.len += n;
	assert_true(ws_frame_end(&out, opened));
	assert_int_equal(out.len, 6 + head.len + n);
	assert_text(((struct text){out.ptr, 6}), BYTES("before"));
	assert_text(((struct text){out.ptr + 6, head.len}), head);
	for (size_t i = 6 + head.len; i < out.len; i++)
		assert_int_equal(out.ptr[i], 'x');
	strbuf_clear(&out);
}

static void
a_frames_head_grows_with_its_length(void **state)
{
	(void)state;
	frame_must_begin(0, BYTES("\x81\0"));
	frame_must_begin(125, BYTES("\x81\x7d"));
	frame_must_begin(126, BYTES("\x81\x7e\0\x7e"));
	frame_must_begin(256, BYTES("\x81\x7e\1\0"));
	frame_must_begin(65535, BYTES("\x81\x7e\xff\xff"));
	frame_must_begin(65536, BYTES("\x81\x7f\0\0\0\0\0\1\0\0"));
}

static void
a_packet_bears_its_length(void **state)
{
	(void)state;
	struct strbuf out = {0};
	strbuf_puts(&out, "-");
	size_t opened = length_prefix_begin(&out);
	strbuf_puts(&out, "tea");
	assert_true(length_prefix_end(&out, opened));
	assert_text(strbuf_view(&out), BYTES("-\0\3tea"));
	strbuf_clear(&out);
}

static void
a_packet_that_is_too_long_is_taken_back(void **state)
{
	(void)state;
	for (size_t n = PACKET_BYTES; n <= PACKET_BYTES + 1; n++) {
		struct strbuf out = {0};
		strbuf_puts(&out, "before");
		size_t opened = length_prefix_begin(&out);
		memset(strbuf_reserve(&out, n), 'x', n);
		out.len += n;
		bool fits = length_prefix_end(&out, opened);
		assert_int_equal(fits, n == PACKET_BYTES);
		assert_int_equal(out.len, fits ? 8 + n : 6);
		assert_memory_equal(out.ptr, fits ? "before\xff\xff" : "before", fits ? 8 : 6);
		strbuf_clear(&out);
	}
}

/* The message that a pause ends now, in brackets, or nothing. */
static void
a_pause_gives(struct decoder *decoder, const char *wanted)
{
	struct text message = TEXT_NONE;
	bool any = decoder_has_partial(decoder) &&
		   decoder_end_message(decoder, &message) == FRAMED_MESSAGE;
	assert_text(any ? message : text_of(""), text_of(wanted));
	decoder_release(decoder);
}

static void
a_request_with_a_long_path_is_one_however_it_is_cut(void **state)
{
	(void)state;
	struct strbuf stream = {0};
	strbuf_puts(&stream, "POST /");
	memset(strbuf_reserve(&stream, LOBBY_BYTES), 'x', LOBBY_BYTES);
	stream.len += LOBBY_BYTES;
	strbuf_puts(&stream, " HTTP/1.1\r\n#evil\n");
	for (size_t first = 1; first < 12; first++)
		pieces_must_give(
			&framing_lobby, strbuf_view(&stream), first, LOBBY_BYTES, text_of("!http"));
	pieces_must_give(
		&framing_lobby, strbuf_view(&stream), stream.len, stream.len, text_of("!http"));
	strbuf_clear(&stream);
}

static void
a_pause_ends_what_has_begun(void **state)
{
	(void)state;
	struct told told = {.over = false};
	told_hear(&told, &framing_lobby, text_of("one\r\ntwo\nthr"));
	told_hear(&told, &framing_lobby, text_of("ee"));
	assert_text(strbuf_view(&told.log), text_of("(one)(two)"));
	a_pause_gives(&told.decoder, "three");
	a_pause_gives(&told.decoder, "");
	told_hear(&told, &framing_lobby, text_of("four\n"));
	assert_text(strbuf_view(&told.log), text_of("(one)(two)(four)"));
	a_pause_gives(&told.decoder, "");
	told_clear(&told);
}

static void
a_pause_ends_the_rest_of_what_was_too_long_without_a_word(void **state)
{
	(void)state;
	struct told told = {.over = false};
	char flood[LOBBY_BYTES + 1];
	memset(flood, 'x', sizeof flood);
	told_hear(&told, &framing_lobby, (struct text){flood, sizeof flood});
	assert_text(strbuf_view(&told.log), text_of("!long"));
	a_pause_gives(&told.decoder, "");
	told_hear(&told, &framing_lobby, text_of("short\n"));
	assert_text(strbuf_view(&told.log), text_of("!long(short)"));
	told_clear(&told);
}

static void
an_end_of_line_after_a_pause_is_no_second_message(void **state)
{
	(void)state;
	struct told told = {.over = false};
	told_hear(&told, &framing_direct, text_of("one"));
	a_pause_gives(&told.decoder, "one");
	told_hear(&told, &framing_direct, text_of("\r"));
	told_hear(&told, &framing_direct, text_of("\ntwo\n"));
	assert_text(strbuf_view(&told.log), text_of("()(two)"));
	told_clear(&told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_ends_in_crlf_lf_cr_nul_or_a_lone_cr),
		cmocka_unit_test(a_line_without_an_end_is_no_line_yet),
		cmocka_unit_test(empty_lines_are_lines),
		cmocka_unit_test(only_what_follows_a_cr_at_once_belongs_to_it),
		cmocka_unit_test(bytes_of_any_kind_stand_in_a_line),
		cmocka_unit_test(backspace_and_delete_take_back_a_character),
		cmocka_unit_test(kill_takes_back_the_half_typed_line_alone),
		cmocka_unit_test(a_line_of_the_most_bytes_is_a_line),
		cmocka_unit_test(a_line_that_is_too_long_is_told_once_and_read_to_its_end),
		cmocka_unit_test(two_lines_that_are_too_long_are_told_twice),
		cmocka_unit_test(no_stream_makes_it_keep_more_than_its_bound),
		cmocka_unit_test(a_first_line_of_http_is_found),
		cmocka_unit_test(what_only_looks_like_http_is_said),
		cmocka_unit_test(a_packet_is_as_long_as_it_says),
		cmocka_unit_test(the_longest_packet_is_a_packet),
		cmocka_unit_test(http_instead_of_packets_is_found_at_once),
		cmocka_unit_test(a_later_packet_may_begin_as_http_does),
		cmocka_unit_test(what_comes_whole_is_one_message),
		cmocka_unit_test(a_request_with_a_long_path_is_one_however_it_is_cut),
		cmocka_unit_test(a_pause_ends_what_has_begun),
		cmocka_unit_test(a_pause_ends_the_rest_of_what_was_too_long_without_a_word),
		cmocka_unit_test(an_end_of_line_after_a_pause_is_no_second_message),
		cmocka_unit_test(a_message_that_was_given_out_is_let_go),
		cmocka_unit_test(a_frames_head_grows_with_its_length),
		cmocka_unit_test(a_packet_bears_its_length),
		cmocka_unit_test(a_packet_that_is_too_long_is_taken_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
