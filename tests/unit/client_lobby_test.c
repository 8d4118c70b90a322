/*
 * The lobby protocol without a server: what its strings do to a session, and that digits are
 * answers only while an answer is pending.
 */
#include "unit.h"

#include <locale.h>

#include "base/alloc.h"
#include "client/protocol/lobby.h"
#include "client/session/client.h"
#include "client/session/status.h"

/* A session with an open connection that leads nowhere. */
static struct session
connected(const char *room, const char *nick)
{
	struct session session = {
		.model = model_open(text_of(nick)),
		.conn = CONN_NONE,
		.protocol = &protocol_lobby,
		.room = room ? xstrndup(room, strlen(room)) : NULL,
		.interactive = true,
		.protocol_state = xcalloc(protocol_lobby.state_size),
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

/* Compares what was sent since the last call. */
static void
sent(struct session *session, const char *wanted)
{
	struct strbuf buf = {0};
	struct outqueue *out = &session->conn.out;
	while (out->bytes > 0) {
		struct text piece = outqueue_first(out);
		strbuf_add_text(&buf, piece);
		outqueue_consume(out, piece.len);
	}
	assert_text(strbuf_view(&buf), text_of(wanted));
	strbuf_clear(&buf);
}

/* Receives strings that arrive together. */
static void
receive(struct session *session, const char *strings)
{
	struct text rest = text_of(strings);
	while (rest.ptr)
		session->protocol->on_message(session, text_line(&rest));
	session->protocol->on_batch_end(session);
}

static void
newest_is(const struct session *session, const char *text)
{
	const struct scrollback *scroll = &model_current(session->model)->scroll;
	const struct line *line = scrollback_line(scroll, scroll->last);
	assert_non_null(line);
	assert_string_equal(line->text, text);
}

static void
input(struct session *session, const char *line)
{
	client_input(session, text_of(line));
}

/* ann in the room tea, with bob. */
static struct session
online_in_tea(void)
{
	struct session session = connected("tea", "ann");
	receive(&session, "0");
	receive(&session, "0");
	receive(&session, "bob\nann");
	sent(&session, "/join tea\n/nick ann\n/who\n");
	newest_is(&session, "*** 2 people are here: ann, bob");
	assert_int_equal(session.state, SESSION_ONLINE);
	return session;
}

static void
logging_in_asks_for_room_and_nick(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	sent(&session, "");
	assert_string_equal(client_prompt(&session), "list or join");
	input(&session, "/list");
	sent(&session, "/list\n");
	receive(&session, "2\nmain\ntea");
	newest_is(&session, "*** Which room would you like to join?");
	assert_string_equal(client_prompt(&session), "room");
	input(&session, "tea");
	sent(&session, "/join tea\n");
	receive(&session, "0");
	assert_string_equal(client_prompt(&session), "name");
	input(&session, "bob");
	sent(&session, "/nick bob\n");
	receive(&session, "2");
	newest_is(&session, "*** The name \"bob\" is already in use. Type another name.");
	input(&session, "ann");
	sent(&session, "/nick ann\n");
	receive(&session, "0");
	newest_is(&session, "*** ann has joined the chat");
	sent(&session, "/who\n");
	end(&session);
}

static void
an_empty_list_and_a_list_of_one(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	input(&session, "list");
	input(&session, "list");
	receive(&session, "0");
	newest_is(&session, "*** There are no rooms yet. Joining one creates it.");
	receive(&session, "1\n0");
	input(&session, "join 0");
	sent(&session, "/list\n/list\n/join 0\n");
	receive(&session, "1");
	newest_is(&session, "*** Would you like to list the rooms, or to join one? "
			    "Type list, or join ROOM.");
	end(&session);
}

static void
an_unexpected_digit_is_not_an_answer(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	receive(&session, "0\n2\n1");
	newest_is(&session, "*** The server did not understand that.");
	assert_int_equal(session.state, SESSION_PROMPTING);
	end(&session);
	session = online_in_tea();
	receive(&session, "bob: 2");
	newest_is(&session, "bob: 2");
	receive(&session, "bob: x\n1");
	newest_is(&session, "*** The server did not understand that.");
	assert_int_equal(session.state, SESSION_ONLINE);
	end(&session);
}

static void
a_list_of_members_ends_where_something_else_begins(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	input(&session, "/who");
	input(&session, "/look");
	sent(&session, "/who\n/who\n");
	receive(&session, "bob: first");
	newest_is(&session, "bob: first");
	receive(&session, "bob\nann");
	newest_is(&session, "*** In tea: bob, ann");
	receive(&session, "bob\nann\n1\nbob: last");
	newest_is(&session, "bob: last");
	assert_int_equal(model_current(session.model)->members.n, 3);
	end(&session);
}

static void
presence(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	const struct strset *people = &model_current(session.model)->members;
	receive(&session, "*** eve has joined");
	newest_is(&session, "*** eve has joined the chat");
	assert_true(strset_has(people, text_of("eve")));
	receive(&session, "*** eve is now known as Eva");
	newest_is(&session, "*** eve is now known as Eva");
	receive(&session, "*** Eva has left");
	newest_is(&session, "*** Eva has left the chat");
	assert_int_equal(people->n, 2);
	receive(&session, "*** ann has left");
	newest_is(&session, "*** ann has left");
	assert_int_equal(people->n, 2);
	receive(&session, "*** The server has left home");
	newest_is(&session, "*** The server has left home");
	end(&session);
}

static void
messages(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	receive(&session, "bob:  two  blanks");
	newest_is(&session, "bob:  two  blanks");
	receive(&session, "[bob waves: hi]");
	newest_is(&session, "[bob waves: hi]");
	receive(&session, "[bob: hi]");
	newest_is(&session, "[bob: hi]");
	receive(&session, "bob -> ann: a -> b: c");
	newest_is(&session, "bob -> ann: a -> b: c");
	input(&session, "hello");
	newest_is(&session, "ann: hello");
	sent(&session, "hello\n");
	receive(&session, "bob: hi\nann: hello");
	newest_is(&session, "bob: hi");
	input(&session, "//who");
	newest_is(&session, "*** The lobby protocol cannot send a line that begins with a slash.");
	sent(&session, "");
	end(&session);
}

static void
commands_in_any_case(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	input(&session, "List");
	input(&session, "/JOIN tea");
	sent(&session, "/list\n/join tea\n");
	receive(&session, "0\n0");
	input(&session, "/NICK ann");
	sent(&session, "/nick ann\n");
	receive(&session, "0");
	sent(&session, "/who\n");
	input(&session, "/Who");
	sent(&session, "/who\n");
	input(&session, "/SAY /hi");
	newest_is(&session, "*** The lobby protocol cannot send a line that begins with a slash.");
	input(&session, "/Quit");
	assert_int_equal(session.state, SESSION_ENDED);
	sent(&session, "/logout\n");
	end(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logging_in_asks_for_room_and_nick),
		cmocka_unit_test(an_empty_list_and_a_list_of_one),
		cmocka_unit_test(an_unexpected_digit_is_not_an_answer),
		cmocka_unit_test(a_list_of_members_ends_where_something_else_begins),
		cmocka_unit_test(presence),
		cmocka_unit_test(messages),
		cmocka_unit_test(commands_in_any_case),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
