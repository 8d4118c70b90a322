/* Whom proxies speak for: the PROXY protocol's headers, X-Forwarded-For, lists of networks. */
#include "unit.h"

#include <stdlib.h>

#include "net/forwarded.h"
#include "net/proxy_header.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static void
assert_address(const unsigned char mapped[ADDRESS_KEY_BYTES], const char *wanted)
{
	char text[ADDRESS_TEXT_BYTES] = "";
	if (address_is_known(mapped))
		address_format(text, mapped);
	assert_string_equal(text, wanted);
}

/* Each beginning is incomplete, and what comes behind is not looked at. */
static struct proxy_header
header_of(struct text bytes)
{
	struct proxy_header header;
	struct strbuf more = {0};
	for (size_t n = 0; n < bytes.len; n++) {
		/* A copy of its own, so that reading past it is seen. */
		char *copy = malloc(n ? n : 1);
		assert_non_null(copy);
		memcpy(copy, bytes.ptr, n);
		assert_int_equal(
			proxy_header_parse((struct text){copy, n}, &header), PROXY_INCOMPLETE);
		free(copy);
	}
	strbuf_add_text(&more, bytes);
	strbuf_puts(&more, "PROXY TCP4 ");
	assert_int_equal(proxy_header_parse(strbuf_view(&more), &header), PROXY_COMPLETE);
	assert_int_equal(header.bytes, bytes.len);
	strbuf_clear(&more);
	return header;
}

#define HEADER(bytes) header_of((struct text){bytes, sizeof(bytes) - 1})

static void
version_1(void **state)
{
	(void)state;
	struct proxy_header h = HEADER("PROXY TCP4 192.0.2.7 10.0.0.1 40112 5005\r\n");
	assert_address(h.address, "192.0.2.7");
	assert_int_equal(h.port, 40112);
	assert_false(h.local || h.encrypted);
	h = HEADER("PROXY TCP6 2001:db8::7 ::1 0 65535\r\n");
	assert_address(h.address, "2001:db8::7");
	h = HEADER("PROXY UNKNOWN\r\n");
	assert_address(h.address, "");
	h = HEADER("PROXY UNKNOWN ffff:f...f:ffff what ever\r\n");
	assert_address(h.address, "");
	assert_false(h.local);
}

static void
version_2(void **state)
{
	(void)state;
	struct proxy_header h = HEADER(V2 "\x21\x11\0\x0c\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d");
	assert_address(h.address, "192.0.2.7");
	assert_int_equal(h.port, 40112);
	h = HEADER(V2 "\x21\x21\0\x24\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
		      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\x50\0\x51");
	assert_address(h.address, "2001:db8::7");
	assert_int_equal(h.port, 80);
	/* With extras: a name, and TLS between the client and the proxy, and none. */
	h = HEADER(
		V2 "\x21\x11\0\x18\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d\2\0\1a\x20\0\5\1\0\0\0\0");
	assert_true(h.encrypted);
	h = HEADER(V2 "\x21\x11\0\x14\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d\x20\0\5\0\0\0\0\0");
	assert_false(h.encrypted);
	h = HEADER(V2 "\x20\0\0\0");
	assert_true(h.local);
	/* LOCAL: whatever follows is to be skipped. */
	h = HEADER(V2 "\x20\x11\0\3abc");
	assert_true(h.local);
	h = HEADER(V2 "\x21\0\0\5hello");
	assert_address(h.address, "");
	assert_false(h.local);
}

static void
wrong_headers(void **state)
{
	(void)state;
	static const struct text wrong[] = {
#define WRONG(bytes) {bytes, sizeof(bytes) - 1}
		WRONG("GET / HTTP/1.1\r\n"),
		WRONG("proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"),
		WRONG("PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"),
		WRONG("PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n"),
		WRONG("PROXY TCP4 ::1 ::1 1 1\r\n"),
		WRONG("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n"),
		WRONG("PROXY TCP4 1.2.3 1.2.3.4 1 1\r\n"),
		WRONG("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 1\r\n"),
		WRONG("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"),
		WRONG("PROXY \r\n"),
		WRONG("PROXY UNKNOWN 0123456789012345678901234567890123456789012345678901234567890"
		      "12345678901234567890123456789012345678901234567890\r\n"),
		WRONG(V2 "\x11\x11\0\x0c\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d"),
		WRONG(V2 "\x22\x11\0\x0c\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d"),
		WRONG(V2 "\x21\x12\0\x0c\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d"),
		WRONG(V2 "\x21\x11\0\x0b\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13"),
		WRONG(V2 "\x21\x21\0\x0c\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d"),
		WRONG(V2 "\x21\x11\0\x0e\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d\x20\0"),
		WRONG(V2 "\x21\x11\0\x10\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d\x20\0\5\1"),
		WRONG(V2 "\x21\x11\0\x10\xc0\0\2\x07\x0a\0\0\1\x9c\xb0\x13\x8d\x20\0\1\1"),
		WRONG(V2 "\x21\x11\xff\xff"),
#undef WRONG
	};
	struct proxy_header header;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (proxy_header_parse(wrong[i], &header) != PROXY_WRONG)
			fail_msg("%zu: %s", i, wrong[i].ptr);
}

static void
forwarded_must_be(const char *head, const char *address, bool encrypted)
{
	struct forwarded found;
	assert_true(forwarded_find(text_of(head), "127.0.0.1 10.0.0.0/8", &found));
	assert_address(found.address, address);
	assert_int_equal(found.encrypted, encrypted);
}

static void
the_last_address_that_is_no_proxy_counts(void **state)
{
	(void)state;
	forwarded_must_be(
		"GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n", "192.0.2.7", false);
	forwarded_must_be("x-FORWARDED-for:192.0.2.1,192.0.2.7 , 10.1.2.3\r\n", "192.0.2.7", false);
	/* What the client sent itself comes first, and is not believed. */
	forwarded_must_be("X-Forwarded-For: 198.51.100.1\r\nA: b\r\nX-Forwarded-For: 192.0.2.7\r\n"
			  "X-Forwarded-Proto: https\r\n",
		"192.0.2.7", true);
	forwarded_must_be("X-Forwarded-For: 2001:db8::7, 127.0.0.1\r\n", "2001:db8::7", false);
	forwarded_must_be("X-Forwarded-For: [2001:db8::7]:443\r\n", "2001:db8::7", false);
	forwarded_must_be("X-Forwarded-For: 192.0.2.7:443\r\nX-Forwarded-Proto: http, HTTPS\r\n",
		"192.0.2.7", true);
	/* Behind what is no address, nobody is known. */
	forwarded_must_be("X-Forwarded-For: 192.0.2.7, unknown\r\n", "", false);
	forwarded_must_be("X-Forwarded-For: 192.0.2.7, \r\n", "192.0.2.7", false);
	forwarded_must_be("X-Forwarded-For:\r\n", "", false);
	/* Proxies only: the first of them is the client. */
	forwarded_must_be("X-Forwarded-For: 10.0.0.5, 127.0.0.1\r\n", "10.0.0.5", false);
	struct forwarded found;
	assert_false(forwarded_find(text_of("GET / HTTP/1.1\r\nX-Forwarded-Fo: 192.0.2.7\r\n"
					    "X-Forwarded-Proto: https\r\n\r\n"),
		"127.0.0.1", &found));
}

static bool
includes(const char *list, const char *address)
{
	unsigned char mapped[ADDRESS_KEY_BYTES];
	assert_true(networks_are_valid(list));
	assert_true(address_parse(mapped, address));
	return networks_include(list, mapped);
}

static void
networks_have_addresses(void **state)
{
	(void)state;
	assert_false(includes("", "127.0.0.1"));
	assert_true(includes("127.0.0.1 ::1", "::1"));
	assert_true(includes("127.0.0.1", "::ffff:127.0.0.1"));
	assert_false(includes("127.0.0.1", "127.0.0.2"));
	assert_true(includes("10.0.0.0/8", "10.255.0.1"));
	assert_false(includes("10.0.0.0/8", "11.0.0.1"));
	assert_true(includes("192.0.2.0/25", "192.0.2.127"));
	assert_false(includes("192.0.2.0/25", "192.0.2.128"));
	assert_true(includes("0.0.0.0/0", "192.0.2.1"));
	assert_false(includes("0.0.0.0/0", "2001:db8::1"));
	assert_true(includes("::/0", "2001:db8::1"));
	assert_true(includes("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(includes("2001:db8::/33", "2001:db8:8000::1"));
	static const char *const wrong[] = {"localhost", "10.0.0.0/33", "10.0.0.0/", "/8", "::/129",
		"10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/0008", "127.0.0.1,::1"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(networks_are_valid(wrong[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_2),
		cmocka_unit_test(wrong_headers),
		cmocka_unit_test(the_last_address_that_is_no_proxy_counts),
		cmocka_unit_test(networks_have_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
