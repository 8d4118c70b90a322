/*
 * Users and what they say, over a core with a notebook around it: who is told
 * what, in which order, once each, and what may be said.
 */
#include "core_fixture.h"

static void
who_logs_in_is_welcomed_and_all_in_the_room_hear_of_it(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann");
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
	struct guest *bob = guest_login(&fixture, "bob");
	assert_told(ann, "join# main bob\n");
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
	fixture_close(&fixture);
}

static void
before_one_has_a_nick_there_is_login_help_and_goodbye(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_connect(&fixture);
	static const char *const lines[] = {"hello", "/say hello", "/who", "/look", "/topic x",
		"/join tea", "/leave", "/me waves", "/msg ann x", "/nonsense"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(type(ann, lines[i]), REASON_HELLO_FIRST);
		assert_told(ann, "error hello-first: Please log in first.\n");
	}
	assert_int_equal(type(ann, "/help who"), REASON_OK);
	assert_told(ann, "notice: /who                who is logged in to the server\n");
	assert_int_equal(type(ann, "/quit"), REASON_OK);
	assert_true(ann->gone);
	assert_told(ann, "");
	fixture_close(&fixture);
}

static void
nick_logs_in_as_login_does(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_connect(&fixture);
	assert_int_equal(type(ann, "/nick ann"), REASON_OK);
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
	assert_text(session_nick(&ann->session), BYTES("ann"));
	fixture_close(&fixture);
}

static void
a_login_that_failed_may_be_tried_again(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	guest_login(&fixture, "ann");
	struct guest *bob = guest_connect(&fixture);
	assert_int_equal(type(bob, "/login ann"), REASON_NICK_TAKEN);
	assert_int_equal(type(bob, "/login a b"), REASON_NICK_INVALID);
	assert_int_equal(type(bob, "/login"), REASON_USAGE);
	guest_forget(bob);
	assert_int_equal(type(bob, "/login bob"), REASON_OK);
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
	assert_int_equal(type(bob, "/login bobby"), REASON_HELLO_AGAIN);
	assert_text(session_nick(&bob->session), BYTES("bob"));
	fixture_close(&fixture);
}

static void
a_name_that_differs_only_in_case_is_taken(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	guest_login(&fixture, "Ann");
	struct guest *other = guest_connect(&fixture);
	assert_int_equal(type(other, "/login aNN"), REASON_NICK_TAKEN);
	assert_told(other, "error nick-taken: The name \"aNN\" is taken.\n");
	fixture_close(&fixture);
}

static void
a_name_that_looks_like_another_is_taken(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	guest_login(&fixture, "ann");
	struct guest *other = guest_connect(&fixture);
	assert_int_equal(type(other, "/login \xd0\xb0nn"), REASON_NICK_ALIKE);
	assert_told(other, "error nick-alike: The name \"\xd0\xb0nn\" looks too much like one "
			   "that is taken.\n");
	fixture_close(&fixture);
}

static void
plain_names_that_look_alike_live_together(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *rn = guest_login(&fixture, "rn"), *m = guest_login(&fixture, "m");
	struct guest *bold = guest_connect(&fixture);
	/* What is not plain is like both: as long as either of them is there, it is taken. */
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
	session_end(&rn->session);
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
	session_end(&m->session);
	assert_int_equal(type(bold, "/login \xf0\x9d\x90\xa6"), REASON_OK);
	struct guest *again = guest_connect(&fixture);
	assert_int_equal(type(again, "/login rn"), REASON_NICK_ALIKE);
	assert_int_equal(type(again, "/login m"), REASON_NICK_ALIKE);
	fixture_close(&fixture);
}

static void
server_is_nobodys_nick(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_connect(&fixture);
	assert_int_equal(type(ann, "/login server"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login Server"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login s\xd0\xb5rver"), REASON_NICK_TAKEN);
	assert_int_equal(type(ann, "/login servers"), REASON_OK);
	assert_int_equal(type(ann, "/nick SERVER"), REASON_NICK_TAKEN);
	assert_text(session_nick(&ann->session), BYTES("servers"));
	assert_int_equal(type(ann, "/join server"), REASON_OK);
	fixture_close(&fixture);
}

static void
all_hear_what_is_said_in_one_order_each_thing_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *people[] = {guest_login(&fixture, "ann"), guest_login(&fixture, "bob"),
		guest_login(&fixture, "cat")};
	for (size_t i = 0; i < 3; i++)
		guest_forget(people[i]);
	type(people[1], "one");
	type(people[0], "two");
	type(people[1], "/me three");
	type(people[2], "/say /who");
	for (size_t i = 0; i < 3; i++)
		assert_told(people[i], "chat# main bob: one\nchat# main ann: two\n"
				       "emote# main bob: three\nchat# main cat: /who\n");
	fixture_close(&fixture);
}

static void
ids_rise_by_one_in_each_room_for_itself(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann");
	type(ann, "/join tea");
	type(ann, "a");
	guest_forget(ann);
	type(ann, "/join main");
	type(ann, "b");
	/* What is no room's event, or was refused, takes no number. */
	type(ann, "/who");
	type(ann, "/msg ann x");
	type(ann, "/msg ghost x");
	type(ann, "/nick anna");
	type(ann, "/join main");
	type(ann, "c");
	type(ann, "/join tea");
	type(ann, "d");
	assert_told(ann,
		"join main ann\nchat# main ann: b\nwho ann(test main,tea 0s)\n"
		"direct ann ann: x\nerror no-such-nick: There is nobody called \"ghost\".\n"
		"nick ann anna\njoin main anna\nchat# main anna: c\n"
		"join tea anna\nchat# tea anna: d\n");
	fixture_close(&fixture);
}

static void
what_is_refused_is_told_to_its_sender_alone(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	static const char *const lines[] = {"/nonsense", "/msg", "/msg ghost hi", "/nick bob",
		"/nick", "/join a:b", "/leave", "/leave nowhere", "/say", "/me", "/who now",
		"/help nonsense", "/"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_not_equal(type(ann, lines[i]), REASON_OK);
		assert_memory_equal(strbuf_view(&ann->told).ptr, "error ", 6);
		assert_int_equal(text_lines(strbuf_view(&ann->told)), 2);
		guest_forget(ann);
	}
	assert_told(bob, "");
	fixture_close(&fixture);
}

static void
an_empty_thing_is_not_said(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	guest_forget(bob);
	assert_int_equal(type(ann, " "), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/say \xc2\xa0"), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/me \x1b"), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/msg bob \xe2\x80\xae"), REASON_TEXT_EMPTY);
	assert_told(bob, "");
	fixture_close(&fixture);
}

static void
a_line_with_two_slashes_is_said_with_one(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann");
	guest_forget(ann);
	type(ann, "//who is there");
	assert_told(ann, "chat# main ann: /who is there\n");
	fixture_close(&fixture);
}

static void
text_at_the_limit_is_said_and_a_byte_more_is_refused_whole(void **state)
{
	(void)state;
	struct fixture fixture;
	struct core_settings settings = fixture_settings();
	settings.message = 10;
	fixture_open_with(&fixture, settings);
	struct guest *ann = guest_login(&fixture, "ann");
	guest_forget(ann);
	assert_int_equal(type(ann, "0123456789"), REASON_OK);
	assert_told(ann, "chat# main ann: 0123456789\n");
	assert_int_equal(type(ann, "0123456789x"), REASON_TEXT_TOO_LONG);
	assert_told(ann, "error text-too-long: That is too long: 10 bytes and 40 lines at most.\n");
	/* It is what would be said that counts: without what is removed, with what is put in. */
	assert_int_equal(type(ann, "\x1b\x1b"
				   "0123456789\r\n\r\n"),
		REASON_OK);
	assert_int_equal(type(ann, "\xff\xff\xff"
				   "a"),
		REASON_OK);
	assert_int_equal(type(ann, "\xff\xff\xff"
				   "ab"),
		REASON_TEXT_TOO_LONG);
	assert_int_equal(type(ann, "/msg ann 0123456789x"), REASON_TEXT_TOO_LONG);
	assert_int_equal(type(ann, "/me 0123456789x"), REASON_TEXT_TOO_LONG);
	fixture_close(&fixture);
}

static void
forty_lines_are_said_and_forty_one_are_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann");
	struct strbuf text = {0};
	for (int i = 0; i < TEXT_LINES; i++)
		strbuf_puts(&text, i ? "\nx" : "x");
	strbuf_puts(&text, "\n\n");
	strbuf_add(&text, "", 1);
	assert_int_equal(type(ann, text.ptr), REASON_OK);
	text.len -= 2;
	strbuf_add(&text, "x", 2);
	assert_int_equal(type(ann, text.ptr), REASON_TEXT_TOO_LONG);
	strbuf_clear(&text);
	fixture_close(&fixture);
}

static void
a_direct_message_is_told_to_both_ends_alone(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "Ann"), *bob = guest_login(&fixture, "bob");
	struct guest *cat = guest_login(&fixture, "cat");
	/* It needs no room in common. */
	type(bob, "/join tea");
	type(bob, "/leave main");
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(cat);
	type(bob, "/msg ANN psst  you");
	assert_told(ann, "direct bob Ann: psst  you\n");
	assert_told(bob, "direct bob Ann: psst  you\n");
	assert_told(cat, "");
	type(ann, "/message ann to myself");
	assert_told(ann, "direct Ann Ann: to myself\n");
	fixture_close(&fixture);
}

static void
who_goes_is_told_in_each_of_its_rooms_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	type(bob, "/join tea");
	type(ann, "/join tea");
	type(bob, "/join milk");
	guest_forget(ann);
	guest_forget(bob);
	session_end(&bob->session);
	assert_told(ann, "leave# main bob\nleave# tea bob\n");
	session_end(&bob->session);
	assert_told(ann, "");
	assert_told(bob, "");
	assert_int_equal(core_users(fixture.core), 1);
	assert_int_equal(core_rooms(fixture.core), 2);
	/* The name is free at once. */
	guest_login(&fixture, "bob");
	fixture_close(&fixture);
}

static void
who_logs_out_is_gone_and_hears_no_more(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	assert_int_equal(type(bob, "/logout"), REASON_OK);
	assert_true(bob->gone);
	assert_int_equal(bob->why, REASON_LOGOUT);
	type(ann, "alone");
	assert_told(ann, "leave# main bob\nchat# main ann: alone\n");
	assert_told(bob, "");
	fixture_close(&fixture);
}

static void
a_new_nick_is_told_once_to_all_who_share_a_room(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	struct guest *cat = guest_login(&fixture, "cat");
	type(ann, "/join tea");
	type(bob, "/join tea");
	type(cat, "/join milk");
	type(cat, "/leave main");
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(cat);
	type(ann, "/nick anna");
	assert_told(ann, "nick ann anna\n");
	assert_told(bob, "nick ann anna\n");
	assert_told(cat, "");
	fixture_close(&fixture);
}

static void
a_rename_keeps_names_unique(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	assert_int_equal(type(bob, "/nick ANN"), REASON_NICK_TAKEN);
	assert_int_equal(type(bob, "/nick \xd0\xb0nn"), REASON_NICK_ALIKE);
	assert_int_equal(type(bob, "/nick b b"), REASON_NICK_INVALID);
	assert_text(session_nick(&bob->session), BYTES("bob"));
	/* A user may change to what only looks different. */
	assert_int_equal(type(bob, "/nick BOB"), REASON_OK);
	assert_int_equal(type(bob, "/nick b\xd0\xbe"
				   "b"),
		REASON_OK);
	assert_int_equal(type(bob, "/nick bob"), REASON_OK);
	/* The old name is free, the new one is not. */
	assert_int_equal(type(ann, "/nick cat"), REASON_OK);
	assert_int_equal(type(bob, "/nick ann"), REASON_OK);
	assert_int_equal(type(bob, "/nick cat"), REASON_NICK_TAKEN);
	guest_forget(ann);
	assert_int_equal(type(bob, "/msg cat hi"), REASON_OK);
	assert_told(ann, "direct ann cat: hi\n");
	assert_int_equal(type(bob, "/msg bob hi"), REASON_NO_SUCH_NICK);
	fixture_close(&fixture);
}

static void
a_rename_may_not_hide_behind_ones_own_look_alike(void **state)
{
	(void)state;
	struct fixture fixture;
	/* The one of the two that came first. */
	for (int first = 0; first < 2; first++) {
		fixture_open(&fixture);
		struct guest *rn = guest_login(&fixture, first ? "rn" : "m");
		struct guest *m = guest_login(&fixture, first ? "m" : "rn");
		assert_int_equal(type(rn, "/nick \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
		assert_int_equal(type(m, "/nick \xf0\x9d\x90\xa6"), REASON_NICK_ALIKE);
		/* And all is as before. */
		assert_int_equal(type(rn, "/msg m x"), REASON_OK);
		assert_int_equal(type(m, "/msg rn x"), REASON_OK);
		session_end(&m->session);
		assert_int_equal(type(rn, "/nick \xf0\x9d\x90\xa6"), REASON_OK);
		fixture_close(&fixture);
	}
}

static void
an_answer_and_ones_own_copy_bear_the_ref(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	session_command_line(&ann->session, BYTES("hi"), BYTES("r1"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/look"), BYTES("r2"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/nonsense"), BYTES("r3"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/join tea"), BYTES("r4"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/leave"), BYTES("r5"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/nick anna"), BYTES("r6"), TEXT_NONE);
	session_command_line(&ann->session, BYTES("/topic x"), BYTES("r7"), TEXT_NONE);
	assert_told(ann,
		"chat# main ann: hi /r1\nnames main ann bob /r2\n"
		"error unknown-command: There is no command \"/nonsense\"; /help lists them. /r3\n"
		"join# tea ann /r4\nleave# tea ann main /r5\nnick ann anna /r6\n"
		"topic# main anna: x /r7\n");
	assert_told(bob, "chat# main ann: hi\nnick ann anna\ntopic# main anna: x\n");
	fixture_close(&fixture);
}

static void
two_servers_know_nothing_of_each_other(void **state)
{
	(void)state;
	struct fixture one, two;
	fixture_open(&one);
	fixture_open(&two);
	struct guest *ann = guest_login(&one, "ann"), *other = guest_login(&two, "ann");
	type(ann, "/join tea");
	type(ann, "hi");
	guest_forget(ann);
	assert_told(other, "welcome main ann Teahouse\njoin# main ann\n");
	type(other, "/join tea");
	assert_told(other, "join# tea ann\n");
	assert_told(ann, "");
	assert_int_equal(type(other, "/msg ann x"), REASON_OK);
	assert_told(ann, "");
	fixture_close(&one);
	assert_int_equal(core_users(two.core), 1);
	fixture_close(&two);
}

static void
a_server_whose_room_cannot_be_one_is_not_opened(void **state)
{
	(void)state;
	struct core_settings settings = fixture_settings();
	const struct core_host host = fixture_host(NULL);
	settings.room = text_of("a b");
	assert_null(core_open(&settings, &host, NULL));
}

static void
idle_counts_from_the_last_thing_asked_for(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	struct guest *ann = guest_login(&fixture, "ann"), *bob = guest_login(&fixture, "bob");
	fixture.time += 5999;
	type(bob, "hi");
	fixture.time += 1001;
	guest_forget(ann);
	type(ann, "/who");
	assert_told(ann, "who ann(test main 0s) bob(test main 1s)\n");
	fixture.time += 1000;
	guest_forget(bob);
	type(bob, "/who");
	assert_told(bob, "who ann(test main 1s) bob(test main 0s)\n");
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_logs_in_is_welcomed_and_all_in_the_room_hear_of_it),
		cmocka_unit_test(before_one_has_a_nick_there_is_login_help_and_goodbye),
		cmocka_unit_test(nick_logs_in_as_login_does),
		cmocka_unit_test(a_login_that_failed_may_be_tried_again),
		cmocka_unit_test(a_name_that_differs_only_in_case_is_taken),
		cmocka_unit_test(a_name_that_looks_like_another_is_taken),
		cmocka_unit_test(plain_names_that_look_alike_live_together),
		cmocka_unit_test(server_is_nobodys_nick),
		cmocka_unit_test(all_hear_what_is_said_in_one_order_each_thing_once),
		cmocka_unit_test(ids_rise_by_one_in_each_room_for_itself),
		cmocka_unit_test(what_is_refused_is_told_to_its_sender_alone),
		cmocka_unit_test(an_empty_thing_is_not_said),
		cmocka_unit_test(a_line_with_two_slashes_is_said_with_one),
		cmocka_unit_test(text_at_the_limit_is_said_and_a_byte_more_is_refused_whole),
		cmocka_unit_test(forty_lines_are_said_and_forty_one_are_refused),
		cmocka_unit_test(a_direct_message_is_told_to_both_ends_alone),
		cmocka_unit_test(who_goes_is_told_in_each_of_its_rooms_once),
		cmocka_unit_test(who_logs_out_is_gone_and_hears_no_more),
		cmocka_unit_test(a_new_nick_is_told_once_to_all_who_share_a_room),
		cmocka_unit_test(a_rename_keeps_names_unique),
		cmocka_unit_test(a_rename_may_not_hide_behind_ones_own_look_alike),
		cmocka_unit_test(an_answer_and_ones_own_copy_bear_the_ref),
		cmocka_unit_test(two_servers_know_nothing_of_each_other),
		cmocka_unit_test(a_server_whose_room_cannot_be_one_is_not_opened),
		cmocka_unit_test(idle_counts_from_the_last_thing_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
