/*
 * Three servers, and three nodes that talk while servers are killed and stopped: all take the same,
 * in the same order. ROUNDS=n repeats the faults.
 */
#include "raw_client.h"
#include "talk.h"

static size_t
rounds(void)
{
	const char *rounds = getenv("ROUNDS");
	return rounds ? strtoul(rounds, NULL, 10) : 1;
}

/* Of the stream; asks the server that still runs. NULL: it has none now. */
static struct server *
leader(struct fixture *f)
{
	char answer[4000];
	for (size_t i = 0; i < f->servers.n; i++) {
		raw_request(&f->servers.all[i], "$JS.API.STREAM.INFO.tea_log", "", answer,
			sizeof answer);
		char *at = strstr(answer, "\"leader\":\"n");
		if (at)
			return &f->servers.all[at[11] - '0'];
	}
	return NULL;
}

static struct server *
await_leader(struct talk *talk)
{
	struct server *found;
	while (!(found = leader(talk->f)))
		talk_for(talk, 200);
	return found;
}

/* All nodes hear what each says after this. */
static void
await_progress(struct talk *talk)
{
	unsigned before[LINKS];
	uint64_t end = now_ms() + PATIENCE * 1000;
	for (size_t i = 0; i < LINKS; i++)
		before[i] = talk->said[i];
	for (size_t i = 0; i < LINKS; i++)
		for (size_t by = 0; by < LINKS; by++)
			while (talk->taken[i][by] <= before[by]) {
				assert_true(now_ms() < end);
				talk_turn(talk);
			}
}

/* Each says some more, and as many as the others. */
static void
talk_enough(struct talk *talk)
{
	talk->wanted = 0;
	for (size_t i = 0; i < LINKS; i++)
		if (talk->said[i] + 20 > talk->wanted)
			talk->wanted = talk->said[i] + 20;
}

static void
stream_has_three_copies(void **state)
{
	struct fixture f;
	struct talk talk;
	char answer[4000];
	(void)state;
	talk_open(&f, &talk, 3, 3, 100, 0);
	talk_end(&talk);
	raw_request(&f.servers.all[0], "$JS.API.STREAM.INFO.tea_log", "", answer, sizeof answer);
	assert_non_null(strstr(answer, "\"num_replicas\":3"));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(f.nodes[i].counts[LINK_LOG_DIFFERS], 0);
	/* A node that wants another number is told. */
	node_close(&f, 2);
	const char *url = f.servers.all[0].url;
	node_open_at(&f, 2, &url, 1, (struct nats_link_options){.replicas = 1, .create = true});
	await_ready(&f, 2);
	assert_string_equal(f.nodes[2].why[LINK_LOG_DIFFERS],
		"tea_log: the stream differs from the settings: copies: 3 instead of 1");
	fixture_close(&f);
}

static void
any_server_is_killed(void **state)
{
	struct fixture f;
	struct talk talk;
	(void)state;
	talk_open(&f, &talk, 3, 3, UINT32_MAX, 5);
	for (size_t i = 0; i < rounds(); i++) {
		struct server *first = await_leader(&talk);
		struct server *other = &f.servers.all[(size_t)(first - f.servers.all + 1) % 3];
		server_end(other, SIGKILL);
		await_progress(&talk);
		server_start(other);
		talk_for(&talk, 1000);
		first = await_leader(&talk);
		server_end(first, SIGKILL);
		talk_for(&talk, 500);
		await_progress(&talk);
		server_start(first);
		await_progress(&talk);
	}
	talk_enough(&talk);
	print_message("# %u turns each, %zu sent again\n", talk.wanted, talk.resent);
	talk_end(&talk);
	fixture_close(&f);
}

static void
servers_are_stopped(void **state)
{
	struct fixture f;
	struct talk talk;
	(void)state;
	talk_open(&f, &talk, 3, 3, UINT32_MAX, 5);
	for (size_t i = 0; i < rounds(); i++) {
		struct server *first = await_leader(&talk);
		kill(first->pid, SIGSTOP);
		talk_for(&talk, 1000);
		await_progress(&talk);
		kill(first->pid, SIGCONT);
		await_progress(&talk);
		/* Two of three: there is no majority, and nothing is taken by anybody. */
		kill(f.servers.all[i % 3].pid, SIGSTOP);
		kill(f.servers.all[(i + 1) % 3].pid, SIGSTOP);
		talk_for(&talk, 2000);
		kill(f.servers.all[i % 3].pid, SIGCONT);
		kill(f.servers.all[(i + 1) % 3].pid, SIGCONT);
		await_progress(&talk);
	}
	talk_enough(&talk);
	print_message("# %u turns each, %zu sent again\n", talk.wanted, talk.resent);
	talk_end(&talk);
	fixture_close(&f);
}

static void
all_are_killed(void **state)
{
	struct fixture f;
	struct talk talk;
	(void)state;
	talk_open(&f, &talk, 3, 3, 400, 5);
	talk_for(&talk, 500);
	for (size_t i = 0; i < 3; i++)
		server_end(&f.servers.all[i], SIGKILL);
	talk_for(&talk, 500);
	for (size_t i = 0; i < 3; i++)
		server_start(&f.servers.all[i]);
	talk_end(&talk);
	fixture_close(&f);
}

int
main(void)
{
	json_open();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_has_three_copies),
		cmocka_unit_test(any_server_is_killed),
		cmocka_unit_test(servers_are_stopped),
		cmocka_unit_test(all_are_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
