/*
 * The lobby protocol without a server: what its strings make of a visit, and
 * that digits are answers only where one is awaited.
 */
#include "unit.h"

#include <locale.h>

#include "base/alloc.h"
#include "client/visit.h"

/* A visit whose wire is open and leads nowhere. */
static struct visit
at_the_door(const char *room, const char *nick)
{
	struct visit visit = {
		.model = model_open(text_of(nick)),
		.wire = WIRE_NONE,
		.protocol = &protocol_lobby,
		.room = room ? word_copy(text_of(room)) : NULL,
		.asks = true,
		.memory = xcalloc(protocol_lobby.memory),
	};
	visit.wire.state = WIRE_OPEN;
	visit_greet(&visit);
	return visit;
}

static void
leave(struct visit *visit)
{
	visit->wire.state = WIRE_CLOSED;
	visit_close(visit);
	model_close(visit->model);
}

/* What has been sent since this was last asked. */
static void
sent(struct visit *visit, const char *wanted)
{
	struct strbuf buf = {0};
	struct outqueue *out = &visit->wire.out;
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
hear(struct visit *visit, const char *strings)
{
	struct text rest = text_of(strings);
	while (rest.ptr)
		visit->protocol->hear(visit, text_line(&rest));
	visit->protocol->rest(visit);
}

static void
newest_is(const struct visit *visit, const char *text)
{
	const struct scroll *scroll = &model_here(visit->model)->scroll;
	const struct line *line = scroll_line(scroll, scroll->last);
	assert_non_null(line);
	assert_string_equal(line->text, text);
}

static void
type(struct visit *visit, const char *line)
{
	visit_type(visit, text_of(line));
}

/* ann, in tea, with bob. */
static struct visit
in_tea(void)
{
	struct visit visit = at_the_door("tea", "ann");
	hear(&visit, "0");
	hear(&visit, "0");
	hear(&visit, "bob\nann");
	sent(&visit, "/join tea\n/nick ann\n/who\n");
	newest_is(&visit, "*** 2 people are here: ann, bob");
	assert_int_equal(visit.state, VISIT_IN);
	return visit;
}

static void
the_way_in_is_asked_for(void **state)
{
	(void)state;
	struct visit visit = at_the_door(NULL, "");
	sent(&visit, "");
	assert_string_equal(visit_prompt(&visit), "list or join");
	type(&visit, "/list");
	sent(&visit, "/list\n");
	hear(&visit, "2\nmain\ntea");
	newest_is(&visit, "*** Which room would you like to join?");
	assert_string_equal(visit_prompt(&visit), "room");
	type(&visit, "tea");
	sent(&visit, "/join tea\n");
	hear(&visit, "0");
	assert_string_equal(visit_prompt(&visit), "name");
	type(&visit, "bob");
	sent(&visit, "/nick bob\n");
	hear(&visit, "2");
	newest_is(&visit, "*** The name \"bob\" is taken. Another one?");
	type(&visit, "ann");
	sent(&visit, "/nick ann\n");
	hear(&visit, "0");
	newest_is(&visit, "*** ann has joined the chat");
	sent(&visit, "/who\n");
	leave(&visit);
}

static void
no_rooms_and_one_room(void **state)
{
	(void)state;
	struct visit visit = at_the_door(NULL, "");
	type(&visit, "list");
	type(&visit, "list");
	hear(&visit, "0");
	newest_is(&visit, "*** There are no rooms yet; joining one makes it.");
	hear(&visit, "1\n0");
	type(&visit, "join 0");
	sent(&visit, "/list\n/list\n/join 0\n");
	hear(&visit, "1");
	newest_is(&visit, "*** Would you like to list the rooms, or to join one? "
			  "Please type list, or join ROOM.");
	leave(&visit);
}

static void
a_digit_that_nobody_awaits_is_no_answer(void **state)
{
	(void)state;
	struct visit visit = at_the_door(NULL, "");
	hear(&visit, "0\n2\n1");
	newest_is(&visit, "*** The server did not understand something.");
	assert_int_equal(visit.state, VISIT_CHOOSING);
	leave(&visit);
	visit = in_tea();
	hear(&visit, "bob: 2");
	newest_is(&visit, "bob: 2");
	hear(&visit, "bob: x\n1");
	newest_is(&visit, "*** The server did not understand something.");
	assert_int_equal(visit.state, VISIT_IN);
	leave(&visit);
}

static void
lists_of_people_end_where_something_else_begins(void **state)
{
	(void)state;
	struct visit visit = in_tea();
	type(&visit, "/who");
	type(&visit, "/look");
	sent(&visit, "/who\n/who\n");
	hear(&visit, "bob: first");
	newest_is(&visit, "bob: first");
	hear(&visit, "bob\nann");
	newest_is(&visit, "*** In tea: bob, ann");
	hear(&visit, "bob\nann\n1\nbob: last");
	newest_is(&visit, "bob: last");
	assert_int_equal(model_here(visit.model)->people.n, 3);
	leave(&visit);
}

static void
comings_and_goings(void **state)
{
	(void)state;
	struct visit visit = in_tea();
	const struct words *people = &model_here(visit.model)->people;
	hear(&visit, "*** eve has joined");
	newest_is(&visit, "*** eve has joined the chat");
	assert_true(words_has(people, text_of("eve")));
	hear(&visit, "*** eve is now known as Eva");
	newest_is(&visit, "*** eve is now known as Eva");
	hear(&visit, "*** Eva has left");
	newest_is(&visit, "*** Eva has left the chat");
	assert_int_equal(people->n, 2);
	hear(&visit, "*** ann has left");
	newest_is(&visit, "*** ann has left");
	assert_int_equal(people->n, 2);
	hear(&visit, "*** The server has left home");
	newest_is(&visit, "*** The server has left home");
	leave(&visit);
}

static void
speech(void **state)
{
	(void)state;
	struct visit visit = in_tea();
	hear(&visit, "bob:  two  blanks");
	newest_is(&visit, "bob:  two  blanks");
	hear(&visit, "[bob waves: hi]");
	newest_is(&visit, "[bob waves: hi]");
	hear(&visit, "[bob: hi]");
	newest_is(&visit, "[bob: hi]");
	hear(&visit, "bob -> ann: a -> b: c");
	newest_is(&visit, "bob -> ann: a -> b: c");
	type(&visit, "hello");
	newest_is(&visit, "ann: hello");
	sent(&visit, "hello\n");
	hear(&visit, "bob: hi\nann: hello");
	newest_is(&visit, "bob: hi");
	type(&visit, "//who");
	newest_is(&visit, "*** The lobby protocol cannot say a line that begins with a slash.");
	sent(&visit, "");
	leave(&visit);
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
