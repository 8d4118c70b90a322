/*
 * Nodes over a simulated stream that loses, delays and repeats, for tests of the log that nodes
 * share. Each node has users that claim nicks and speak; what it applied is compared with what all
 * others applied. Time is simulated; the same seed gives the same run.
 */
#ifndef REPLICA_SIMULATION_H
#define REPLICA_SIMULATION_H

#include "unit.h"

#include "bus/replica.h"

enum {
	NODES_MAX = 5,
	USERS = 3, /* of each node */
	NICKS = 8, /* that they want */
	STEP_MS = 10,
	TURNS_MAX = 1 << 16,
	ENTRIES_MAX = 1 << 18,
	LIVES_MAX = 256,
	TRAVELLING_MAX = 4096,
};

/* What may go wrong, in hundredths of a per cent of the cases. */
struct faults {
	unsigned lose_sent, lose_delivered, repeat, refuse;
	unsigned crash, pause, cut, outage; /* in each step */
	unsigned delay_ms; /* most, of a turn on its way; they overtake each other */
};

/* Who has a nick. node < 0: nobody has. */
struct owner {
	int node;
	uint64_t incarnation;
	int user;
};

/* The state that entries change: the same on all nodes after the same entry. */
struct table {
	struct owner owners[NICKS];
	size_t applied; /* entries, and ends of incarnations */
};

/* What a node would have in its file. */
struct kept {
	struct table table;
	uint64_t position;
	size_t n_peers;
	struct peer peers[NODES_MAX];
};

/* One process, from its start to its end: what its users have said. */
struct life {
	bool over; /* killed: its last words may be missing */
	uint64_t said[USERS], applied[USERS];
};

struct simulation;

struct simulated_node {
	struct simulation *in;
	struct replica replica;
	char name[8];
	int index;
	bool runs;
	int64_t paused_until, cut_until, starts_at;
	int life;
	int wants[USERS]; /* a nick; -1: none */
	struct kept kept, current;
	uint64_t cursor;       /* the position that is delivered next */
	int64_t subscribed_at; /* the subscription is there from then on */
	size_t reborn, sent,
		declared; /* sent: turns, again, too; declared: nodes that it said are dead */
};

struct travelling {
	int64_t arrives;
	int from;
	struct text bytes; /* owned */
};

struct simulation {
	uint64_t seed;
	int64_t now;
	struct faults faults;
	int n_nodes;
	struct simulated_node nodes[NODES_MAX];
	int64_t outage_until;
	struct text turns[TURNS_MAX]; /* the stream: position 1 is turns[0] */
	size_t n_turns;
	struct travelling travelling[TRAVELLING_MAX];
	size_t n_travelling;
	struct text entries[ENTRIES_MAX]; /* what was applied, by any node first */
	size_t n_entries;
	struct life lives[LIVES_MAX];
	int n_lives;
	size_t n_gone;
	bool quiet; /* nobody says anything */
};

static inline bool
chance(struct simulation *in, unsigned of)
{
	return of > 0 && random_below(&in->seed, 10000) < of;
}

static inline struct text
text_owned(struct text t)
{
	char *copy = malloc(t.len + 1);
	memcpy(copy, t.ptr, t.len);
	return (struct text){copy, t.len};
}

/* The node applies something: it must be what all others applied as their nth. */
static inline bool
applied_note(struct simulated_node *node, struct text what)
{
	struct simulation *in = node->in;
	size_t n = node->current.table.applied++;
	assert_true(n <= in->n_entries && n < ENTRIES_MAX);
	if (n < in->n_entries) {
		assert_text(what, in->entries[n]);
		return false;
	}
	in->entries[in->n_entries++] = text_owned(what);
	return true;
}

/* An entry: what, the process, the user, and a number or a nick. */
struct words {
	uint64_t kind, life, user, value;
};

static inline void
node_append(struct simulated_node *node, char kind, uint64_t user, uint64_t value)
{
	struct strbuf entry = {0};
	bytes_put(&entry, (uint64_t)kind, 1);
	bytes_put(&entry, (uint64_t)node->life, 2);
	bytes_put(&entry, user, 1);
	bytes_put(&entry, value, 8);
	/* Some are long, so that turns fill up. */
	size_t n =
		random_below(&node->in->seed, 50) == 0 ? 60000 : random_below(&node->in->seed, 60);
	memset(strbuf_reserve(&entry, n), 'x', n);
	entry.len += n;
	replica_append(&node->replica, strbuf_view(&entry));
	strbuf_clear(&entry);
}

static inline struct words
words_of(struct text entry)
{
	struct bytes from = {.rest = entry};
	struct words words = {.kind = bytes_get(&from, 1)};
	words.life = bytes_get(&from, 2);
	words.user = bytes_get(&from, 1);
	words.value = bytes_get(&from, 8);
	assert_false(from.short_of);
	return words;
}

static inline int
index_of(struct text node)
{
	return node.ptr[node.len - 1] - '0';
}

static inline void
simulated_apply(void *ctx, const struct turn *turn, struct text entry, bool own)
{
	struct simulated_node *node = ctx;
	struct simulation *in = node->in;
	struct words words = words_of(entry);
	struct table *table = &node->current.table;
	struct owner by = {index_of(turn->by.node), turn->by.number, (int)words.user};
	assert_true(!own || by.node == node->index);
	if (applied_note(node, entry) && words.kind == 's') {
		struct life *life = &in->lives[words.life];
		assert_int_equal(words.value, life->applied[words.user] + 1);
		life->applied[words.user]++;
	}
	struct owner *owner = &table->owners[words.value % NICKS];
	if (words.kind == 'c' && owner->node < 0)
		*owner = by;
	else if (words.kind == 'c' && own)
		node->wants[words.user] = -1;
	else if (words.kind == 'r' && owner->node == by.node && owner->user == by.user)
		*owner = (struct owner){.node = -1};
}

static inline void
simulated_gone(void *ctx, const struct turn *turn, struct incarnation gone)
{
	struct simulated_node *node = ctx;
	struct strbuf what = {0};
	(void)turn;
	strbuf_printf(
		&what, "gone %.*s %llu", TEXT_ARGS(gone.node), (unsigned long long)gone.number);
	if (applied_note(node, strbuf_view(&what)))
		node->in->n_gone++;
	strbuf_clear(&what);
	for (int i = 0; i < NICKS; i++) {
		struct owner *owner = &node->current.table.owners[i];
		if (owner->node != index_of(gone.node))
			continue;
		assert_int_equal(owner->incarnation, gone.number);
		*owner = (struct owner){.node = -1};
	}
}

static inline void
simulated_reborn(void *ctx)
{
	struct simulated_node *node = ctx;
	node->reborn++;
	for (int user = 0; user < USERS; user++)
		if (node->wants[user] >= 0)
			node_append(node, 'c', (uint64_t)user, (uint64_t)node->wants[user]);
}

static inline void
simulated_publish(void *ctx, struct text turn)
{
	struct simulated_node *node = ctx;
	struct simulation *in = node->in;
	assert_true(node->replica.in_flight <= REPLICA_IN_FLIGHT && turn.len <= TURN_BYTES);
	struct turn read;
	struct record record;
	assert_int_equal(turn_read(turn, &read), TURN_OK);
	while (turn_next(&read, &record))
		node->declared += record.kind == RECORD_GONE;
	node->sent++;
	bool away = in->now < in->outage_until || in->now < node->cut_until;
	if (away || chance(in, in->faults.lose_sent) || in->n_travelling == TRAVELLING_MAX)
		return;
	int64_t delay = in->faults.delay_ms ? random_below(&in->seed, in->faults.delay_ms) : 0;
	in->travelling[in->n_travelling++] =
		(struct travelling){in->now + delay, node->index, text_owned(turn)};
}

static inline void
simulated_subscribe(void *ctx, uint64_t from)
{
	struct simulated_node *node = ctx;
	node->cursor = from;
	node->subscribed_at = node->in->now + random_below(&node->in->seed, 100);
}

static inline int64_t
simulated_ms(void *ctx)
{
	const struct simulated_node *node = ctx;
	return node->in->now;
}

/* From what it had kept, as a process that starts. */
static inline void
node_start(struct simulated_node *node)
{
	struct simulation *in = node->in;
	const struct replica_host host = {
		.ctx = node,
		.publish = simulated_publish,
		.subscribe = simulated_subscribe,
		.apply = simulated_apply,
		.gone = simulated_gone,
		.reborn = simulated_reborn,
		.monotonic_ms = simulated_ms,
		.wall_ms = simulated_ms,
	};
	assert_true(in->n_lives < LIVES_MAX);
	node->life = in->n_lives++;
	node->current = node->kept;
	node->runs = true;
	for (int user = 0; user < USERS; user++)
		node->wants[user] = -1;
	replica_open(&node->replica, &host, text_of(node->name));
	for (size_t i = 0; i < node->kept.n_peers; i++)
		replica_restore(&node->replica, &node->kept.peers[i]);
	replica_restore_applied(&node->replica, node->kept.position);
	simulated_subscribe(node, node->kept.position + 1);
	replica_connected(&node->replica);
}

/* As one transaction. */
static inline void
node_keep(struct simulated_node *node)
{
	struct kept *kept = &node->kept;
	struct peer *peer, *next;
	*kept = node->current;
	kept->position = node->replica.applied;
	kept->n_peers = 0;
	HASH_ITER(hh, node->replica.peers, peer, next)
	{
		struct peer *copy = &kept->peers[kept->n_peers++];
		*copy = *peer;
		copy->node = node->in->nodes[index_of(text_of(peer->node))].name;
	}
}

static inline void
node_kill(struct simulated_node *node)
{
	node->in->lives[node->life].over = true;
	replica_close(&node->replica);
	node->runs = false;
	node->starts_at = node->in->now + 100 + random_below(&node->in->seed, 12000);
}

static inline void
simulation_open(struct simulation *in, uint64_t seed, int n_nodes, struct faults faults)
{
	*in = (struct simulation){.seed = seed, .n_nodes = n_nodes, .faults = faults, .now = 1000};
	for (int i = 0; i < n_nodes; i++) {
		struct simulated_node *node = &in->nodes[i];
		*node = (struct simulated_node){.in = in, .index = i};
		snprintf(node->name, sizeof node->name, "tea%d", i);
		for (int nick = 0; nick < NICKS; nick++)
			node->kept.table.owners[nick].node = -1;
		node_start(node);
	}
}

static inline void
simulation_close(struct simulation *in)
{
	for (int i = 0; i < in->n_nodes; i++)
		if (in->nodes[i].runs)
			replica_close(&in->nodes[i].replica);
	for (size_t i = 0; i < in->n_turns; i++)
		free((char *)(uintptr_t)in->turns[i].ptr);
	for (size_t i = 0; i < in->n_entries; i++)
		free((char *)(uintptr_t)in->entries[i].ptr);
	for (size_t i = 0; i < in->n_travelling; i++)
		free((char *)(uintptr_t)in->travelling[i].bytes.ptr);
	free(in);
}

/* Turns arrive at the stream, not in the order in which they were sent. */
static inline void
turns_arrive(struct simulation *in)
{
	size_t stay = 0;
	for (size_t i = 0; i < in->n_travelling; i++) {
		struct travelling *turn = &in->travelling[i];
		if (turn->arrives > in->now || in->now < in->outage_until) {
			in->travelling[stay++] = *turn;
			continue;
		}
		assert_true(in->n_turns < TURNS_MAX);
		in->turns[in->n_turns++] = turn->bytes;
	}
	in->n_travelling = stay;
}

static inline void
node_hear(struct simulated_node *node)
{
	struct simulation *in = node->in;
	if (in->now < node->subscribed_at || in->now < node->cut_until ||
		in->now < in->outage_until)
		return;
	for (int i = 0; i < 64 && node->cursor <= in->n_turns; i++) {
		uint64_t position = node->cursor;
		if (chance(in, in->faults.repeat) && position > 1)
			replica_heard(&node->replica, position - 1, in->turns[position - 2]);
		node->cursor++;
		if (!chance(in, in->faults.lose_delivered))
			replica_heard(&node->replica, position, in->turns[position - 1]);
		/* It may have subscribed again. */
		if (in->now < node->subscribed_at)
			return;
	}
}

static inline void
node_speak(struct simulated_node *node)
{
	struct simulation *in = node->in;
	if (in->quiet || node->replica.state != REPLICA_LIVE ||
		random_below(&in->seed, 100) >= 20 || replica_cut_off_ms(&node->replica) > 3000)
		return;
	uint64_t user = random_below(&in->seed, USERS);
	if (node->wants[user] < 0) {
		node->wants[user] = (int)random_below(&in->seed, NICKS);
		node_append(node, 'c', user, (uint64_t)node->wants[user]);
	} else if (random_below(&in->seed, 20) == 0) {
		node_append(node, 'r', user, (uint64_t)node->wants[user]);
		node->wants[user] = -1;
	}
	node_append(node, 's', user, ++in->lives[node->life].said[user]);
}

static inline void
node_meet_faults(struct simulated_node *node)
{
	struct simulation *in = node->in;
	const struct faults *faults = &in->faults;
	if (chance(in, faults->crash)) {
		node_kill(node);
		return;
	}
	if (chance(in, faults->pause))
		node->paused_until = in->now + random_below(&in->seed, 15000);
	if (in->now >= node->cut_until && chance(in, faults->cut))
		node->cut_until = in->now + random_below(&in->seed, 20000);
	if (chance(in, faults->refuse))
		replica_refused(&node->replica);
}

static inline void
node_step(struct simulated_node *node)
{
	struct simulation *in = node->in;
	if (!node->runs && in->now >= node->starts_at)
		node_start(node);
	if (!node->runs || in->now < node->paused_until)
		return;
	node_meet_faults(node);
	if (!node->runs)
		return;
	struct replica *replica = &node->replica;
	/* libnats notices some of the cuts, and not others. */
	if (in->now < node->cut_until && node->cut_until % 2)
		replica_disconnected(replica);
	else
		replica_connected(replica);
	node_hear(node);
	assert_true(replica->state < REPLICA_STOPPED);
	bool reachable = in->now >= node->cut_until && in->now >= in->outage_until;
	if (replica->state == REPLICA_CATCHING_UP && reachable && replica->applied >= in->n_turns)
		replica_start(replica);
	if (random_below(&in->seed, 3) == 0)
		node_keep(node);
	node_speak(node);
	replica_flush(replica);
	assert_true(replica_tick(replica) > 0);
}

static inline void
simulation_step(struct simulation *in)
{
	in->now += STEP_MS;
	if (in->now >= in->outage_until && chance(in, in->faults.outage))
		in->outage_until = in->now + random_below(&in->seed, 9000);
	turns_arrive(in);
	for (int i = 0; i < in->n_nodes; i++)
		node_step(&in->nodes[i]);
}

static inline void
simulation_run(struct simulation *in, int64_t ms)
{
	for (int64_t end = in->now + ms; in->now < end;)
		simulation_step(in);
}

/* Nothing goes wrong any more: in the end all nodes are there, and have the same. */
static inline void
simulation_settle(struct simulation *in)
{
	in->faults = (struct faults){0};
	in->outage_until = 0;
	for (int i = 0; i < in->n_nodes; i++) {
		in->nodes[i].paused_until = in->nodes[i].cut_until = 0;
		in->nodes[i].starts_at = 0;
	}
	simulation_run(in, 15000);
	for (int i = 0; i < in->n_nodes; i++) {
		struct simulated_node *node = &in->nodes[i];
		assert_int_equal(node->replica.state, REPLICA_LIVE);
		assert_int_equal(replica_cut_off_ms(&node->replica), 0);
	}
}

/* Everything that was said by processes that live was applied once, and the tables are the same. */
static inline void
simulation_check(struct simulation *in)
{
	/* No new entries, until all have heard all. */
	for (int64_t end = in->now + 5000; in->now < end; in->now += STEP_MS) {
		turns_arrive(in);
		for (int i = 0; i < in->n_nodes; i++) {
			node_hear(&in->nodes[i]);
			replica_flush(&in->nodes[i].replica);
			if (end - in->now > 500)
				replica_tick(&in->nodes[i].replica);
		}
	}
	for (int i = 0; i < in->n_nodes; i++) {
		const struct simulated_node *node = &in->nodes[i];
		const struct life *life = &in->lives[node->life];
		assert_int_equal(node->current.table.applied, in->n_entries);
		assert_memory_equal(node->current.table.owners, in->nodes[0].current.table.owners,
			sizeof node->current.table.owners);
		for (int user = 0; user < USERS; user++)
			assert_int_equal(life->said[user], life->applied[user]);
		assert_int_equal(node->replica.waiting, 0);
	}
}

#endif
