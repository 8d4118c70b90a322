/* Waits for what a listener demands first, and starts the protocol then. */
#include "net/opening.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/networks.h"
#include "net/http.h"
#include "net/http_limit.h"
#include "net/proxy_header.h"
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
	conn->ops = &ops;
	conn->stream.tls = tls_open(endpoint->poller->tls, conn->stream.fd, endpoint->site);
	if (!conn->stream.tls) {
		conn_log(conn, LOG_LEVEL_ERROR, "closed: no memory for TLS");
		conn_kill(conn);
		return;
	}
	http_limit_add(conn);
	conn_poll(conn);
}

static void
opening_go_on(struct conn *conn)
{
	if (conn->endpoint->listener->tls)
		handshake_start(conn);
	else
		opening_finish(conn);
}

/* The header was only looked at until now: all behind it is the client's. */
static void
header_take(struct conn *conn, const struct proxy_header *header)
{
	if (recv(conn->stream.fd, conn->endpoint->poller->in, header->bytes, MSG_DONTWAIT) !=
		(ssize_t)header->bytes) {
		conn_kill(conn);
		return;
	}
	if (!header->local) {
		memcpy(conn->peer, header->address, sizeof conn->peer);
		conn->peer_port = header->port;
		conn->encrypted = header->encrypted;
	}
	conn->by_proxy = conn->trusted = false;
	timeout_list_remove(&conn->timeout);
	opening_go_on(conn);
}

static void
header_on_input(struct conn *conn, uint32_t events)
{
	struct poller *poller = conn->endpoint->poller;
	struct proxy_header header;
	ssize_t n = recv(conn->stream.fd, poller->in, PROXY_HEADER_BYTES, MSG_PEEK | MSG_DONTWAIT);
	poller->received = true;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		conn_kill(conn);
		return;
	}
	switch (proxy_header_parse((struct text){poller->in, (size_t)n}, &header)) {
	case PROXY_COMPLETE:
		header_take(conn, &header);
		break;
	case PROXY_WRONG:
		conn_log(conn, LOG_LEVEL_INFO, "closed: %s: no header of the PROXY protocol",
			conn->endpoint->listener->name);
		conn_kill(conn);
		break;
	case PROXY_INCOMPLETE:
		if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			conn_kill(conn);
	}
}

static void
header_start(struct conn *conn)
{
	static const struct conn_ops ops = {.on_input = header_on_input};
	conn->ops = &ops;
	if (!networks_include(conn->endpoint->poller->proxies, conn->peer)) {
		conn_log(conn, LOG_LEVEL_INFO, "closed: %s is for server.proxies only",
			conn->endpoint->listener->name);
		conn_kill(conn);
		return;
	}
	conn->by_proxy = conn->trusted = true;
	http_limit_add(conn);
	conn_poll(conn);
}

void
opening_start(const struct endpoint *endpoint, int fd)
{
	struct conn *conn = conn_new(endpoint, fd);
	if (endpoint->listener->proxy)
		header_start(conn);
	else
		opening_go_on(conn);
}
