/*
 * Admission and refusal: which connections are admitted, and which are told that the server is
 * full, in what time one has to log in, what an end looks like, and the server's stopping.
 */
#include "gateway_fixture.h"

#include <arpa/inet.h>

static void
telnet_and_web_and_json_share_a_room(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = call(&fixture, &fixture.json), *cat = call(&fixture, &fixture.web);
	packs(bob, "{\"type\":\"hello\",\"nick\":\"bob\"}");
	send_bytes(cat, BYTES("{\"type\":\"hello\",\"nick\":\"cat\"}"));
	assert_heard(ann, "bob has entered the room.\ncat has entered the room.\n");
	bob->conn.received.len = cat->conn.received.len = 0;
	says(ann, "tea!\r\n");
	assert_heard(bob, "\0\x2d{\"type\":\"chat\",\"nick\":\"ann\",\"message\":\"tea!\"}");
	assert_heard(cat, "\x81\x51{\"type\":\"chat\",\"room\":\"main\",\"nick\":\"ann\","
			  "\"message\":\"tea!\",\"id\":4,\"time\":1000000}");
	fixture_close(&fixture);
}

static void
what_many_hear_alike_is_said_once_and_shared(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	struct caller *cat = enter(&fixture, &fixture.quiet, "cat");
	says(ann, "tea!\r\n");
	assert_non_null(bob->conn.last);
	assert_ptr_equal(bob->conn.last, cat->conn.last);
	fixture_close(&fixture);
}

static void
a_turn_sends_what_waits_at_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	int before = bob->conn.sends;
	arrive(ann, BYTES("1\r\n2\r\n"));
	arrive(ann, BYTES("3\r\n"));
	assert_heard(bob, "");
	turn(&fixture);
	assert_heard(bob, "ann: 1\nann: 2\nann: 3\n");
	assert_int_equal(bob->conn.sends, before + 1);
	/* And nothing is sent where nothing waits. */
	turn(&fixture);
	assert_int_equal(bob->conn.sends, before + 1);
	fixture_close(&fixture);
}

static void
who_does_not_log_in_in_time_is_shown_out(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.login_timeout = 120000;
	fixture_open(&fixture);
	struct caller *ann = call(&fixture, &fixture.telnet),
		      *bob = call(&fixture, &fixture.telnet);
	assert_int_equal(turn(&fixture), 120000);
	fixture.time += 60000;
	/* Talking without a nick, or asking for help, does not put it off. */
	says(ann, "hello\r\n/help login\r\n");
	says(bob, "login bob\r\n");
	ann->conn.received.len = bob->conn.received.len = 0;
	fixture.time += 59999;
	assert_int_equal(turn(&fixture), 1);
	assert_false(ann->conn.closed);
	fixture.time += 1;
	turn(&fixture);
	assert_true(ann->conn.closed);
	assert_int_equal(ann->conn.why, REASON_TOO_LATE);
	assert_true(ann->conn.received.len > 0);
	/* Nobody had seen it; who is in stays in. */
	fixture.time += 3600000;
	turn(&fixture);
	assert_heard(bob, "");
	assert_false(bob->conn.closed);
	says(bob, "hi\r\n");
	assert_heard(bob, "bob: hi\n");
	fixture_close(&fixture);
}

static void
without_a_login_timeout_one_may_wait_for_ever(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = call(&fixture, &fixture.telnet);
	assert_int_equal(turn(&fixture), -1);
	fixture.time += INT64_C(1) << 40;
	says(ann, "login ann\r\n");
	assert_int_equal(core_users(gateway_core(fixture.gateway)), 1);
	fixture_close(&fixture);
}

static void
over_the_limit_one_is_told_in_ones_own_protocol_and_shown_out(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions = 2;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann"),
		      *bob = call(&fixture, &fixture.json);
	struct caller *telnet = call(&fixture, &fixture.telnet),
		      *json = call(&fixture, &fixture.json);
	struct caller *web = call(&fixture, &fixture.web);
	turn(&fixture);
	assert_heard(telnet, "Welcome to Teahouse\nThe server is full; please try again later.\n");
	assert_heard(json, "\0\x5d{\"type\":\"error\",\"code\":\"server-full\","
			   "\"message\":\"The server is full; please try again later.\"}");
	assert_heard(web,
		"\x81\x6c{\"type\":\"error\",\"code\":\"server-full\","
		"\"message\":\"The server is full; please try again later.\",\"time\":1000000}");
	assert_true(telnet->conn.closed && json->conn.closed && web->conn.closed);
	assert_int_equal(telnet->conn.why, REASON_SERVER_FULL);
	/* Those who are in are not disturbed, and who was refused cannot come in after all. */
	says(telnet, "login eve\r\n");
	assert_int_equal(core_users(gateway_core(fixture.gateway)), 1);
	assert_heard(ann, "");
	assert_false(bob->conn.closed);
	fixture_close(&fixture);
}

static void
when_one_leaves_another_may_come(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions = 1;
	fixture_open(&fixture);
	struct caller *ann = call(&fixture, &fixture.telnet),
		      *refused = call(&fixture, &fixture.telnet);
	turn(&fixture);
	assert_true(refused->conn.closed);
	lose(refused);
	turn(&fixture);
	struct caller *still = call(&fixture, &fixture.telnet);
	turn(&fixture);
	assert_true(still->conn.closed);
	lose(ann);
	turn(&fixture);
	struct caller *next = call(&fixture, &fixture.telnet);
	turn(&fixture);
	assert_false(next->conn.closed);
	fixture_close(&fixture);
}

/* A connection from that address; whether it is admitted. */
static struct caller *
call_at(struct fixture *fixture, const char *address, bool let_in)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};
	/* Neither the port nor anything else but the address counts. */
	in.sin_port = in6.sin6_port = (in_port_t)fixture->n;
	in6.sin6_scope_id = (uint32_t)fixture->n;
	struct caller *caller;
	if (inet_pton(AF_INET, address, &in.sin_addr) == 1) {
		caller = call_from(fixture, &fixture->telnet, (struct sockaddr *)&in);
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
		caller = call_from(fixture, &fixture->telnet, (struct sockaddr *)&in6);
	}
	turn(fixture);
	if (caller->conn.closed == let_in)
		print_error("%s was %s\n", address, let_in ? "not let in" : "let in");
	assert_int_equal(caller->conn.closed, !let_in);
	return caller;
}

static void
from_one_address_so_many_may_come_at_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions_per_address = 2;
	fixture_open(&fixture);
	struct caller *first = call_at(&fixture, "192.0.2.1", true);
	call_at(&fixture, "192.0.2.1", true);
	struct caller *refused = call_at(&fixture, "192.0.2.1", false);
	assert_int_equal(refused->conn.why, REASON_ADDRESS_FULL);
	assert_heard(refused, "Welcome to Teahouse\n"
			      "There are too many connections from your address.\n");
	call_at(&fixture, "192.0.2.2", true);
	lose(refused);
	lose(first);
	turn(&fixture);
	call_at(&fixture, "192.0.2.1", true);
	call_at(&fixture, "192.0.2.1", false);
	fixture_close(&fixture);
}

static void
who_was_refused_takes_up_no_place_of_its_address(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions_per_address = 1;
	fixture_open(&fixture);
	struct caller *first = call_at(&fixture, "192.0.2.1", true);
	/* Told so, but not gone yet: its peer is slow to hang up. */
	call_at(&fixture, "192.0.2.1", false);
	lose(first);
	turn(&fixture);
	call_at(&fixture, "192.0.2.1", true);
	fixture_close(&fixture);
}

static void
an_ipv6_network_of_64_bits_is_one_address(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions_per_address = 1;
	fixture_open(&fixture);
	call_at(&fixture, "2001:db8:0:1::1", true);
	call_at(&fixture, "2001:db8:0:1:ffff:1:2:3", false);
	call_at(&fixture, "2001:db8:0:2::1", true);
	call_at(&fixture, "::1", true);
	fixture_close(&fixture);
}

static void
an_ipv4_address_is_the_same_when_it_comes_as_ipv6(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions_per_address = 1;
	fixture_open(&fixture);
	call_at(&fixture, "192.0.2.1", true);
	call_at(&fixture, "::ffff:192.0.2.1", false);
	call_at(&fixture, "::ffff:192.0.2.2", true);
	call_at(&fixture, "192.0.2.2", false);
	fixture_close(&fixture);
}

static void
without_a_limit_any_number_may_come_from_one_address(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	for (int i = 0; i < 100; i++)
		call_at(&fixture, "192.0.2.1", true);
	fixture_close(&fixture);
}

static void
who_is_lost_is_told_to_have_left_once(void **state)
{
	(void)state;
	for (int prompt = 0; prompt < 2; prompt++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.close_at_once = prompt;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		struct caller *cat = enter(&fixture, &fixture.telnet, "cat");
		ann->conn.received.len = 0;
		lose(bob);
		says(cat, "/quit\r\n");
		pass(&fixture, 20);
		assert_heard(ann, "cat has left the room.\nbob has left the room.\n");
		assert_true(cat->conn.closed);
		assert_int_equal(cat->conn.why, REASON_LOGOUT);
		fixture_close(&fixture);
	}
}

static void
what_is_sent_after_quit_is_not_heard(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	ann->conn.received.len = 0;
	says(bob, "one\r\n/quit\r\ntwo\r\n/login bob\r\n");
	assert_true(bob->conn.closed);
	says(bob, "three\r\n");
	assert_heard(ann, "bob: one\nbob has left the room.\n");
	assert_heard(bob, "bob: one\n");
	fixture_close(&fixture);
}

static void
who_is_shown_out_may_first_take_what_it_was_told(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	ann->conn.takes = 5;
	says(ann, "hello\r\n/quit\r\n");
	pass(&fixture, 9000);
	assert_false(ann->conn.closed);
	takes(ann, 3);
	assert_false(ann->conn.closed);
	takes(ann, SIZE_MAX);
	assert_heard(ann, "ann: hello\n");
	assert_true(ann->conn.closed);
	assert_int_equal(ann->conn.why, REASON_LOGOUT);
	fixture_close(&fixture);
}

static void
who_never_takes_it_is_hung_up_all_the_same(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	ann->conn.takes = 0;
	says(ann, "hello\r\n/quit\r\n");
	pass(&fixture, 10000);
	assert_true(ann->conn.closed);
	assert_heard(ann, "");
	assert_int_equal(turn(&fixture), -1);
	fixture_close(&fixture);
}

static void
a_socket_that_fails_is_left_alone_until_it_is_lost(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	ann->conn.received.len = 0;
	bob->conn.broken = true;
	says(ann, "one\r\n");
	assert_heard(ann, "ann: one\n");
	says(ann, "two\r\n");
	lose(bob);
	turn(&fixture);
	assert_heard(ann, "ann: two\nbob has left the room.\n");
	fixture_close(&fixture);
}

static void
when_the_server_stops_all_are_told_and_shown_out(void **state)
{
	(void)state;
	for (int prompt = 0; prompt < 2; prompt++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.close_at_once = prompt;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		struct caller *nobody = call(&fixture, &fixture.telnet);
		turn(&fixture);
		ann->conn.received.len = bob->conn.received.len = nobody->conn.received.len = 0;
		bob->conn.takes = 4;
		gateway_stop(fixture.gateway);
		turn(&fixture);
		/* Nobody is told that everybody else leaves. */
		assert_heard(ann, "*** The server is stopping.\n");
		assert_true(ann->conn.closed && nobody->conn.closed);
		assert_int_equal(ann->conn.why, REASON_SHUTTING_DOWN);
		assert_false(bob->conn.closed);
		takes(bob, SIZE_MAX);
		assert_heard(bob, "*** The server is stopping.\n");
		assert_true(bob->conn.closed);
		fixture_close(&fixture);
	}
}

static void
who_is_being_shown_out_is_told_nothing_more(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	struct caller *cat = enter(&fixture, &fixture.telnet, "cat");
	bob->conn.received.len = 0;
	bob->conn.takes = 0;
	gateway_stop(fixture.gateway);
	turn(&fixture);
	lose(ann);
	lose(cat);
	turn(&fixture);
	takes(bob, SIZE_MAX);
	assert_heard(bob, "*** The server is stopping.\n");
	fixture_close(&fixture);
}

static void
who_has_no_nick_is_told_of_the_stopping_too(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *nobody = call(&fixture, &fixture.telnet);
	turn(&fixture);
	nobody->conn.received.len = 0;
	gateway_stop(fixture.gateway);
	turn(&fixture);
	assert_heard(nobody, "*** The server is stopping.\n");
	fixture_close(&fixture);
}

static void
who_comes_while_the_server_stops_is_not_let_in(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	gateway_stop(fixture.gateway);
	struct caller *late = call(&fixture, &fixture.telnet);
	turn(&fixture);
	assert_true(late->conn.closed);
	assert_int_equal(late->conn.why, REASON_SHUTTING_DOWN);
	assert_heard(late, "Welcome to Teahouse\nThe server is stopping.\n");
	fixture_close(&fixture);
}

static void
without_echo_a_user_does_not_hear_its_own_words(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.quiet, "bob");
	ann->conn.received.len = 0;
	says(bob, "hi\r\n/me waves\r\n/msg ann psst\r\n");
	assert_heard(bob, "");
	assert_heard(ann, "bob: hi\n[bob waves]\nbob -> ann: psst\n");
	/* What others say, and what is no speech, is heard. */
	says(ann, "hello\r\n/msg bob yes\r\n");
	says(bob, "/nick bobby\r\n/join tea\r\n/topic x\r\n/msg ghost x\r\n");
	assert_heard(bob, "ann: hello\nann -> bob: yes\nbob is now known as bobby.\n"
			  "*** You are in tea now.\n*** bobby set the topic: x\n"
			  "There is nobody called \"ghost\".\n");
	fixture_close(&fixture);
}

static void
http_at_another_door_is_told_where_the_page_is(void **state)
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
who_is_idle_keeps_nothing_of_its_last_line(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	says(ann, "half a ");
	says(ann, "line\n");
	assert_null(ann->conn.connection->decoder.partial.ptr);
	assert_int_equal(ann->conn.connection->out.n, 0);
	assert_int_equal(ann->conn.connection->in.n, 0);
	fixture_close(&fixture);
}

static void
two_servers_stand_side_by_side(void **state)
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
		cmocka_unit_test(telnet_and_web_and_json_share_a_room),
		cmocka_unit_test(what_many_hear_alike_is_said_once_and_shared),
		cmocka_unit_test(a_turn_sends_what_waits_at_once),
		cmocka_unit_test(who_does_not_log_in_in_time_is_shown_out),
		cmocka_unit_test(without_a_login_timeout_one_may_wait_for_ever),
		cmocka_unit_test(over_the_limit_one_is_told_in_ones_own_protocol_and_shown_out),
		cmocka_unit_test(when_one_leaves_another_may_come),
		cmocka_unit_test(from_one_address_so_many_may_come_at_once),
		cmocka_unit_test(who_was_refused_takes_up_no_place_of_its_address),
		cmocka_unit_test(an_ipv6_network_of_64_bits_is_one_address),
		cmocka_unit_test(an_ipv4_address_is_the_same_when_it_comes_as_ipv6),
		cmocka_unit_test(without_a_limit_any_number_may_come_from_one_address),
		cmocka_unit_test(who_is_lost_is_told_to_have_left_once),
		cmocka_unit_test(what_is_sent_after_quit_is_not_heard),
		cmocka_unit_test(who_is_shown_out_may_first_take_what_it_was_told),
		cmocka_unit_test(who_never_takes_it_is_hung_up_all_the_same),
		cmocka_unit_test(a_socket_that_fails_is_left_alone_until_it_is_lost),
		cmocka_unit_test(when_the_server_stops_all_are_told_and_shown_out),
		cmocka_unit_test(who_is_being_shown_out_is_told_nothing_more),
		cmocka_unit_test(who_has_no_nick_is_told_of_the_stopping_too),
		cmocka_unit_test(who_comes_while_the_server_stops_is_not_let_in),
		cmocka_unit_test(without_echo_a_user_does_not_hear_its_own_words),
		cmocka_unit_test(http_at_another_door_is_told_where_the_page_is),
		cmocka_unit_test(who_is_idle_keeps_nothing_of_its_last_line),
		cmocka_unit_test(two_servers_stand_side_by_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
