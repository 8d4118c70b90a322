/*
 * Holds output back until the events in it are stored. A connection's outbox has three parts:
 * ready, gated by tickets, and new in this turn. Order is preserved: output that needs no
 * storing also waits behind gated output. Only while the disk is slow do answers overtake it.
 */
#include <string.h>
#include <utlist.h>

#include "gateway/gateway_internal.h"

static void
gate_add(struct gate *gate, struct gated gated)
{
	if (gate->head + gate->n == gate->cap && gate->head > gate->n) {
		memmove(gate->at, gate->at + gate->head, gate->n * sizeof *gate->at);
		gate->head = 0;
	}
	if (gate->head + gate->n == gate->cap) {
		gate->cap = gate->cap ? gate->cap * 2 : 64;
		gate->at = xrealloc(gate->at, gate->cap * sizeof *gate->at);
	}
	gate->at[gate->head + gate->n++] = gated;
}

static bool
connection_sends(const struct connection *connection)
{
	return connection->state == CONNECTION_OPEN || connection->state == CONNECTION_CLOSING;
}

void
gate_hold(struct connection *connection, uint64_t ticket)
{
	struct gate *gate = &connection->gateway->gate;
	if (!connection_sends(connection))
		return;
	uint32_t fresh = (uint32_t)connection->out.bytes - connection->ready - connection->gated;
	if (fresh == 0)
		return;
	if (ticket == 0 && gate->slow && connection->answers == fresh) {
		outqueue_move_last(&connection->out, fresh, connection->ready);
		connection->ready += fresh;
		return;
	}
	connection->gated += fresh;
	gate_add(gate, (struct gated){gate->ticket, connection, fresh});
}

static void
gated_release(const struct gated *gated)
{
	struct connection *connection = gated->connection;
	connection->gated -= gated->bytes;
	if (connection_sends(connection)) {
		connection->ready += gated->bytes;
		connection_mark_dirty(connection);
	} else if (connection->state == CONNECTION_GONE && connection->gated == 0) {
		/* It could not be freed before. */
		connection_schedule_close(connection);
	}
}

void
gate_open(struct gateway *gateway, uint64_t ticket)
{
	struct gate *gate = &gateway->gate;
	while (gate->n > 0 && gate->at[gate->head].ticket <= ticket) {
		gated_release(&gate->at[gate->head++]);
		gate->n--;
	}
	if (gate->n == 0)
		gate->head = 0;
}

void
gate_ask(struct gateway *gateway, const struct history *history)
{
	struct gate *gate = &gateway->gate;
	bool congested = history->is_full(history);
	gate->slow = history->is_slow(history);
	if (congested == gate->congested)
		return;
	gate->congested = congested;
	struct connection *connection;
	DL_FOREACH(gateway->connections, connection)
	{
		if (!congested && connection->spoke)
			connection_mark_dirty(connection);
		connection->spoke = false;
	}
}
