/* The log that nodes share, over a stream at which anything may go wrong. */
#include <stdio.h>

#include "replica_simulation.h"

static struct simulation *
simulation_new(uint64_t seed, int n_nodes, struct faults faults)
{
	struct simulation *in = malloc(sizeof *in);
	simulation_open(in, seed, n_nodes, faults);
	return in;
}

/* Nobody has declared anybody dead, though it would have been refuted. */
static void
assert_none_declared(const struct simulation *in)
{
	for (int i = 0; i < in->n_nodes; i++)
		assert_int_equal(in->nodes[i].declared, 0);
}

static void
test_turns(void **state)
{
	(void)state;
	struct strbuf out = {0};
	struct turn turn = {.by = {text_of("tea1"), 5}, .number = 2, .time = 1700000000123};
	struct record record;
	turn_write_head(&out, &turn);
	turn_write_record(&out, &(struct record){.kind = RECORD_ENTRY, .entry = text_of("hello")});
	turn_write_record(&out,
		&(struct record){.kind = RECORD_GONE, .gone = {text_of("tea2"), 7}, .last = 9});
	assert_text(strbuf_view(&out),
		BYTES("\1\0\4tea1\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\2\0\0\1\x8b\xcf\xe5\x68\x7b"
		      "\3\0\0\0\5hello\2\0\4tea2\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\x9"));
	assert_int_equal(turn_read(strbuf_view(&out), &turn), TURN_OK);
	assert_int_equal(turn.time, 1700000000123);
	assert_true(turn_next(&turn, &record) && record.kind == RECORD_ENTRY);
	assert_text(record.entry, text_of("hello"));
	assert_true(turn_next(&turn, &record) && record.kind == RECORD_GONE);
	assert_text(record.gone.node, text_of("tea2"));
	assert_true(record.gone.number == 7 && record.last == 9);
	assert_false(turn_next(&turn, &record));
	/* Cut anywhere but between records, it is none. */
	for (size_t n = 0; n < out.len; n++) {
		bool whole = n == 31 || n == 41;
		assert_int_equal(
			turn_read((struct text){out.ptr, n}, &turn), whole ? TURN_OK : TURN_BROKEN);
	}
	out.ptr[0] = TURN_VERSION + 1;
	assert_int_equal(turn_read(strbuf_view(&out), &turn), TURN_NEWER);
	strbuf_clear(&out);
}

/* Nodes without faults: nobody is declared dead, and few turns are sent. */
static void
test_calm(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(1, 3, (struct faults){.delay_ms = 5});
	simulation_run(in, 60000);
	simulation_settle(in);
	simulation_check(in);
	assert_int_equal(in->n_gone, 0);
	assert_int_equal(in->n_lives, 3);
	simulation_close(in);
}

/* Nobody says anything: that a node lives is seen all the same, and that it is cut off. */
static void
test_quiet(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(9, 3, (struct faults){.delay_ms = 5});
	in->quiet = true;
	simulation_run(in, 60000);
	assert_int_equal(in->n_gone, 0);
	assert_in_range(in->nodes[0].sent, 55, 65);
	in->nodes[0].cut_until = in->now + 5000;
	in->nodes[0].cut_until += in->nodes[0].cut_until % 2;
	simulation_run(in, KEEPALIVE_MS + STALL_MS + 100);
	assert_in_range(replica_cut_off_ms(&in->nodes[0].replica), STALL_MS, STALL_MS + 1100);
	simulation_settle(in);
	assert_none_declared(in);
	simulation_close(in);
}

/* What was lost is sent again after a while, and sooner where it is known to be lost. */
static void
test_again(void **state)
{
	(void)state;
	static const int64_t within[] = {RESEND_MS, RESEND_MS / 5, 0};
	for (size_t i = 0; i < COUNT(within); i++) {
		struct simulation *in = simulation_new(10, 2, (struct faults){.delay_ms = 5});
		struct simulated_node *node = &in->nodes[0];
		in->quiet = true;
		simulation_run(in, 2200);
		node_append(node, 's', 0, ++in->lives[node->life].said[0]);
		in->outage_until = in->now + 2 * STEP_MS;
		simulation_run(in, STEP_MS);
		assert_int_equal(node->replica.in_flight, 1);
		size_t sent = node->sent;
		if (i == 1)
			replica_refused(&node->replica);
		if (i == 2) {
			replica_disconnected(&node->replica);
			simulation_run(in, STEP_MS);
			assert_int_equal(node->sent, sent + 1);
		} else {
			simulation_run(in, within[i] - 2 * STEP_MS);
			assert_int_equal(node->sent, sent);
			simulation_run(in, 4 * STEP_MS);
			assert_int_equal(node->sent, sent + 1);
		}
		simulation_run(in, 200);
		assert_int_equal(node->replica.in_flight, 0);
		simulation_close(in);
	}
}

/* The stream is away again and again: all wait, and none is declared dead for it. */
static void
test_outages(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(2, 4, (struct faults){.outage = 10, .delay_ms = 50});
	simulation_run(in, 240000);
	simulation_settle(in);
	simulation_check(in);
	assert_int_equal(in->n_gone, 0);
	assert_none_declared(in);
	simulation_close(in);
}

/* A node is killed: the others have declared it dead within some seconds, once. */
static void
test_death(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(3, 3, (struct faults){.delay_ms = 20});
	simulation_run(in, 5000);
	node_kill(&in->nodes[1]);
	in->nodes[1].starts_at = INT64_MAX;
	simulation_run(in, SILENCE_MS - KEEPALIVE_MS - 500);
	assert_int_equal(in->n_gone, 0);
	simulation_run(in, KEEPALIVE_MS + 1500);
	assert_int_equal(in->n_gone, 1);
	for (int nick = 0; nick < NICKS; nick++)
		assert_int_not_equal(in->nodes[0].current.table.owners[nick].node, 1);
	simulation_run(in, 30000);
	assert_int_equal(in->n_gone, 1);
	simulation_settle(in);
	simulation_check(in);
	simulation_close(in);
}

/* A node is stopped for long, and goes on: its users come back, and what they said is not lost. */
static void
test_declared_dead_alive(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(4, 3, (struct faults){.delay_ms = 20});
	simulation_run(in, 5000);
	uint64_t before = in->nodes[2].replica.self.number;
	in->nodes[2].paused_until = in->now + 15000;
	simulation_run(in, 15000);
	assert_int_equal(in->n_gone, 1);
	simulation_run(in, 3000);
	assert_int_equal(in->nodes[2].reborn, 1);
	assert_int_equal(in->nodes[2].declared, 0);
	assert_true(in->nodes[2].replica.self.number > before);
	bool back = false;
	for (int nick = 0; nick < NICKS; nick++)
		back = back || in->nodes[0].current.table.owners[nick].node == 2;
	assert_true(back);
	simulation_settle(in);
	simulation_check(in);
	assert_int_equal(in->n_gone, 1);
	simulation_close(in);
}

/* A node that is cut off says so, and nobody is told twice when it is back. */
static void
test_cut(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(5, 3, (struct faults){.delay_ms = 20});
	for (int noticed = 0; noticed < 2; noticed++) {
		simulation_run(in, 5000);
		in->nodes[0].cut_until = (in->now + 4000) / 2 * 2 + noticed;
		simulation_run(in, 3500);
		assert_true(replica_cut_off_ms(&in->nodes[0].replica) > 0);
		assert_true(replica_cut_off_ms(&in->nodes[1].replica) == 0);
		simulation_run(in, 2500);
		assert_true(replica_cut_off_ms(&in->nodes[0].replica) == 0);
	}
	assert_int_equal(in->n_gone, 0);
	assert_none_declared(in);
	simulation_settle(in);
	simulation_check(in);
	simulation_close(in);
}

/* That a node is dead is not believed when it has said something meanwhile. */
static void
test_refuted(void **state)
{
	(void)state;
	for (int late = 1; late >= 0; late--) {
		struct simulation *in = simulation_new(11, 3, (struct faults){.delay_ms = 0});
		struct simulated_node *by = &in->nodes[0];
		in->quiet = true;
		simulation_run(in, 3000);
		while (by->replica.in_flight > 0)
			simulation_step(in);
		const struct peer *of = NULL;
		HASH_FIND_STR(by->replica.peers, "tea1", of);
		assert_non_null(of);
		struct turn turn = {.by = by->replica.self, .number = by->replica.numbered + 1};
		struct strbuf gone = {0};
		turn_write_head(&gone, &turn);
		turn_write_record(&gone, &(struct record){.kind = RECORD_GONE,
						 .gone = {text_of("tea1"), of->incarnation},
						 .last = of->last - (unsigned)late});
		/* As if the node had sent it. */
		in->turns[in->n_turns++] = text_owned(strbuf_view(&gone));
		strbuf_clear(&gone);
		in->now += 200;
		node_hear(&in->nodes[2]);
		assert_int_equal(in->n_gone, late ? 0 : 1);
		simulation_close(in);
	}
}

static void
test_stop(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(6, 3, (struct faults){.delay_ms = 20});
	simulation_run(in, 3000);
	struct replica *replica = &in->nodes[1].replica;
	replica_stop(replica);
	for (int i = 0; i < 200 && replica->state != REPLICA_STOPPED; i++) {
		in->now += STEP_MS;
		turns_arrive(in);
		node_hear(&in->nodes[1]);
		replica_flush(replica);
		replica_tick(replica);
	}
	assert_int_equal(replica->state, REPLICA_STOPPED);
	assert_int_equal(in->n_gone, 1);
	assert_int_equal(replica->waiting, 0);
	node_kill(&in->nodes[1]);
	simulation_run(in, 20000);
	assert_int_equal(in->n_gone, 1);
	simulation_settle(in);
	simulation_check(in);
	simulation_close(in);
}

/* Two processes with one name: the later takes over, and the other knows. */
static void
test_superseded(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(7, 2, (struct faults){.delay_ms = 20});
	simulation_run(in, 3000);
	struct simulated_node *first = &in->nodes[0];
	struct turn turn = {.by = {text_of("tea0"), first->replica.self.number + 1}, .number = 1};
	struct strbuf hello = {0};
	turn_write_head(&hello, &turn);
	turn_write_record(&hello, &(struct record){.kind = RECORD_HELLO});
	in->turns[in->n_turns++] = text_owned(strbuf_view(&hello));
	strbuf_clear(&hello);
	in->now += 200;
	node_hear(first);
	assert_int_equal(first->replica.state, REPLICA_SUPERSEDED);
	assert_int_equal(in->n_gone, 1);
	simulation_close(in);
}

/* A message of a later version is not skipped: this node would have another state than others. */
static void
test_later_version(void **state)
{
	(void)state;
	struct simulation *in = simulation_new(8, 2, (struct faults){.delay_ms = 20});
	simulation_run(in, 1000);
	uint64_t applied = in->nodes[0].replica.applied;
	replica_heard(&in->nodes[0].replica, applied + 1, BYTES("\2later"));
	assert_int_equal(in->nodes[0].replica.state, REPLICA_TOO_OLD);
	assert_int_equal(in->nodes[0].replica.applied, applied);
	/* What is none of ours is skipped by all. */
	replica_heard(&in->nodes[1].replica, in->nodes[1].replica.applied + 1, BYTES("\0junk"));
	assert_int_equal(in->nodes[1].replica.state, REPLICA_LIVE);
	simulation_close(in);
}

/* Everything at once. */
static void
test_storm(void **state)
{
	(void)state;
	const char *wanted = getenv("SEEDS");
	unsigned long seeds = wanted ? strtoul(wanted, NULL, 10) : 30;
	size_t gone = 0, reborn = 0;
	for (unsigned long seed = 100; seed < 100 + seeds; seed++) {
		const struct faults faults = {.lose_sent = 300,
			.lose_delivered = 100,
			.repeat = 500,
			.refuse = 100,
			.crash = seed % 3 ? 4 : 0,
			.pause = seed % 4 ? 5 : 0,
			.cut = seed % 5 ? 8 : 0,
			.outage = seed % 2 ? 4 : 0,
			.delay_ms = seed % 7 ? 60 : 2000};
		struct simulation *in = simulation_new(seed, 2 + (int)(seed % 4), faults);
		simulation_run(in, 90000);
		simulation_settle(in);
		simulation_check(in);
		gone += in->n_gone;
		for (int i = 0; i < in->n_nodes; i++)
			reborn += in->nodes[i].reborn;
		simulation_close(in);
	}
	/* All that is to be tried has happened. */
	assert_true(gone > seeds && reborn > seeds / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_calm),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_outages),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_declared_dead_alive),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refuted),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_superseded),
		cmocka_unit_test(test_later_version),
		cmocka_unit_test(test_storm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
