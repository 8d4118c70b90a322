/* Rooms: when they begin and end, which room is current after each step, topics and digests. */
#include "core_fixture.h"

static void
a_message_goes_to_the_current_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	type(ann, "in tea");
	assert_told(ann, "chat# tea ann: in tea\n");
	type(ann, "/join main");
	type(ann, "in main");
	/* Going back is told to the session alone: the room's members have not changed. */
	assert_told(ann, "join main ann\nchat# main ann: in main\n");
	assert_told(bob, "chat# main ann: in main\n");
}

static void
after_leaving_the_room_joined_last_is_current(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	type(ann, "/join a");
	type(ann, "/join b");
	type(ann, "/join c");
	guest_forget(ann);
	type(ann, "/leave");
	type(ann, "1");
	assert_told(ann, "leave# c ann b\nchat# b ann: 1\n");
	/* Leaving another room than the current one does not change the current one. */
	type(ann, "/leave a");
	type(ann, "2");
	assert_told(ann, "leave# a ann b\nchat# b ann: 2\n");
	type(ann, "/leave");
	assert_told(ann, "leave# b ann main\n");
}

static void
leaving_the_last_room_leads_to_the_default_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join tea");
	type(ann, "/leave main");
	guest_forget(ann);
	guest_forget(bob);
	assert_int_equal(type(ann, "/leave"), REASON_OK);
	assert_told(ann, "join# main ann\nleave# tea ann main\n");
	assert_told(bob, "join# main ann\n");
}

static void
the_last_room_cannot_be_left_for_nowhere(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	guest_forget(ann);
	assert_int_equal(type(ann, "/leave"), REASON_LAST_ROOM);
	assert_int_equal(type(ann, "/leave main"), REASON_LAST_ROOM);
	guest_forget(ann);
	type(ann, "still here");
	assert_told(ann, "chat# main ann: still here\n");
}

static void
a_listeners_room_is_the_default_room_of_its_users(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_connect(fixture);
	ann->session.default_room = "tea";
	type(ann, "/login ann");
	assert_told(ann, "welcome tea ann Teahouse\njoin# tea ann\n");
	/* Leaving it leads to the server's default room, and leaving any other back to tea. */
	type(ann, "/leave");
	assert_told(ann, "join# main ann\nleave# tea ann main\n");
	assert_int_equal(core_rooms(fixture->core), 1);
	type(ann, "/leave");
	assert_told(ann, "join# tea ann\nleave# main ann tea\n");
	assert_int_equal(core_rooms(fixture->core), 2);
}

static void
only_a_joined_room_can_be_left(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(bob, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	type(ann, "/leave tea");
	type(ann, "/leave milk");
	type(ann, "/leave a:b");
	assert_told(ann, "error not-in-room: You are not in the room \"tea\".\n"
			 "error no-such-room: There is no room \"milk\".\n"
			 "error no-such-room: There is no room \"a:b\".\n");
	assert_told(bob, "");
}

static void
a_room_ends_when_its_last_member_leaves(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join tea");
	type(bob, "/join tea");
	type(ann, "/topic Earl Grey");
	type(ann, "/leave");
	assert_int_equal(core_rooms(fixture->core), 2);
	session_end(&bob->session);
	assert_int_equal(core_rooms(fixture->core), 1);
	guest_forget(ann);
	type(ann, "/rooms");
	type(ann, "/join tea");
	/* A new room of the same name has its own ids and topic. */
	assert_told(ann, "rooms main(1)\njoin# tea ann\n");
}

static void
the_default_room_exists_even_when_empty(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	type(ann, "/topic Welcome");
	type(ann, "/join tea");
	type(ann, "/leave main");
	assert_int_equal(core_rooms(fixture->core), 2);
	guest_forget(ann);
	type(ann, "/rooms");
	assert_told(ann, "rooms main(0)=Welcome tea(1)\n");
}

static void
names_that_look_the_same_mean_the_room_as_first_spelt(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join Tea");
	guest_forget(bob);
	type(bob, "/join tEA");
	assert_told(bob, "join# Tea bob\n");
	type(bob, "/join T\xd0\xb5\xd0\xb0");
	assert_told(bob, "join Tea bob\n");
	type(bob, "/leave te\xd0\xb0");
	assert_told(bob, "leave# Tea bob main\n");
	assert_int_equal(core_rooms(fixture->core), 2);
}

static void
an_invalid_name_makes_no_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	assert_int_equal(type(ann, "/join tea room"), REASON_ROOM_INVALID);
	assert_int_equal(type(ann, "/join #tea"), REASON_ROOM_INVALID);
	assert_int_equal(core_rooms(fixture->core), 1);
}

static void
a_user_is_in_sixty_four_rooms_at_most(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	char line[32];
	for (int i = 1; i < 64; i++) {
		snprintf(line, sizeof line, "/join r%d", i);
		assert_int_equal(type(ann, line), REASON_OK);
	}
	assert_int_equal(type(ann, "/join r64"), REASON_ROOMS_FULL);
	/* The room was not created, and joined rooms can still be made current. */
	assert_int_equal(core_rooms(fixture->core), 64);
	assert_int_equal(type(ann, "/join r5"), REASON_OK);
	assert_int_equal(type(ann, "/leave r7"), REASON_OK);
	assert_int_equal(type(ann, "/join r64"), REASON_OK);
}

static void
a_new_topic_is_announced_to_the_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	guest_forget(ann);
	guest_forget(bob);
	type(ann, "/topic Earl  Grey");
	assert_told(ann, "topic# main ann: Earl  Grey\n");
	assert_told(bob, "topic# main ann: Earl  Grey\n");
	type(bob, "/topic");
	assert_told(bob, "topic main ann: Earl  Grey\n");
	assert_told(ann, "");
	/* Users who come later are told it, with the nick that its setter had then. */
	type(ann, "/nick anna");
	struct guest *cat = guest_login(fixture, "cat");
	assert_told(cat, "welcome main cat Teahouse\njoin# main cat\ntopic main ann: Earl  Grey\n");
}

/* Only a packet can have an empty topic. */
static enum reason
topic_of(struct guest *guest, struct text topic)
{
	struct request request = {.command = command_of_type(BYTES("topic"))};
	request.arg[0] = topic;
	return session_request(&guest->session, &request);
}

static void
an_empty_topic_removes_the_topic(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	type(ann, "/topic Earl Grey");
	guest_forget(ann);
	assert_int_equal(topic_of(ann, BYTES("")), REASON_OK);
	assert_told(ann, "topic# main ann: \n");
	struct guest *bob = guest_login(fixture, "bob");
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
}

static void
a_topic_is_one_line_of_at_most_400_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann");
	guest_forget(ann);
	assert_int_equal(topic_of(ann, BYTES("\nEarl\r\nGrey\n")), REASON_OK);
	assert_told(ann, "topic# main ann: Earl Grey\n");
	char topic[401];
	memset(topic, 'x', sizeof topic);
	assert_int_equal(topic_of(ann, (struct text){topic, 401}), REASON_TEXT_TOO_LONG);
	assert_int_equal(topic_of(ann, (struct text){topic, 400}), REASON_OK);
}

static void
a_packet_may_name_its_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_login(fixture, "ann"), *bob = guest_login(fixture, "bob");
	type(ann, "/join tea");
	guest_forget(ann);
	guest_forget(bob);
	struct request request = {.command = command_of_type(BYTES("chat")), .room = BYTES("MAIN")};
	request.arg[0] = BYTES("hi");
	assert_int_equal(session_request(&ann->session, &request), REASON_OK);
	assert_told(bob, "chat# main ann: hi\n");
	request.room = BYTES("tea");
	session_request(&bob->session, &request);
	assert_told(bob, "error not-in-room: You are not in the room \"tea\".\n");
	request.room = BYTES("milk");
	session_request(&bob->session, &request);
	assert_told(bob, "error no-such-room: There is no room \"milk\".\n");
	assert_told(ann, "chat# main ann: hi\n");
	/* The current room has not changed. */
	type(ann, "in tea");
	assert_told(ann, "chat# tea ann: in tea\n");
}

static void
a_packet_may_log_in_to_a_room(void **state)
{
	struct fixture *fixture = *state;
	struct guest *ann = guest_connect(fixture);
	struct request request = {.command = command_of_type(BYTES("hello")), .room = BYTES("a b")};
	request.arg[0] = BYTES("ann");
	assert_int_equal(session_request(&ann->session, &request), REASON_ROOM_INVALID);
	assert_int_equal(core_users(fixture->core), 0);
	guest_forget(ann);
	request.room = BYTES("tea");
	assert_int_equal(session_request(&ann->session, &request), REASON_OK);
	assert_told(ann, "welcome tea ann Teahouse\njoin# tea ann\n");
}

enum { PEOPLE = 30, ROOMS = 6 };

/* The expected members of a room, in order of arrival. */
struct model {
	int people[PEOPLE];
	size_t n;
};

static bool
model_leave(struct model *room, int who)
{
	for (size_t i = 0; i < room->n; i++) {
		if (room->people[i] != who)
			continue;
		room->n--;
		memmove(&room->people[i], &room->people[i + 1], (room->n - i) * sizeof(int));
		return true;
	}
	return false;
}

static void
room_must_list(struct guest *guest, char room, const struct model *model, const int *names)
{
	struct request request = {.command = command_of_type(BYTES("names")), .room = {&room, 1}};
	struct strbuf wanted = {0};
	if (model->n == 0)
		strbuf_printf(&wanted, "error no-such-room: There is no room \"%c\".\n", room);
	else
		strbuf_printf(&wanted, "names %c", room);
	for (size_t i = 0; i < model->n; i++)
		strbuf_printf(&wanted, " p%d-%d", model->people[i], names[model->people[i]]);
	if (model->n > 0)
		strbuf_puts(&wanted, "\n");
	guest_forget(guest);
	session_request(&guest->session, &request);
	assert_text(strbuf_view(&guest->told), strbuf_view(&wanted));
	strbuf_clear(&wanted);
}

/* A step at random: a user enters or leaves a room, or takes another nick. */
static void
step_at_random(struct guest **people, struct model *rooms, int *names, uint64_t *seed)
{
	int who = (int)random_below(seed, PEOPLE), room = (int)random_below(seed, ROOMS);
	char line[32];
	bool was = model_leave(&rooms[room], who);
	if (random_below(seed, 4) == 0) {
		snprintf(line, sizeof line, "/nick p%d-%d", who, ++names[who]);
		assert_int_equal(type(people[who], line), REASON_OK);
		snprintf(line, sizeof line, "/join %c", 'a' + room);
		if (was)
			snprintf(line, sizeof line, "/leave %c", 'a' + room);
	} else {
		snprintf(line, sizeof line, "/%s %c", was ? "leave" : "join", 'a' + room);
	}
	assert_int_equal(type(people[who], line), REASON_OK);
	if (!was)
		rooms[room].people[rooms[room].n++] = who;
	guest_forget(people[who]);
}

static void
a_room_lists_its_people_in_order_of_arrival_whatever_happened(void **state)
{
	(void)state;
	struct fixture fixture;
	struct guest *people[PEOPLE];
	static struct model rooms[ROOMS];
	int names[PEOPLE] = {0};
	uint64_t seed = 7;
	fixture_open(&fixture);
	/* A user watches from another room: all others are always in main, too. */
	struct guest *looker = guest_login(&fixture, "looker");
	for (int i = 0; i < PEOPLE; i++) {
		char nick[16];
		snprintf(nick, sizeof nick, "p%d-0", i);
		people[i] = guest_login(&fixture, nick);
	}
	for (int round = 0; round < 4000; round++) {
		step_at_random(people, rooms, names, &seed);
		int room = (int)random_below(&seed, ROOMS);
		room_must_list(looker, (char)('a' + room), &rooms[room], names);
	}
	fixture_close(&fixture);
}

enum { LARGE = 4 };

/* LARGE + 1 users in main, the last of whom has just logged in. */
static void
large_open(struct fixture *fixture, struct guest *people[static LARGE + 1])
{
	struct core_settings settings = fixture_settings();
	settings.presence = LARGE;
	fixture_open_with(fixture, settings);
	for (int i = 0; i <= LARGE; i++)
		people[i] = guest_login(fixture, (char[]){(char)('a' + i), '\0'});
	for (int i = 0; i <= LARGE; i++)
		guest_forget(people[i]);
}

static int64_t
time_passes(struct fixture *fixture, int64_t ms)
{
	fixture->time += ms;
	return core_tick(fixture->core);
}

static void
a_digest_is_sent_two_seconds_after_its_first_change(void **state)
{
	(void)state;
	struct fixture fixture;
	struct guest *people[LARGE + 1];
	large_open(&fixture, people);
	assert_int_equal(core_tick(fixture.core), 2000);
	session_end(&people[1]->session);
	assert_int_equal(time_passes(&fixture, 1999), 1);
	assert_told(people[0], "leave# main b\n");
	assert_int_equal(time_passes(&fixture, 1), -1);
	assert_told(people[0], "presence main +1 -0 =4\n");
	assert_int_equal(time_passes(&fixture, 1000000), -1);
	assert_told(people[0], "");
	fixture_close(&fixture);
}

static void
each_large_room_has_a_digest_of_its_own(void **state)
{
	(void)state;
	struct fixture fixture;
	struct guest *people[LARGE + 1];
	large_open(&fixture, people);
	time_passes(&fixture, 500);
	for (int i = 0; i <= LARGE; i++)
		type(people[i], "/join tea");
	guest_forget(people[0]);
	assert_int_equal(time_passes(&fixture, 1500), 500);
	assert_told(people[0], "presence main +1 -0 =5\n");
	assert_int_equal(time_passes(&fixture, 500), -1);
	assert_told(people[0], "presence tea +1 -0 =5\n");
	fixture_close(&fixture);
}

static void
a_room_that_has_ended_sends_no_digest(void **state)
{
	(void)state;
	struct fixture fixture;
	struct guest *people[LARGE + 1];
	large_open(&fixture, people);
	time_passes(&fixture, 2000);
	for (int i = 0; i <= LARGE; i++)
		type(people[i], "/join tea");
	for (int i = 0; i <= LARGE; i++)
		type(people[i], "/leave");
	guest_forget(people[0]);
	assert_int_equal(time_passes(&fixture, 2000), -1);
	assert_told(people[0], "");
	/* A new room of the same name has no digest pending. */
	type(people[0], "/join tea");
	assert_told(people[0], "join# tea a\n");
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(a_message_goes_to_the_current_room),
		core_test(after_leaving_the_room_joined_last_is_current),
		core_test(leaving_the_last_room_leads_to_the_default_room),
		core_test(the_last_room_cannot_be_left_for_nowhere),
		core_test(a_listeners_room_is_the_default_room_of_its_users),
		core_test(only_a_joined_room_can_be_left),
		core_test(a_room_ends_when_its_last_member_leaves),
		core_test(the_default_room_exists_even_when_empty),
		core_test(names_that_look_the_same_mean_the_room_as_first_spelt),
		core_test(an_invalid_name_makes_no_room),
		core_test(a_user_is_in_sixty_four_rooms_at_most),
		core_test(a_new_topic_is_announced_to_the_room),
		core_test(an_empty_topic_removes_the_topic),
		core_test(a_topic_is_one_line_of_at_most_400_bytes),
		core_test(a_packet_may_name_its_room),
		core_test(a_packet_may_log_in_to_a_room),
		cmocka_unit_test(a_room_lists_its_people_in_order_of_arrival_whatever_happened),
		cmocka_unit_test(a_digest_is_sent_two_seconds_after_its_first_change),
		cmocka_unit_test(each_large_room_has_a_digest_of_its_own),
		cmocka_unit_test(a_room_that_has_ended_sends_no_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
