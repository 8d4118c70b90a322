/* The json protocol without a server: what its packets do to a session. */
#include "unit.h"

#include <locale.h>

#include "client/protocol/json.h"
#include "client/session/client.h"

/* A session with an open connection that leads nowhere, logged in as ann in the room main. */
static struct session
online(void)
{
	struct session session = {
		.model = model_open(text_of("ann")),
		.conn = CONN_NONE,
		.protocol = &protocol_json,
		.interactive = true,
	};
	session.conn.state = CONN_OPEN;
	session_log_in(&session);
	return session;
}

static void
end(struct session *session)
{
	session->conn.state = CONN_CLOSED;
	client_close(session);
	model_close(session->model);
}

static void
receive(struct session *session, const char *packet)
{
	protocol_json.on_message(session, text_of(packet));
}

static const struct line *
newest(const struct session *session)
{
	const struct line *line = scrollback_newest(&model_current(session->model)->scroll);
	assert_non_null(line);
	return line;
}

static void
enter(struct session *session)
{
	receive(session, "{\"type\":\"welcome\",\"nick\":\"ann\",\"time\":1}");
	receive(session,
		"{\"type\":\"join\",\"room\":\"main\",\"nick\":\"ann\",\"id\":7,\"time\":1}");
	assert_int_equal(session->state, SESSION_ONLINE);
}

static void
lines_keep_the_id_of_their_event(void **state)
{
	(void)state;
	static const struct {
		const char *packet;
		uint64_t id;
	} cases[] = {
		{"\"type\":\"chat\",\"nick\":\"bob\",\"message\":\"hi\",\"id\":9007199254740991",
			9007199254740991},
		{"\"type\":\"emote\",\"nick\":\"bob\",\"message\":\"waves\",\"id\":9", 9},
		{"\"type\":\"join\",\"nick\":\"bob\",\"id\":10", 10},
		{"\"type\":\"nick\",\"nick\":\"bob\",\"new\":\"rob\",\"id\":11", 11},
		{"\"type\":\"leave\",\"nick\":\"rob\",\"id\":12", 12},
		{"\"type\":\"topic\",\"nick\":\"bob\",\"topic\":\"tea\",\"id\":13", 13},
		{"\"type\":\"notice\",\"message\":\"no event\"", 0},
		{"\"type\":\"chat\",\"nick\":\"bob\",\"message\":\"odd\",\"id\":-1", 0},
		{"\"type\":\"chat\",\"nick\":\"bob\",\"message\":\"odd\",\"id\":\"14\"", 0},
	};
	struct session session = online();
	enter(&session);
	assert_int_equal(newest(&session)->id, 7);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char packet[200];
		uint64_t lines = model_current(session.model)->scroll.last;
		snprintf(packet, sizeof packet, "{%s,\"room\":\"main\",\"time\":1}",
			cases[i].packet);
		receive(&session, packet);
		assert_int_equal(model_current(session.model)->scroll.last, lines + 1);
		assert_int_equal(newest(&session)->id, cases[i].id);
	}
	end(&session);
}

static void
a_snapshot_of_the_topic_is_not_new(void **state)
{
	(void)state;
	struct session session = online();
	enter(&session);
	receive(&session,
		"{\"type\":\"topic\",\"room\":\"main\",\"nick\":\"bob\",\"topic\":\"tea\","
		"\"time\":1000,\"snapshot\":true}");
	assert_string_equal(newest(&session)->text, "*** The topic is: tea (set by bob)");
	assert_true(newest(&session)->time > 1000);
	assert_false(line_counts_as_unread(newest(&session)));
	receive(&session,
		"{\"type\":\"topic\",\"room\":\"main\",\"nick\":\"bob\",\"topic\":\"tea\","
		"\"time\":1000}");
	assert_string_equal(newest(&session)->text, "*** bob set the topic: tea");
	assert_int_equal(newest(&session)->time, 1000);
	end(&session);
}

static void
odd_tables_of_commands_do_no_harm(void **state)
{
	(void)state;
	static const char *const packets[] = {
		"{\"type\":\"commands\"}",
		"{\"type\":\"commands\",\"commands\":{}}",
		"{\"type\":\"commands\",\"commands\":[1,null,\"me\",{}]}",
		"{\"type\":\"commands\",\"commands\":[{\"name\":1,\"aliases\":\"x\"}]}",
		"{\"type\":\"commands\",\"commands\":[{\"name\":\"\",\"aliases\":[1,\"\",null]}]}",
	};
	struct session session = online();
	enter(&session);
	uint64_t lines = model_current(session.model)->scroll.last;
	for (size_t i = 0; i < COUNT(packets); i++)
		receive(&session, packets[i]);
	assert_int_equal(session.model->commands.n, 0);
	receive(&session,
		"{\"type\":\"commands\",\"commands\":[{\"name\":\"me\",\"aliases\":[\"do\"],"
		"\"params\":[{\"name\":\"action\",\"rest\":true}],\"help\":\"\"}]}");
	assert_int_equal(session.model->commands.n, 2);
	assert_string_equal(session.model->commands.items[0], "/do");
	assert_string_equal(session.model->commands.items[1], "/me");
	assert_int_equal(model_current(session.model)->scroll.last, lines);
	end(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_keep_the_id_of_their_event),
		cmocka_unit_test(a_snapshot_of_the_topic_is_not_new),
		cmocka_unit_test(odd_tables_of_commands_do_no_harm),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
