/* Guessing passwords becomes slow for an address, and for nobody else. */
#include "gateway_fixture.h"

#include <arpa/inet.h>

#include "../support/instant_passwords.h"
#include "../support/kept_accounts.h"

struct world {
	struct fixture fixture;
	struct kept_accounts kept;
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	const struct store_settings store = {.recent = 100};
	fixture_build(&world->fixture);
	kept_accounts_open(&world->kept, store_open(&store, NULL));
	world->fixture.settings.history = &world->kept.history;
	world->fixture.settings.passwords = passwords_open(NULL);
	world->fixture.settings.core.plain_passwords = true;
	fixture_open(&world->fixture);
	struct caller *ann = enter(&world->fixture, &world->fixture.telnet, "ann");
	says(ann, "/register tea for two\r\n/logout\r\n");
	turns(&world->fixture);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;
	fixture_close(&world->fixture);
	kept_accounts_close(&world->kept);
	free(world);
	return 0;
}

static struct caller *
call_by(struct world *world, const char *address)
{
	struct sockaddr_in peer = {.sin_family = AF_INET};
	inet_pton(AF_INET, address, &peer.sin_addr);
	struct caller *caller =
		call_from(&world->fixture, &world->fixture.telnet, (const struct sockaddr *)&peer);
	turns(&world->fixture);
	caller->conn.received.len = 0;
	return caller;
}

/* How many ms the answer takes. */
static int64_t
guess(struct world *world, struct caller *caller, const char *line)
{
	int64_t began = world->fixture.time;
	caller->conn.received.len = 0;
	says(caller, line);
	while (caller->conn.received.len == 0) {
		assert_true(world->fixture.time - began < 40000);
		pass(&world->fixture, 10);
	}
	return world->fixture.time - began;
}

static void
guessing_becomes_slow(void **state)
{
	struct world *world = *state;
	struct caller *thief = call_by(world, "192.0.2.1"), *owner = call_by(world, "192.0.2.2");
	static const int64_t waits[] = {0, 0, 0, 0, 0, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		const char *line = i % 2 ? "login ann wrong one\r\n" : "login nobody wrong one\r\n";
		int64_t took = guess(world, thief, line);
		assert_in_range(took, waits[i], waits[i] + 10);
		assert_heard(thief, "!!! The name or the password is wrong.\n"
				    "Type /login NAME to try again.\n");
	}
	/* Another connection from there waits, too; other addresses do not. */
	struct caller *again = call_by(world, "192.0.2.1");
	assert_in_range(guess(world, again, "login ann wrong one\r\n"), 30000, 30010);
	assert_int_equal(guess(world, owner, "login ann tea for two\r\n"), 0);
	assert_int_equal(times_heard(owner, "You are ann"), 1);
	/* After a minute it is forgotten. */
	pass(&world->fixture, 60000);
	assert_int_equal(guess(world, again, "login ann wrong one\r\n"), 0);
}

static void
who_waits_may_go_away(void **state)
{
	struct world *world = *state;
	for (int i = 0; i < 8; i++) {
		struct caller *thief = call_by(world, "192.0.2.1");
		says(thief, "login ann wrong one\r\n");
		if (i >= 5)
			assert_int_equal(thief->conn.received.len, 0);
		lose(thief);
		turns(&world->fixture);
	}
	struct caller *last = call_by(world, "192.0.2.1");
	says(last, "login ann wrong one\r\n");
	assert_int_equal(last->conn.received.len, 0);
}

static void
a_network_of_ipv6_is_one_address(void **state)
{
	struct world *world = *state;
	for (int i = 0; i < 6; i++) {
		struct sockaddr_in6 peer = {.sin6_family = AF_INET6};
		inet_pton(AF_INET6, "2001:db8::1", &peer.sin6_addr);
		peer.sin6_addr.s6_addr[15] = (unsigned char)i;
		struct caller *thief = call_from(
			&world->fixture, &world->fixture.telnet, (const struct sockaddr *)&peer);
		turns(&world->fixture);
		assert_in_range(guess(world, thief, "login ann wrong one\r\n"), i < 5 ? 0 : 1000,
			i < 5 ? 0 : 1010);
	}
}

int
main(void)
{
#define guesses_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		guesses_test(guessing_becomes_slow),
		guesses_test(who_waits_may_go_away),
		guesses_test(a_network_of_ipv6_is_one_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
