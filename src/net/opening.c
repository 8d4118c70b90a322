/* Waits for what a listener demands first, and starts the protocol then. */
#include "net/opening.h"

#include <errno.h>
#include <sys/epoll.h>

#include "net/http.h"
#include "net/http_limit.h"
#include "net/site.h"
#include "net/tcp.h"

static void
opening_finish(struct conn *conn)
{
	(conn->endpoint->site ? http_start : tcp_start)(conn);
}

/* A client without TLS on a port with it: is told so as its protocol says it. */
static void
refuse_unencrypted(struct conn *conn)
{
	const struct endpoint *endpoint = conn->endpoint;
	struct sockaddr_in6 peer;
	struct strbuf refusal = {0};
	tls_close(conn->stream.tls);
	conn->stream.tls = NULL;
	if (endpoint->site)
		strbuf_add_text(&refusal, site_status(endpoint->site, SITE_TLS_ONLY, false));
	else
		gateway_refuse(endpoint->poller->gateway, endpoint->listener,
			conn_peer(conn, &peer), REASON_TLS_ONLY, &refusal);
	conn_refuse(conn, strbuf_view(&refusal));
	strbuf_clear(&refusal);
}

/* What came with the end of the handshake, or its end, is the protocol's. */
static void
handshake_finish(struct conn *conn, ssize_t n)
{
	opening_finish(conn);
	conn->endpoint->poller->decrypted = n > 0 ? (size_t)n : 0;
	if (n >= 0)
		conn->ops->on_input(conn, EPOLLIN);
	conn->endpoint->poller->decrypted = 0;
}

static void
handshake_on_input(struct conn *conn, uint32_t events)
{
	struct poller *poller = conn->endpoint->poller;
	(void)events;
	if (conn->state != CONN_OPENING) {
		conn_read(conn, READ_BYTES);
		return;
	}
	ssize_t n = stream_recv(&conn->stream, poller->in, READ_BYTES);
	bool more = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
	poller->received = true;
	if (tls_is_ready(conn->stream.tls)) {
		handshake_finish(conn, n);
	} else if (tls_is_unencrypted(conn->stream.tls)) {
		refuse_unencrypted(conn);
	} else if (tls_failure(conn->stream.tls)) {
		conn_log(conn, LOG_LEVEL_DEBUG, "no TLS with %s: %s",
			conn->endpoint->listener->name, tls_failure(conn->stream.tls));
		conn_refuse(conn, TEXT_NONE);
	} else if (more) {
		conn_await_flush(conn);
	} else {
		conn_kill(conn);
	}
}

static void
handshake_start(struct conn *conn)
{
	static const struct conn_ops ops = {.on_input = handshake_on_input};
	const struct endpoint *endpoint = conn->endpoint;
	conn->stream.tls = tls_open(endpoint->poller->tls, conn->stream.fd, endpoint->site);
	conn->ops = &ops;
	http_limit_add(conn);
	conn_poll(conn);
}

void
opening_start(const struct endpoint *endpoint, int fd)
{
	struct conn *conn = conn_new(endpoint, fd);
	if (endpoint->listener->tls)
		handshake_start(conn);
	else
		opening_finish(conn);
}
