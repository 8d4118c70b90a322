/* What an account finds when its user comes back: its rooms, what is unread, direct messages. */
#include "accounts_fixture.h"

static void
rooms_are_entered_again_in_their_order(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann");
	type(ann, "/join tea");
	type(ann, "/join milk");
	type(ann, "/join sugar");
	type(ann, "/leave milk");
	type(ann, "/join tea");
	leave(ann);
	restart(world);
	ann = enter(world, "/login ann secret-one");
	assert_told(ann, "welcome tea ann Teahouse account main<2:0 tea<3:0 sugar<5:0\n"
			 "join# main ann\njoin# tea ann\njoin# sugar ann\n");
	assert_int_equal(type(ann, "here"), REASON_OK);
	assert_told(ann, "chat# tea ann: here\n");
}

static void
what_is_unread_is_counted(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann");
	type(ann, "/logout");
	struct guest *bob = enter(world, "/login bob");
	type(bob, "one");
	type(bob, "ann, two");
	type(bob, "annual three");
	ann = connect(world);
	ann->session.catch_up = 2;
	type(ann, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(ann, "welcome main ann Teahouse account main<2:3!1\njoin# main ann\n"
			 "missed main 3\nchat# main bob: ann, two past\n"
			 "chat# main bob: annual three past\n");
	packet(ann, COMMAND_READ, "6", NULL, NULL);
	restart(world);
	ann = enter(world, "/login ann secret-one");
	assert_told(ann, "welcome main ann Teahouse account main<6:1\njoin# main ann\n");
	packet(ann, COMMAND_READ, "5", NULL, NULL);
	packet(ann, COMMAND_READ, "999999", NULL, NULL);
	struct guest *two = enter(world, "/login ann secret-one");
	guest_forget(ann);
	packet(two, COMMAND_READ, "7", NULL, NULL);
	assert_told(ann, "");
}

static void
reading_is_told_to_the_other_sessions(void **state)
{
	struct world *world = *state;
	struct guest *one = registered(world, "ann"), *two = enter(world, "/login ann secret-one"),
		     *bob = enter(world, "/login bob");
	type(bob, "tea?");
	guest_forget(one);
	guest_forget(two);
	packet(one, COMMAND_READ, "4", NULL, NULL);
	assert_told(one, "");
	assert_told(two, "read main 4\n");
	packet(two, COMMAND_READ, "4", NULL, NULL);
	packet(two, COMMAND_READ, "3", NULL, NULL);
	assert_told(one, "");
	/* A session that shows all that it is sent reads it so. */
	two->session.reads_all = true;
	type(bob, "coffee?");
	guest_forget(one);
	later(world, 1000);
	assert_told(one, "read main 5\n");
}

static void
direct_messages_reach_the_absent(void **state)
{
	struct world *world = *state;
	leave(registered(world, "ann"));
	later(world, 10000);
	struct guest *bob = enter(world, "/login bob");
	guest_forget(bob);
	type(bob, "/msg ann are you there?");
	assert_told(bob, "direct bob ann: are you there?\n"
			 "notice ann: ann is away and will read it later.\n");
	type(bob, "/msg ann hm");
	assert_told(bob, "direct bob ann: hm\n");
	struct guest *joe = registered(world, "joe");
	type(joe, "/msg ann tea?");
	assert_told(joe, "direct joe ann: tea?\n"
			 "notice ann: ann is away and will read it later.\n");
	restart(world);
	struct guest *ann = enter(world, "/login ann secret-one");
	assert_told(ann, "welcome main ann Teahouse account main<2:0 @joe<0:1 @bob<0:2\n"
			 "join# main ann\nmissed 3\ndirect bob ann: are you there? past\n"
			 "direct bob ann: hm past\ndirect joe ann: tea? past\n");
	struct guest *two = enter(world, "/login ann secret-one");
	assert_told(two, "welcome main ann Teahouse account main<2:0 @joe<0:1 @bob<0:2\n"
			 "join main ann\n");
	restart(world);
	ann = enter(world, "/login ann secret-one");
	assert_told(ann, "welcome main ann Teahouse account main<2:0 @joe<0:1 @bob<0:2\n"
			 "join# main ann\n");
	bob = enter(world, "/login bob");
	type(ann, "/msg bob hello");
	guest_forget(ann);
	guest_forget(bob);
	packet(ann, COMMAND_HISTORY, "bob", "10", NULL);
	assert_told(ann, "history bob 5:are you there? 6:hm 16:hello\n");
	packet(bob, COMMAND_HISTORY, "ann", "10", NULL);
	assert_told(bob, "error not-registered: Your name is not registered: /register PASSWORD "
			 "makes it yours.\n");
	joe = enter(world, "/login joe secret-one");
	guest_forget(joe);
	packet(joe, COMMAND_HISTORY, "ann", "10", NULL);
	assert_told(joe, "history ann 9:tea?\n");
	packet(joe, COMMAND_HISTORY, "bob", "10", NULL);
	assert_told(joe, "history bob\n");
}

static void
what_another_device_did_not_read_is_told(void **state)
{
	struct world *world = *state;
	struct guest *page = registered(world, "ann"), *bob = enter(world, "/login bob");
	guest_forget(page);
	type(bob, "/msg ann one");
	assert_told(page, "direct bob ann: one\n");
	/* A session that shows all is told what was told to the page and is not read. */
	struct guest *telnet = connect(world);
	telnet->session.reads_all = true;
	type(telnet, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(telnet, "welcome main ann Teahouse account main<2:0 @bob<0:1\n"
			    "join main ann\nmissed 1\ndirect bob ann: one past\n");
	guest_forget(page);
	later(world, 1000);
	assert_told(page, "read bob 4\n");
	leave(telnet);
	/* Also after the server was started anew; and once. */
	type(bob, "/msg ann two");
	guest_forget(page);
	restart(world);
	telnet = connect(world);
	telnet->session.reads_all = true;
	type(telnet, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(telnet, "welcome main ann Teahouse account main<2:0 @bob<4:1\n"
			    "join# main ann\nmissed 1\ndirect bob ann: two past\n");
	later(world, 1000);
	leave(telnet);
	telnet = connect(world);
	telnet->session.reads_all = true;
	type(telnet, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(telnet, "welcome main ann Teahouse account main<2:0 @bob<5:0\n"
			    "join main ann\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		accounts_test(rooms_are_entered_again_in_their_order),
		accounts_test(what_is_unread_is_counted),
		accounts_test(reading_is_told_to_the_other_sessions),
		accounts_test(direct_messages_reach_the_absent),
		accounts_test(what_another_device_did_not_read_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
