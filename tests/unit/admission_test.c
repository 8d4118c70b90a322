/*
 * Admission: the login timeout, and how many sessions there may be, in all and from one
 * address.
 */
#include "gateway_fixture.h"

#include <arpa/inet.h>

static void
a_connection_without_a_login_in_time_is_closed(void **state)
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
	/* Messages before the login and requests for help do not extend it. */
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
	/* The other user was not told of it, and stays connected. */
	fixture.time += 3600000;
	turn(&fixture);
	assert_heard(bob, "");
	assert_false(bob->conn.closed);
	says(bob, "hi\r\n");
	assert_heard(bob, "bob: hi\n");
	fixture_close(&fixture);
}

static void
without_a_login_timeout_a_connection_may_wait_for_ever(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = call(fixture, &fixture->telnet);
	assert_int_equal(turn(fixture), -1);
	fixture->time += INT64_C(1) << 40;
	says(ann, "login ann\r\n");
	assert_int_equal(core_users(gateway_core(fixture->gateway)), 1);
}

static void
over_the_limit_a_client_is_told_in_its_protocol_and_closed(void **state)
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
	assert_heard(telnet, WELCOME "!!! The server is full. Please try again later.\n");
	assert_heard(json, "\0\x5d{\"type\":\"error\",\"code\":\"server-full\","
			   "\"message\":\"The server is full. Please try again later.\"}");
	assert_heard(web,
		"\x81\x6c{\"type\":\"error\",\"code\":\"server-full\","
		"\"message\":\"The server is full. Please try again later.\",\"time\":1000000}");
	assert_true(telnet->conn.closed && json->conn.closed && web->conn.closed);
	assert_int_equal(telnet->conn.why, REASON_SERVER_FULL);
	/* Admitted users are not disturbed, and a refused connection cannot log in. */
	says(telnet, "login eve\r\n");
	assert_int_equal(core_users(gateway_core(fixture.gateway)), 1);
	assert_heard(ann, "");
	assert_false(bob->conn.closed);
	fixture_close(&fixture);
}

static void
a_closed_connection_makes_place_for_another(void **state)
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

/* Connects from an address, and checks whether that is admitted. */
static struct caller *
call_at(struct fixture *fixture, const char *address, bool let_in)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};
	/* Only the address counts, not the port nor the scope. */
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
the_sessions_of_an_address_are_limited(void **state)
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
	assert_heard(refused, WELCOME "!!! Too many connections from your address.\n");
	call_at(&fixture, "192.0.2.2", true);
	lose(refused);
	lose(first);
	turn(&fixture);
	call_at(&fixture, "192.0.2.1", true);
	call_at(&fixture, "192.0.2.1", false);
	fixture_close(&fixture);
}

static void
a_refused_connection_does_not_count_for_its_address(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.sessions_per_address = 1;
	fixture_open(&fixture);
	struct caller *first = call_at(&fixture, "192.0.2.1", true);
	/* It is refused, but not closed yet: its peer is slow to hang up. */
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
without_a_limit_an_address_may_have_any_number_of_sessions(void **state)
{
	struct fixture *fixture = *state;
	for (int i = 0; i < 100; i++)
		call_at(fixture, "192.0.2.1", true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_without_a_login_in_time_is_closed),
		gateway_test(without_a_login_timeout_a_connection_may_wait_for_ever),
		cmocka_unit_test(over_the_limit_a_client_is_told_in_its_protocol_and_closed),
		cmocka_unit_test(a_closed_connection_makes_place_for_another),
		cmocka_unit_test(the_sessions_of_an_address_are_limited),
		cmocka_unit_test(a_refused_connection_does_not_count_for_its_address),
		cmocka_unit_test(an_ipv6_network_of_64_bits_is_one_address),
		cmocka_unit_test(an_ipv4_address_is_the_same_when_it_comes_as_ipv6),
		gateway_test(without_a_limit_an_address_may_have_any_number_of_sessions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
