/*
 * Only gateway_flush sends, and only what is stored: nothing leaves before its ticket is
 * committed, whatever sockets, half-closed peers and backpressure do.
 */
#include <stdio.h>
#include <string.h>

#include "gateway_fixture.h"

enum { CALLERS = 12, ACTIONS = 20000 };

/* What is said bears the ticket of its turn, as in `[000017]`. */
struct valve {
	struct history history; /* first: a history that commits when the test says so */
	struct fixture fixture;
	bool flushing, slow, full;
	bool kept;                 /* something, in this turn */
	uint64_t given, committed; /* tickets */
	unsigned turns, checked;
	size_t bytes; /* sent in all */
	uint64_t seed;
};

static struct valve *valve;

static void
valve_keep(struct history *history, const struct event *event, const struct name *const rooms[],
	size_t n)
{
	struct valve *here = (struct valve *)history;
	assert_true(n > 0 && rooms[0]->shown.len > 0);
	assert_int_equal(event->id, history->last_id);
	here->kept = true;
	history->kept++;
}

static uint64_t
valve_end_turn(struct history *history)
{
	struct valve *here = (struct valve *)history;
	bool kept = here->kept;
	here->turns++;
	here->kept = false;
	return kept ? ++here->given : 0;
}

static uint64_t
valve_committed(struct history *history)
{
	return ((const struct valve *)history)->committed;
}

static bool
valve_is_failing(const struct history *history)
{
	(void)history;
	return false;
}

static bool
valve_is_slow(const struct history *history)
{
	return ((const struct valve *)history)->slow;
}

static bool
valve_is_full(const struct history *history)
{
	return ((const struct valve *)history)->full;
}

/* Each ticket that is in the bytes. Those cut in two by a full socket are not seen. */
static void
valve_on_bytes(struct fake_conn *conn, const char *bytes, size_t n)
{
	(void)conn;
	assert_true(valve->flushing);
	valve->bytes += n;
	for (size_t i = 0; i + 8 <= n; i++) {
		unsigned long long ticket;
		char copy[9] = {0};
		memcpy(copy, bytes + i, 8);
		if (copy[0] != '[' || copy[7] != ']' || sscanf(copy, "[%6llu]", &ticket) != 1)
			continue;
		assert_true(ticket <= valve->committed);
		valve->checked++;
	}
}

static void
valve_flush(void)
{
	valve->flushing = true;
	gateway_flush(valve->fixture.gateway);
	valve->flushing = false;
}

static void
valve_tick(void)
{
	valve->fixture.time += 10;
	valve->flushing = true;
	gateway_tick(valve->fixture.gateway);
	valve->flushing = false;
}

static unsigned
draw(unsigned below)
{
	valve->seed = valve->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(valve->seed >> 33) % below;
}

static void
valve_open(struct valve *here, uint64_t seed)
{
	*here = (struct valve){.seed = seed};
	valve = here;
	fixture_build(&here->fixture);
	here->fixture.settings.send_queue = 65536;
	here->fixture.settings.core.rate = 20;
	here->fixture.settings.core.burst = 5;
	here->history.keep = valve_keep;
	here->history.end_turn = valve_end_turn;
	here->history.committed = valve_committed;
	here->history.is_failing = valve_is_failing;
	here->history.is_slow = valve_is_slow;
	here->history.is_full = valve_is_full;
	here->fixture.settings.history = &here->history;
	fixture_open(&here->fixture);
}

static struct caller *
valve_call(void)
{
	const struct listener *listeners[] = {
		&valve->fixture.telnet, &valve->fixture.json, &valve->fixture.web};
	struct caller *caller = call(&valve->fixture, listeners[draw(3)]);
	caller->conn.on_bytes = valve_on_bytes;
	return caller;
}

static void
receive(struct caller *caller)
{
	static const char *const lines[] = {"login ann\r\n", "hello\r\n/who\r\n",
		"/rooms\r\n/look\r\n", "/join tea\r\n", "half a line", "logout\r\n"};
	static const char *const frames[] = {"{\"type\":\"hello\",\"nick\":\"w\"}",
		"{\"type\":\"chat\",\"message\":\"hi\"}", "{\"type\":\"who\",\"ref\":\"1\"}"};
	const char *name = caller->conn.connection->client.listener->name;
	struct strbuf packet = {0};
	char said[64], chat[64];
	snprintf(said, sizeof said, "[%06llu]\r\n", (unsigned long long)valve->given + 1);
	snprintf(chat, sizeof chat, "{\"type\":\"chat\",\"message\":\"[%06llu]\"}",
		(unsigned long long)valve->given + 1);
	if (strcmp(name, "telnet") == 0) {
		strbuf_puts(&packet, draw(2) ? said : lines[draw(COUNT(lines))]);
	} else {
		size_t start = strcmp(name, "json") == 0 ? length_prefix_begin(&packet) : 0;
		strbuf_puts(&packet, draw(2) ? chat : frames[draw(COUNT(frames))]);
		if (start)
			length_prefix_end(&packet, start);
	}
	connection_receive(caller->conn.connection, packet.ptr, packet.len);
	strbuf_clear(&packet);
}

/* Something that net may do at any time within a turn. */
static void
act(struct caller **callers)
{
	struct caller **place = &callers[draw(CALLERS)];
	struct caller *caller = *place;
	if (!caller || !caller->conn.connection) {
		*place = valve->fixture.n < CALLERS_MAX - 1 ? valve_call() : NULL;
		return;
	}
	unsigned choice = draw(20);
	if (choice < 10 && !caller->conn.closed)
		receive(caller);
	else if (choice < 14)
		fake_conn_has_room(&caller->conn, draw(2) ? SIZE_MAX : draw(100));
	else if (choice == 14)
		caller->conn.takes = 0;
	else if (choice == 15 && !caller->conn.closed)
		connection_input_ended(caller->conn.connection);
	else if (choice == 16 || caller->conn.closed)
		fake_conn_lose(&caller->conn, REASON_LOST);
}

static void
nothing_leaves_before_its_ticket_is_committed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct valve here;
		struct caller *callers[CALLERS] = {NULL};
		valve_open(&here, seed);
		for (int i = 0; i < ACTIONS; i++) {
			act(callers);
			if (draw(3) == 0)
				valve_flush();
			/* Now and then the disk is slow for long. */
			if (here.committed < here.given && draw(100) < (i / 1000 % 2 ? 1 : 40))
				here.committed += 1 + draw((unsigned)(here.given - here.committed));
			if (draw(5) == 0)
				valve_tick();
			if (draw(50) == 0)
				here.slow = draw(2);
			if (draw(50) == 0)
				here.full = draw(3) == 0;
		}
		assert_true(here.bytes > 10000);
		assert_true(here.turns > ACTIONS / 10);
		assert_true(here.given > 100 && here.checked > 50);
		for (size_t i = 0; i < here.fixture.n; i++)
			lose(here.fixture.callers[i]);
		here.full = false;
		for (int i = 0; gateway_connections(here.fixture.gateway) > 0; i++) {
			assert_true(i < 10000);
			here.committed = here.given;
			valve_tick();
		}
		fixture_close(&here.fixture);
	}
}

static void
the_order_is_reap_store_send_resume(void **state)
{
	(void)state;
	struct valve here;
	valve_open(&here, 1);
	struct caller *ann = call(&here.fixture, &here.fixture.telnet);
	struct caller *bob = call(&here.fixture, &here.fixture.telnet);
	connection_receive(ann->conn.connection, "login ann\r\n", 11);
	connection_receive(bob->conn.connection, "login bob\r\n", 11);
	valve_flush();
	assert_int_equal(here.given, 1);
	assert_heard(ann, "");
	here.committed = 1;
	valve_flush();
	assert_true(ann->conn.received.len > 0);
	ann->conn.received.len = 0;
	/* Reaped first: that bob has left is stored with the same turn. */
	lose(bob);
	valve_flush();
	assert_int_equal(here.given, 2);
	assert_heard(ann, "");
	here.committed = 2;
	valve_flush();
	assert_heard(ann, "bob has left the room.\n");
	/* Resumed last: input that waited for room is processed in the next turn. */
	ann->conn.takes = 0;
	struct strbuf lines = {0};
	for (int i = 0; i < 3; i++)
		strbuf_puts(&lines, "/help\r\n");
	connection_receive(ann->conn.connection, lines.ptr, lines.len);
	strbuf_clear(&lines);
	fake_conn_has_room(&ann->conn, SIZE_MAX);
	assert_heard(ann, "");
	valve_flush();
	assert_true(ann->conn.received.len > 0);
	lose(ann);
	valve_flush();
	fixture_close(&here.fixture);
}

static void
say(struct caller *caller, const char *line)
{
	valve->fixture.time += 1000;
	connection_receive(caller->conn.connection, line, strlen(line));
	valve_flush();
}

/* What happens keeps its order; an answer does not wait behind it. */
static void
answers_leave_first_while_the_disk_is_slow(void **state)
{
	(void)state;
	struct valve here;
	valve_open(&here, 1);
	struct caller *ann = call(&here.fixture, &here.fixture.telnet);
	say(ann, "login ann\r\n");
	here.committed = 1;
	valve_flush();
	ann->conn.received.len = 0;
	say(ann, "one\r\n");
	say(ann, "/nosuch\r\n");
	assert_heard(ann, "");
	here.slow = true;
	say(ann, "/nosuch\r\n");
	assert_heard(ann, "!!! Unknown command /nosuch. /help lists the commands.\n");
	here.full = true;
	say(ann, "two\r\n");
	say(ann, "/me three\r\n/nosuch\r\n");
	assert_heard(ann, "");
	struct caller *bob = call(&here.fixture, &here.fixture.telnet);
	say(bob, "/help nosuch\r\n");
	assert_true(bob->conn.received.len > 0);
	here.committed = here.given;
	valve_flush();
	assert_heard(ann,
		"ann: one\n!!! Unknown command /nosuch. /help lists the commands.\nann: two\n"
		"[ann three]\n");
	valve_tick();
	assert_heard(ann, "");
	here.full = false;
	valve_flush();
	valve_flush();
	assert_heard(ann, "!!! Unknown command /nosuch. /help lists the commands.\n");
	lose(ann);
	lose(bob);
	valve_flush();
	fixture_close(&here.fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_leaves_before_its_ticket_is_committed),
		cmocka_unit_test(the_order_is_reap_store_send_resume),
		cmocka_unit_test(answers_leave_first_while_the_disk_is_slow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
