/* Internet addresses as text, as bytes and as the keys that limits count by. */
#include "unit.h"

#include <arpa/inet.h>

#include "base/address.h"

/* The text is parsed, and written as `shown`. */
static void
address_must_be(const char *text, const char *shown)
{
	unsigned char mapped[ADDRESS_KEY_BYTES];
	char formatted[ADDRESS_TEXT_BYTES];
	if (!address_parse(mapped, text))
		fail_msg("\"%s\" is not parsed", text);
	address_format(formatted, mapped);
	assert_string_equal(formatted, shown);
}

static void
addresses_are_parsed_and_formatted(void **state)
{
	(void)state;
	address_must_be("0.0.0.0", "0.0.0.0");
	address_must_be("192.0.2.7", "192.0.2.7");
	address_must_be("255.255.255.255", "255.255.255.255");
	address_must_be("::", "::");
	address_must_be("::1", "::1");
	address_must_be("0:0:0:0:0:0:0:1", "::1");
	address_must_be("2001:DB8:0:0:0:0:0:1", "2001:db8::1");
	address_must_be("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	/* IPv4 that came as IPv6 is IPv4. */
	address_must_be("::ffff:192.0.2.7", "192.0.2.7");
	address_must_be("::ffff:c000:207", "192.0.2.7");
}

static void
other_text_is_no_address(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "*", "localhost", "192.0.2", "192.0.2.256",
		"192.0.2.7 ", " 192.0.2.7", "192.0.2.7:80", "0x7f.0.0.1", "1.2.3.4.5", "[::1]",
		"::1%lo", ":::", "1::2::3", "12345::", "::1/64"};
	unsigned char mapped[ADDRESS_KEY_BYTES];
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (address_parse(mapped, wrong[i]))
			fail_msg("\"%s\" is parsed", wrong[i]);
}

static const void *
ipv4(const char *text, int port)
{
	static struct sockaddr_in in;
	in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	return &in;
}

static const void *
ipv6(const char *text, int port)
{
	static struct sockaddr_in6 in6;
	in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return &in6;
}

static void
socket_must_be(const struct sockaddr *peer, const char *host, int port)
{
	unsigned char mapped[ADDRESS_KEY_BYTES];
	char text[ADDRESS_TEXT_BYTES];
	assert_true(address_map(mapped, peer));
	address_format(text, mapped);
	assert_string_equal(text, host);
	assert_int_equal(address_port(peer), port);
}

static void
socket_addresses_have_a_host_and_a_port(void **state)
{
	(void)state;
	socket_must_be(ipv4("192.0.2.7", 40112), "192.0.2.7", 40112);
	socket_must_be(ipv6("2001:db8::1", PORT_MAX), "2001:db8::1", PORT_MAX);
	socket_must_be(ipv6("::ffff:192.0.2.7", 80), "192.0.2.7", 80);
	socket_must_be(ipv6("::", 0), "::", 0);
	const struct sockaddr local = {.sa_family = AF_UNIX};
	unsigned char mapped[ADDRESS_KEY_BYTES];
	assert_false(address_map(mapped, &local));
	assert_int_equal(address_port(&local), 0);
}

static bool
same_key(const struct sockaddr *one, unsigned char first[ADDRESS_KEY_BYTES])
{
	unsigned char key[ADDRESS_KEY_BYTES];
	address_key(key, one);
	return memcmp(key, first, sizeof key) == 0;
}

static void
a_key_is_an_ipv4_address_or_an_ipv6_network(void **state)
{
	(void)state;
	unsigned char key[ADDRESS_KEY_BYTES];
	address_key(key, ipv4("192.0.2.7", 1));
	assert_true(same_key(ipv4("192.0.2.7", 2), key));
	assert_true(same_key(ipv6("::ffff:192.0.2.7", 3), key));
	assert_false(same_key(ipv4("192.0.2.6", 1), key));
	address_key(key, ipv6("2001:db8:0:1::1", 1));
	assert_true(same_key(ipv6("2001:db8:0:1:ffff:ffff:ffff:ffff", 2), key));
	assert_false(same_key(ipv6("2001:db8:0:2::1", 1), key));
}

static void
this_host_is_127_and_1(void **state)
{
	(void)state;
	assert_true(address_is_loopback(ipv4("127.0.0.1", 1)));
	assert_true(address_is_loopback(ipv4("127.9.8.7", 1)));
	assert_true(address_is_loopback(ipv6("::ffff:127.0.0.1", 1)));
	assert_true(address_is_loopback(ipv6("::1", 1)));
	assert_false(address_is_loopback(ipv4("128.0.0.1", 1)));
	assert_false(address_is_loopback(ipv6("::", 1)));
	assert_false(address_is_loopback(ipv6("7f00::1", 1)));
	assert_false(address_is_loopback(ipv6("::2", 1)));
	const struct sockaddr local = {.sa_family = AF_UNIX};
	assert_false(address_is_loopback(&local));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_parsed_and_formatted),
		cmocka_unit_test(other_text_is_no_address),
		cmocka_unit_test(socket_addresses_have_a_host_and_a_port),
		cmocka_unit_test(this_host_is_127_and_1),
		cmocka_unit_test(a_key_is_an_ipv4_address_or_an_ipv6_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
