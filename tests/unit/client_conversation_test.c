/*
 * Conversations of the terminal client: lines, unread counts and drafts stay with the person while
 * people change their nicks, take over those of others, come and go.
 */
#include "client_fixture.h"

#include "client/model/markers.h"

#include <locale.h>
#include <strings.h>

enum { PEOPLE = 4, NICKS = 7, STEPS = 20000 };

static const char *const nicks[NICKS] = {"kim", "Kim", "zoe", "bob", "eve", "dan", "lea"};

static struct model *
in_main(void)
{
	struct model *m = model_open(t("ann"));
	model_entered(m, t("main"), t("ann"), 1, true);
	return m;
}

static void
direct_messages_have_a_window(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("main"), t("kim"), 1, false);
	size_t lines = m->rooms[0]->scroll.n;
	model_add_direct(m, t("kim"), t("ann"), t("psst"), 2);
	assert_int_equal(m->n_rooms, 2);
	assert_int_equal(m->current, 0);
	assert_int_equal(m->rooms[0]->scroll.n, lines);
	struct room *kim = model_conversation(m, t("KIM"));
	assert_ptr_equal(kim, m->rooms[1]);
	assert_int_equal(kim->unread, 1);
	assert_true(m->bell);
	newest_is(kim, "kim: psst");
	/* A room is before the conversations, and none of them is a room. */
	model_entered(m, t("kim"), t("ann"), 3, false);
	assert_ptr_equal(m->rooms[2], kim);
	assert_ptr_not_equal(model_room(m, t("kim")), kim);
	model_show_nth(m, 3);
	assert_ptr_equal(model_current(m), kim);
	assert_int_equal(kim->unread, 0);
	assert_ptr_equal(m->here, m->rooms[0]);
	model_close_conversation(m, kim);
	assert_ptr_equal(model_current(m), m->rooms[0]);
	model_close(m);
}

static void
what_the_user_says_is_not_unread(void **state)
{
	(void)state;
	struct model *m = in_main();
	/* By a command in the room, or by another session. */
	model_add_direct(m, t("ann"), t("kim"), t("psst"), 1);
	struct room *kim = model_conversation(m, t("kim"));
	model_entered(m, t("tea"), t("ann"), 2, false);
	model_add_message(m, LINE_MESSAGE, t("tea"), t("ann"), t("hello"), 3);
	const struct room *tea = model_room(m, t("tea"));
	newest_is(kim, "ann: psst");
	newest_is(tea, "ann: hello");
	assert_int_equal(kim->unread, 0);
	assert_int_equal(tea->unread, 0);
	assert_true(kim->unread_mark == 0 && tea->unread_mark == 0);
	model_add_direct(m, t("kim"), t("ann"), t("yes?"), 4);
	assert_int_equal(kim->unread, 1);
	assert_int_equal(kim->unread_mark, kim->scroll.last - 1);
	model_close(m);
}

static void
another_owner_of_a_name_is_doubted(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("main"), t("kim"), 1, false);
	model_add_direct(m, t("kim"), t("ann"), t("psst"), 2);
	struct room *kim = model_conversation(m, t("kim"));
	model_left(m, t("main"), t("kim"), 3);
	assert_int_equal(kim->peer, PEER_UNSURE);
	model_set_peer(m, kim, false, 4);
	newest_is(kim, "*** kim is offline");
	assert_false(kim->peer_changed);
	model_entered(m, t("main"), t("eve"), 5, false);
	model_renamed(m, t("eve"), t("kim"), 6);
	assert_true(kim->peer_changed);
	assert_int_equal(kim->peer, PEER_ONLINE);
	model_close(m);
}

static void
the_owner_of_a_registered_name_is_not_doubted(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("main"), t("kim"), 1, false);
	model_add_direct(m, t("kim"), t("ann"), t("psst"), 2);
	struct room *kim = model_conversation(m, t("kim"));
	model_peer_registered(m, kim, true, 2);
	model_left(m, t("main"), t("kim"), 3);
	model_set_peer(m, kim, false, 4);
	model_entered(m, t("main"), t("kim"), 5, false);
	assert_int_equal(kim->peer, PEER_ONLINE);
	assert_false(kim->peer_changed);
	newest_is(kim, "*** kim is offline");
	/* .. until the name is given up. */
	model_peer_registered(m, kim, false, 6);
	assert_true(kim->peer_changed);
	newest_is(kim, "*** kim is back, or another person has this name now");
	/* A guest of an earlier session may be another person, an account is not. */
	for (int registered = 0; registered < 2; registered++) {
		const struct remembered remembered = {.name = t(registered ? "bob" : "zoe"),
			.direct = true,
			.registered = registered};
		struct room *room = model_remember(m, &remembered);
		model_set_peer(m, room, true, 7);
		assert_int_equal(room->peer_changed, !registered);
	}
	model_close(m);
}

static void
comings_and_goings_are_one_line(void **state)
{
	(void)state;
	struct model *m = in_main();
	const struct room *room = model_current(m);
	model_add_notice(m, LINE_NOTICE, t("main"), t("hi"), 1);
	static const char *const who[] = {"bob", "kim", "zoe", "dan"};
	for (size_t i = 0; i < COUNT(who); i++)
		model_entered(m, t("main"), t(who[i]), 1, false);
	assert_int_equal(room->scroll.n, 3);
	newest_is(room, "*** bob, kim and 2 others have joined the chat");
	model_left(m, t("main"), t("zoe"), 1);
	model_left(m, t("main"), t("dan"), 1);
	newest_is(room, "*** bob and kim have joined the chat");
	model_left(m, t("main"), t("ann2"), 1);
	newest_is(room, "*** bob and kim have joined the chat, ann2 has left");
	model_entered(m, t("main"), t("ann2"), 1, false);
	model_left(m, t("main"), t("bob"), 1);
	model_left(m, t("main"), t("kim"), 1);
	assert_int_equal(room->scroll.n, 2);
	model_add_message(m, LINE_MESSAGE, t("main"), t("bob"), t("bye"), 1);
	model_left(m, t("main"), t("bob"), 1);
	newest_is(room, "*** bob has left the chat");
	model_close(m);
}

/* What the test knows of a person: who they are stays, what they are called does not. */
struct person {
	int nick;      /* index; -1: not there */
	unsigned said; /* direct messages since their conversation was last shown */
	bool has_conversation;
};

static bool
is_free(const struct person *people, int nick)
{
	for (int i = 0; i < PEOPLE; i++)
		if (people[i].nick >= 0 && strcasecmp(nicks[people[i].nick], nicks[nick]) == 0)
			return false;
	return true;
}

static void
check(const struct model *m, const struct person *people)
{
	for (int i = 0; i < PEOPLE; i++) {
		if (people[i].nick < 0)
			continue;
		const struct room *room = model_conversation(m, t(nicks[people[i].nick]));
		if (!people[i].has_conversation)
			continue;
		assert_non_null(room);
		assert_string_equal(room->name, nicks[people[i].nick]);
		assert_true(room->unread >= people[i].said);
	}
	for (size_t i = 0; i < m->n_rooms; i++)
		for (size_t j = 0; j < i && m->rooms[i]->direct; j++)
			if (m->rooms[j]->direct &&
				strcasecmp(m->rooms[i]->name, m->rooms[j]->name) == 0)
				fail_msg("two for %s", m->rooms[i]->name);
}

static void
a_conversation_follows_the_person(void **state)
{
	(void)state;
	struct model *m = in_main();
	struct person people[PEOPLE] = {{.nick = -1}, {.nick = -1}, {.nick = -1}, {.nick = -1}};
	uint64_t seed = 11;
	for (int64_t i = 2; i < STEPS; i++) {
		struct person *person = &people[random_below(&seed, PEOPLE)];
		int nick = (int)random_below(&seed, NICKS), own = person->nick;
		uint32_t what = random_below(&seed, 6);
		bool same = own >= 0 && strcasecmp(nicks[own], nicks[nick]) == 0;
		if (own < 0 && is_free(people, nick)) {
			*person = (struct person){.nick = nick};
			model_entered(m, t("main"), t(nicks[nick]), i, false);
		} else if (own >= 0 && what == 0) {
			model_left(m, t("main"), t(nicks[own]), i);
			struct room *room = model_conversation(m, t(nicks[own]));
			assert_false(room && room->peer == PEER_ONLINE);
			if (room)
				model_set_peer(m, room, false, i);
			person->nick = -1;
		} else if (own >= 0 && what <= 2 && nick != own &&
			   (same || is_free(people, nick))) {
			model_renamed(m, t(nicks[own]), t(nicks[nick]), i);
			person->nick = nick;
		} else if (own >= 0 && what == 3) {
			struct room *room = model_open_conversation(m, t(nicks[own]));
			model_show(m, room);
			model_show_nth(m, 1);
			person->said = 0;
			person->has_conversation = true;
		} else if (own >= 0) {
			model_add_direct(m, t(nicks[own]), t("ann"), t("hi"), i);
			person->said++;
			person->has_conversation = true;
		}
		check(m, people);
	}
	model_close(m);
}

static void
a_draft_and_the_lines_survive_a_takeover(void **state)
{
	(void)state;
	struct model *m = in_main();
	model_entered(m, t("main"), t("kim"), 1, false);
	model_entered(m, t("main"), t("zoe"), 1, false);
	model_add_direct(m, t("kim"), t("ann"), t("from kim"), 2);
	model_add_direct(m, t("zoe"), t("ann"), t("from zoe"), 3);
	struct room *kim = model_conversation(m, t("kim")), *zoe = model_conversation(m, t("zoe"));
	zoe->draft = strdup("half a thought");
	model_left(m, t("main"), t("zoe"), 4);
	model_set_peer(m, zoe, false, 4);
	model_show(m, zoe);
	model_renamed(m, t("kim"), t("zoe"), 5);
	assert_int_equal(m->n_rooms, 2);
	assert_ptr_equal(model_current(m), kim);
	assert_string_equal(kim->name, "zoe");
	assert_string_equal(kim->draft, "half a thought");
	/* What was typed to the former zoe is not sent to this one unasked. */
	assert_true(kim->peer_changed);
	const struct scrollback *scroll = &kim->scroll;
	uint64_t first = scrollback_first(scroll);
	assert_string_equal(scrollback_line(scroll, first)->text, "kim: from kim");
	assert_string_equal(scrollback_line(scroll, first + 1)->text, "zoe: from zoe");
	assert_string_equal(scrollback_newest(scroll)->text, "*** kim is now known as zoe");
	model_close(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_messages_have_a_window),
		cmocka_unit_test(what_the_user_says_is_not_unread),
		cmocka_unit_test(another_owner_of_a_name_is_doubted),
		cmocka_unit_test(the_owner_of_a_registered_name_is_not_doubted),
		cmocka_unit_test(comings_and_goings_are_one_line),
		cmocka_unit_test(a_conversation_follows_the_person),
		cmocka_unit_test(a_draft_and_the_lines_survive_a_takeover),
	};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
