/*
 * The model of the terminal client: rooms, members, unread lines, mentions, completion; and that
 * text from the server is cleaned.
 */
#include "client_fixture.h"

#include <locale.h>

#include "client/model/complete.h"

/* ann in the room main, with bob and Chris. */
static struct model *
in_main(void)
{
	struct model *m = model_open(t("ann"));
	model_entered(m, t("main"), t("ann"), 0, false);
	model_set_members(m, t("main"), 0, true);
	model_add_member(m, t("main"), t("bob"));
	model_add_member(m, t("main"), t("ann"));
	model_add_member(m, t("main"), t("Chris"));
	return m;
}

static void
events_become_lines(void **state)
{
	(void)state;
	struct model *m = in_main();
	const struct room *main_room = model_current(m);
	newest_is(main_room, "*** ann has joined the chat");
	said(m, "main", "bob", "hi");
	newest_is(main_room, "bob: hi");
	model_add_message(m, LINE_EMOTE, t("main"), t("bob"), t("goes out"), 0);
	newest_is(main_room, "[bob goes out]");
	model_add_direct(m, t("bob"), t("ann"), t("psst"), 0);
	newest_is(m->rooms[1], "bob: psst");
	model_entered(m, t("main"), t("dan"), 0, false);
	newest_is(main_room, "*** dan has joined the chat");
	model_renamed(m, t("dan"), t("eve"), 0);
	newest_is(main_room, "*** dan is now known as eve");
	said(m, "main", "eve", "bye");
	model_left(m, t("main"), t("eve"), 0);
	newest_is(main_room, "*** eve has left the chat");
	model_topic_set(m, t("main"), t("bob"), t("tea"), 0);
	newest_is(main_room, "*** bob set the topic: tea");
	model_topic_set(m, t("main"), t("bob"), t(""), 0);
	newest_is(main_room, "*** bob cleared the topic");
	model_show_topic(m, LINE_NOTICE, t("main"), t("bob"), t("tea"), 0);
	newest_is(main_room, "*** The topic is: tea (set by bob)");
	model_show_topic(m, LINE_NOTICE, t("main"), t(""), t(""), 0);
	newest_is(main_room, "*** There is no topic.");
	model_add_notice(m, LINE_NOTICE, t(""), t("a notice"), 0);
	newest_is(main_room, "*** a notice");
	model_close(m);
}

static void
a_line_knows_where_its_nick_is(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_add_message(m, LINE_EMOTE, t("main"), t("bob"), t("waves"), 1234);
	const struct line *line = newest(model_current(m));
	assert_text(((struct text){line->text + line->nick_at, line->nick_len}), BYTES("bob"));
	assert_text(t(line->text + line->body_at), BYTES("waves]"));
	assert_int_equal(line->time, 1234);
	model_close(m);
}

static void
a_line_has_the_id_of_its_event(void **state)
{
	(void)state;
	struct model *m = in_main();
	m->event_id = 42;
	said(m, "main", "bob", "hi");
	m->event_id = 0;
	assert_int_equal(newest(model_current(m))->id, 42);
	model_add_notice(m, LINE_LOCAL, t(""), t("a notice"), 0);
	assert_int_equal(newest(model_current(m))->id, 0);
	model_close(m);
}

static void
text_from_the_server_is_cleaned(void **state)
{
	(void)state;
	struct model *m = in_main();
	said(m, "main", "b\x1b[1mob\n", "\x1b[2J\x07red\u202e\r\nx\ty\xff");
	newest_is(model_current(m), "b[1mob: [2Jred\nx    y\uFFFD");
	model_close(m);
}

static void
lines_from_before_the_first_room_stay(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	model_add_notice(m, LINE_LOCAL, t(""), t("welcome"), 0);
	model_entered(m, t("main"), t("ann"), 0, false);
	assert_int_equal(m->n_rooms, 1);
	assert_string_equal(model_current(m)->name, "main");
	assert_string_equal(scrollback_line(&model_current(m)->scroll, 1)->text, "*** welcome");
	model_close(m);
}

static void
rooms_open_and_close(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("tea"), t("ann"), 0, true);
	assert_string_equal(model_current(m)->name, "tea");
	model_entered(m, t("den"), t("ann"), 0, false);
	assert_string_equal(model_current(m)->name, "tea");
	assert_int_equal(m->n_rooms, 3);
	model_show_next(m, 1);
	assert_string_equal(model_current(m)->name, "den");
	model_show_next(m, 1);
	assert_string_equal(model_current(m)->name, "main");
	model_show_next(m, -2);
	assert_string_equal(model_current(m)->name, "tea");
	model_show_next(m, 7);
	assert_string_equal(model_current(m)->name, "den");
	model_left(m, t("tea"), t("ann"), 0);
	assert_string_equal(model_current(m)->name, "den");
	newest_is(model_current(m), "*** You have left tea");
	model_left(m, t("den"), t("ann"), 0);
	assert_string_equal(model_current(m)->name, "main");
	model_left(m, t("main"), t("ann"), 0);
	assert_int_equal(m->n_rooms, 1);
	assert_string_equal(model_current(m)->name, "");
	assert_null(model_room(m, t("")));
	model_entered(m, t("home"), t("ann"), 0, false);
	assert_string_equal(model_current(m)->name, "home");
	assert_int_equal(m->n_rooms, 1);
	model_close(m);
}

static void
members_enter_and_leave(void **state)
{
	(void)state;
	struct model *m = in_main();
	struct room *room = model_current(m);
	assert_int_equal(room->members.n, 3);
	model_entered(m, t("main"), t("dan"), 0, false);
	uint64_t lines = room->scroll.last;
	model_entered(m, t("main"), t("dan"), 0, false);
	assert_int_equal(room->members.n, 4);
	assert_int_equal(room->scroll.last, lines);
	model_left(m, t("main"), t("bob"), 0);
	assert_false(strset_has(&room->members, t("bob")));
	model_renamed(m, t("ann"), t("anna"), 0);
	assert_string_equal(m->nick, "anna");
	assert_true(strset_has(&room->members, t("anna")));
	model_set_members(m, t("main"), 0, true);
	assert_int_equal(room->members.n, 0);
	model_entered(m, t("elsewhere"), t("dan"), 0, false);
	model_left(m, t("elsewhere"), t("dan"), 0);
	model_add_member(m, t("elsewhere"), t("dan"));
	assert_int_equal(m->n_rooms, 1);
	model_close(m);
}

static void
other_rooms_count_unread_lines(void **state)
{
	(void)state;
	struct model *m = in_main();
	struct room *room = model_current(m);
	said(m, "main", "bob", "seen");
	assert_int_equal(room->unread, 0);
	model_entered(m, t("tea"), t("ann"), 0, true);
	said(m, "main", "bob", "one");
	model_left(m, t("main"), t("Chris"), 0);
	said(m, "main", "bob", "two");
	assert_int_equal(room->unread, 2);
	assert_false(room->mentioned);
	said(m, "main", "bob", "ann, come");
	assert_true(room->mentioned);
	model_show(m, room);
	assert_ptr_equal(model_current(m), room);
	assert_int_equal(room->unread, 0);
	assert_false(room->mentioned);
	model_close(m);
}

static void
direct_messages_without_windows_are_in_every_room(void **state)
{
	(void)state;
	struct model *m = in_main();
	m->single_window = true;
	const struct room *room = model_current(m);
	model_entered(m, t("tea"), t("ann"), 0, true);
	model_add_direct(m, t("zoe"), t("ann"), t("hi"), 0);
	newest_is(model_current(m), "zoe -> ann: hi");
	newest_is(room, "zoe -> ann: hi");
	assert_int_equal(room->unread, 0);
	assert_true(newest(room)->mentions && m->bell);
	m->bell = false;
	model_add_direct(m, t("ann"), t("zoe"), t("hello"), 0);
	assert_false(newest(room)->mentions || m->bell);
	model_close(m);
}

static void
an_event_is_one_line_in_each_room(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("tea"), t("ann"), 0, true);
	model_set_members(m, t("tea"), 0, true);
	model_add_member(m, t("tea"), t("bob"));
	uint64_t before[] = {m->rooms[0]->scroll.last, m->rooms[1]->scroll.last};
	model_renamed(m, t("bob"), t("rob"), 0);
	assert_int_equal(m->rooms[0]->scroll.last, before[0] + 1);
	assert_int_equal(m->rooms[1]->scroll.last, before[1] + 1);
	assert_ptr_equal(newest(m->rooms[0]), newest(m->rooms[1]));
	model_close(m);
}

static void
the_users_own_messages_do_not_mention_them(void **state)
{
	(void)state;
	struct model *m = in_main();
	m->bell = false;
	said(m, "main", "ann", "I am ann");
	assert_false(m->bell);
	said(m, "main", "bob", "hello ann");
	assert_true(m->bell);
	model_close(m);
}

/* Compares the candidates for the last word of the line, each followed by a space. */
static void
completes_after(char mark, const struct model *m, const char *line, const char *wanted)
{
	size_t end = strlen(line), start = end;
	while (start > 0 && line[start - 1] != ' ')
		start--;
	char **words = complete_line(m, t(line), start, end, mark);
	struct strbuf buf = {0};
	for (size_t i = 0; words[i]; i++) {
		strbuf_printf(&buf, "%s ", words[i]);
		free(words[i]);
	}
	free(words);
	assert_text(strbuf_view(&buf), t(wanted));
	strbuf_clear(&buf);
}

static void
completes_to(const struct model *m, const char *line, const char *wanted)
{
	completes_after('\0', m, line, wanted);
}

static void
commands_nicks_and_rooms_are_completed(void **state)
{
	(void)state;
	struct model *m = in_main();
	static const char *const names[] = {"msg", "message", "me", "look", "names", "n", ""};
	for (size_t i = 0; i < COUNT(names); i++)
		model_learn_command(m, t(names[i]));
	completes_to(m, "/m", "/me /message /msg ");
	completes_to(m, "/n", "/n /names ");
	completes_to(m, "/L", "/look ");
	completes_to(m, "/", "/look /me /message /msg /n /names ");
	completes_to(m, "/no", "");
	completes_to(m, "", "Chris: bob: ");
	completes_to(m, "c", "Chris: ");
	completes_to(m, "hello b", "bob ");
	completes_to(m, "hello x", "");
	completes_to(m, "/me pokes C", "Chris ");
	model_add_direct(m, t("Zoe"), t("ann"), t("hi"), 0);
	completes_to(m, "z", "");
	completes_to(m, "/msg z", "Zoe ");
	completes_to(m, "/msg zoe z", "");
	model_learn_room(m, t("tearoom"));
	model_entered(m, t("Tea"), t("ann"), 0, true);
	completes_to(m, "/join t", "Tea tearoom ");
	completes_to(m, "/leave m", "main ");
	completes_to(m, "/join tea t", "");
	completes_to(m, "/msg ", "Chris Zoe ann bob ");
	model_close(m);
}

static void
nicks_are_completed_after_the_address_prefix(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_add_direct(m, t("ann"), t("Zoe"), t("hi"), 0);
	completes_after('@', m, "@z", "@Zoe: ");
	completes_after('@', m, "@", "@Chris: @Zoe: @ann: @bob: ");
	completes_after('@', m, "hello @z", "");
	completes_after('@', m, "b", "bob: ");
	completes_to(m, "@z", "");
	model_close(m);
}

static void
a_direct_message_without_a_sender_is_shown_as_it_is(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_add_anonymous(m, t("eve: \x1b[1mhi"), 0);
	newest_is(model_current(m), "eve: [1mhi");
	assert_int_equal(newest(model_current(m))->kind, LINE_DIRECT);
	assert_int_equal(newest(model_current(m))->nick_len, 0);
	assert_true(m->bell);
	model_close(m);
}

static void
a_strset_is_sorted_and_without_duplicates(void **state)
{
	(void)state;
	struct strset words = {0};
	uint64_t seed = 7;
	bool there[100] = {false};
	size_t n = 0;
	for (int i = 0; i < 5000; i++) {
		uint32_t number = random_below(&seed, 100);
		char word[8];
		snprintf(word, sizeof word, "%x", number);
		bool add = random_below(&seed, 2) == 0;
		bool done = add ? strset_add(&words, t(word)) : strset_remove(&words, t(word));
		assert_int_equal(done, add != there[number]);
		n += add && done ? 1 : 0;
		n -= !add && done ? 1 : 0;
		there[number] = add;
		assert_int_equal(strset_has(&words, t(word)), add);
	}
	assert_int_equal(words.n, n);
	for (size_t i = 1; i < words.n; i++)
		assert_true(strcmp(words.items[i - 1], words.items[i]) < 0);
	assert_false(strset_add(&words, t("")));
	strset_clear(&words);
}

static void
a_day_begins_with_a_separator(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	int64_t noon = INT64_C(1700000000000), day = INT64_C(24) * 3600 * 1000;
	model_entered(m, t("main"), t("ann"), noon, true);
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("one"), noon + 1);
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("two"), noon + day);
	const struct scrollback *scroll = &model_current(m)->scroll;
	assert_int_equal(scroll->n, 4);
	assert_int_equal(scrollback_line(scroll, 3)->kind, LINE_DAY);
	assert_true(line_is_separator(scrollback_line(scroll, 3)));
	assert_false(line_counts_as_unread(scrollback_line(scroll, 3)));
	assert_non_null(strstr(scrollback_line(scroll, 3)->text, "2023"));
	/* A clock that was set back does not begin a day. */
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("three"), noon);
	assert_int_equal(scroll->n, 5);
	model_close(m);
}

static void
unread_lines_have_a_separator_until_the_room_is_left(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	model_entered(m, t("main"), t("ann"), 1, true);
	model_entered(m, t("tea"), t("ann"), 1, true);
	const struct room *room = model_room(m, t("main"));
	model_entered(m, t("main"), t("bob"), 1, false);
	assert_int_equal(room->unread_mark, 0);
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("one"), 1);
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("two"), 1);
	assert_int_equal(room->scroll.n, 4);
	assert_int_equal(scrollback_line(&room->scroll, room->unread_mark)->kind, LINE_UNREAD);
	assert_int_equal(room->unread_mark, 2);
	model_show_nth(m, 1);
	assert_int_equal(room->unread_mark, 2);
	assert_int_equal(room->unread, 0);
	model_show_nth(m, 2);
	model_show_nth(m, 9);
	assert_int_equal(room->unread_mark, 0);
	assert_int_equal(room->scroll.n, 3);
	assert_text(t(scrollback_line(&room->scroll, 2)->text), t("bob: one"));
	assert_int_equal(room->scroll.last, 3);
	model_close(m);
}

static void
presence_in_a_large_room_is_numbers(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	model_entered(m, t("main"), t("ann"), 1, true);
	model_set_members(m, t("main"), 900, true);
	model_add_member(m, t("main"), t("bob"));
	assert_int_equal(model_current(m)->n_users, 900);
	model_presence(m, t("main"), &(struct presence){12, 1, 911}, 1);
	assert_text(t(scrollback_newest(&model_current(m)->scroll)->text),
		t("*** 12 have joined and 1 has left"));
	model_presence(m, t("main"), &(struct presence){0, 2, 909}, 1);
	assert_text(t(scrollback_newest(&model_current(m)->scroll)->text), t("*** 2 have left"));
	assert_int_equal(model_current(m)->n_users, 909);
	model_left(m, t("main"), t("nobody known"), 1);
	assert_int_equal(model_current(m)->n_users, 908);
	/* Fewer users than known members: nobody tells who left. Zero changes add no line. */
	uint64_t last = model_current(m)->scroll.last;
	model_presence(m, t("main"), &(struct presence){0, 0, 2}, 1);
	assert_int_equal(model_current(m)->n_users, 2);
	assert_int_equal(model_current(m)->scroll.last, last);
	model_close(m);
}

static void
the_name_of_a_room_is_cleaned(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	model_entered(m, t("te\x1b]52;;x\a\na"), t("ann"), 0, false);
	assert_string_equal(model_current(m)->name, "te]52;;x a");
	model_left(m, t("te]52;;x a"), t("ann"), 0);
	newest_is(model_current(m), "*** You have left te]52;;x a");
	model_close(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_become_lines),
		cmocka_unit_test(a_line_knows_where_its_nick_is),
		cmocka_unit_test(a_line_has_the_id_of_its_event),
		cmocka_unit_test(text_from_the_server_is_cleaned),
		cmocka_unit_test(lines_from_before_the_first_room_stay),
		cmocka_unit_test(rooms_open_and_close),
		cmocka_unit_test(members_enter_and_leave),
		cmocka_unit_test(other_rooms_count_unread_lines),
		cmocka_unit_test(direct_messages_without_windows_are_in_every_room),
		cmocka_unit_test(an_event_is_one_line_in_each_room),
		cmocka_unit_test(the_users_own_messages_do_not_mention_them),
		cmocka_unit_test(commands_nicks_and_rooms_are_completed),
		cmocka_unit_test(nicks_are_completed_after_the_address_prefix),
		cmocka_unit_test(a_direct_message_without_a_sender_is_shown_as_it_is),
		cmocka_unit_test(a_day_begins_with_a_separator),
		cmocka_unit_test(unread_lines_have_a_separator_until_the_room_is_left),
		cmocka_unit_test(presence_in_a_large_room_is_numbers),
		cmocka_unit_test(the_name_of_a_room_is_cleaned),
		cmocka_unit_test(a_strset_is_sorted_and_without_duplicates),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
