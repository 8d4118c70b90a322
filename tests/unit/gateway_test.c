/* The gateway as a whole: protocols that share a room, what a turn sends, echo, and memory. */
#include "gateway_fixture.h"

static void
telnet_and_web_and_json_share_a_room(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = call(fixture, &fixture->json), *cat = call(fixture, &fixture->web);
	packs(bob, "{\"type\":\"hello\",\"nick\":\"bob\"}");
	send_bytes(cat, BYTES("{\"type\":\"hello\",\"nick\":\"cat\"}"));
	assert_heard(ann, "bob has entered the room.\ncat has entered the room.\n");
	bob->conn.received.len = cat->conn.received.len = 0;
	says(ann, "tea!\r\n");
	assert_heard(bob, "\0\x2d{\"type\":\"chat\",\"nick\":\"ann\",\"message\":\"tea!\"}");
	assert_heard(cat, "\x81\x51{\"type\":\"chat\",\"room\":\"main\",\"nick\":\"ann\","
			  "\"message\":\"tea!\",\"id\":4,\"time\":1000000}");
}

static void
an_event_is_encoded_once_and_shared(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	struct caller *cat = enter(fixture, &fixture->quiet, "cat");
	says(ann, "tea!\r\n");
	assert_non_null(bob->conn.last);
	assert_ptr_equal(bob->conn.last, cat->conn.last);
}

static void
a_turn_sends_all_queued_bytes_in_one_write(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->telnet, "bob");
	int before = bob->conn.sends;
	arrive(ann, BYTES("1\r\n2\r\n"));
	arrive(ann, BYTES("3\r\n"));
	assert_heard(bob, "");
	turn(fixture);
	assert_heard(bob, "ann: 1\nann: 2\nann: 3\n");
	assert_int_equal(bob->conn.sends, before + 1);
	/* Nothing is sent when nothing is queued. */
	turn(fixture);
	assert_int_equal(bob->conn.sends, before + 1);
}

static void
without_echo_a_user_does_not_hear_its_own_words(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *bob = enter(fixture, &fixture->quiet, "bob");
	ann->conn.received.len = 0;
	says(bob, "hi\r\n/me waves\r\n/msg ann psst\r\n");
	assert_heard(bob, "");
	assert_heard(ann, "bob: hi\n[bob waves]\nbob -> ann: psst\n");
	/* Messages of others, and replies to commands, are sent. */
	says(ann, "hello\r\n/msg bob yes\r\n");
	says(bob, "/nick bobby\r\n/join tea\r\n/topic x\r\n/msg ghost x\r\n");
	assert_heard(bob,
		"ann: hello\nann -> bob: yes\nbob is now known as bobby.\n"
		"*** You are in tea now; nobody else is here yet.\n*** bobby set the topic: x\n"
		"!!! \"ghost\" is not online.\n");
}

static void
http_on_another_listener_is_told_where_the_page_is(void **state)
{
	(void)state;
	static char v4[] = "192.0.2.7", v6[] = "2001:db8::7";
	static const char *const bodies[] = {
		"This port does not speak HTTP.\n",
		"This port does not speak HTTP.\nThe page is on port 8080 of this host.\n",
		"This port does not speak HTTP.\nThe page is at http://192.0.2.7:8080/\n",
		"This port does not speak HTTP.\nThe page is at http://[2001:db8::7]:8080/\n",
	};
	for (int i = 0; i < 4; i++) {
		for (int json = 0; json < 2; json++) {
			struct fixture fixture;
			fixture_build(&fixture);
			fixture.settings.web = i ? &fixture.web : NULL;
			fixture.web.address = i == 2 ? v4 : i == 3 ? v6 : NULL;
			fixture_open(&fixture);
			struct caller *lost =
				call(&fixture, json ? &fixture.json : &fixture.telnet);
			turn(&fixture);
			lost->conn.received.len = 0;
			says(lost, "GET / HTTP/1.1\r\nHost: tea\r\n\r\n");
			struct strbuf wanted = {0};
			strbuf_printf(&wanted,
				"HTTP/1.1 400 Bad Request\nContent-Type: text/plain; "
				"charset=utf-8\n"
				"Content-Length: %zu\nConnection: close\n\n%s",
				strlen(bodies[i]), bodies[i]);
			heard_must_be(lost, strbuf_view(&wanted), __FILE__, __LINE__);
			assert_true(lost->conn.closed);
			assert_int_equal(lost->conn.why, REASON_WRONG_PROTOCOL);
			strbuf_clear(&wanted);
			fixture_close(&fixture);
		}
	}
}

static void
a_session_knows_whether_it_is_secure(void **state)
{
	struct fixture *fixture = *state;
	const struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr_in there = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000207)};
	const struct sockaddr *near = (const void *)&here, *far = (const void *)&there;
	fixture->telnet.tls_port = 5006;
	assert_true(
		call_from(fixture, &fixture->telnet, far)->conn.connection->client.session.secure);
	fixture->unencrypted = true;
	struct caller *bob = call_from(fixture, &fixture->telnet, far);
	assert_false(bob->conn.connection->client.session.secure);
	assert_int_equal(bob->conn.connection->client.session.tls_port, 5006);
	assert_true(
		call_from(fixture, &fixture->json, near)->conn.connection->client.session.secure);
	assert_false(call(fixture, &fixture->json)->conn.connection->client.session.secure);
}

static void
an_idle_connection_keeps_no_memory_of_its_last_line(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	says(ann, "half a ");
	says(ann, "line\n");
	assert_null(ann->conn.connection->decoder.partial.ptr);
	assert_int_equal(ann->conn.connection->out.n, 0);
	assert_int_equal(ann->conn.connection->in.n, 0);
}

static void
two_gateways_are_independent(void **state)
{
	(void)state;
	struct fixture one, two;
	fixture_build(&one);
	fixture_build(&two);
	fixture_open(&one);
	fixture_open(&two);
	struct caller *ann = enter(&one, &one.telnet, "ann");
	struct caller *other = enter(&two, &two.telnet, "ann");
	says(ann, "hi\r\n");
	assert_heard(ann, "ann: hi\n");
	assert_heard(other, "");
	gateway_stop(one.gateway);
	turn(&one);
	turn(&two);
	assert_false(other->conn.closed);
	fixture_close(&one);
	fixture_close(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		gateway_test(telnet_and_web_and_json_share_a_room),
		gateway_test(an_event_is_encoded_once_and_shared),
		gateway_test(a_turn_sends_all_queued_bytes_in_one_write),
		gateway_test(without_echo_a_user_does_not_hear_its_own_words),
		cmocka_unit_test(http_on_another_listener_is_told_where_the_page_is),
		gateway_test(a_session_knows_whether_it_is_secure),
		gateway_test(an_idle_connection_keeps_no_memory_of_its_last_line),
		cmocka_unit_test(two_gateways_are_independent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
