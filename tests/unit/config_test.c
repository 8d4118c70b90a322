/* Reading the settings: their values, and each report about a broken file, word for word. */
#include "config_fixture.h"

#define JSON "[listener:json]\nprotocol = json\nport = 3490\n"

static void
test_defaults(void **state)
{
	(void)state;
	struct config *c = config_of("[listener:a]\nprotocol = telnet\nport = 0\n"
				     "[listener:b]\nprotocol = web\nport = 1\n",
		-1);
	assert_string_equal(c->name, "Teahouse");
	assert_string_equal(c->room, "main");
	assert_string_equal(c->address, "127.0.0.1");
	assert_int_equal(c->sessions, 10000);
	assert_int_equal(c->sessions_per_address, 0);
	assert_int_equal(c->message, 4000);
	assert_int_equal(c->rate, 10);
	assert_int_equal(c->burst, 40);
	assert_int_equal(c->login_timeout, 120);
	assert_int_equal(c->send_queue, 1048576);
	assert_int_equal(c->n_listeners, 2);

	const struct listener *telnet = &c->listeners[0], *web = &c->listeners[1];
	assert_string_equal(telnet->name, "a");
	assert_ptr_equal(telnet->adapter, adapter_find(text_of("telnet")));
	assert_string_equal(telnet->address, "127.0.0.1");
	assert_int_equal(telnet->port, 0);
	assert_string_equal(telnet->room, "main");
	assert_int_equal(telnet->echo, telnet->adapter->echo);
	assert_false(telnet->strict);
	assert_null(telnet->root);
	assert_null(telnet->origins);
	assert_string_equal(web->name, "b");
	assert_string_equal(web->origins, "");
	assert_int_equal(strncmp(web->root, folder, strlen(folder)), 0);
	assert_string_equal(web->root + strlen(folder), "/conf/../web");
	config_free(c);
}

static void
test_defaults_of_the_classroom_protocols(void **state)
{
	(void)state;
	struct config *c = config_of("[listener:r]\nprotocol = relay\nport = 1\n"
				     "[listener:l]\nprotocol = lobby\nport = 2\n"
				     "[listener:d]\nprotocol = direct\nport = 3\n",
		-1);
	const struct listener *relay = &c->listeners[0], *lobby = &c->listeners[1];
	const struct listener *direct = &c->listeners[2];
	assert_false(relay->echo);
	assert_false(relay->nicks);
	assert_int_equal(relay->pause, 50);
	assert_false(lobby->echo);
	assert_true(lobby->announce);
	assert_int_equal(lobby->pause, 50);
	assert_int_equal(lobby->ending, ENDING_LF);
	assert_false(direct->echo);
	assert_false(direct->nicks);
	assert_false(direct->hear);
	assert_int_equal(direct->pause, 50);
	assert_int_equal(direct->ending, ENDING_LF);
	config_free(c);
}

static void
test_values_of_the_classroom_protocols(void **state)
{
	(void)state;
	struct config *c = config_of("[listener:r]\nprotocol = relay\nport = 1\n"
				     "echo = yes\nnicks = yes\npause = 1\n"
				     "[listener:l]\nprotocol = lobby\nport = 2\n"
				     "announce = no\npause = 10000\nending = crlf\n"
				     "[listener:d]\nending = none\nnicks = yes\nhear = yes\n"
				     "pause = 7\nprotocol = direct\nport = 3\n",
		-1);
	const struct listener *relay = &c->listeners[0], *lobby = &c->listeners[1];
	const struct listener *direct = &c->listeners[2];
	assert_true(relay->echo);
	assert_true(relay->nicks);
	assert_int_equal(relay->pause, 1);
	assert_false(lobby->announce);
	assert_int_equal(lobby->pause, 10000);
	assert_int_equal(lobby->ending, ENDING_CRLF);
	assert_true(direct->nicks);
	assert_true(direct->hear);
	assert_int_equal(direct->pause, 7);
	assert_int_equal(direct->ending, ENDING_NONE);
	config_free(c);
}

static void
test_mistakes_of_the_classroom_protocols(void **state)
{
	(void)state;
	expect("[listener:r]\nprotocol = relay\nport = 1\nending = lf\nnick = yes\npause = 0\n"
	       "[listener:l]\nprotocol = lobby\nport = 2\nending = LF\nnicks = no\n"
	       "[listener:t]\nprotocol = telnet\nport = 3\npause = 50\n",
		"t.ini:4: listener:r.ending: only for protocol lobby or direct; this listener "
		"speaks relay: remove the line\n"
		"t.ini:5: listener:r.nick: unknown key; did you mean \"nicks\"?\n"
		"t.ini:6: listener:r.pause: \"0\" is out of range; expected 1 to 10000 "
		"(milliseconds of silence that end a message without a line ending)\n"
		"t.ini:10: listener:l.ending: \"LF\" is not an ending; expected one of lf, crlf, "
		"none (the line ending after each string that the server sends)\n"
		"t.ini:11: listener:l.nicks: only for protocol relay or direct; this listener "
		"speaks lobby: remove the line\n"
		"t.ini:15: listener:t.pause: only for protocol relay or lobby or direct; this "
		"listener speaks telnet: remove the line\n");
}

static void
test_values(void **state)
{
	(void)state;
	struct config *c = config_of("[server]\nname = Tea & Co.\nroom = tea\naddress = *\n"
				     "[limits]\nsessions = 7\nrate = 0\nsend_queue = 65536\n"
				     "[listener:a]\nstrict = yes\nport = 23\nprotocol = telnet\n"
				     "echo = no\nroom = quiet\naddress = ::1\n"
				     "[listener:off]\nprotocol = web\nport = 23\nenabled = no\n"
				     "root = nowhere\n"
				     "[listener:b]\nprotocol = web\nport = 80\n"
				     "origins = https://a.example   http://[::1]:3000\n",
		-1);
	assert_string_equal(c->name, "Tea & Co.");
	assert_string_equal(c->room, "tea");
	assert_null(c->address);
	assert_int_equal(c->sessions, 7);
	assert_int_equal(c->rate, 0);
	assert_int_equal(c->send_queue, 65536);
	assert_int_equal(c->n_listeners, 2);
	assert_true(c->listeners[0].strict);
	assert_false(c->listeners[0].echo);
	assert_string_equal(c->listeners[0].room, "quiet");
	assert_string_equal(c->listeners[0].address, "::1");
	assert_null(c->listeners[1].address);
	assert_string_equal(c->listeners[1].room, "tea");
	assert_string_equal(c->listeners[1].origins, "https://a.example http://[::1]:3000");
	config_free(c);
}

static void
test_many_mistakes(void **state)
{
	(void)state;
	expect("port = 1\n"
	       "[server]\n"
	       "nmae = x\n"
	       "colour = red\n"
	       "rate = 3\n"
	       "[limits]\n"
	       "rate = fast\n"
	       "burst = 0\n"
	       "burst = 1\n"
	       "[limits]\n"
	       "message = 99999\n"
	       "[listener:a]\n"
	       "strict = maybe\n"
	       "[listner:b]\n"
	       "port = 1\n"
	       "[listener:c]\n"
	       "protocol = json\n"
	       "port = 70000\n"
	       "strict = yes\n"
	       "gibberish\n"
	       "[listener:d]\n"
	       "protocol = web\n"
	       "port = 80\n"
	       "room = a b\n"
	       "address = localhost\n"
	       "root = ../empty\n"
	       "origins = https://a.example/\n",
		"t.ini:1: port: outside a section; expected after [server], [limits], "
		"[history], [tls], [accounts] or [listener:NAME]\n"
		"t.ini:3: server.nmae: unknown key; did you mean \"name\"?\n"
		"t.ini:4: server.colour: unknown key; expected one of name, room, address, "
		"proxies\n"
		"t.ini:5: server.rate: unknown key; it belongs in [limits]\n"
		"t.ini:7: limits.rate: \"fast\" is not a number; expected 0 to 10000 (messages per "
		"second that a user may send; 0: no limit)\n"
		"t.ini:8: limits.burst: \"0\" is out of range; expected 1 to 100000 (how many "
		"messages may exceed the rate in one burst)\n"
		"t.ini:9: limits.burst: already set in line 8; remove one of the two\n"
		"t.ini:10: limits: duplicate section, first in line 6; merge the two\n"
		"t.ini:11: limits.message: \"99999\" is out of range; expected 1 to 16384 "
		"(maximum length of a message, in bytes of UTF-8)\n"
		"t.ini:12: listener:a.protocol: is missing; expected one of PROTOCOLS (the "
		"protocol that the listener speaks)\n"
		"t.ini:12: listener:a.port: is missing; expected 0 to 65535 (the TCP port; 0: any "
		"free port)\n"
		"t.ini:13: listener:a.strict: \"maybe\" is neither yes nor no; expected yes or no "
		"(whether every line must be a command without a slash)\n"
		"t.ini:14: listner:b: unknown section; did you mean [listener:b]?\n"
		"t.ini:18: listener:c.port: \"70000\" is out of range; expected 0 to 65535 (the "
		"TCP port; 0: any free port)\n"
		"t.ini:19: listener:c.strict: only for protocol telnet; this listener speaks json: "
		"remove the line\n"
		"t.ini:20: neither a section nor a setting; expected KEY = VALUE\n"
		"t.ini:24: listener:d.room: \"a b\" is not a valid room name; expected 1 to 64 "
		"characters, no spaces, none of # @ : , * ! / \" < > (the room that its users "
		"join, if not server.room)\n"
		"t.ini:25: listener:d.address: \"localhost\" is not an address; expected an IPv4 "
		"or IPv6 address, or * for all addresses (its address, if not "
		"server.address)\n"
		"t.ini:26: listener:d.root: \"../empty/index.html\" cannot be read: No such file "
		"or directory; expected a folder with an index.html (the page's folder; relative "
		"to the folder of this file)\n"
		"t.ini:27: listener:d.origins: \"https://a.example/\" is not a list of origins; "
		"expected http://HOST or https://HOST in lower case, with :PORT unless it is the "
		"default port (other sites whose pages may connect, separated by spaces)\n");
}

static void
test_sections(void **state)
{
	(void)state;
	expect(JSON "[Server]\n", "t.ini:4: Server: unknown section; did you mean [server]?\n");
	expect(JSON "[server:x]\n", "t.ini:4: server:x: unknown section; did you mean [server]?\n");
	expect(JSON "[limit]\nrate = soon\n",
		"t.ini:4: limit: unknown section; did you mean [limits]?\n");
	expect(JSON "[listener]\n",
		"t.ini:4: listener: unknown section; did you mean [listener:NAME]?\n");
	expect(JSON "[]\n[garden]\n",
		"t.ini:4: unknown section; expected [server], [limits], "
		"[history], [tls], [accounts] or [listener:NAME]\n"
		"t.ini:5: garden: unknown section; expected [server], "
		"[limits], [history], [tls], [accounts] or [listener:NAME]\n");
	expect(JSON "[tsl]\n", "t.ini:4: tsl: unknown section; did you mean [tls]?\n");
	expect(JSON "[server\nname = x\n", "t.ini:4: missing ] after the section's name\n");
	expect(JSON "[server] name = x\n",
		"t.ini:4: server: unexpected \"name = x\" after the section's name; expected a new "
		"line, or a ; before a comment\n");
	expect(JSON "[server] ; comment\n[limits];comment\n", "");
	expect("[listener:]\nprotocol = json\nport = 1\n",
		"t.ini:1: listener:: invalid listener name; expected 1 to 32 letters (a to z), "
		"digits, - _ or .\n");
	expect("[listener:a b]\nprotocol = json\nport = 1\n",
		"t.ini:1: listener:a b: invalid listener name; expected 1 to 32 letters (a to z), "
		"digits, - _ or .\n");
	/* inih cuts a section's name at 49 bytes. */
	expect("[listener:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1234567890]\nprotocol = json\nport = 1\n",
		"t.ini:1: listener:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1234567890: invalid listener "
		"name; expected 1 to 32 letters (a to z), digits, - _ or .\n");
	expect(JSON JSON "strict = no\nports = 5\n",
		"t.ini:4: listener:json: duplicate section, first in line 1; merge the two\n"
		"t.ini:7: listener:json.strict: only for protocol telnet; this listener speaks "
		"json: remove the line\n"
		"t.ini:8: listener:json.ports: unknown key; did you mean \"port\"?\n");
}

static void
test_missing_settings(void **state)
{
	(void)state;
	expect("", "t.ini: there is no section [listener:NAME]; expected at least one\n");
	expect("[listener:a]\nprotocol = json\nport = 1\nenabled = no\n",
		"t.ini: no listener is enabled; expected at least one\n");
	/* One mistake is reported once: the missing listener is not. */
	expect("[lisstener:a]\n",
		"t.ini:1: lisstener:a: unknown section; did you mean [listener:a]?\n");
	expect("[listener:a]\nprotocol = json\nprot = 1\n",
		"t.ini:3: listener:a.prot: unknown key; did you mean \"port\"?\n");
	expect("[listener:a]\nprotocol = json\nprot = 1\nport = 1\n",
		"t.ini:3: listener:a.prot: unknown key; did you mean \"port\"?\n");
	expect("[listener:a]\nport = 1\nprotocol = gopher\nstrict = no\n",
		"t.ini:3: listener:a.protocol: \"gopher\" is not a protocol; expected one of "
		"PROTOCOLS (the protocol that the listener speaks)\n");
	expect("[listener:a]\nprotocol =\nport =\n",
		"t.ini:2: listener:a.protocol: \"\" is not a protocol; expected one of PROTOCOLS "
		"(the protocol that the listener speaks)\n"
		"t.ini:3: listener:a.port: \"\" is not a number; expected 0 to 65535 (the TCP "
		"port; 0: any free port)\n");
}

static void
test_files(void **state)
{
	(void)state;
	struct strbuf wrong = {0};
	assert_null(config_read("/nowhere/t.ini", -1, &wrong));
	strbuf_add(&wrong, "", 1);
	assert_string_equal(
		wrong.ptr, "/nowhere/t.ini: cannot be opened: No such file or directory\n");
	strbuf_clear(&wrong);
	assert_null(config_read("/", -1, &wrong));
	strbuf_add(&wrong, "", 1);
	assert_string_equal(wrong.ptr, "/: cannot be read: Is a directory\n");
	strbuf_clear(&wrong);
}

static void
test_bytes(void **state)
{
	(void)state;
	static const char nul[] = "[listener:a]\nprotocol = js\0on\nport = x\n";
	expect_bytes(nul, sizeof nul - 1,
		"t.ini:2: the line contains a NUL byte, and the rest of the file was not read; "
		"expected text in UTF-8\n");
	expect(JSON "[server]\nname = T\xe9h\xe9\n",
		"t.ini:5: the line contains bytes or characters that cannot be shown; expected "
		"text in UTF-8\n");
	expect(JSON "[server]\nname = \xe2\x80\xaeTea\n",
		"t.ini:5: the line contains bytes or characters that cannot be shown; expected "
		"text in UTF-8\n");
	expect("; Mac\r[listener:a]\rprotocol = json\rport = 1\r",
		"t.ini:1: the line contains a control character; expected text\n");
	expect("[listener:\x1b[2Ja]\nprotocol = json\nport = 1\n",
		"t.ini:1: the line contains a control character; expected text\n");
	expect("# caf\xe9\n" JSON, "");
}

static void
test_lines(void **state)
{
	(void)state;
	struct strbuf ini = {0};
	strbuf_puts(&ini, JSON "; ");
	for (int i = 0; i < 196; i++)
		strbuf_puts(&ini, "x");
	strbuf_puts(&ini, "\r\n[listener:b]\nprotocol = web\nport = 5           ; ");
	for (int i = 0; i < 180; i++)
		strbuf_puts(&ini, "y");
	strbuf_puts(&ini, "\n[server]\n");
	expect_bytes(
		ini.ptr, ini.len, "t.ini:7: the line is too long; expected at most 198 bytes\n");
	strbuf_clear(&ini);
	strbuf_puts(&ini, JSON "[server]\nname = ");
	for (int i = 0; i < 129; i++)
		strbuf_puts(&ini, "x");
	strbuf_puts(&ini, "\n");
	char *reported = report(ini.ptr, ini.len, -1);
	assert_non_null(
		strstr(reported, "\" is too long; expected 1 to 128 bytes of text (the server's"));
	free(reported);
	strbuf_clear(&ini);

	/* inih would take an indented line for more of the value before it. */
	expect("  [listener:a]\n\tprotocol = json\n  port = 1\n    2\n",
		"t.ini:4: neither a section nor a setting; expected KEY = VALUE\n");
	expect(JSON "= 5\nport\n",
		"t.ini:4: neither a section nor a setting; expected KEY = VALUE\n"
		"t.ini:5: neither a section nor a setting; expected KEY = VALUE\n");
}

static void
test_line_ends_and_comments(void **state)
{
	(void)state;
	struct config *c = config_of("\xef\xbb\xbf[server]\r\n"
				     "; comment\r\n"
				     "  # comment\r\n"
				     "\t; port = x\r\n"
				     "\r\n"
				     "name = T;a#b ; comment ; more\r\n"
				     "\t[listener:a]   ; comment\r\n"
				     "\tprotocol = json\t; comment\r\n"
				     "  port: 05005",
		-1);
	assert_string_equal(c->name, "T;a#b");
	assert_int_equal(c->listeners[0].port, 5005);
	config_free(c);
	expect(JSON "[server]\nname = Tea # room\n[limits]\nrate = 5 # five\n",
		"t.ini:5: server.name: \"Tea # room\" contains a #; expected a ; before a comment "
		"that follows a value\n"
		"t.ini:7: limits.rate: \"5 # five\" contains a #; expected a ; before a comment "
		"that follows a value\n");
	expect(JSON "[server]\nname = \"Tea\"\nroom =\n",
		"t.ini:5: server.name: \"\"Tea\"\" is in quotes; expected the value without them\n"
		"t.ini:6: server.room: \"\" is not a valid room name; expected 1 to 64 characters, "
		"no spaces, none of # @ : , * ! / \" < > (the room that users join when they log "
		"in)\n");
}

/* Whether listeners at these addresses and one port are reported to conflict. */
static bool
addresses_conflict(const char *a, const char *b)
{
	struct strbuf ini = {0};
	strbuf_printf(&ini,
		"[listener:a]\nprotocol = json\nport = 9\naddress = %s\n"
		"[listener:b]\nport = 9\naddress = %s\nprotocol = json\n",
		a, b);
	char *reported = report(ini.ptr, ini.len, -1);
	strbuf_clear(&ini);
	bool conflict = *reported != '\0';
	if (conflict)
		assert_string_equal(reported,
			"t.ini:6: listener:b.port: 9 is already used by listener:a in line "
			"3; expected another port or another address\n");
	free(reported);
	return conflict;
}

static void
test_conflicts(void **state)
{
	(void)state;
	static const char *const meet[][2] = {{"*", "*"}, {"*", "10.0.0.1"}, {"::1", "*"},
		{"0.0.0.0", "10.0.0.1"}, {"::", "10.0.0.1"}, {"::1", "0:0:0:0:0:0:0:1"},
		{"::ffff:10.0.0.1", "10.0.0.1"}, {"10.0.0.1", "10.0.0.1"}};
	static const char *const pass[][2] = {
		{"10.0.0.1", "10.0.0.2"}, {"::1", "127.0.0.1"}, {"::1", "0.0.0.0"}, {"::1", "::2"}};
	for (size_t i = 0; i < sizeof meet / sizeof *meet; i++)
		if (!addresses_conflict(meet[i][0], meet[i][1]) ||
			!addresses_conflict(meet[i][1], meet[i][0]))
			fail_msg("%s and %s", meet[i][0], meet[i][1]);
	for (size_t i = 0; i < sizeof pass / sizeof *pass; i++)
		if (addresses_conflict(pass[i][0], pass[i][1]))
			fail_msg("%s and %s", pass[i][0], pass[i][1]);

	expect("[listener:a]\nprotocol = json\nport = 0\n"
	       "[listener:b]\nprotocol = json\nport = 0\n",
		"");
	expect("[listener:a]\nprotocol = json\nport = 7\n"
	       "[listener:b]\nprotocol = json\nport = 7\n"
	       "[listener:c]\nprotocol = json\nport = 7\n"
	       "[listener:d]\nprotocol = json\nport = 7\nenabled = no\n",
		"t.ini:6: listener:b.port: 7 is already used by listener:a in line 3; expected "
		"another port or another address\n"
		"t.ini:9: listener:c.port: 7 is already used by listener:a in line 3; expected "
		"another port or another address\n");
}

static void
test_argument(void **state)
{
	(void)state;
	static const char two[] = "[listener:t]\nprotocol = telnet\nport = 5005\n"
				  "[listener:off]\nprotocol = json\nport = 1\nenabled = no\n"
				  "[listener:j]\nprotocol = json\nport = 2\n"
				  "[listener:k]\nprotocol = json\nport = 3\n";
	struct config *c = config_of(two, 0);
	assert_int_equal(c->n_listeners, 3);
	assert_int_equal(c->listeners[1].port, 0);
	assert_int_equal(c->listeners[2].port, 3);
	config_free(c);
	/* It replaces a missing port. */
	c = config_of("[listener:j]\nprotocol = json\n", 77);
	assert_int_equal(c->listeners[0].port, 77);
	config_free(c);

	expect_port(two, 5005,
		"argument PORT: listener:j.port: 5005 is already used by listener:t in line 3; "
		"expected another port or another address\n");
	expect_port(two, 3,
		"argument PORT: listener:j.port: 3 is already used by listener:k in line 13; "
		"expected another port or another address\n");
	expect_port(two, 65536,
		"argument PORT: 65536 is out of range; expected 0 to 65535 (the TCP port; 0: any "
		"free port)\n");
	expect_port("[listener:t]\nprotocol = telnet\nport = 5005\n", 1,
		"argument PORT: there is no listener to use it; expected one with protocol = "
		"json\n");
	expect_port("[listener:j]\nprotocol = jsn\n", 1,
		"t.ini:1: listener:j.port: is missing; expected 0 to 65535 (the TCP port; 0: any "
		"free port)\n"
		"t.ini:2: listener:j.protocol: \"jsn\" is not a protocol; expected one of "
		"PROTOCOLS (the protocol that the listener speaks)\n");
}

static void
test_folders(void **state)
{
	(void)state;
	expect("[listener:w]\nprotocol = web\nport = 1\nroot = ../web/\n", "");
	expect("[listener:w]\nprotocol = web\nport = 1\nroot =\n",
		"t.ini:4: listener:w.root: \"\" is not a folder; expected a folder with an "
		"index.html (the page's folder; relative to the folder of this file)\n");
	expect("[listener:w]\nprotocol = web\nport = 1\nroot = /nowhere\n",
		"t.ini:4: listener:w.root: \"/nowhere/index.html\" cannot be read: No such file or "
		"directory; expected a folder with an index.html (the page's folder; relative to "
		"the folder of this file)\n");
	unlink(beside("web/index.html"));
	assert_int_equal(mkdir(beside("web/index.html"), 0700), 0);
	expect("[listener:w]\nprotocol = web\nport = 1\n",
		"t.ini:1: listener:w.root: \"../web/index.html\" cannot be read: Not a file; "
		"expected a folder with an index.html (the page's folder; relative to the folder "
		"of this file)\n");
	rmdir(beside("web/index.html"));
	file_write(beside("web/index.html"), "", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_defaults_of_the_classroom_protocols),
		cmocka_unit_test(test_values_of_the_classroom_protocols),
		cmocka_unit_test(test_mistakes_of_the_classroom_protocols),
		cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_missing_settings),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_line_ends_and_comments),
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_argument),
		cmocka_unit_test(test_folders),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
