/*
 * Several cores that apply one log: each has the same users, rooms and ids, wherever a user's
 * session is. The talk files are played that way, too.
 */
#include "../support/joined_log.h"
#include "core_fixture.h"

enum { CORES = 2 };

struct joined_cores {
	struct joined_log log;
	struct fixture core[CORES];
};

static void
cores_open(struct joined_cores *cores)
{
	joined_log_open(&cores->log, CORES, 0);
	for (size_t i = 0; i < CORES; i++) {
		fixture_open_log(&cores->core[i], fixture_settings(), &cores->log.nodes[i].log);
		cores->log.nodes[i].core = cores->core[i].core;
	}
}

static void
apply_all(struct joined_cores *cores)
{
	while (cores->log.held > 0)
		joined_log_apply(&cores->log);
}

static void
cores_close(struct joined_cores *cores)
{
	for (size_t i = 0; i < CORES; i++)
		for (size_t j = 0; j < cores->core[i].n; j++)
			session_end(&cores->core[i].guests[j]->session);
	apply_all(cores);
	for (size_t i = 0; i < CORES; i++)
		fixture_close(&cores->core[i]);
}

static struct guest *
login(struct joined_cores *cores, size_t at, const char *nick)
{
	struct guest *guest = guest_login(&cores->core[at], nick);
	apply_all(cores);
	return guest;
}

static void
all_see_the_same(void **state)
{
	struct joined_cores cores;
	(void)state;
	cores_open(&cores);
	struct guest *ann = login(&cores, 0, "ann"), *bob = login(&cores, 1, "bob");
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\njoin# main bob\n");
	assert_told(bob, "welcome main bob Teahouse\njoin# main bob\n");
	type(ann, "hello");
	type(bob, "hello yourself");
	apply_all(&cores);
	assert_told(ann, "chat# main ann: hello\nchat# main bob: hello yourself\n");
	assert_told(bob, "chat# main ann: hello\nchat# main bob: hello yourself\n");
	assert_int_equal(ann->last_id, bob->last_id);
	for (size_t i = 0; i < CORES; i++)
		assert_int_equal(core_users(cores.core[i].core), 2);
	session_end(&ann->session);
	apply_all(&cores);
	assert_told(bob, "leave# main ann\n");
	cores_close(&cores);
}

/* The first in the log has the nick; the other is told, and may choose another. */
static void
one_nick_has_one_owner(void **state)
{
	struct joined_cores cores;
	(void)state;
	cores_open(&cores);
	struct guest *first = guest_login(&cores.core[1], "ann");
	struct guest *second = guest_login(&cores.core[0], "ANN");
	apply_all(&cores);
	assert_non_null(first->session.user);
	assert_null(second->session.user);
	assert_false(session_is_pending(&second->session));
	for (size_t i = 0; i < CORES; i++)
		assert_int_equal(core_users(cores.core[i].core), 1);
	guest_forget(first);
	type(second, "/login bob");
	apply_all(&cores);
	assert_told(first, "join# main bob\n");
	/* Two that are there want one nick. */
	type(first, "/nick cat");
	type(second, "/nick Cat");
	apply_all(&cores);
	assert_text(session_nick(&first->session), text_of("cat"));
	assert_text(session_nick(&second->session), text_of("bob"));
	cores_close(&cores);
}

/* The connection is lost while the login is on its way: nobody stays behind on any core. */
static void
a_login_that_comes_too_late_is_undone(void **state)
{
	struct joined_cores cores;
	(void)state;
	cores_open(&cores);
	struct guest *ann = guest_login(&cores.core[0], "ann");
	session_end(&ann->session);
	apply_all(&cores);
	for (size_t i = 0; i < CORES; i++)
		assert_int_equal(core_users(cores.core[i].core), 0);
	cores_close(&cores);
}

/* The others are told once in each room, by a number. */
static void
users_of_a_dead_node_leave(void **state)
{
	struct joined_cores cores;
	(void)state;
	cores_open(&cores);
	struct guest *ann = login(&cores, 0, "ann");
	for (int i = 0; i < 3; i++) {
		const char nick[] = {'b', (char)('0' + i), '\0'};
		struct guest *guest = login(&cores, 1, nick);
		type(guest, "/join tea");
		apply_all(&cores);
	}
	guest_forget(ann);
	struct core *core = cores.core[0].core;
	core_end_node(core, 2, 1);
	assert_int_equal(core_users(core), 1);
	assert_int_equal(core_rooms(core), 1);
	assert_told(ann, "");
	cores.core[0].time += 2000;
	core_tick(core);
	assert_told(ann, "presence main +0 -3 =1\n");
	/* Their names are free; and what is still on its way from there is skipped. */
	cores.log.nodes[1].core = NULL;
	type(cores.core[1].guests[0], "is anybody there?");
	struct guest *b = guest_login(&cores.core[0], "b1");
	apply_all(&cores);
	assert_told(ann, "join# main b1\n");
	assert_non_null(b->session.user);
	cores.log.n = 1;
	for (size_t i = 0; i < cores.core[0].n; i++)
		session_end(&cores.core[0].guests[i]->session);
	apply_all(&cores);
	fixture_close(&cores.core[0]);
	/* The dead one is only freed. */
	cores.log.nodes[0].core = NULL;
	cores.log.nodes[1].core = cores.core[1].core;
	cores.log.n = 2;
	core_end_node(cores.core[1].core, 1, 1);
	for (size_t i = 0; i < cores.core[1].n; i++)
		session_end(&cores.core[1].guests[i]->session);
	apply_all(&cores);
	fixture_close(&cores.core[1]);
}

/* An entry that is cut short or altered is skipped, or does something that entries may do. */
static void
broken_entries_are_skipped(void **state)
{
	struct joined_cores cores;
	uint64_t seed = 1;
	(void)state;
	cores_open(&cores);
	struct guest *ann = login(&cores, 0, "ann"), *bob = login(&cores, 1, "bob");
	static const char *const lines[] = {"hello", "/me waves", "/msg bob psst", "/join tea",
		"/topic news", "/nick anne", "/leave"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		type(ann, lines[i]);
		struct joined_entry *written = cores.log.first;
		if (!written)
			continue;
		struct text whole = strbuf_view(&written->bytes);
		const struct entry where = {.node = 1, .time = 5};
		for (size_t n = 0; n < whole.len; n++)
			core_apply_bytes(cores.core[1].core, &where, (struct text){whole.ptr, n});
		guest_forget(bob);
		apply_all(&cores);
		guest_forget(ann);
		type(ann, "still in step?");
		apply_all(&cores);
	}
	/* Any bytes. */
	for (int i = 0; i < 20000; i++) {
		char bytes[64];
		size_t n = random_below(&seed, sizeof bytes);
		for (size_t j = 0; j < n; j++)
			bytes[j] = (char)random_below(&seed, j < 11 && j > 1 ? 3 : 256);
		const struct entry where = {.node = 1, .time = 5};
		bytes[0] = (char)random_below(&seed, ENTRY_STOP + 2);
		for (size_t j = 0; j < CORES; j++)
			core_apply_bytes(cores.core[j].core, &where, (struct text){bytes, n});
	}
	cores_close(&cores);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_see_the_same),
		cmocka_unit_test(one_nick_has_one_owner),
		cmocka_unit_test(a_login_that_comes_too_late_is_undone),
		cmocka_unit_test(users_of_a_dead_node_leave),
		cmocka_unit_test(broken_entries_are_skipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
