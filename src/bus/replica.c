/*
 * Go-back-N over a stream: a turn is applied only right after its predecessor of the same
 * incarnation, and everything else is skipped, on all nodes alike. So its sender may send turns
 * again at any time, as long as they stay the same; it is told by the stream itself which of them
 * were applied.
 */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "bus/replica.h"

enum { KEEPALIVE_LATE_MS = 1000 }; /* a process that ticks later than this was stopped meanwhile */

static int64_t
now_ms(const struct replica *replica)
{
	return replica->host.monotonic_ms(replica->host.ctx);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct peer *
peer_find(const struct replica *replica, struct text node)
{
	struct peer *peer;
	HASH_FIND(hh, replica->peers, node.ptr, node.len, peer);
	return peer;
}

static struct peer *
peer_get(struct replica *replica, struct text node)
{
	struct peer *peer = peer_find(replica, node);
	if (peer)
		return peer;
	peer = xcalloc(sizeof *peer);
	peer->node = xstrndup(node.ptr, node.len);
	HASH_ADD_KEYPTR(hh, replica->peers, peer->node, node.len, peer);
	return peer;
}

static bool
peer_is_self(const struct replica *replica, const struct peer *peer)
{
	return text_is(text_of(peer->node), replica->self.node);
}

void
replica_open(struct replica *replica, const struct replica_host *host, struct text node)
{
	assert(node.len > 0 && node.len <= NODE_NAME_MAX);
	*replica = (struct replica){.host = *host, .resend_ms = RESEND_MS};
	replica->self.node = (struct text){xstrndup(node.ptr, node.len), node.len};
	replica->connected_at = replica->ticked_at = replica->live_since = now_ms(replica);
}

static void
sent_free(struct replica *replica, struct sent *sent)
{
	replica->waiting -= sent->bytes.len - sent->head;
	DL_DELETE(replica->turns, sent);
	strbuf_clear(&sent->bytes);
	free(sent);
}

void
replica_close(struct replica *replica)
{
	struct peer *peer, *next;
	while (replica->turns)
		sent_free(replica, replica->turns);
	HASH_ITER(hh, replica->peers, peer, next)
	{
		HASH_DELETE(hh, replica->peers, peer);
		free(peer->node);
		free(peer);
	}
	strbuf_clear(&replica->growing);
	free((char *)(uintptr_t)replica->self.node.ptr);
}

void
replica_restore(struct replica *replica, const struct peer *peer)
{
	struct peer *restored = peer_get(replica, text_of(peer->node));
	restored->incarnation = peer->incarnation;
	restored->last = peer->last;
	restored->gone = peer->gone;
	restored->heard_at = now_ms(replica);
}

void
replica_restore_applied(struct replica *replica, uint64_t applied)
{
	replica->applied = applied;
}

static bool
takes_part(const struct replica *replica)
{
	return replica->state == REPLICA_LIVE || replica->state == REPLICA_STOPPING;
}

/* Putting turns together, and sending them. */

/* What is growing becomes a turn, with what is to be said of dead nodes. */
static struct sent *
turn_seal(struct replica *replica)
{
	struct sent *sent = xcalloc(sizeof *sent);
	sent->number = ++replica->numbered;
	const struct turn head = {.by = replica->self,
		.number = sent->number,
		.time = replica->host.wall_ms(replica->host.ctx)};
	turn_write_head(&sent->bytes, &head);
	sent->head = sent->bytes.len;
	if (sent->number == 1)
		turn_write_record(&sent->bytes, &(struct record){.kind = RECORD_HELLO});
	replica->waiting += sent->bytes.len - sent->head;
	strbuf_add_text(&sent->bytes, strbuf_view(&replica->growing));
	replica->growing.len = 0;
	replica->published_at = now_ms(replica);
	DL_APPEND(replica->turns, sent);
	return sent;
}

static void
turn_add_gone(struct replica *replica, struct sent *sent, const struct peer *peer, uint64_t last)
{
	size_t before = sent->bytes.len;
	turn_write_record(&sent->bytes, &(struct record){.kind = RECORD_GONE,
						.gone = {text_of(peer->node), peer->incarnation},
						.last = last});
	replica->waiting += sent->bytes.len - before;
}

static void
turn_send(struct replica *replica, struct sent *sent)
{
	int64_t now = now_ms(replica);
	if (replica->in_flight++ == 0) {
		replica->progress_at = replica->sent_at = now;
		replica->resend_ms = RESEND_MS;
	}
	replica->host.publish(replica->host.ctx, strbuf_view(&sent->bytes));
}

static struct sent *
first_unsent(const struct replica *replica)
{
	struct sent *sent = replica->turns;
	for (unsigned i = 0; i < replica->in_flight; i++)
		sent = sent->next;
	return sent;
}

void
replica_flush(struct replica *replica)
{
	if (!takes_part(replica) || !replica->connected)
		return;
	while (replica->in_flight < REPLICA_IN_FLIGHT) {
		struct sent *sent = first_unsent(replica);
		if (!sent && replica->growing.len > 0)
			sent = turn_seal(replica);
		if (!sent)
			return;
		turn_send(replica, sent);
	}
}

void
replica_append(struct replica *replica, struct text entry)
{
	assert(takes_part(replica) && entry.len <= TURN_BYTES / 2);
	struct strbuf *growing = &replica->growing;
	size_t before = growing->len;
	if (before > 0 && before + entry.len > TURN_BYTES / 2) {
		turn_seal(replica);
		before = 0;
	}
	turn_write_record(growing, &(struct record){.kind = RECORD_ENTRY, .entry = entry});
	replica->waiting += growing->len - before;
}

static void
resend(struct replica *replica)
{
	struct sent *sent = replica->turns;
	replica->sent_at = now_ms(replica);
	for (unsigned i = 0; i < replica->in_flight; i++, sent = sent->next)
		replica->host.publish(replica->host.ctx, strbuf_view(&sent->bytes));
}

void
replica_connected(struct replica *replica)
{
	if (replica->connected)
		return;
	replica->connected = true;
	replica->connected_at = replica->live_since = now_ms(replica);
	replica->resend_ms = RESEND_MS;
	resend(replica);
	replica_flush(replica);
}

void
replica_disconnected(struct replica *replica)
{
	if (replica->connected)
		replica->connected_at = now_ms(replica);
	replica->connected = false;
}

void
replica_refused(struct replica *replica)
{
	int64_t soon = now_ms(replica) + RESEND_MS / 5 - replica->resend_ms;
	if (replica->sent_at > soon)
		replica->sent_at = soon;
}

void
replica_start(struct replica *replica)
{
	assert(replica->state == REPLICA_CATCHING_UP);
	const struct peer *self = peer_find(replica, replica->self.node);
	/* By the clock, too: turns of an earlier process may still be on their way. */
	replica->self.number = (uint64_t)later(1, replica->host.wall_ms(replica->host.ctx));
	if (self && replica->self.number <= self->incarnation)
		replica->self.number = self->incarnation + 1;
	replica->state = REPLICA_LIVE;
	replica->live_since = now_ms(replica);
	turn_seal(replica);
	replica_flush(replica);
}

void
replica_stop(struct replica *replica)
{
	if (replica->state != REPLICA_LIVE)
		return;
	replica->state = REPLICA_STOPPING;
	struct peer self = {
		.node = (char *)(uintptr_t)replica->self.node.ptr,
		.incarnation = replica->self.number,
	};
	struct sent *sent = turn_seal(replica);
	turn_add_gone(replica, sent, &self, sent->number);
	replica_flush(replica);
}

/* Hearing. */

/* The turns of the incarnation before become part of this one; what it said of itself is left out. */
static void
turns_move(struct replica *replica)
{
	struct sent *old = replica->turns, *sent, *next;
	struct strbuf rest = replica->growing;
	struct record record;
	bool stopping = replica->state == REPLICA_STOPPING;
	replica->turns = NULL;
	replica->growing = (struct strbuf){0};
	replica->in_flight = 0;
	replica->waiting = 0;
	replica->numbered = 0;
	replica->self.number++;
	replica->state = REPLICA_LIVE;
	replica->host.reborn(replica->host.ctx);
	DL_FOREACH_SAFE(old, sent, next)
	{
		struct turn turn;
		turn_read(strbuf_view(&sent->bytes), &turn);
		while (turn_next(&turn, &record))
			if (record.kind == RECORD_ENTRY)
				replica_append(replica, record.entry);
		strbuf_clear(&sent->bytes);
		free(sent);
	}
	struct turn growing = {.records = {.rest = strbuf_view(&rest)}};
	while (turn_next(&growing, &record))
		replica_append(replica, record.entry);
	strbuf_clear(&rest);
	if (!replica->turns)
		turn_seal(replica);
	if (stopping)
		replica_stop(replica);
}

/* Users of that incarnation leave, unless they have left already. */
static void
peer_end(struct replica *replica, struct peer *peer, const struct turn *turn)
{
	if (peer->incarnation == 0 || peer->gone)
		return;
	peer->gone = true;
	replica->host.gone(replica->host.ctx, turn,
		(struct incarnation){text_of(peer->node), peer->incarnation});
}

/* Whether the turn is to be applied, by the one rule that all nodes have. */
static bool
peer_takes(struct replica *replica, struct peer *peer, const struct turn *turn)
{
	if (turn->by.number > peer->incarnation && turn->number == 1) {
		peer_end(replica, peer, turn);
		peer->incarnation = turn->by.number;
		peer->gone = false;
		peer->last = 0;
	}
	return turn->by.number == peer->incarnation && !peer->gone &&
	       turn->number == peer->last + 1;
}

static void
own_turn_applied(struct replica *replica, uint64_t number)
{
	int64_t now = now_ms(replica);
	struct sent *sent = replica->turns;
	assert(sent && sent->number == number && replica->in_flight > 0);
	sent_free(replica, sent);
	replica->in_flight--;
	replica->progress_at = replica->sent_at = now;
	replica->resend_ms = RESEND_MS;
}

static bool
is_own(const struct replica *replica, const struct turn *turn)
{
	return turn->by.number == replica->self.number &&
	       text_is(turn->by.node, replica->self.node);
}

/* Whether this node is what the record says is dead. */
static bool
gone_apply(struct replica *replica, const struct turn *turn, const struct record *record)
{
	struct peer *peer = peer_find(replica, record->gone.node);
	if (!peer || peer->incarnation != record->gone.number || peer->gone ||
		peer->last != record->last)
		return false;
	peer_end(replica, peer, turn);
	return peer_is_self(replica, peer) && peer->incarnation == replica->self.number;
}

static void
turn_apply(struct replica *replica, struct turn *turn, bool own)
{
	const struct turn head = *turn;
	struct record record;
	bool self_gone = false;
	while (turn_next(turn, &record)) {
		if (record.kind == RECORD_ENTRY)
			replica->host.apply(replica->host.ctx, &head, record.entry, own);
		else if (record.kind == RECORD_GONE)
			self_gone = gone_apply(replica, &head, &record) || self_gone;
	}
	if (own)
		own_turn_applied(replica, head.number);
	if (self_gone && own)
		replica->state = REPLICA_STOPPED;
	else if (self_gone)
		turns_move(replica);
}

/* Asks for what was not delivered. */
static void
gap_fill(struct replica *replica)
{
	replica->gap_at = now_ms(replica);
	replica->host.subscribe(replica->host.ctx, replica->applied + 1);
}

void
replica_heard(struct replica *replica, uint64_t position, struct text bytes)
{
	struct turn turn;
	if (position <= replica->applied || replica->state >= REPLICA_STOPPED)
		return;
	if (position > replica->applied + 1) {
		if (!replica->gap_at)
			gap_fill(replica);
		return;
	}
	replica->gap_at = 0;
	enum turn_fault fault = turn_read(bytes, &turn);
	if (fault == TURN_NEWER) {
		replica->state = REPLICA_TOO_OLD;
		return;
	}
	replica->applied = position;
	if (fault == TURN_BROKEN)
		return;
	struct peer *peer = peer_get(replica, turn.by.node);
	bool own = is_own(replica, &turn);
	if (!peer_takes(replica, peer, &turn))
		return;
	peer->last = turn.number;
	peer->heard_at = now_ms(replica);
	if (takes_part(replica) && peer_is_self(replica, peer) &&
		turn.by.number > replica->self.number)
		replica->state = REPLICA_SUPERSEDED;
	turn_apply(replica, &turn, own);
}

/* Time. */

int64_t
replica_cut_off_ms(const struct replica *replica)
{
	int64_t now = now_ms(replica), since = replica->progress_at;
	if (!replica->connected)
		return now - replica->connected_at;
	if (!takes_part(replica) || replica->in_flight == 0 || now - since < STALL_MS)
		return 0;
	return now - since;
}

static void
dead_declare(struct replica *replica, int64_t now)
{
	struct peer *peer, *next;
	struct sent *sent = NULL;
	if (replica->in_flight == REPLICA_IN_FLIGHT || first_unsent(replica))
		return;
	HASH_ITER(hh, replica->peers, peer, next)
	{
		int64_t heard = later(peer->heard_at, replica->live_since);
		bool there = peer->incarnation > 0 && !peer->gone;
		if (!there || peer_is_self(replica, peer) || now - heard < SILENCE_MS)
			continue;
		if (!sent)
			sent = turn_seal(replica);
		turn_add_gone(replica, sent, peer, peer->last);
		/* If it was heard meanwhile, it lives, and has as long again. */
		peer->heard_at = now;
	}
}

int64_t
replica_tick(struct replica *replica)
{
	int64_t now = now_ms(replica);
	bool late = now - replica->ticked_at > KEEPALIVE_MS + KEEPALIVE_LATE_MS;
	replica->ticked_at = now;
	if (replica->gap_at && now - replica->gap_at >= KEEPALIVE_MS)
		gap_fill(replica);
	if (!takes_part(replica))
		return KEEPALIVE_MS;
	if (late || replica_cut_off_ms(replica) > 0)
		replica->live_since = now;
	if (!replica->connected)
		return KEEPALIVE_MS;
	if (replica->in_flight > 0 && now - replica->sent_at >= replica->resend_ms) {
		resend(replica);
		replica->resend_ms = replica->resend_ms * 2 < RESEND_MOST_MS
					     ? replica->resend_ms * 2
					     : RESEND_MOST_MS;
	}
	if (replica->state == REPLICA_LIVE)
		dead_declare(replica, now);
	if (!replica->turns && replica->growing.len == 0 &&
		now - replica->published_at >= KEEPALIVE_MS)
		turn_seal(replica);
	replica_flush(replica);
	return later(1, replica->in_flight > 0 ? replica->resend_ms - (now - replica->sent_at)
					       : KEEPALIVE_MS - (now - replica->published_at));
}
