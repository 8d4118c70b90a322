/*
 * Checks the first request of a connection with MSG_PEEK, and gives the socket to
 * libwebsockets only if that can answer the request: it would close the connection without
 * an answer otherwise. Later requests on the same connection go to libwebsockets directly,
 * since it reads ahead.
 */
#include "net/http.h"

#include <errno.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/handshake.h"
#include "net/http_limit.h"
#include "net/request.h"
#include "net/site.h"
#include "net/ws.h"

enum { HEADER_BYTES = 1024 }; /* longest value of a header that is looked at */

/* For what libwebsockets answers by itself; the site's answers have their own. */
const struct lws_protocol_vhost_options *
http_headers(void)
{
	static const struct lws_protocol_vhost_options referrer = {
		NULL, NULL, "referrer-policy:", "no-referrer"};
	static const struct lws_protocol_vhost_options nosniff = {
		&referrer, NULL, "x-content-type-options:", "nosniff"};
	static const struct lws_protocol_vhost_options policy = {
		&nosniff, NULL, "content-security-policy:", SITE_POLICY};
	return &policy;
}

/* TEXT_NONE when it is missing; empty when it is longer than any that we know. */
static struct text
header_read(struct lws *wsi, enum lws_token_indexes which, char at[static HEADER_BYTES])
{
	if (lws_hdr_total_length(wsi, which) == 0)
		return TEXT_NONE;
	int n = lws_hdr_copy(wsi, at, HEADER_BYTES, which);
	return (struct text){at, n > 0 ? (size_t)n : 0};
}

/* libwebsockets does not know the connection: it is answered, and closed. */
static void
http_refuse(struct conn *conn, enum site_status status)
{
	struct text answer = site_status(conn->endpoint->site, status, false);
	(void)!send(conn->fd, answer.ptr, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	conn_wait(conn, &conn->endpoint->poller->closing);
	conn_shut(conn);
}

/* From now on libwebsockets reads, and closes. */
static void
http_adopt(struct conn *conn)
{
	conn_unpoll(conn);
	lws_adopt_desc_t adoption = {
		.vh = conn->endpoint->poller->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
		.fd.sockfd = conn->fd,
		.opaque = conn,
	};
	/* In any case the conn is freed when libwebsockets frees its side. */
	lws_adopt_descriptor_vhost_via_info(&adoption);
}

static void
http_on_input(struct conn *conn, uint32_t events)
{
	struct poller *poller = conn->endpoint->poller;
	if (conn->state != CONN_HTTP) {
		conn_read(conn, READ_BYTES);
		return;
	}
	ssize_t n = recv(conn->fd, poller->in, REQUEST_HEAD_BYTES + 1, MSG_PEEK | MSG_DONTWAIT);
	enum site_status status;
	poller->received = true;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		conn_kill(conn);
		return;
	}
	switch (request_judge((struct text){poller->in, (size_t)n}, &status)) {
	case REQUEST_COMPLETE:
		http_adopt(conn);
		break;
	case REQUEST_REFUSED:
		http_refuse(conn, status);
		break;
	case REQUEST_INCOMPLETE:
		if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			http_refuse(conn, SITE_MALFORMED);
	}
}

static void
http_on_close(struct conn *conn, enum reason why)
{
	(void)conn;
	(void)why;
}

static bool
http_shuts_first(const struct conn *conn)
{
	(void)conn;
	return true;
}

void
http_open(const struct endpoint *endpoint, int fd)
{
	static const struct conn_ops ops = {http_on_input, http_on_close, http_shuts_first};
	struct conn *conn = conn_new(endpoint, fd, &ops);
	http_limit_add(conn);
	conn_poll(conn);
}

static void
http_begin(struct conn *conn, struct lws *wsi)
{
	conn->wsi = wsi;
	/* With something of the user's, libwebsockets also says when it begins to close. */
	lws_set_wsi_user(wsi, conn);
}

/*
 * Sends what the socket takes of the rest; -1 when the connection is to end. What
 * it does not take is not given to libwebsockets, which, holding it, would be
 * woken for every byte of the next request without reading it.
 */
static int
rest_send(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	ssize_t n = send(conn->fd, conn->rest.ptr, conn->rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		return -1;
	if (n > 0)
		conn->rest = (struct text){conn->rest.ptr + n, conn->rest.len - (size_t)n};
	conn_wait(conn, conn->rest.len ? &poller->http_sending : &poller->http_pending);
	if (conn->rest.len > 0)
		return 0;
	return lws_http_transaction_completed(conn->wsi) ? -1 : 0;
}

void
http_resume(struct conn *conn)
{
	if (rest_send(conn) < 0)
		conn_kill(conn);
	else if (conn->rest.len == 0)
		lws_rx_flow_control(conn->wsi, 1);
}

static struct text
request_answer(struct conn *conn, struct text path)
{
	char known[HEADER_BYTES], encodings[HEADER_BYTES];
	struct site_request request = {
		.get = lws_hdr_total_length(conn->wsi, WSI_TOKEN_GET_URI) > 0,
		.head = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HEAD_URI) > 0,
		.path = path,
		.known = header_read(conn->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, known),
		.encodings = header_read(conn->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings),
	};
	return site_answer(conn->endpoint->site, &request);
}

static int
http_request(struct conn *conn, struct text path)
{
	conn->rest = request_answer(conn, path);
	int result = rest_send(conn);
	if (result == 0 && conn->rest.len > 0)
		lws_rx_flow_control(conn->wsi, 0);
	return result;
}

/* Not each time, since any page can cause it as often as it likes. */
static void
log_refused_origin(const struct conn *conn, struct text origin)
{
	struct poller *poller = conn->endpoint->poller;
	bool new = refused_origin_is_new(
		&poller->refused_origins, origin, (int64_t)uv_now(poller->loop));
	conn_log(conn, new ? LOG_LEVEL_INFO : LOG_LEVEL_TRACE,
		"origin %.*s refused; if it is this server behind a proxy, set origins or pass "
		"the Host header on",
		TEXT_ARGS(origin.len > 0 ? origin : text_of("of over 1023 bytes")));
}

/* Whether it may become a WebSocket: SITE_HEALTHY, or why not. RFC 6455, 4.2.1. */
static enum site_status
handshake_judge(struct conn *conn, struct text path)
{
	char origin[HEADER_BYTES], host[HEADER_BYTES], other[HEADER_BYTES];
	struct lws *wsi = conn->wsi;
	if (!path.ptr)
		return SITE_NOT_ALLOWED;
	if (!text_is(path, text_of("/ws")))
		return SITE_NOT_FOUND;
	if (!text_is(header_read(wsi, WSI_TOKEN_VERSION, other), text_of("13")))
		return SITE_UPGRADE;
	if (!text_is(header_read(wsi, WSI_TOKEN_HTTP, other), text_of("HTTP/1.1")) ||
		!connection_has(header_read(wsi, WSI_TOKEN_CONNECTION, other), "upgrade") ||
		!key_is_right(header_read(wsi, WSI_TOKEN_KEY, other)) ||
		lws_hdr_total_length(wsi, WSI_TOKEN_HOST) == 0)
		return SITE_BAD_HANDSHAKE;
	struct text from = header_read(wsi, WSI_TOKEN_ORIGIN, origin);
	if (!origin_allowed(from, header_read(wsi, WSI_TOKEN_HOST, host),
		    conn->endpoint->listener->origins)) {
		log_refused_origin(conn, from);
		return SITE_FORBIDDEN;
	}
	struct text offered = header_read(wsi, WSI_TOKEN_PROTOCOL, other);
	if (offered.ptr && !protocol_offered(offered, "teahouse.v2"))
		return SITE_BAD_HANDSHAKE;
	return SITE_HEALTHY;
}

/*
 * Before libwebsockets upgrades: 0 lets it. Anything else has been answered here, and the
 * connection ends; an offer of HTTP/2 is answered as if it had not been made.
 */
static int
http_upgrade(struct conn *conn, const char *to)
{
	char at[HEADER_BYTES];
	struct text path = header_read(conn->wsi, WSI_TOKEN_GET_URI, at), answer;
	if (strcasecmp(to, "websocket") == 0) {
		enum site_status status = handshake_judge(conn, path);
		if (status == SITE_HEALTHY)
			return 0;
		answer = site_status(conn->endpoint->site, status, false);
	} else {
		if (!path.ptr)
			path = header_read(conn->wsi, WSI_TOKEN_HEAD_URI, at);
		answer = request_answer(conn, path);
	}
	/* A socket on which little was sent yet takes an answer whole. */
	(void)!send(conn->fd, answer.ptr, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return -1;
}

/* libwebsockets has begun to close it: nothing may be sent after its close frame. */
static void
http_on_closing(struct conn *conn)
{
	if (conn->state != CONN_DEAD)
		conn_set_state(conn, CONN_DEAD);
	timeout_list_remove(&conn->timeout);
	conn_unpoll(conn);
	conn_lost(conn);
}

int
http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct conn *conn = user;
	switch ((int)reason) {
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		http_begin(lws_get_opaque_user_data(wsi), wsi);
		break;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return http_upgrade(conn, in);
	case LWS_CALLBACK_HTTP:
		return http_request(conn, (struct text){in, len});
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLOSED_HTTP:
		if (conn)
			http_on_closing(conn);
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		conn = lws_get_opaque_user_data(wsi);
		if (conn)
			conn_free(conn);
		break;
	default:
		if (conn)
			return ws_callback(conn, reason);
	}
	return 0;
}
