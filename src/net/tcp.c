/*
 * Connections without HTTP. libwebsockets has no part in them: it would add a kilobyte to
 * each, and only pass the bytes on.
 */
#include "net/tcp.h"

static void
tcp_on_input(struct conn *conn, uint32_t events)
{
	(void)events;
	size_t n = conn_read(conn, READ_BYTES);
	if (n > 0 && conn->connection && conn->state == CONN_TCP)
		connection_receive(conn->connection, conn->endpoint->poller->in, n);
}

void
tcp_start(struct conn *conn)
{
	static const struct conn_ops ops = {.on_input = tcp_on_input};
	conn->ops = &ops;
	conn_set_state(conn, CONN_TCP);
	conn_wait(conn, &conn->endpoint->poller->tcp);
	conn_poll(conn);
	conn_admit(conn);
}
