/* Messages: who receives them, in which order, with which ids and refs, and what is refused. */
#include "core_fixture.h"

static void
all_members_receive_each_message_once_in_the_same_order(void **state)
{
	struct fixture *fixture = *state;
	struct guest *people[] = {guest_login(fixture, "ann"), guest_login(fixture, "bob"),
		guest_login(fixture, "cat")};
	for (size_t i = 0; i < 3; i++)
		guest_forget(people[i]);
	type(people[1], "one");
	type(people[0], "two");
	type(people[1], "/me three");
	type(people[2], "/say /who");
	for (size_t i = 0; i < 3; i++)
		assert_told(people[i], "chat# main bob: one\nchat# main ann: two\n"
				       "emote# main bob: three\nchat# main cat: /who\n");
}

static void
ids_are_counted_by_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	type(ann, "/join tea");
	type(ann, "a");
	guest_forget(ann);
	type(ann, "/join main");
	type(ann, "b");
	/* Events of no room and refused requests take no id. */
	type(ann, "/who");
	type(ann, "/msg ann x");
	type(ann, "/msg ghost x");
	type(ann, "/nick anna");
	type(ann, "/join main");
	type(ann, "c");
	type(ann, "/join tea");
	type(ann, "d");
	assert_told(ann, "join main ann\nchat# main ann: b\nwho ann(test main,tea 0s)\n"
			 "direct ann ann: x\nerror no-such-nick: \"ghost\" is not online.\n"
			 "nick ann anna\njoin main anna\nchat# main anna: c\n"
			 "join tea anna\nchat# tea anna: d\n");
}

static void
only_the_sender_is_told_of_a_refusal(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
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
}

static void
an_empty_text_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	guest_forget(bob);
	assert_int_equal(type(ann, " "), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/say \xc2\xa0"), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/me \x1b"), REASON_TEXT_EMPTY);
	assert_int_equal(type(ann, "/msg bob \xe2\x80\xae"), REASON_TEXT_EMPTY);
	assert_told(bob, "");
}

static void
a_line_with_two_slashes_is_sent_with_one(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	guest_forget(ann);
	type(ann, "//who is there");
	assert_told(ann, "chat# main ann: /who is there\n");
}

static void
a_text_at_the_limit_is_sent_and_a_longer_one_is_refused(void **state)
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
	assert_told(ann, "error text-too-long: Too long: the limit is 10 bytes and 40 lines.\n");
	/* The limit applies to the text as it would be sent: after removals and replacements. */
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
forty_lines_are_sent_and_forty_one_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
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
}

static void
only_sender_and_recipient_receive_a_direct_message(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "Ann"), *bob = guest_login(fixture, "bob");
	struct guest *cat = guest_login(fixture, "cat");
	/* The two need not share a room. */
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
}

static void
replies_and_the_senders_copy_have_the_ref(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
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
		"error unknown-command: Unknown command /nonsense. /help lists the commands. /r3\n"
		"join# tea ann /r4\nleave# tea ann main /r5\nnick ann anna /r6\n"
		"topic# main anna: x /r7\n");
	assert_told(bob, "chat# main ann: hi\nnick ann anna\ntopic# main anna: x\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(all_members_receive_each_message_once_in_the_same_order),
		core_test(ids_are_counted_by_room),
		core_test(only_the_sender_is_told_of_a_refusal),
		core_test(an_empty_text_is_refused),
		core_test(a_line_with_two_slashes_is_sent_with_one),
		cmocka_unit_test(a_text_at_the_limit_is_sent_and_a_longer_one_is_refused),
		core_test(forty_lines_are_sent_and_forty_one_are_refused),
		core_test(only_sender_and_recipient_receive_a_direct_message),
		core_test(replies_and_the_senders_copy_have_the_ref),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
