/* A server that is killed, stops, or forgets, while nodes talk: nothing is lost, nothing blocks. */
#include "raw_client.h"
#include "talk.h"

static void
server_is_killed(void **state)
{
	struct fixture f;
	struct talk talk;
	(void)state;
	talk_open(&f, &talk, 1, 2, 600, 5);
	for (size_t i = 0; i < 3; i++) {
		talk_for(&talk, 300);
		server_end(&f.servers.all[0], SIGKILL);
		talk_for(&talk, 300);
		server_start(&f.servers.all[0]);
		while (f.nodes[0].counts[LINK_LOG_READY] < i + 2)
			talk_turn(&talk);
	}
	talk_end(&talk);
	assert_int_equal(f.nodes[0].counts[LINK_DISCONNECTED], 3);
	assert_int_equal(f.nodes[0].counts[LINK_CONNECTED], 4);
	assert_int_equal(f.nodes[0].counts[LINK_LOG_READY], 4);
	fixture_close(&f);
}

/* It hangs: connections stay, and nothing comes. */
static void
server_is_stopped(void **state)
{
	struct fixture f;
	struct talk talk;
	(void)state;
	talk_open(&f, &talk, 1, 2, 300, 5);
	talk_for(&talk, 500);
	kill(f.servers.all[0].pid, SIGSTOP);
	talk_for(&talk, 500);
	kill(f.servers.all[0].pid, SIGCONT);
	talk_for(&talk, 500);
	assert_int_equal(f.nodes[0].counts[LINK_DISCONNECTED], 0);
	kill(f.servers.all[0].pid, SIGSTOP);
	uint64_t before = uv_hrtime();
	AWAIT(&f, f.nodes[0].counts[LINK_DISCONNECTED] > 0);
	assert_true(uv_hrtime() - before < UINT64_C(10000000000));
	assert_non_null(strstr(f.nodes[0].why[LINK_DISCONNECTED], ": the server does not answer"));
	talk_for(&talk, 1000);
	kill(f.servers.all[0].pid, SIGCONT);
	talk_end(&talk);
	fixture_close(&f);
}

/* What the server does not read is refused beyond a bound; nothing of it comes late. */
static void
unread_messages_are_bounded(void **state)
{
	struct fixture f;
	struct strbuf words = {0};
	size_t taken = 0;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	await_ready(&f, 0);
	f.nodes[0].forgetful = true;
	hear_from(&f, 0, 1);
	memset(strbuf_reserve(&words, 100000), 'x', 100000);
	words.len = 100000;
	kill(f.servers.all[0].pid, SIGSTOP);
	for (uint64_t until = now_ms() + 2000; now_ms() < until;) {
		if (nats_link_publish(f.nodes[0].link, strbuf_view(&words)))
			taken += words.len;
		uv_run(&f.loop, UV_RUN_NOWAIT);
	}
	print_message("# %zu MiB were taken\n", taken >> 20);
	assert_true(taken < 64 << 20);
	AWAIT(&f, f.nodes[0].counts[LINK_DISCONNECTED] == 1);
	assert_false(nats_link_publish(f.nodes[0].link, strbuf_view(&words)));
	kill(f.servers.all[0].pid, SIGCONT);
	await_ready(&f, 0);
	/* At most what was in the sockets; none after what is published now. */
	f.nodes[0].forgetful = false;
	hear_from(&f, 0, nats_link_log(f.nodes[0].link).last + 1);
	f.nodes[0].heard.len = 0;
	run_for(&f, 200);
	f.nodes[0].heard.len = 0;
	assert_true(publish(&f, 0, "now"));
	AWAIT(&f, f.nodes[0].heard.len > 0);
	run_for(&f, 200);
	assert_text(strbuf_view(&f.nodes[0].heard), text_of("now\n"));
	strbuf_clear(&words);
	fixture_close(&f);
}

static void
log_is_deleted(void **state)
{
	struct fixture f;
	char created[64];
	struct node *n = f.nodes;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	await_ready(&f, 0);
	hear_from(&f, 0, 1);
	assert_true(publish(&f, 0, "one"));
	AWAIT(&f, n[0].messages == 1);
	snprintf(created, sizeof created, "%s", nats_link_log(n[0].link).created);
	raw_do(&f.servers.all[0], "$JS.API.STREAM.DELETE.tea_log", "");
	/* By who publishes it is noticed at once. */
	assert_true(publish(&f, 0, "two"));
	AWAIT(&f, n[0].refused > 0);
	assert_string_equal(n[0].refused_why, "tea_log: the log has no leader");
	for (size_t i = 0; i < 50 && n[0].counts[LINK_LOG_MISSING] == 0; i++) {
		publish(&f, 0, "three");
		run_for(&f, 100);
	}
	assert_int_equal(n[0].counts[LINK_LOG_MISSING], 1);
	assert_string_equal(n[0].why[LINK_LOG_MISSING], "tea_log: there is no such stream");
	assert_false(publish(&f, 0, "four"));
	assert_false(nats_link_hear(n[0].link, 1));
	/* It is never created again by the one that had it. */
	run_for(&f, 3500);
	assert_int_equal(n[0].counts[LINK_LOG_MISSING], 1);
	node_open(&f, 1);
	await_ready(&f, 0);
	assert_string_not_equal(nats_link_log(n[0].link).created, created);
	assert_int_equal(nats_link_log(n[0].link).last, 0);
	/* By who only hears, by the silence. */
	hear_from(&f, 1, 1);
	raw_do(&f.servers.all[0], "$JS.API.STREAM.DELETE.tea_log", "");
	AWAIT(&f, n[1].counts[LINK_LOG_MISSING] == 1);
	assert_int_equal(n[1].counts[LINK_HEARING_LOST], 1);
	fixture_close(&f);
}

/* A log that was set back: shorter than what the node has applied. */
static void
log_is_another(void **state)
{
	struct fixture f;
	char created[64];
	struct node *n = f.nodes;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	await_ready(&f, 0);
	snprintf(created, sizeof created, "%s", nats_link_log(n[0].link).created);
	/* All within the time in which nothing is noticed. */
	raw_do(&f.servers.all[0], "$JS.API.STREAM.DELETE.tea_log", "");
	raw_do(&f.servers.all[0], "$JS.API.STREAM.CREATE.tea_log",
		"{\"name\":\"tea_log\",\"subjects\":[\"tea.log.*\"],\"max_age\":604800000000000,"
		"\"max_bytes\":268435456,\"num_replicas\":1}");
	size_t ready = n[0].counts[LINK_LOG_READY];
	n[0].position = 100;
	assert_true(nats_link_hear(n[0].link, 101));
	AWAIT(&f, n[0].counts[LINK_HEARING] == 1);
	assert_true(publish(&f, 0, "x"));
	run_for(&f, 100);
	assert_int_equal(n[0].messages, 0);
	/* When the connection is another. */
	server_end(&f.servers.all[0], SIGKILL);
	server_start(&f.servers.all[0]);
	AWAIT(&f, n[0].counts[LINK_LOG_READY] > ready);
	assert_string_not_equal(nats_link_log(n[0].link).created, created);
	assert_int_equal(nats_link_log(n[0].link).last, 1);
	fixture_close(&f);
}

/* The server has forgotten whom it sends to. */
static void
consumer_is_lost(void **state)
{
	struct fixture f;
	char answer[4000], subject[200], name[64] = "";
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	await_ready(&f, 0);
	hear_from(&f, 0, 1);
	raw_request(&f.servers.all[0], "$JS.API.CONSUMER.NAMES.tea_log", "", answer, sizeof answer);
	char *found = strstr(answer, "\"consumers\":[\"");
	assert_non_null(found);
	assert_int_equal(sscanf(found, "\"consumers\":[\"%63[^\"]", name), 1);
	/* What a node hears no longer is not sent to it: one consumer each. */
	hear_from(&f, 0, 1);
	run_for(&f, 100);
	raw_request(&f.servers.all[0], "$JS.API.CONSUMER.NAMES.tea_log", "", answer, sizeof answer);
	assert_non_null(strstr(answer, "\"total\":1,"));
	assert_null(strstr(answer, name));
	found = strstr(answer, "\"consumers\":[\"");
	assert_int_equal(sscanf(found, "\"consumers\":[\"%63[^\"]", name), 1);
	snprintf(subject, sizeof subject, "$JS.API.CONSUMER.DELETE.tea_log.%s", name);
	raw_do(&f.servers.all[0], subject, "");
	assert_true(publish(&f, 0, "unheard"));
	AWAIT(&f, f.nodes[0].counts[LINK_HEARING_LOST] == 1);
	assert_int_equal(f.nodes[0].messages, 0);
	hear_from(&f, 0, 1);
	AWAIT(&f, f.nodes[0].messages == 1);
	assert_int_equal(f.nodes[0].counts[LINK_LOG_READY], 1);
	fixture_close(&f);
}

/* The process itself was stopped: that is no silence of the server's. */
static void
a_stopped_process_goes_on(void **state)
{
	struct fixture f;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	node_open(&f, 0);
	await_ready(&f, 0);
	hear_from(&f, 0, 1);
	pid_t self = getpid(), child = fork();
	if (child == 0) {
		usleep(200000);
		kill(self, SIGSTOP);
		usleep(7000000);
		kill(self, SIGCONT);
		_exit(0);
	}
	run_for(&f, 8000);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(f.longest > UINT64_C(6000000000));
	f.longest = 0;
	assert_true(publish(&f, 0, "x"));
	AWAIT(&f, f.nodes[0].messages == 1);
	assert_int_equal(f.nodes[0].counts[LINK_DISCONNECTED], 0);
	assert_int_equal(f.nodes[0].counts[LINK_HEARING_LOST], 0);
	fixture_close(&f);
}

int
main(void)
{
	json_open();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_is_killed),
		cmocka_unit_test(server_is_stopped),
		cmocka_unit_test(unread_messages_are_bounded),
		cmocka_unit_test(log_is_deleted),
		cmocka_unit_test(log_is_another),
		cmocka_unit_test(consumer_is_lost),
		cmocka_unit_test(a_stopped_process_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
