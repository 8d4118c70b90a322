/* A connection's state, and what is scheduled for it at the end of the turn. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "gateway/gateway_internal.h"

enum { CLOSING_MS = 10000 }; /* for a client to read the last data before it is closed */

void
connection_list_add(struct connection_list *list, struct connection *connection)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 16;
		list->at = xrealloc(list->at, list->cap * sizeof(struct connection *));
	}
	list->at[list->n++] = connection;
}

void
connection_set_state(struct connection *connection, enum connection_state state)
{
	static const bool allowed[][CONNECTION_GONE + 1] = {
		[CONNECTION_OPEN] = {[CONNECTION_DRAINING] = true,
			[CONNECTION_CLOSING] = true,
			[CONNECTION_GONE] = true},
		[CONNECTION_DRAINING] = {[CONNECTION_GONE] = true},
		[CONNECTION_CLOSING] = {[CONNECTION_CLOSED] = true, [CONNECTION_GONE] = true},
		[CONNECTION_CLOSED] = {[CONNECTION_GONE] = true},
		[CONNECTION_GONE] = {false},
	};
	assert(allowed[connection->state][state]);
	connection->state = (unsigned char)state;
}

void
connection_schedule_close(struct connection *connection)
{
	if (connection->to_reap)
		return;
	connection->to_reap = true;
	connection_list_add(&connection->gateway->to_reap, connection);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

void
connection_set_timer(struct connection *connection, int64_t wake)
{
	int64_t at = sooner(sooner(connection->deadline, connection->pause), wake);
	timer_set(&connection->gateway->timers, &connection->timer, at);
}

void
connection_end(struct connection *connection, enum reason why)
{
	struct gateway *gateway = connection->gateway;
	if (connection->state == CONNECTION_DRAINING) {
		connection_set_state(connection, CONNECTION_GONE);
		connection_schedule_close(connection);
	}
	if (connection->state != CONNECTION_OPEN)
		return;
	connection_set_state(connection, CONNECTION_CLOSING);
	connection->close_reason = (unsigned char)why;
	connection->pause = 0;
	connection->deadline = gateway->monotonic_ms(gateway->clock) + CLOSING_MS;
	connection_set_timer(connection, 0);
	connection_mark_dirty(connection);
}

void
connection_log(const struct connection *connection, enum log_level level, const char *format, ...)
{
	char host[ADDRESS_TEXT_BYTES] = "-", text[512];
	if (connection->quota)
		address_format(host, connection->quota->key);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	diag_line(level, "conn %u %s: %s", connection->number, host, text);
}
