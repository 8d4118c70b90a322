/* Users with several sessions: what each is sent, and when joins and leaves are announced. */
#include "core_fixture.h"

/* Another session of the same user. */
static struct guest *
attach(struct fixture *fixture, struct guest *other)
{
	struct guest *guest = guest_connect(fixture);
	session_attach(&guest->session, &other->session);
	return guest;
}

static void
another_session_is_sent_the_rooms_and_not_announced(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join tea");
	type(ann, "/topic Earl Grey");
	guest_forget(ann);
	guest_forget(bob);
	struct guest *phone = attach(fixture, ann);
	assert_told(phone, "welcome tea ann Teahouse\njoin main ann\njoin tea ann\n"
			   "topic tea ann: Earl Grey\n");
	assert_told(ann, "");
	assert_told(bob, "");
	assert_int_equal(core_users(fixture->core), 2);
}

static void
a_message_of_one_session_is_sent_once_to_all_others(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	struct guest *phone = attach(fixture, ann);
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(phone);
	session_command_line(&phone->session, text_of("hi"), text_of("r1"), TEXT_NONE);
	assert_told(phone, "chat# main ann: hi /r1\n");
	assert_told(ann, "chat# main ann: hi\n");
	assert_told(bob, "chat# main ann: hi\n");
	/* Direct messages go to all sessions of both. */
	type(bob, "/msg ann psst");
	assert_told(ann, "direct bob ann: psst\n");
	assert_told(phone, "direct bob ann: psst\n");
	type(ann, "/msg bob yes?");
	assert_told(phone, "direct ann bob: yes?\n");
	type(ann, "/msg ann note");
	guest_forget(bob);
	assert_told(phone, "direct ann ann: note\n");
	assert_told(ann, "direct ann bob: yes?\ndirect ann ann: note\n");
}

static void
leaving_is_announced_when_the_last_session_ends(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	struct guest *phone = attach(fixture, ann);
	guest_forget(bob);
	session_end(&ann->session);
	assert_told(bob, "");
	type(phone, "still here");
	assert_told(bob, "chat# main ann: still here\n");
	session_end(&phone->session);
	assert_told(bob, "leave# main ann\n");
}

static void
joining_by_one_session_joins_all_and_each_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	struct guest *phone = attach(fixture, ann);
	type(bob, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(phone);
	session_command_line(&ann->session, text_of("/join tea"), text_of("r1"), TEXT_NONE);
	assert_told(ann, "join# tea ann /r1\n");
	assert_told(phone, "join# tea ann\n");
	assert_told(bob, "join# tea ann\n");
	/* Each session has its own current room. */
	type(phone, "in main");
	type(ann, "in tea");
	assert_told(bob, "chat# main ann: in main\nchat# tea ann: in tea\n");
	guest_forget(ann);
	guest_forget(phone);
	type(phone, "/join tea");
	assert_told(phone, "join tea ann\n");
	assert_told(bob, "");
	type(phone, "/leave tea");
	assert_told(ann, "leave# tea ann main\n");
	assert_told(phone, "leave# tea ann main\n");
	assert_told(bob, "leave# tea ann\n");
}

static void
a_change_of_nick_is_sent_once_to_each_session(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	struct guest *phone = attach(fixture, ann);
	type(ann, "/join tea");
	type(bob, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	guest_forget(phone);
	type(phone, "/nick pat");
	assert_told(ann, "nick ann pat\n");
	assert_told(bob, "nick ann pat\n");
	assert_told(phone, "nick ann pat\n");
	assert_text(session_nick(&ann->session), BYTES("pat"));
}

static void
the_rate_counts_for_the_user(void **state)
{
	(void)state;
	struct fixture fixture;
	struct core_settings settings = fixture_settings();
	settings.rate = 1;
	settings.burst = 3;
	fixture_open_with(&fixture, settings);
	struct guest *ann = guest_login(&fixture, "ann"), *phone = attach(&fixture, ann);
	type(ann, "one");
	assert_int_equal(session_wait(&phone->session), 0);
	type(phone, "two");
	assert_true(session_wait(&phone->session) > 0);
	assert_int_equal(session_wait(&ann->session), session_wait(&phone->session));
	fixture.time += 1000;
	assert_int_equal(session_wait(&ann->session), 0);
	fixture_close(&fixture);
}

static void
a_listing_has_a_user_once_with_all_its_protocols(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *phone = attach(fixture, ann);
	struct guest *third = attach(fixture, ann);
	phone->session.protocol = "web";
	third->session.protocol = "web";
	guest_forget(ann);
	type(ann, "/who");
	assert_told(ann, "who ann(test, web main 0s)\n");
	type(ann, "/look");
	assert_told(ann, "names main ann\n");
}

static void
a_listing_is_not_cut_short_by_requests_of_another_session(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *phone = attach(fixture, ann);
	phone->session.wants_names = true;
	for (int i = 0; i < 60; i++) {
		struct strbuf nick = {0};
		strbuf_printf(&nick, "p%d%c", i, 0);
		guest_login(fixture, nick.ptr);
		strbuf_clear(&nick);
	}
	guest_forget(phone);
	type(phone, "/look");
	assert_true(session_is_pending(&phone->session));
	size_t first = phone->told.len;
	type(ann, "/join tea");
	/* The rest of the listing, then the names of the room that was joined meanwhile. */
	listing_next(&phone->session);
	listing_next(&phone->session);
	assert_false(session_is_pending(&phone->session));
	const char *tail = phone->told.ptr + first;
	struct text rest = {tail, phone->told.len - first};
	assert_text(rest, BYTES("join# tea ann\nnames main .. p49 p50 p51 p52 p53 p54 p55 p56 p57 "
				"p58 p59\nnames tea ann\n"));
	guest_forget(phone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(another_session_is_sent_the_rooms_and_not_announced),
		core_test(a_message_of_one_session_is_sent_once_to_all_others),
		core_test(leaving_is_announced_when_the_last_session_ends),
		core_test(joining_by_one_session_joins_all_and_each_is_told),
		core_test(a_change_of_nick_is_sent_once_to_each_session),
		cmocka_unit_test(the_rate_counts_for_the_user),
		core_test(a_listing_has_a_user_once_with_all_its_protocols),
		core_test(a_listing_is_not_cut_short_by_requests_of_another_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
