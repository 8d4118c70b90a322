/*
 * HTTP and WebSocket as libwebsockets gives them: requests to the site, a
 * handshake to the judge of origins, whole text messages to the gateway.
 */
#include <errno.h>
#include <strings.h>
#include <sys/socket.h>

#include "net/http.h"
#include "net/link.h"

enum {
	HEADER_BYTES = 1024, /* longest value of a header looked at */
	CODE_BINARY = 1003,
	CODE_TOO_LONG = 1009,
};

/* For what libwebsockets answers by itself; the site's answers have their own. */
const struct lws_protocol_vhost_options *
web_headers(void)
{
	static const struct lws_protocol_vhost_options referrer = {
		NULL, NULL, "referrer-policy:", "no-referrer"};
	static const struct lws_protocol_vhost_options nosniff = {
		&referrer, NULL, "x-content-type-options:", "nosniff"};
	static const struct lws_protocol_vhost_options policy = {
		&nosniff, NULL, "content-security-policy:", SITE_POLICY};
	return &policy;
}

/* No text when it is missing; an empty one when it is longer than any we know. */
static struct text
header_read(struct lws *wsi, enum lws_token_indexes which, char at[static HEADER_BYTES])
{
	if (lws_hdr_total_length(wsi, which) == 0)
		return (struct text){NULL, 0};
	int n = lws_hdr_copy(wsi, at, HEADER_BYTES, which);
	return (struct text){at, n > 0 ? (size_t)n : 0};
}

/*
 * Sends what the socket takes of the rest; -1 when the connection is to end. What
 * it does not take is not given to libwebsockets, which, holding it, would be
 * woken for every byte of the next request without reading it.
 */
static int
rest_send(struct link *link)
{
	ssize_t n = send(link->fd, link->rest.at, link->rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		return -1;
	if (n > 0)
		link->rest = (struct text){link->rest.at + n, link->rest.len - (size_t)n};
	if (link->rest.len == 0)
		return lws_http_transaction_completed(link->wsi) ? -1 : 0;
	waits_join(&link->door->net->pages, link);
	return 0;
}

void
web_resume(struct link *link)
{
	if (rest_send(link) < 0)
		link_break(link);
	else if (link->rest.len == 0)
		lws_rx_flow_control(link->wsi, 1);
}

static struct text
request_answer(struct link *link, struct text path)
{
	char known[HEADER_BYTES];
	struct site_request request = {
		.get = lws_hdr_total_length(link->wsi, WSI_TOKEN_GET_URI) > 0,
		.head = lws_hdr_total_length(link->wsi, WSI_TOKEN_HEAD_URI) > 0,
		.path = path,
		.known = header_read(link->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, known),
	};
	return site_answer(link->door->site, &request);
}

static int
web_request(struct link *link, struct text path)
{
	link->rest = request_answer(link, path);
	int result = rest_send(link);
	if (result == 0 && link->rest.len > 0)
		lws_rx_flow_control(link->wsi, 0);
	return result;
}

/* Whether it may become a WebSocket: SITE_HEALTHY, or why not. */
static enum site_status
handshake_judge(struct link *link, struct text path)
{
	char origin[HEADER_BYTES], host[HEADER_BYTES], other[HEADER_BYTES];
	struct lws *wsi = link->wsi;
	if (!text_is(path, text_of("/ws")))
		return SITE_NOT_FOUND;
	if (!text_is(header_read(wsi, WSI_TOKEN_VERSION, other), text_of("13")))
		return SITE_UPGRADE;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_KEY) == 0 ||
		lws_hdr_total_length(wsi, WSI_TOKEN_HOST) == 0)
		return SITE_BAD_REQUEST;
	if (!origin_allowed(header_read(wsi, WSI_TOKEN_ORIGIN, origin),
		    header_read(wsi, WSI_TOKEN_HOST, host), link->door->listener->origins))
		return SITE_FORBIDDEN;
	struct text offered = header_read(wsi, WSI_TOKEN_PROTOCOL, other);
	if (offered.at && !protocol_offered(offered, "teahouse.v2"))
		return SITE_BAD_REQUEST;
	return SITE_HEALTHY;
}

/*
 * Before libwebsockets upgrades: 0 lets it. Anything else has been answered
 * here, and the connection ends; HTTP/2, which may be offered this way, as if it had not been.
 */
static int
web_upgrade(struct link *link, const char *to)
{
	char at[HEADER_BYTES];
	struct text path = header_read(link->wsi, WSI_TOKEN_GET_URI, at), answer;
	if (strcasecmp(to, "websocket") == 0) {
		enum site_status status = handshake_judge(link, path);
		if (status == SITE_HEALTHY)
			return 0;
		answer = site_status(link->door->site, status, false);
	} else {
		if (!path.at)
			path = header_read(link->wsi, WSI_TOKEN_HEAD_URI, at);
		answer = request_answer(link, path);
	}
	/* A socket on which nothing was sent yet takes an answer whole. */
	ssize_t ignored = send(link->fd, answer.at, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)ignored;
	return -1;
}

static void
web_enter(struct link *link)
{
	link->framed = true;
	waits_join(&link->door->net->quiet, link);
	link_enter(link);
}

/* Hangs up on one who broke the rules; for the gateway it is gone at once. */
static void
web_refuse(struct link *link, int code)
{
	link_leave(link, REASON_BAD_PACKET, code);
	link_lost(link);
	ink_clear(&link->message);
}

static void
web_receive(struct link *link, const char *bytes, size_t n)
{
	struct lws *wsi = link->wsi;
	link->door->net->heard = true;
	link->pinged = false;
	if (!link->connection || link->left || link->broken)
		return;
	if (lws_frame_is_binary(wsi)) {
		web_refuse(link, CODE_BINARY);
		return;
	}
	if (link->message.len + n + lws_remaining_packet_payload(wsi) > MESSAGE_BYTES) {
		web_refuse(link, CODE_TOO_LONG);
		return;
	}
	bool whole = lws_is_final_fragment(wsi);
	if (whole && link->message.len == 0) {
		connection_receive(link->connection, bytes, n);
		return;
	}
	ink_add(&link->message, bytes, n);
	if (!whole)
		return;
	struct ink message = link->message;
	link->message = (struct ink){0};
	connection_receive(link->connection, ink_read(&message).at, message.len);
	ink_clear(&message);
}

void
web_ping(struct link *link)
{
	unsigned char ping[] = {0x89, 1, '?'};
	if (link->pinged || lws_write(link->wsi, ping, sizeof ping, LWS_WRITE_RAW) < 0) {
		link_break(link);
		return;
	}
	link->pinged = true;
	waits_join(&link->door->net->quiet, link);
}

/* What a connection's life brings besides requests. */
static int
life_callback(struct link *link, int reason, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		web_enter(link);
		break;
	case LWS_CALLBACK_RECEIVE:
		web_receive(link, in, len);
		break;
	case LWS_CALLBACK_RECEIVE_PONG:
		link->pinged = false;
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		/* It reads what it is sent, so it lives, though its pong may wait to be read. */
		link->pinged = false;
		link_flush(link);
		break;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		link_lost(link);
		/* The answer to our own needs none; nor can there be one behind it. */
		return link->left ? 1 : 0;
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLOSED_HTTP:
		/* libwebsockets has begun to close: nothing may follow its close frame. */
		link->ending = true;
		waits_leave(link);
		link_lost(link);
		break;
	}
	return 0;
}

int
web_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct link *link = user;
	switch ((int)reason) {
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		link_begin(lws_get_opaque_user_data(wsi), wsi);
		break;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return web_upgrade(link, in);
	case LWS_CALLBACK_HTTP:
		return web_request(link, (struct text){in, len});
	case LWS_CALLBACK_WSI_DESTROY:
		link = lws_get_opaque_user_data(wsi);
		if (link)
			link_free(link);
		break;
	default:
		if (link)
			return life_callback(link, (int)reason, in, len);
	}
	return 0;
}
