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

static void
tcp_on_close(struct conn *conn, enum reason why)
{
	(void)conn;
	(void)why;
}

static bool
tcp_shuts_first(const struct conn *conn)
{
	(void)conn;
	return true;
}

void
tcp_open(const struct endpoint *endpoint, int fd)
{
	static const struct conn_ops ops = {tcp_on_input, tcp_on_close, tcp_shuts_first};
	struct conn *conn = conn_new(endpoint, fd, &ops);
	conn_wait(conn, &endpoint->poller->tcp);
	conn_poll(conn);
	conn_admit(conn);
}
