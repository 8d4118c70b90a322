/*
 * Backpressure: a client that does not read is not waited for, one that sends too fast
 * waits, and neither costs any other client a byte or a moment.
 */
#include "gateway_fixture.h"

/* Sends messages until about `bytes` are queued for each client that does not read. */
static void
chatter(struct caller *speaker, size_t bytes)
{
	static const char line[] = "0123456789012345678901234567890123456789\r\n";
	for (size_t said = 0; said < bytes; said += sizeof line)
		says(speaker, line);
}

static void
a_client_over_its_send_queue_is_dropped_and_reported_once(void **state)
{
	(void)state;
	for (int prompt = 0; prompt < 2; prompt++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.settings.send_queue = 4000;
		fixture.close_at_once = prompt;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		struct caller *slow = enter(&fixture, &fixture.telnet, "slow");
		ann->conn.received.len = bob->conn.received.len = 0;
		slow->conn.takes = 0;
		chatter(ann, 3500);
		assert_false(slow->conn.closed);
		chatter(ann, 3500);
		assert_true(slow->conn.closed);
		assert_int_equal(slow->conn.why, REASON_TOO_SLOW);
		lose(slow);
		turn(&fixture);
		assert_int_equal(times_heard(ann, "slow has left the room.\r\n"), 1);
		assert_int_equal(times_heard(bob, "slow has left the room.\r\n"), 1);
		assert_heard(slow, "");
		/* The others have received everything, both the same. */
		assert_text(strbuf_view(&ann->conn.received), strbuf_view(&bob->conn.received));
		assert_int_equal(times_heard(bob, "ann: 0123"), 2 * (3500 / 43 + 1));
		fixture_close(&fixture);
	}
}

static void
the_send_queue_may_be_filled_exactly(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.send_queue = 100;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *slow = enter(&fixture, &fixture.telnet, "slow");
	slow->conn.takes = 0;
	/* Ten messages of ten bytes. */
	for (int i = 0; i < 10; i++)
		says(ann, "abc\r\n");
	assert_false(slow->conn.closed);
	takes(slow, SIZE_MAX);
	assert_int_equal(slow->conn.received.len, 100);
	slow->conn.takes = 0;
	for (int i = 0; i < 10; i++)
		says(ann, "abc\r\n");
	assert_false(slow->conn.closed);
	says(ann, "a\r\n");
	assert_true(slow->conn.closed);
	fixture_close(&fixture);
}

static void
a_hundred_slow_clients_are_dropped_in_one_turn(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.send_queue = 8000;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann"), *slow[100];
	for (int i = 0; i < 100; i++) {
		char nick[16];
		snprintf(nick, sizeof nick, "slow%d", i);
		slow[i] = enter(&fixture, &fixture.telnet, nick);
	}
	for (int i = 0; i < 100; i++)
		slow[i]->conn.takes = 0;
	ann->conn.received.len = 0;
	chatter(ann, 9000);
	for (int i = 0; i < 100; i++) {
		char left[64];
		snprintf(left, sizeof left, "slow%d has left the room.\r\n", i);
		assert_true(slow[i]->conn.closed);
		assert_int_equal(times_heard(ann, left), 1);
	}
	assert_int_equal(core_users(gateway_core(fixture.gateway)), 1);
	fixture_close(&fixture);
}

static void
a_client_may_be_dropped_for_its_own_replies(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.send_queue = 100;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
	ann->conn.received.len = 0;
	/* Its own replies exceed its queue, and it sends more. */
	bob->conn.takes = 0;
	arrive(bob, BYTES("/help\r\nhello\r\n"));
	turn(&fixture);
	assert_true(bob->conn.closed);
	assert_int_equal(bob->conn.why, REASON_TOO_SLOW);
	assert_heard(ann, "bob has left the room.\n");
	fixture_close(&fixture);
}

static void
bytes_sent_singly_are_the_same_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *slow = enter(fixture, &fixture->telnet, "slow");
	ann->conn.received.len = 0;
	for (int i = 0; i < 30; i++) {
		slow->conn.takes = 0;
		says(ann, "one\r\n/me two\r\n");
		takes(slow, 1 + (size_t)i % 3);
	}
	for (int i = 0; i < 2000; i++)
		takes(slow, 1);
	assert_int_equal(times_heard(ann, "ann: one\r\n[ann two]\r\n"), 30);
	assert_text(strbuf_view(&slow->conn.received), strbuf_view(&ann->conn.received));
}

static void
a_full_socket_is_not_written_to_until_it_has_room(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = enter(fixture, &fixture->telnet, "ann");
	struct caller *slow = enter(fixture, &fixture->telnet, "slow");
	slow->conn.takes = 3;
	says(ann, "one\r\n");
	int sends = slow->conn.sends;
	chatter(ann, 500);
	assert_int_equal(slow->conn.sends, sends);
	takes(slow, SIZE_MAX);
	assert_int_equal(slow->conn.sends, sends + 1);
}

static void
a_client_that_does_not_read_is_not_read_from(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.send_queue = 8000;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	struct caller *slow = enter(&fixture, &fixture.telnet, "slow");
	slow->conn.takes = 0;
	chatter(ann, 1800);
	says(slow, "one\r\n");
	assert_false(slow->conn.read_paused);
	chatter(ann, 600);
	/* Over a quarter of the queue: input is kept, and nothing of it is lost. */
	says(slow, "two\r\nthr");
	assert_true(slow->conn.read_paused);
	says(slow, "ee\r\n");
	assert_int_equal(times_heard(ann, "slow: "), 1);
	/* Reading resumes when an eighth is left, not before. */
	takes(slow, waiting(slow) - 1001);
	assert_true(slow->conn.read_paused);
	assert_int_equal(times_heard(ann, "slow: "), 1);
	takes(slow, 2);
	ann->conn.received.len = 0;
	takes(slow, 200);
	assert_false(slow->conn.read_paused);
	assert_int_equal(times_heard(slow, "slow: "), 0);
	takes(slow, SIZE_MAX);
	assert_int_equal(times_heard(slow, "slow: one\r\n"), 1);
	assert_int_equal(times_heard(slow, "slow: two\r\nslow: three\r\n"), 1);
	fixture_close(&fixture);
}

static void
over_the_rate_input_waits_and_nothing_is_lost(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 2;
	fixture.settings.core.burst = 3;
	fixture_open(&fixture);
	struct caller *ann = call(&fixture, &fixture.telnet);
	turn(&fixture);
	ann->conn.received.len = 0;
	/* One token goes with the login. */
	arrive(ann, BYTES("login ann\r\n1\r\n2\r\n3\r\n4\r\nha"));
	assert_true(ann->conn.read_paused);
	assert_int_equal(turn(&fixture), 500);
	assert_heard(ann, "You are ann, in main; nobody else is here yet.\n"
			  "Just type to talk; /help for more.\nann: 1\nann: 2\n");
	/* Bytes that net has already read may still arrive, and wait behind the others. */
	arrive(ann, BYTES("lf\r\n5\r\n"));
	pass(&fixture, 499);
	assert_heard(ann, "");
	pass(&fixture, 1);
	assert_heard(ann, "ann: 3\n");
	pass(&fixture, 500);
	assert_heard(ann, "ann: 4\n");
	pass(&fixture, 500);
	assert_heard(ann, "ann: half\n");
	assert_true(ann->conn.read_paused);
	pass(&fixture, 500);
	assert_heard(ann, "ann: 5\n");
	pass(&fixture, 500);
	assert_false(ann->conn.read_paused);
	assert_int_equal(turn(&fixture), -1);
	fixture_close(&fixture);
}

static void
input_keeps_its_order_even_if_the_rate_would_allow_it_now(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 1;
	fixture.settings.core.burst = 2;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	arrive(ann, BYTES("1\r\n2\r\n"));
	fixture.time += 1000;
	arrive(ann, BYTES("3\r\n"));
	pass(&fixture, 2000);
	assert_heard(ann, "ann: 1\nann: 2\nann: 3\n");
	fixture_close(&fixture);
}

static void
packets_wait_as_lines_do(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 1;
	fixture.settings.core.burst = 1;
	fixture_open(&fixture);
	struct caller *ann = call(&fixture, &fixture.json), *bob = call(&fixture, &fixture.web);
	packs(ann, "{\"type\":\"hello\",\"nick\":\"ann\"}");
	send_bytes(bob, BYTES("{\"type\":\"hello\",\"nick\":\"bob\"}"));
	for (int i = 0; i < 3; i++) {
		packs(ann, "{\"type\":\"chat\",\"message\":\"from ann\"}");
		send_bytes(bob, BYTES("{\"type\":\"chat\",\"message\":\"from bob\"}"));
	}
	assert_int_equal(times_heard(ann, "from"), 0);
	for (int i = 1; i <= 3; i++) {
		pass(&fixture, 1000);
		assert_int_equal(times_heard(ann, "from ann"), i);
		assert_int_equal(times_heard(ann, "from bob"), i);
		assert_int_equal(times_heard(bob, "from ann"), i);
	}
	fixture_close(&fixture);
}

static void
a_client_over_the_rate_does_not_delay_others(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 1;
	fixture.settings.core.burst = 2;
	fixture_open(&fixture);
	struct caller *fast = enter(&fixture, &fixture.telnet, "fast");
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	fast->conn.received.len = 0;
	arrive(fast, BYTES("1\r\n2\r\n3\r\n4\r\n"));
	says(ann, "calmly\r\n");
	assert_heard(ann, "fast: 1\nann: calmly\n");
	fixture_close(&fixture);
}

static void
refused_requests_count_for_the_rate(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 1;
	fixture.settings.core.burst = 4;
	fixture_open(&fixture);
	struct caller *json = call(&fixture, &fixture.json);
	for (int i = 0; i < 20; i++)
		packs(json, "nonsense");
	assert_int_equal(times_heard(json, "bad-packet"), 4);
	struct caller *telnet = call(&fixture, &fixture.telnet);
	for (int i = 0; i < 20; i++)
		says(telnet, "nonsense\r\n");
	assert_int_equal(times_heard(telnet, "Please log in"), 4);
	pass(&fixture, 20000);
	assert_int_equal(times_heard(json, "bad-packet"), 20);
	assert_int_equal(times_heard(telnet, "Please log in"), 20);
	fixture_close(&fixture);
}

static void
telnet_commands_are_answered_while_input_waits(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_build(&fixture);
	fixture.settings.core.rate = 1;
	fixture.settings.core.burst = 1;
	fixture_open(&fixture);
	struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
	says(ann, "later\r\n");
	assert_true(ann->conn.read_paused);
	send_bytes(ann, BYTES("\xff\xf6\xff\xfd\x06"));
	assert_heard(ann, "[Yes]\n\xff\xfc\x06");
	fixture_close(&fixture);
}

static void
a_client_over_the_rate_may_be_lost_or_stopped(void **state)
{
	(void)state;
	for (int stop = 0; stop < 2; stop++) {
		struct fixture fixture;
		fixture_build(&fixture);
		fixture.settings.core.rate = 1;
		fixture.settings.core.burst = 1;
		fixture_open(&fixture);
		struct caller *ann = enter(&fixture, &fixture.telnet, "ann");
		struct caller *bob = enter(&fixture, &fixture.telnet, "bob");
		ann->conn.received.len = 0;
		says(bob, "1\r\n2\r\n3\r\n");
		assert_true(bob->conn.read_paused);
		if (stop)
			gateway_stop(fixture.gateway);
		else
			lose(bob);
		pass(&fixture, 5000);
		assert_int_equal(times_heard(ann, "*** The server is stopping.\r\n"), stop);
		assert_int_equal(times_heard(ann, "bob has left the room.\r\n"), !stop);
		/* Input that arrived before the loss is still processed. */
		assert_int_equal(times_heard(ann, "bob: "), stop ? 0 : 3);
		fixture_close(&fixture);
	}
}

/* A user by JSON, version 2, in a room of its own. */
static struct caller *
enter_room(struct fixture *fixture, int i)
{
	struct caller *caller = call(fixture, &fixture->json);
	struct strbuf hello = {0};
	strbuf_printf(&hello,
		"{\"type\":\"hello\",\"version\":2,\"nick\":\"p%d\",\"room\":\"r%d\"}%c", i, i, 0);
	packs(caller, hello.ptr);
	strbuf_clear(&hello);
	return caller;
}

static void
a_long_listing_is_sent_as_fast_as_it_is_read(void **state)
{
	struct fixture *fixture = *state;
	struct caller *reader = enter_room(fixture, 0);
	for (int i = 1; i < 500; i++)
		enter_room(fixture, i);
	reader->conn.takes = 0;
	reader->conn.received.len = 0;
	packs(reader, "{\"type\":\"who\"}");
	pass(fixture, 20);
	takes(reader, 1000);
	/* Of some 40,000 bytes few are queued at a time; requests wait until the listing has ended. */
	assert_in_range(waiting(reader), 1000, 20000);
	packs(reader, "{\"type\":\"ping\"}");
	while (times_heard(reader, "pong") == 0) {
		takes(reader, 1000);
		assert_true(waiting(reader) < 20000);
	}
	assert_true(reader->conn.received.len > 30000);
	for (int i = 0; i < 500; i++) {
		char nick[32];
		snprintf(nick, sizeof nick, "\"nick\":\"p%d\"", i);
		assert_int_equal(times_heard(reader, nick), 1);
	}
}

/* Checks that the bytes are whole packets with correct lengths, and counts them. */
static int
packets_in(struct text bytes)
{
	int n = 0;
	struct decoder decoder = {.begun = true};
	struct text message;
	while (framing_packets.next(&decoder, &bytes, &message) == FRAMED_MESSAGE) {
		assert_true(message.len > 2 && message.ptr[0] == '{');
		assert_int_equal(message.ptr[message.len - 1], '}');
		n++;
	}
	assert_null(decoder.partial.ptr);
	decoder_clear(&decoder);
	return n;
}

static void
the_longest_names_fit_their_packets(void **state)
{
	struct fixture *fixture = *state;
	/* Room names of 62 backslashes, two bytes each in JSON; nicks of 31 characters of four bytes. */
	char room[65] = "", nick[129] = "";
	for (int i = 0; i < 62; i++)
		strcat(room, "\\");
	for (int i = 0; i < 31; i++)
		strcat(nick, "\xf0\x9f\x98\x80");
	struct caller *reader = call(fixture, &fixture->json);
	packs(reader, "{\"type\":\"hello\",\"nick\":\"reader\",\"version\":2}");
	for (int i = 0; i < 10; i++) {
		struct caller *caller = call(fixture, &fixture->telnet);
		struct strbuf lines = {0};
		strbuf_printf(&lines, "login %s%d\r\n", nick, i);
		for (int j = 0; j < 63; j++)
			strbuf_printf(&lines, "/join %s%c%c\r\n/topic %0400d\r\n", room,
				'A' + j % 26, 'a' + j / 26, j);
		send_bytes(caller, strbuf_view(&lines));
		strbuf_clear(&lines);
	}
	assert_int_equal(core_rooms(gateway_core(fixture->gateway)), 64);
	static const char *const questions[] = {"{\"type\":\"who\"}", "{\"type\":\"rooms\"}"};
	for (int i = 0; i < 2; i++) {
		reader->conn.received.len = 0;
		packs(reader, questions[i]);
		assert_in_range(packets_in(strbuf_view(&reader->conn.received)), 2, 20);
		assert_int_equal(times_heard(reader, i ? "{\"name\":" : "{\"nick\":"), i ? 64 : 11);
	}
}

static void
the_longest_type_is_refused_with_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct caller *ann = call(fixture, &fixture->json);
	packs(ann, "{\"type\":\"hello\",\"nick\":\"ann\",\"version\":2}");
	struct strbuf packet = {0};
	strbuf_printf(&packet, "{\"type\":\"%0*d\",\"ref\":\"7\"}%c", PACKET_BYTES - 21, 0, 0);
	ann->conn.received.len = 0;
	packs(ann, packet.ptr);
	assert_int_equal(packets_in(strbuf_view(&ann->conn.received)), 1);
	assert_int_equal(times_heard(ann, "\"code\":\"unknown-type\""), 1);
	assert_int_equal(times_heard(ann, "\"ref\":\"7\""), 1);
	strbuf_clear(&packet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_over_its_send_queue_is_dropped_and_reported_once),
		cmocka_unit_test(the_send_queue_may_be_filled_exactly),
		cmocka_unit_test(a_hundred_slow_clients_are_dropped_in_one_turn),
		cmocka_unit_test(a_client_may_be_dropped_for_its_own_replies),
		gateway_test(bytes_sent_singly_are_the_same_bytes),
		gateway_test(a_full_socket_is_not_written_to_until_it_has_room),
		cmocka_unit_test(a_client_that_does_not_read_is_not_read_from),
		cmocka_unit_test(over_the_rate_input_waits_and_nothing_is_lost),
		cmocka_unit_test(input_keeps_its_order_even_if_the_rate_would_allow_it_now),
		cmocka_unit_test(packets_wait_as_lines_do),
		cmocka_unit_test(a_client_over_the_rate_does_not_delay_others),
		cmocka_unit_test(refused_requests_count_for_the_rate),
		cmocka_unit_test(telnet_commands_are_answered_while_input_waits),
		cmocka_unit_test(a_client_over_the_rate_may_be_lost_or_stopped),
		gateway_test(a_long_listing_is_sent_as_fast_as_it_is_read),
		gateway_test(the_longest_names_fit_their_packets),
		gateway_test(the_longest_type_is_refused_with_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
