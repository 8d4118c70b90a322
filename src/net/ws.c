/*
 * Frames become messages for the gateway, and pings are answered. After a broken frame or
 * a close frame nothing more is read; what came before is still processed, and answered,
 * before our close frame goes out.
 */
#include "net/ws.h"

#include "base/alloc.h"
#include "net/http.h"

enum { CODE_EMPTY = 1005 }; /* a close frame without a code (RFC 6455, 7.4.1) */

static enum ws_code
close_code(const struct conn *conn, enum reason why)
{
	if (conn->peer_code)
		return conn->peer_code == CODE_EMPTY ? WS_CODE_NONE : (enum ws_code)conn->peer_code;
	if (why == REASON_OK || why == REASON_LOGOUT)
		return WS_CODE_NORMAL;
	if (why == REASON_SHUTTING_DOWN)
		return WS_CODE_GOING_AWAY;
	if (why == REASON_RESUMED_ELSEWHERE)
		return WS_CODE_RESUMED_ELSEWHERE;
	if (why == REASON_SERVER_FULL || why == REASON_ADDRESS_FULL)
		return WS_CODE_TRY_LATER;
	return WS_CODE_POLICY;
}

static void
ws_on_close(struct conn *conn, enum reason why)
{
	enum ws_code code = close_code(conn, why);
	char payload[] = {(char)(code >> 8), (char)(code & 0xff)};
	ws_frame_write(&conn->pending, WS_CLOSE,
		(struct text){payload, code == WS_CODE_NONE ? 0 : sizeof payload});
}

/* The server closes the TCP connection first, once both close frames are sent (7.1.1). */
static bool
ws_shuts_first(const struct conn *conn)
{
	return conn->peer_code;
}

/* The peer has closed, or has broken the rules: the gateway closes once all before is done. */
static void
ws_end(struct conn *conn, enum ws_code code)
{
	conn->peer_code = (unsigned short)(code == WS_CODE_NONE ? CODE_EMPTY : code);
	if (conn->state == CONN_WS)
		conn_end_input(conn);
	else if (conn->state == CONN_CLOSING && conn->pending.len == 0)
		conn_shut(conn);
}

static void
ws_on_found(struct conn *conn, const struct ws_found *found)
{
	switch (found->kind) {
	case WS_FOUND_MESSAGE:
		if (conn->connection && conn->state == CONN_WS)
			connection_receive(
				conn->connection, found->payload.ptr, found->payload.len);
		break;
	case WS_FOUND_PING:
		if (conn->state != CONN_WS)
			break;
		ws_frame_write(&conn->pending, WS_PONG, found->payload);
		if (conn->pending.len > PENDING_BYTES)
			conn_send_pending(conn);
		break;
	case WS_FOUND_CLOSE:
	case WS_FOUND_FAULT:
		ws_end(conn, found->code);
		break;
	case WS_FOUND_PONG:
	case WS_FOUND_NOTHING:
		break;
	}
}

static void
ws_receive(struct conn *conn, char *bytes, size_t n)
{
	conn->ping_pending = false;
	if (conn->state == CONN_SHUT)
		return;
	struct ws_input in = {bytes, n};
	struct ws_found found;
	do {
		found = ws_decoder_next(&conn->decoder, &in);
		ws_on_found(conn, &found);
	} while (found.kind != WS_FOUND_NOTHING && conn->state != CONN_DEAD);
	if (conn->state != CONN_WS)
		return;
	conn_send_pending(conn);
	conn_poll(conn);
}

static void
ws_on_input(struct conn *conn, uint32_t events)
{
	(void)events;
	/* While pongs wait for room, less is read, so that fewer are added. */
	size_t n = conn_read(conn, conn->pending.len > 0 ? PENDING_BYTES : READ_BYTES);
	if (n > 0)
		ws_receive(conn, conn->endpoint->poller->in, n);
}

void
ws_ping(struct conn *conn)
{
	conn_wait(conn, &conn->endpoint->poller->ws_idle);
	/* While it is not read from, its pong cannot be seen; the kernel notices a dead peer. */
	if (conn->hung_up || !(conn->polled & POLLED_INPUT))
		return;
	if (conn->ping_pending) {
		conn_kill(conn);
		return;
	}
	ws_frame_write(&conn->pending, WS_PING, text_of("?"));
	conn->ping_pending = true;
	conn_send_pending(conn);
}

static void
ws_start(struct conn *conn)
{
	static const struct conn_ops ops = {
		.on_input = ws_on_input, .on_close = ws_on_close, .shuts_first = ws_shuts_first};
	struct strbuf received = http_take_over(conn);
	conn->ops = &ops;
	conn->read_wanted = true;
	conn_set_state(conn, CONN_WS);
	conn_wait(conn, &conn->endpoint->poller->ws_idle);
	if (received.len > 0) {
		/* It did not wait for the answer (RFC 6455, 4.1). */
		conn->peer_code = WS_CODE_PROTOCOL;
		ws_on_close(conn, REASON_BAD_PACKET);
		conn_refuse(conn, TEXT_NONE);
		strbuf_clear(&received);
		return;
	}
	conn_send_pending(conn);
	conn_poll(conn);
	conn_admit(conn);
}

bool
ws_adopt_new(struct poller *poller)
{
	struct conn *conn;
	bool any = false;
	while ((conn = conn_due(&poller->ws_new, INT64_MAX))) {
		ws_start(conn);
		any = true;
	}
	return any;
}
