/*
 * Judges each request before libwebsockets reads it, which would close the connection without
 * an answer otherwise. libwebsockets never has the connection itself: it gets one end of a
 * pair of sockets, through which a request goes to it, and its own few answers come back.
 * The pair is closed when the connection has become a WebSocket.
 */
#include "net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/forwarded.h"
#include "net/handshake.h"
#include "net/http_limit.h"
#include "net/request.h"
#include "net/site.h"

enum {
	HEADER_BYTES = 1024, /* longest value of a header that is looked at */
	PAIR_FILES = 2,
};

/* What a connection keeps as long as it is no WebSocket. */
struct http {
	struct lws *wsi;        /* NULL: libwebsockets does not know the connection */
	int fd;                 /* our end of the pair; -1: there is none */
	bool busy;              /* libwebsockets has a request that is not answered yet */
	struct strbuf received; /* and not given to libwebsockets */
	struct text rest;       /* of the answer */
	/* A trusted proxy itself, for requests that it sends for nobody. */
	unsigned char proxy[ADDRESS_KEY_BYTES];
	uint16_t proxy_port;
	bool proxy_encrypted;
};

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

/* libwebsockets, if it knows the connection, forgets it, and closes its end of the pair. */
static void
http_detach(struct conn *conn)
{
	struct http *http = conn->http;
	if (http->wsi) {
		lws_set_opaque_user_data(http->wsi, NULL);
		lws_set_wsi_user(http->wsi, NULL);
		http->wsi = NULL;
	}
	if (http->fd >= 0) {
		close(http->fd);
		conn->endpoint->poller->n_conns -= PAIR_FILES;
		http->fd = -1;
	}
}

static void
http_free(struct conn *conn)
{
	http_detach(conn);
	strbuf_clear(&conn->http->received);
	free(conn->http);
	conn->http = NULL;
}

static void
http_refuse(struct conn *conn, enum site_status status)
{
	http_detach(conn);
	conn_refuse(conn, site_status(conn->endpoint->site, status, false));
}

/* Moves what libwebsockets has sent to what is pending. */
static void
http_take_answer(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	ssize_t n;
	while ((n = recv(conn->http->fd, poller->in, READ_BYTES, MSG_DONTWAIT)) > 0)
		strbuf_add(&conn->pending, poller->in, (size_t)n);
}

/* Gives libwebsockets its end of a pair. */
static bool
http_attach(struct conn *conn)
{
	int pair[PAIR_FILES];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return false;
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	fcntl(pair[1], F_SETFD, FD_CLOEXEC);
	conn->http->fd = pair[0];
	conn->endpoint->poller->n_conns += PAIR_FILES;
	lws_adopt_desc_t adoption = {
		.vh = conn->endpoint->poller->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
		.fd.sockfd = pair[1],
		.opaque = conn,
	};
	lws_adopt_descriptor_vhost_via_info(&adoption);
	return conn->http->wsi;
}

/* For whom a proxy sends the request: each may be another's. */
static void
http_note_client(struct conn *conn, struct text head)
{
	struct forwarded client;
	const struct http *http = conn->http;
	bool any = forwarded_find(head, conn->endpoint->poller->proxies, &client);
	memcpy(conn->peer, any ? client.address : http->proxy, sizeof conn->peer);
	conn->peer_port = any ? 0 : http->proxy_port;
	conn->encrypted = any ? client.encrypted : http->proxy_encrypted;
}

/* Gives libwebsockets a request, which begins what was received. */
static void
http_pass(struct conn *conn, size_t head)
{
	struct http *http = conn->http;
	if (conn->trusted)
		http_note_client(conn, (struct text){http->received.ptr, head});
	if (http->fd < 0 && !http_attach(conn)) {
		http_refuse(conn, SITE_FULL);
		return;
	}
	http->busy = true;
	if (send(http->fd, http->received.ptr, head, MSG_NOSIGNAL | MSG_DONTWAIT) !=
		(ssize_t)head) {
		conn_kill(conn);
		return;
	}
	http->received.len -= head;
	memmove(http->received.ptr, http->received.ptr + head, http->received.len);
	if (http->received.len == 0)
		strbuf_clear(&http->received);
}

/* Looks at what was received, unless a request is being answered. */
static void
http_go_on(struct conn *conn)
{
	struct http *http = conn->http;
	struct text received = strbuf_view(&http->received);
	enum site_status status;
	size_t head;
	if (!http->busy) {
		switch (request_judge(received, &status, &head)) {
		case REQUEST_COMPLETE:
			http_pass(conn, head);
			break;
		case REQUEST_REFUSED:
			http_refuse(conn, status);
			return;
		case REQUEST_INCOMPLETE:
			if (conn->eof && received.len > 0)
				http_refuse(conn, SITE_MALFORMED);
			else if (conn->eof)
				conn_kill(conn);
		}
	}
	if (conn->state != CONN_HTTP)
		return;
	conn->read_wanted = http->received.len <= REQUEST_HEAD_BYTES;
	conn_poll(conn);
}

static void
http_on_input(struct conn *conn, uint32_t events)
{
	(void)events;
	size_t n = conn_read(conn, READ_BYTES);
	if (conn->state != CONN_HTTP)
		return;
	strbuf_add(&conn->http->received, conn->endpoint->poller->in, n);
	conn->eof = conn->eof || stream_has_ended(&conn->stream);
	http_go_on(conn);
}

void
http_next(struct conn *conn)
{
	conn_wait(conn, &conn->endpoint->poller->http_pending);
	http_go_on(conn);
}

static void
http_begin(struct conn *conn, struct lws *wsi)
{
	conn->http->wsi = wsi;
	/* With something of the user's, libwebsockets also says when it begins to close. */
	lws_set_wsi_user(wsi, conn);
}

/* Sends what there is room for of the rest. -1: libwebsockets is to end the connection. */
static int
rest_send(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	struct http *http = conn->http;
	ssize_t n = conn_send(conn, http->rest);
	if (n < 0)
		return -1;
	http->rest = (struct text){http->rest.ptr + n, http->rest.len - (size_t)n};
	if (http->rest.len > 0) {
		conn_wait(conn, &poller->http_sending);
		return 0;
	}
	http->busy = false;
	bool more = http->received.len > 0 || conn->eof;
	conn_wait(conn, more ? &poller->http_next : &poller->http_pending);
	return lws_http_transaction_completed(http->wsi) ? -1 : 0;
}

/* Libwebsockets ends the connection, or we do: what it has said last is sent. */
static void
http_end(struct conn *conn)
{
	if (conn->http->fd >= 0)
		http_take_answer(conn);
	http_detach(conn);
	if (conn->state == CONN_HTTP)
		conn_refuse(conn, TEXT_NONE);
}

/* There is room to send again. */
static void
http_on_room(struct conn *conn)
{
	if (conn->state != CONN_HTTP || conn->http->rest.len == 0)
		return;
	if (rest_send(conn) < 0)
		http_end(conn);
	else if (conn->http->rest.len == 0)
		lws_rx_flow_control(conn->http->wsi, 1);
}

void
http_start(struct conn *conn)
{
	static const struct conn_ops ops = {
		.on_input = http_on_input, .on_free = http_free, .on_room = http_on_room};
	conn->http = xcalloc(sizeof *conn->http);
	conn->http->fd = -1;
	memcpy(conn->http->proxy, conn->peer, sizeof conn->peer);
	conn->http->proxy_port = conn->peer_port;
	conn->http->proxy_encrypted = conn->encrypted;
	conn->ops = &ops;
	conn->trusted = networks_include(conn->endpoint->poller->proxies, conn->peer);
	conn_set_state(conn, CONN_HTTP);
	http_limit_add(conn);
	conn_poll(conn);
}

static struct text
request_answer(struct conn *conn, struct text path)
{
	char known[HEADER_BYTES], encodings[HEADER_BYTES];
	struct site_request request = {
		.get = lws_hdr_total_length(conn->http->wsi, WSI_TOKEN_GET_URI) > 0,
		.head = lws_hdr_total_length(conn->http->wsi, WSI_TOKEN_HEAD_URI) > 0,
		.path = path,
		.known = header_read(conn->http->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, known),
		.encodings =
			header_read(conn->http->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings),
	};
	return site_answer(conn->endpoint->site, &request);
}

static int
http_request(struct conn *conn, struct text path)
{
	conn->http->rest = request_answer(conn, path);
	int result = rest_send(conn);
	if (result == 0 && conn->http->rest.len > 0)
		lws_rx_flow_control(conn->http->wsi, 0);
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
	struct lws *wsi = conn->http->wsi;
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
	struct text path = header_read(conn->http->wsi, WSI_TOKEN_GET_URI, at), answer;
	if (strcasecmp(to, "websocket") == 0) {
		enum site_status status = handshake_judge(conn, path);
		if (status == SITE_HEALTHY)
			return 0;
		answer = site_status(conn->endpoint->site, status, false);
	} else {
		if (!path.ptr)
			path = header_read(conn->http->wsi, WSI_TOKEN_HEAD_URI, at);
		answer = request_answer(conn, path);
	}
	strbuf_add_text(&conn->pending, answer);
	return -1;
}

struct strbuf
http_take_over(struct conn *conn)
{
	struct strbuf received = conn->http->received;
	conn->http->received = (struct strbuf){0};
	http_take_answer(conn);
	http_free(conn);
	return received;
}

int
http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct conn *conn = user;
	bool asked = reason == LWS_CALLBACK_HTTP || reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE;
	if (asked && !conn)
		return -1;
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
	case LWS_CALLBACK_WSI_DESTROY:
		conn = lws_get_opaque_user_data(wsi);
		if (conn)
			http_end(conn);
		break;
	case LWS_CALLBACK_ESTABLISHED:
		if (conn)
			conn_wait(conn, &conn->endpoint->poller->ws_new);
	}
	return 0;
}
