/*
 * The lobby protocol without a server: what its strings make of a session, and
 * that digits are answers only where one is awaited.
 */
#include "unit.h"

#include <locale.h>

#include "base/alloc.h"
#include "client/session.h"

/* A session whose wire is open and leads nowhere. */
static struct session
connected(const char *room, const char *nick)
{
	struct session session = {
		.model = model_open(text_of(nick)),
		.conn = CONN_NONE,
		.protocol = &protocol_lobby,
		.room = room ? text_copy(text_of(room)) : NULL,
		.interactive = true,
		.protocol_state = xcalloc(protocol_lobby.state_size),
	};
	session.conn.state = CONN_OPEN;
	session_log_in(&session);
	return session;
}

static void
leave(struct session *session)
{
	session->conn.state = CONN_CLOSED;
	session_close(session);
	model_close(session->model);
}

/* What has been sent since this was last asked. */
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

/* Strings that came together. */
static void
hear(struct session *session, const char *strings)
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
type(struct session *session, const char *line)
{
	session_input(session, text_of(line));
}

/* ann, in tea, with bob. */
static struct session
online_in_tea(void)
{
	struct session session = connected("tea", "ann");
	hear(&session, "0");
	hear(&session, "0");
	hear(&session, "bob\nann");
	sent(&session, "/join tea\n/nick ann\n/who\n");
	newest_is(&session, "*** 2 people are here: ann, bob");
	assert_int_equal(session.state, SESSION_ONLINE);
	return session;
}

static void
the_way_in_is_asked_for(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	sent(&session, "");
	assert_string_equal(session_prompt(&session), "list or join");
	type(&session, "/list");
	sent(&session, "/list\n");
	hear(&session, "2\nmain\ntea");
	newest_is(&session, "*** Which room would you like to join?");
	assert_string_equal(session_prompt(&session), "room");
	type(&session, "tea");
	sent(&session, "/join tea\n");
	hear(&session, "0");
	assert_string_equal(session_prompt(&session), "name");
	type(&session, "bob");
	sent(&session, "/nick bob\n");
	hear(&session, "2");
	newest_is(&session, "*** The name \"bob\" is taken. Another one?");
	type(&session, "ann");
	sent(&session, "/nick ann\n");
	hear(&session, "0");
	newest_is(&session, "*** ann has joined the chat");
	sent(&session, "/who\n");
	leave(&session);
}

static void
no_rooms_and_one_room(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	type(&session, "list");
	type(&session, "list");
	hear(&session, "0");
	newest_is(&session, "*** There are no rooms yet; joining one makes it.");
	hear(&session, "1\n0");
	type(&session, "join 0");
	sent(&session, "/list\n/list\n/join 0\n");
	hear(&session, "1");
	newest_is(&session, "*** Would you like to list the rooms, or to join one? "
			    "Please type list, or join ROOM.");
	leave(&session);
}

static void
a_digit_that_nobody_awaits_is_no_answer(void **state)
{
	(void)state;
	struct session session = connected(NULL, "");
	hear(&session, "0\n2\n1");
	newest_is(&session, "*** The server did not understand something.");
	assert_int_equal(session.state, SESSION_PROMPTING);
	leave(&session);
	session = online_in_tea();
	hear(&session, "bob: 2");
	newest_is(&session, "bob: 2");
	hear(&session, "bob: x\n1");
	newest_is(&session, "*** The server did not understand something.");
	assert_int_equal(session.state, SESSION_ONLINE);
	leave(&session);
}

static void
lists_of_people_end_where_something_else_begins(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	type(&session, "/who");
	type(&session, "/look");
	sent(&session, "/who\n/who\n");
	hear(&session, "bob: first");
	newest_is(&session, "bob: first");
	hear(&session, "bob\nann");
	newest_is(&session, "*** In tea: bob, ann");
	hear(&session, "bob\nann\n1\nbob: last");
	newest_is(&session, "bob: last");
	assert_int_equal(model_current(session.model)->members.n, 3);
	leave(&session);
}

static void
comings_and_goings(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	const struct strset *people = &model_current(session.model)->members;
	hear(&session, "*** eve has joined");
	newest_is(&session, "*** eve has joined the chat");
	assert_true(strset_has(people, text_of("eve")));
	hear(&session, "*** eve is now known as Eva");
	newest_is(&session, "*** eve is now known as Eva");
	hear(&session, "*** Eva has left");
	newest_is(&session, "*** Eva has left the chat");
	assert_int_equal(people->n, 2);
	hear(&session, "*** ann has left");
	newest_is(&session, "*** ann has left");
	assert_int_equal(people->n, 2);
	hear(&session, "*** The server has left home");
	newest_is(&session, "*** The server has left home");
	leave(&session);
}

static void
speech(void **state)
{
	(void)state;
	struct session session = online_in_tea();
	hear(&session, "bob:  two  blanks");
	newest_is(&session, "bob:  two  blanks");
	hear(&session, "[bob waves: hi]");
	newest_is(&session, "[bob waves: hi]");
	hear(&session, "[bob: hi]");
	newest_is(&session, "[bob: hi]");
	hear(&session, "bob -> ann: a -> b: c");
	newest_is(&session, "bob -> ann: a -> b: c");
	type(&session, "hello");
	newest_is(&session, "ann: hello");
	sent(&session, "hello\n");
	hear(&session, "bob: hi\nann: hello");
	newest_is(&session, "bob: hi");
	type(&session, "//who");
	newest_is(&session, "*** The lobby protocol cannot say a line that begins with a slash.");
	sent(&session, "");
	leave(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_in_is_asked_for),
		cmocka_unit_test(no_rooms_and_one_room),
		cmocka_unit_test(a_digit_that_nobody_awaits_is_no_answer),
		cmocka_unit_test(lists_of_people_end_where_something_else_begins),
		cmocka_unit_test(comings_and_goings),
		cmocka_unit_test(speech),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
