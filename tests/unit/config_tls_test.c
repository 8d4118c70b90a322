/* The settings of TLS and of proxies, and what is reported about them, word for word. */
#include "config_fixture.h"

#define JSON "[listener:json]\nprotocol = json\nport = 3490\n"

static void
test_tls(void **state)
{
	(void)state;
	expect(JSON "tls = yes\n",
		"t.ini:4: listener:json.tls: needs a certificate; expected a section [tls] with "
		"certificate and key\n");
	expect(JSON "tls = yes\nenabled = no\n[listener:a]\nprotocol = telnet\nport = 5\n", "");
	expect(JSON "tls = yes\n[tls]\n",
		"t.ini:5: tls.certificate: is missing; expected a file, relative to the folder of "
		"this one (the certificate, and those between it and its root, in PEM)\n"
		"t.ini:5: tls.key: is missing; expected a file, relative to the folder of this one "
		"(the certificate's private key, in PEM, without a passphrase)\n");
	/* A file that cannot be used is a mistake even if no listener needs it. */
	expect(JSON "[tls]\ncertificate = gone.pem\nkey = .\n",
		"t.ini:5: tls.certificate: \"gone.pem\" cannot be used: No such file or directory; "
		"expected a file, relative to the folder of this one (the certificate, and those "
		"between it and its root, in PEM)\n"
		"t.ini:6: tls.key: \".\" cannot be used: Not a file; expected a file, relative to "
		"the folder of this one (the certificate's private key, in PEM, without a "
		"passphrase)\n");
}

static void
test_proxies(void **state)
{
	(void)state;
	struct config *c =
		config_of("[server]\nproxies = 127.0.0.1 10.0.0.0/8\n" JSON "proxy = yes\n", -1);
	assert_string_equal(c->proxies, "127.0.0.1 10.0.0.0/8");
	assert_true(c->listeners[0].proxy);
	config_free(c);
	c = config_of(JSON, -1);
	assert_string_equal(c->proxies, "");
	assert_false(c->listeners[0].proxy || c->listeners[0].tls);
	config_free(c);
	expect("[server]\nproxies = localhost\n" JSON,
		"t.ini:2: server.proxies: \"localhost\" is not a list of addresses; expected IPv4 "
		"or IPv6 addresses, or networks as in 10.0.0.0/8 (proxies that are believed whom "
		"they speak for, separated by spaces)\n");
	expect(JSON "proxy = yes\n",
		"t.ini:4: listener:json.proxy: needs server.proxies; expected the addresses of the "
		"proxies there\n");
}

/* What a mistake may hide is not said to be missing. */
static void
test_hidden(void **state)
{
	(void)state;
	expect("[tsl]\ncertificate = a\n" JSON "tls = yes\n",
		"t.ini:1: tsl: unknown section; did you mean [tls]?\n");
	expect("[tls\ncertificate = a\n" JSON "tls = yes\n",
		"t.ini:1: missing ] after the section's name\n");
	expect("[sever]\nproxies = 10.0.0.1\n" JSON "proxy = yes\n",
		"t.ini:1: sever: unknown section; did you mean [server]?\n");
	expect("[server]\nproxies = localhost\n" JSON "proxy = yes\n",
		"t.ini:2: server.proxies: \"localhost\" is not a list of addresses; expected IPv4 "
		"or IPv6 addresses, or networks as in 10.0.0.0/8 (proxies that are believed whom "
		"they speak for, separated by spaces)\n");
	/* A NUL byte ends the file, in each section and before it. */
	static const char *const sections[] = {
		"", "[server]\n", "[limits]\n", "[history]\n", "[tls]\n", "[accounts]\n"};
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		struct strbuf ini = {0}, wanted = {0};
		strbuf_puts(&ini, JSON "tls = yes\nproxy = yes\n");
		strbuf_puts(&ini, sections[i]);
		strbuf_add(&ini, "# \0\n", 4);
		strbuf_printf(&wanted,
			"t.ini:%d: the line contains a NUL byte, and the rest of the file was not "
			"read; expected text in UTF-8\n",
			*sections[i] ? 7 : 6);
		strbuf_add(&wanted, "", 1);
		expect_bytes(ini.ptr, ini.len, wanted.ptr);
		strbuf_clear(&ini);
		strbuf_clear(&wanted);
	}
	/* A second section changes nothing of the first. */
	expect("[server]\nproxies = 10.0.0.1\n[server]\n" JSON "proxy = yes\n",
		"t.ini:3: server: duplicate section, first in line 1; merge the two\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_hidden),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
