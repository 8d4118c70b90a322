/* Waits for what a listener demands first, and starts the protocol then. */
#include "net/opening.h"

#include "net/http.h"
#include "net/http_limit.h"
#include "net/tcp.h"

static void
opening_finish(struct conn *conn)
{
	(conn->endpoint->site ? http_start : tcp_start)(conn);
}

void
opening_start(const struct endpoint *endpoint, int fd)
{
	struct conn *conn = conn_new(endpoint, fd);
	opening_finish(conn);
}
