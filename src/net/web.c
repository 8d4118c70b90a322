/*
 * Requests, as libwebsockets reads them, go to the site, and a handshake to its
 * judge. From the answer to a handshake on, we read; whole messages go to the gateway.
 */
#include <errno.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/http.h"
#include "net/link.h"

enum {
	HEADER_BYTES = 1024, /* longest value of a header looked at */
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
		return TEXT_NONE;
	int n = lws_hdr_copy(wsi, at, HEADER_BYTES, which);
	return (struct text){at, n > 0 ? (size_t)n : 0};
}

void
web_open(struct door *door, int fd)
{
	struct link *link = link_new(door, fd);
	lws_adopt_desc_t adoption = {
		.vh = door->net->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
		.fd.sockfd = fd,
		.opaque = link,
	};
	/* Whatever becomes of it: the link is freed with libwebsockets' end of it. */
	struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&adoption);
	if (!wsi)
		return;
	link->wsi = wsi;
	visitor_enter(link);
}

static void
web_begin(struct link *link, struct lws *wsi)
{
	link->wsi = wsi;
	/* With something of the user's, libwebsockets also says when it begins to close. */
	lws_set_wsi_user(wsi, link);
}

/*
 * Sends what the socket takes of the rest; -1 when the connection is to end. What
 * it does not take is not given to libwebsockets, which, holding it, would be
 * woken for every byte of the next request without reading it.
 */
static int
rest_send(struct link *link)
{
	ssize_t n = send(link->fd, link->rest.ptr, link->rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		return -1;
	if (n > 0)
		link->rest = (struct text){link->rest.ptr + n, link->rest.len - (size_t)n};
	waits_join(link->rest.len ? &link->door->net->pages : &link->door->net->knocking, link);
	return link->rest.len == 0 && lws_http_transaction_completed(link->wsi) ? -1 : 0;
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

/* Whether it may become a WebSocket: SITE_HEALTHY, or why not. RFC 6455, 4.2.1. */
static enum site_status
handshake_judge(struct link *link, struct text path)
{
	char origin[HEADER_BYTES], host[HEADER_BYTES], other[HEADER_BYTES];
	struct lws *wsi = link->wsi;
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
		return SITE_BAD_REQUEST;
	if (!origin_allowed(header_read(wsi, WSI_TOKEN_ORIGIN, origin),
		    header_read(wsi, WSI_TOKEN_HOST, host), link->door->listener->origins))
		return SITE_FORBIDDEN;
	struct text offered = header_read(wsi, WSI_TOKEN_PROTOCOL, other);
	if (offered.ptr && !protocol_offered(offered, "teahouse.v2"))
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
		if (!path.ptr)
			path = header_read(link->wsi, WSI_TOKEN_HEAD_URI, at);
		answer = request_answer(link, path);
	}
	/* A socket on which nothing was sent yet takes an answer whole. */
	ssize_t ignored = send(link->fd, answer.ptr, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)ignored;
	return -1;
}

/* libwebsockets has answered the handshake, and has nothing to read in hand any more. */
static void
web_enter(struct link *link)
{
	struct net *net = link->door->net;
	/* A part of a frame came along with the request, and would be missing for us. */
	if (lws_remaining_packet_payload(link->wsi) > 0) {
		link_break(link);
		return;
	}
	lws_rx_flow_control(link->wsi, 0);
	link->framed = true;
	waits_join(&net->quiet, link);
	ear_listen(link, true);
	link_enter(link);
	net_hurry(net);
}

void
web_take(struct net *net)
{
	struct link *link;
	while ((link = waits_due(&net->fresh, INT64_MAX)))
		web_enter(link);
}

/* All that is sent here is short; libwebsockets keeps what of it the socket does not take. */
static bool
web_encode(struct link *link, struct strbuf *frame)
{
	int n = lws_write(link->wsi, (unsigned char *)frame->ptr, frame->len, LWS_WRITE_RAW);
	strbuf_clear(frame);
	return n >= 0;
}

bool
web_say_close(struct link *link, enum ws_code code)
{
	char payload[] = {(char)(code >> 8), (char)(code & 0xff)};
	struct strbuf frame = {0};
	ws_frame_write(&frame, WS_CLOSE,
		(struct text){payload, code == WS_CODE_NONE ? 0 : sizeof payload});
	return web_encode(link, &frame);
}

/* A pong waits until there is room for it; of several that would wait only the last is kept. */
static void
web_pong(struct link *link)
{
	if (link->pong.len == 0 || link->left || link->broken)
		return;
	if (lws_partial_buffered(link->wsi))
		lws_callback_on_writable(link->wsi);
	else if (!web_encode(link, &link->pong))
		link_break(link);
}

/* Hangs up on one who broke the rules; for the gateway it is gone at once. */
static void
web_refuse(struct link *link, enum ws_code code)
{
	link_leave(link, REASON_BAD_PACKET, code);
	link_part(link);
	link_lost(link);
}

/* The other end has said goodbye: in answer to us, or first. */
static void
web_closed(struct link *link, enum ws_code code)
{
	link_leave(link, REASON_LOST, code);
	link_part(link);
	link_lost(link);
}

static void
web_found(struct link *link, const struct ws_found *found)
{
	switch (found->kind) {
	case WS_FOUND_MESSAGE:
		if (link->connection && !link->left)
			connection_receive(
				link->connection, found->payload.ptr, found->payload.len);
		break;
	case WS_FOUND_PING:
		link->pong.len = 0;
		ws_frame_write(&link->pong, WS_PONG, found->payload);
		break;
	case WS_FOUND_CLOSE:
		web_closed(link, found->code);
		break;
	case WS_FOUND_FAULT:
		web_refuse(link, found->code);
		break;
	case WS_FOUND_PONG:
	case WS_FOUND_NOTHING:
		break;
	}
}

void
web_hear(struct link *link)
{
	struct net *net = link->door->net;
	ssize_t n = recv(link->fd, net->in, READ_BYTES, MSG_DONTWAIT);
	net->heard = true;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		link_lost(link);
		link_break(link);
		return;
	}
	link->pinged = false;
	struct ws_input in = {net->in, (size_t)n};
	struct ws_found found;
	do {
		found = ws_decoder_next(&link->decoder, &in);
		web_found(link, &found);
	} while (found.kind != WS_FOUND_NOTHING && !link->broken);
	web_pong(link);
}

void
web_ping(struct link *link)
{
	if (link->pinged) {
		link_break(link);
		return;
	}
	struct strbuf ping = {0};
	ws_frame_write(&ping, WS_PING, text_of("?"));
	if (!web_encode(link, &ping)) {
		link_break(link);
		return;
	}
	link->pinged = true;
	waits_join(&link->door->net->quiet, link);
}

/* What a connection's life brings besides requests. */
static int
life_callback(struct link *link, int reason)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		waits_join(&link->door->net->fresh, link);
		break;
	case LWS_CALLBACK_RECEIVE:
		/* It came along with the request, before there was an answer. */
		lws_close_reason(link->wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, NULL, 0);
		return -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		/* It reads what it is sent, so it lives, though its pong may wait to be read. */
		link->pinged = false;
		web_pong(link);
		link_flush(link);
		if (link->parted)
			link_part(link);
		break;
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLOSED_HTTP:
		/* libwebsockets has begun to close: nothing may follow its close frame. */
		link->ending = true;
		waits_leave(link);
		ear_listen(link, false);
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
		web_begin(lws_get_opaque_user_data(wsi), wsi);
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
			return life_callback(link, (int)reason);
	}
	return 0;
}
