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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
