/*
 * What a WebSocket client may send, and what not; each stream also in pieces of every size.
 * What the server answers is tested in tests/e2e/test_websocket.py.
 */
#include "unit.h"

#include "codec/websocket.h"

/* Notes `m:text` `p:ping` `o:pong` `c1000:..` `f1002:`, each followed by a space. */
static void
note(struct strbuf *notes, const struct ws_found *found)
{
	static const char kinds[] = {
		[WS_FOUND_MESSAGE] = 'm',
		[WS_FOUND_PING] = 'p',
		[WS_FOUND_PONG] = 'o',
		[WS_FOUND_CLOSE] = 'c',
		[WS_FOUND_FAULT] = 'f',
	};
	strbuf_printf(notes, "%c", kinds[found->kind]);
	if (found->kind == WS_FOUND_CLOSE || found->kind == WS_FOUND_FAULT)
		strbuf_printf(notes, "%d", (int)found->code);
	strbuf_puts(notes, ":");
	strbuf_add_text(notes, found->payload);
	strbuf_puts(notes, " ");
}

static void
feed(struct ws_decoder *decoder, struct strbuf *notes, struct text piece)
{
	/* A copy of its own, so that reading past it is seen. */
	char *copy = malloc(piece.len ? piece.len : 1);
	memcpy(copy, piece.ptr, piece.len);
	struct ws_input in = {copy, piece.len};
	struct ws_found found;
	while ((found = ws_decoder_next(decoder, &in)).kind != WS_FOUND_NOTHING)
		note(notes, &found);
	assert_int_equal(in.len, 0);
	free(copy);
}

/* What is found in the stream when it comes in pieces of that size. */
static struct strbuf
read_by(struct text stream, size_t size)
{
	struct ws_decoder decoder = {0};
	struct strbuf notes = {0};
	for (size_t at = 0; at < stream.len; at += size)
		feed(&decoder, &notes,
			(struct text){
				stream.ptr + at, stream.len - at < size ? stream.len - at : size});
	/* Nothing is kept between messages. */
	if (decoder.n_head == 0 && !decoder.begun) {
		assert_null(decoder.message.ptr);
		assert_null(decoder.control.ptr);
	}
	ws_decoder_clear(&decoder);
	return notes;
}

#define assert_found(stream, wanted) found_must_be((stream), BYTES(wanted), __FILE__, __LINE__)

static void
found_must_be(struct text stream, struct text wanted, const char *file, int line)
{
	for (size_t size = 1; size <= stream.len; size++) {
		struct strbuf notes = read_by(stream, size);
		text_must_be(strbuf_view(&notes), wanted, file, line);
		strbuf_clear(&notes);
	}
}

#define MASK "\0\0\0\0"

static void
messages_are_found(void **state)
{
	(void)state;
	assert_found(BYTES("\x81\x85" MASK "hello"), "m:hello ");
	assert_found(BYTES("\x81\x80" MASK), "m: ");
	assert_found(BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "m:Hello ");
	assert_found(BYTES("\x81\x81" MASK "a\x81\x81" MASK "b"), "m:a m:b ");
	assert_found(BYTES("\x01\x81" MASK "a\x00\x80" MASK "\x80\x81" MASK "b"), "m:ab ");
	assert_found(BYTES("\x01\x80" MASK "\x80\x80" MASK "\x81\x81" MASK "c"), "m: m:c ");
}

static void
control_frames_are_found_within(void **state)
{
	(void)state;
	assert_found(BYTES("\x89\x80" MASK "\x8a\x81" MASK "x"), "p: o:x ");
	assert_found(
		BYTES("\x01\x81" MASK "a\x89\x81" MASK "p\x8a\x81" MASK "\xff\x80\x81" MASK "b"),
		"p:p o:\xff m:ab ");
	/* Within a character. */
	assert_found(BYTES("\x01\x81" MASK "\xc3\x8a\x81" MASK "(\x80\x81" MASK "\xbc"),
		"o:( m:\xc3\xbc ");
}

static void
a_close_ends_it(void **state)
{
	(void)state;
	assert_found(BYTES("\x88\x80" MASK "\x81\x80" MASK), "c0: ");
	assert_found(BYTES("\x88\x82" MASK "\x03\xe8\x81\x80" MASK), "c1000:\x03\xe8 ");
	assert_found(BYTES("\x88\x84" MASK "\x0b\xb8ok\xff\xff"), "c3000:\x0b\xb8ok ");
	assert_found(BYTES("\x88\x81" MASK "\x03"), "f1002: ");
	assert_found(BYTES("\x88\x82" MASK "\x03\xed"), "f1002: ");
	assert_found(BYTES("\x88\x83" MASK "\x03\xe8\xff"), "f1007: ");
	assert_found(BYTES("\x88\x83" MASK "\x03\xe8\xc3"), "f1007: ");
}

static void
faults_end_it(void **state)
{
	(void)state;
	assert_found(BYTES("\x81\x01z\x81\x80" MASK), "f1002: "); /* not masked */
	assert_found(BYTES("\xc1\x80" MASK), "f1002: ");          /* reserved bits */
	assert_found(BYTES("\x83\x80" MASK), "f1002: ");          /* opcodes */
	assert_found(BYTES("\x8b\x80" MASK), "f1002: ");
	assert_found(BYTES("\x80\x80" MASK), "f1002: "); /* fragments out of order */
	assert_found(BYTES("\x01\x80" MASK "\x81\x80" MASK), "f1002: ");
	assert_found(BYTES("\x09\x80" MASK), "f1002: "); /* control frames */
	assert_found(BYTES("\x89\xfe\x00\x7e" MASK), "f1002: ");
	assert_found(BYTES("\x81\xfe\x00\x7d" MASK), "f1002: "); /* lengths */
	assert_found(BYTES("\x81\xff\0\0\0\0\0\0\xff\xff" MASK), "f1002: ");
	assert_found(BYTES("\x81\xff\x80\0\0\0\0\0\0\0" MASK), "f1002: ");
	assert_found(BYTES("\x82\x80" MASK), "f1003: ");
	assert_found(BYTES("\x81\xff\0\0\0\0\0\1\0\0" MASK), "f1009: ");
	assert_found(BYTES("\x01\x81" MASK "a\x80\xfe\xff\xff" MASK), "f1009: ");
	assert_found(BYTES("\x81\x82" MASK "a\x80"), "f1007: ");
	assert_found(BYTES("\x81\x82" MASK "a\xc3"), "f1007: ");
}

/* What came whole before a fault or a close is found first, each ping by itself. */
static void
what_came_before_the_end_is_found(void **state)
{
	(void)state;
	assert_found(BYTES("\x81\x81" MASK "a\x89\x81" MASK "1\x89\x81" MASK "2\x81\x81" MASK
			   "b\xc1\x80" MASK "\x81\x81" MASK "c"),
		"m:a p:1 p:2 m:b f1002: ");
	assert_found(BYTES("\x01\x81" MASK "a\x89\x80" MASK "\x80\x81" MASK "b\x80\x81" MASK "c"),
		"p: m:ab f1002: ");
	assert_found(BYTES("\x81\x81" MASK "a\x88\x82" MASK "\x03\xe8\x89\x80" MASK),
		"m:a c1000:\x03\xe8 ");
	assert_found(BYTES("\x89\x81" MASK "1\x89\x81" MASK "2\x89\x81" MASK "3\x89\x80" MASK
			   "\x89\x81" MASK "5"),
		"p:1 p:2 p:3 p: p:5 ");
}

/* As soon as it is known, whatever is to come. */
static void
faults_are_found_early(void **state)
{
	(void)state;
	assert_found(BYTES("\x09"), "f1002: ");
	assert_found(BYTES("\x81\x05"), "f1002: ");
	assert_found(BYTES("\x82\xff"), "f1003: ");
	assert_found(BYTES("\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00"), "f1009: ");
	assert_found(BYTES("\x81\xfd" MASK "abc\xff"), "f1007: ");
}

static void
the_longest_is_found(void **state)
{
	(void)state;
	struct strbuf stream = {0}, wanted = {0};
	strbuf_add(&stream, "\x81\xfe\xff\xff" MASK, 8);
	memset(strbuf_reserve(&stream, WS_MESSAGE_BYTES), 'x', WS_MESSAGE_BYTES);
	stream.len += WS_MESSAGE_BYTES;
	strbuf_puts(&wanted, "m:");
	strbuf_add(&wanted, stream.ptr + 8, WS_MESSAGE_BYTES);
	strbuf_puts(&wanted, " ");
	static const size_t sizes[] = {1, 7, 8, 9, 4096, 65543};
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct strbuf notes = read_by(strbuf_view(&stream), sizes[i]);
		assert_text(strbuf_view(&notes), strbuf_view(&wanted));
		strbuf_clear(&notes);
	}
	strbuf_clear(&stream);
	strbuf_clear(&wanted);
}

/* Every code, against the table of RFC 6455, 7.4, with what IANA has registered since. */
static void
codes_are_judged(void **state)
{
	(void)state;
	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		bool valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
			     (code >= 3000 && code <= 4999);
		char stream[] = "\x88\x82" MASK "cc";
		stream[6] = (char)(code >> 8);
		stream[7] = (char)(code & 0xff);
		struct ws_decoder decoder = {0};
		struct ws_input in = {stream, 8};
		struct ws_found found = ws_decoder_next(&decoder, &in);
		assert_int_equal(found.kind, valid ? WS_FOUND_CLOSE : WS_FOUND_FAULT);
		assert_int_equal(found.code, valid ? code : WS_CODE_PROTOCOL);
		ws_decoder_clear(&decoder);
	}
}

/* A character by its definition; 0: it has none. */
static size_t
character_write(char out[static 4], uint32_t c)
{
	static const unsigned char firsts[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(firsts[n] | c);
	return n;
}

static bool
is_utf8(struct text t)
{
	struct utf8 utf8 = {0};
	return utf8_read(&utf8, t) && utf8.left == 0;
}

/* Of all strings of up to four bytes exactly those are characters that their definition makes. */
static void
utf8_is_what_it_should_be(void **state)
{
	(void)state;
	char bytes[4];
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = character_write(bytes, c);
		if (n > 0)
			assert_true(is_utf8((struct text){bytes, n}));
	}
	size_t valid = 0;
	for (uint32_t pair = 0; pair <= UINT16_MAX; pair++) {
		char two[] = {(char)(pair >> 8), (char)(pair & 0xff)};
		valid += is_utf8((struct text){two, 2});
	}
	assert_int_equal(valid, 128 * 128 + 30 * 64);
	size_t threes = 0;
	for (uint32_t i = 0; i < 16 << 16; i++) {
		char three[] = {(char)(0xe0 | i >> 16), (char)(i >> 8), (char)i};
		threes += is_utf8((struct text){three, 3});
	}
	assert_int_equal(threes, 0x10000 - 0x800 - 2048);
	uint64_t seed = 6455;
	for (int i = 0; i < 1000000; i++) {
		uint32_t tail = random_below(&seed, 1u << 24);
		char four[] = {(char)(0xf0 | random_below(&seed, 16)), (char)(0x80 | tail >> 16),
			(char)(0x80 | tail >> 8), (char)(0x80 | tail)};
		uint32_t first = (unsigned char)four[0] & 0x0f;
		uint32_t c = first << 18 | ((uint32_t)four[1] & 0x3f) << 12 |
			     ((uint32_t)four[2] & 0x3f) << 6 | ((uint32_t)four[3] & 0x3f);
		bool tails = true;
		for (int k = 1; k < 4; k++)
			tails = tails && ((unsigned char)four[k] & 0xc0) == 0x80;
		bool right = tails && first <= 4 && c >= 0x10000 && c <= 0x10ffff;
		assert_int_equal(is_utf8((struct text){four, 4}), right);
	}
}

/* Nothing that may come makes pieces find other than the whole does. */
static void
pieces_find_what_the_whole_does(void **state)
{
	(void)state;
	static const unsigned char firsts[] = {
		0x81, 0x01, 0x80, 0x00, 0x89, 0x8a, 0x88, 0x82, 0xc1};
	uint64_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		struct strbuf stream = {0};
		for (uint32_t n = random_below(&seed, 8); n > 0; n--) {
			uint32_t size = random_below(&seed, 6);
			unsigned char head[] = {firsts[random_below(&seed, COUNT(firsts))],
				(unsigned char)(0x80 | size), 0, 0, 0, 0};
			strbuf_add(&stream, head, sizeof head);
			for (uint32_t i = 0; i < size; i++) {
				static const char some[] = "a\xc3\xbc\xf0\x9f\x03\xe8";
				strbuf_add(&stream, &some[random_below(&seed, 7)], 1);
			}
		}
		struct strbuf whole = read_by(strbuf_view(&stream), stream.len ? stream.len : 1);
		struct strbuf pieces = read_by(strbuf_view(&stream), 1 + random_below(&seed, 7));
		assert_text(strbuf_view(&pieces), strbuf_view(&whole));
		strbuf_clear(&stream);
		strbuf_clear(&whole);
		strbuf_clear(&pieces);
	}
}

static void
frames_are_written(void **state)
{
	(void)state;
	struct strbuf out = {0};
	ws_frame_write(&out, WS_PONG, text_of("abc"));
	ws_frame_write(&out, WS_CLOSE, TEXT_NONE);
	assert_text(strbuf_view(&out), BYTES("\x8a\x03"
					     "abc\x88\x00"));
	strbuf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_found),
		cmocka_unit_test(control_frames_are_found_within),
		cmocka_unit_test(a_close_ends_it),
		cmocka_unit_test(faults_end_it),
		cmocka_unit_test(what_came_before_the_end_is_found),
		cmocka_unit_test(faults_are_found_early),
		cmocka_unit_test(the_longest_is_found),
		cmocka_unit_test(codes_are_judged),
		cmocka_unit_test(utf8_is_what_it_should_be),
		cmocka_unit_test(pieces_find_what_the_whole_does),
		cmocka_unit_test(frames_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
