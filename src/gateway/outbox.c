/* What waits to be sent to a connection. Only gateway_flush sends. */
#include "gateway/gateway_internal.h"

void
connection_overflow(struct connection *connection)
{
	connection_end(connection, REASON_TOO_SLOW);
	connection_schedule_close(connection);
}

void
client_write(struct client *client, struct text bytes)
{
	struct connection *connection = (struct connection *)client;
	if (connection->state != CONNECTION_OPEN)
		return;
	struct buffer *buffer = buffer_make(bytes);
	connection_push(connection, (struct slice){buffer, 0, buffer->len});
	connection->answers += buffer->len;
	buffer_drop(buffer);
}

void
connection_send(struct connection *connection)
{
	const struct transport_ops *transport = connection->gateway->transport;
	bool closing = connection->state == CONNECTION_CLOSING;
	if (connection->write_blocked || (connection->state != CONNECTION_OPEN && !closing))
		return;
	if (connection->ready > 0) {
		ssize_t sent =
			transport->send(connection->conn, &connection->out, connection->ready);
		if (sent < 0)
			return;
		outqueue_consume(&connection->out, (size_t)sent);
		connection->ready -= (uint32_t)sent;
	}
	connection->write_blocked = connection->ready > 0;
	if (closing && connection->out.bytes == 0) {
		connection_set_state(connection, CONNECTION_CLOSED);
		transport->close(connection->conn, connection->close_reason);
	}
}

void
connection_writable(struct connection *connection)
{
	connection->write_blocked = false;
	connection_mark_dirty(connection);
}
