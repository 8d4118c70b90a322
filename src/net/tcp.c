/*
 * Connections without HTTP. libwebsockets has no part in them: it would add a kilobyte to
 * each, and only pass the bytes on.
 */
#include "net/tcp.h"

static void
tcp_on_input(struct conn *conn, uint32_t events)
{
	(void)events;
	const char *in = conn->endpoint->poller->in;
	size_t n = conn_read(conn, READ_BYTES);
	if (n == 0 || !conn->connection || conn->state != CONN_TCP)
		return;
	bool hello = !conn->heard && !conn->stream.tls && n > 1 && in[0] == 0x16 && in[1] == 3;
	conn->heard = true;
	if (hello)
		connection_reject(conn->connection, REASON_NO_TLS);
	else
		connection_receive(conn->connection, in, n);
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
