/*
 * Reads from connections and sends on them. All that waits for one goes out in one
 * gathered write; of a WebSocket, the rest of a frame that was cut becomes pending, so
 * that our own frames can go between two frames.
 */
#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "teahouse/net.h"
#include "teahouse/outqueue.h"

enum { PIECES = 512 };

void
conn_set_state(struct conn *conn, enum conn_state state)
{
	static const bool allowed[][CONN_DEAD + 1] = {
		[CONN_OPENING] = {[CONN_HTTP] = true,
			[CONN_TCP] = true,
			[CONN_CLOSING] = true,
			[CONN_DEAD] = true},
		[CONN_HTTP] = {[CONN_WS] = true, [CONN_CLOSING] = true, [CONN_DEAD] = true},
		[CONN_TCP] = {[CONN_CLOSING] = true, [CONN_DEAD] = true},
		[CONN_WS] = {[CONN_CLOSING] = true, [CONN_DEAD] = true},
		[CONN_CLOSING] = {[CONN_SHUT] = true, [CONN_DEAD] = true},
		[CONN_SHUT] = {[CONN_DEAD] = true},
		[CONN_DEAD] = {false},
	};
	assert(allowed[conn->state][state]);
	conn->state = (unsigned char)state;
}

static bool
conn_is_open(const struct conn *conn)
{
	return conn->state == CONN_TCP || conn->state == CONN_WS;
}

void
conn_wait(struct conn *conn, struct timeout_list *list)
{
	timeout_list_add(list, &conn->timeout, (int64_t)uv_now(conn->endpoint->poller->loop));
}

struct conn *
conn_due(struct timeout_list *list, int64_t now)
{
	return (struct conn *)timeout_list_due(list, now);
}

void
conn_log(const struct conn *conn, enum log_level level, const char *format, ...)
{
	char host[ADDRESS_TEXT_BYTES] = "?", text[512];
	if (address_is_known(conn->peer))
		address_format(host, conn->peer);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	diag_line(level, "conn %u %s: %s", conn->number, host, text);
}

static void
conn_note_peer(struct conn *conn)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof peer;
	if (getpeername(conn->stream.fd, (struct sockaddr *)&peer, &size) < 0)
		return;
	address_map(conn->peer, (struct sockaddr *)&peer);
	conn->peer_port = (uint16_t)address_port((struct sockaddr *)&peer);
}

struct conn *
conn_new(const struct endpoint *endpoint, int fd)
{
	struct conn *conn = xcalloc(sizeof *conn);
	conn->endpoint = endpoint;
	conn->stream.fd = fd;
	conn_note_peer(conn);
	conn->state = CONN_OPENING;
	conn->why = REASON_LOST;
	conn->read_wanted = true;
	conn->number = ++endpoint->poller->n_accepted;
	endpoint->poller->n_conns++;
	return conn;
}

const struct sockaddr *
conn_peer(const struct conn *conn, struct sockaddr_in6 *peer)
{
	*peer = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(conn->peer_port)};
	memcpy(&peer->sin6_addr, conn->peer, sizeof peer->sin6_addr);
	return address_is_known(conn->peer) ? (struct sockaddr *)peer : NULL;
}

void
conn_admit(struct conn *conn)
{
	struct sockaddr_in6 peer;
	conn->connection = connection_open(conn->endpoint->poller->gateway,
		conn->endpoint->listener, conn_peer(conn, &peer),
		conn->stream.tls || conn->encrypted, conn->number, conn);
}

void
conn_lost(struct conn *conn)
{
	struct connection *connection = conn->connection;
	if (!connection)
		return;
	conn->connection = NULL;
	conn->endpoint->poller->lost = true;
	connection_lost(connection, (enum reason)conn->why);
}

void
conn_close(struct conn *conn)
{
	conn_lost(conn);
	if (conn->ops->on_free)
		conn->ops->on_free(conn);
	if (conn->stream.tls)
		tls_close(conn->stream.tls);
	close(conn->stream.fd);
	timeout_list_remove(&conn->timeout);
	ws_decoder_clear(&conn->decoder);
	strbuf_clear(&conn->pending);
	conn->endpoint->poller->n_conns--;
	free(conn);
}

void
conn_kill(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	if (conn->state == CONN_DEAD)
		return;
	conn_set_state(conn, CONN_DEAD);
	conn_unpoll(conn);
	conn_wait(conn, &poller->to_close);
}

/* Whether input is wanted now. */
static bool
conn_reads(const struct conn *conn)
{
	if (!conn_is_open(conn))
		return conn->read_wanted && !conn->eof;
	bool blocked = conn->pending.len > PENDING_BYTES && !conn->hung_up;
	return conn->read_wanted && !conn->input_ended && !blocked;
}

static unsigned
conn_wants_polled(const struct conn *conn)
{
	if (conn->hung_up || conn->state == CONN_DEAD)
		return 0;
	if (conn->by_proxy)
		return POLLED_AT_ALL | POLLED_INPUT | POLLED_EDGES;
	return POLLED_AT_ALL | (conn_reads(conn) ? POLLED_INPUT : 0) |
	       (conn->write_blocked ? POLLED_ROOM : 0);
}

static void
conn_set_polled(struct conn *conn, unsigned wanted)
{
	if (wanted == conn->polled)
		return;
	struct epoll_event event = {.data.ptr = conn};
	event.events = (wanted & POLLED_INPUT ? EPOLLIN : 0u) |
		       (wanted & POLLED_ROOM ? EPOLLOUT : 0u) |
		       (wanted & POLLED_EDGES ? EPOLLET | EPOLLRDHUP : 0u);
	int how = !wanted ? EPOLL_CTL_DEL : conn->polled ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	conn->polled = (unsigned char)wanted;
	if (epoll_ctl(conn->endpoint->poller->epoll, how, conn->stream.fd, &event) == 0 || !wanted)
		return;
	conn->polled = 0;
	conn_kill(conn);
}

void
conn_poll(struct conn *conn)
{
	conn_set_polled(conn, conn_wants_polled(conn));
}

void
conn_unpoll(struct conn *conn)
{
	conn_set_polled(conn, 0);
}

void
conn_shut(struct conn *conn)
{
	conn_set_state(conn, CONN_SHUT);
	stream_shutdown(&conn->stream);
	conn->write_blocked = !stream_flush(&conn->stream);
	/* What the peer sent last was read long ago, so that it is gone for the gateway at once. */
	if (conn->input_ended)
		conn_lost(conn);
	if (conn->eof || conn->hung_up)
		conn_kill(conn);
	else
		conn_poll(conn);
}

/* CLOSING: sending is shut down once nothing is pending, if it is not the peer's turn. */
static void
conn_go_on_closing(struct conn *conn)
{
	bool first = conn->eof || !conn->ops->shuts_first || conn->ops->shuts_first(conn);
	if (conn->state == CONN_CLOSING && conn->pending.len == 0 && first)
		conn_shut(conn);
}

/* -1: it is broken. 0: the socket is full. */
static ssize_t
conn_write(struct conn *conn, struct iovec *pieces, int n)
{
	ssize_t taken = stream_sendv(&conn->stream, pieces, n);
	if (taken >= 0)
		return taken;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return 0;
	/* What it sent before can still be read. After that, epoll reports that it is gone. */
	conn->send_failed = true;
	shutdown(conn->stream.fd, SHUT_RDWR);
	return -1;
}

static void
conn_block(struct conn *conn)
{
	conn->write_blocked = true;
	conn_poll(conn);
}

void
conn_await_flush(struct conn *conn)
{
	if (!conn->write_blocked && !stream_flush(&conn->stream))
		conn_block(conn);
}

ssize_t
conn_send(struct conn *conn, struct text bytes)
{
	struct iovec piece = {(char *)(uintptr_t)bytes.ptr, bytes.len};
	if (conn->write_blocked)
		return 0;
	ssize_t taken = conn_write(conn, &piece, 1);
	if (taken >= 0 && ((size_t)taken < bytes.len || !stream_flush(&conn->stream)))
		conn_block(conn);
	return taken;
}

void
conn_send_pending(struct conn *conn)
{
	if (conn->pending.len == 0 || conn->write_blocked || conn->hung_up)
		return;
	struct iovec piece = {conn->pending.ptr, conn->pending.len};
	ssize_t taken = conn_write(conn, &piece, 1);
	if (taken < 0 || (size_t)taken == conn->pending.len) {
		strbuf_clear(&conn->pending);
		if (!stream_flush(&conn->stream))
			conn_block(conn);
		return;
	}
	conn->pending.len -= (size_t)taken;
	memmove(conn->pending.ptr, conn->pending.ptr + taken, conn->pending.len);
	conn_block(conn);
}

/* Keeps the rest of the piece that was cut. Returns what has been taken with it. */
static ssize_t
conn_keep_cut_piece(struct conn *conn, const struct iovec *pieces, int n, ssize_t taken)
{
	size_t past = 0;
	for (int i = 0; i < n && past < (size_t)taken; i++) {
		past += pieces[i].iov_len;
		if (past <= (size_t)taken)
			continue;
		size_t rest = past - (size_t)taken;
		strbuf_add(&conn->pending, (char *)pieces[i].iov_base + pieces[i].iov_len - rest,
			rest);
	}
	return (ssize_t)past;
}

static ssize_t
transport_send(void *at, const struct outqueue *waiting, size_t most)
{
	struct conn *conn = at;
	if (!conn_is_open(conn) || conn->hung_up)
		return -1;
	conn_send_pending(conn);
	if (conn->write_blocked || most == 0)
		return 0;
	struct iovec pieces[PIECES];
	int n = outqueue_gather(waiting, most, pieces, PIECES);
	ssize_t taken = conn_write(conn, pieces, n);
	if (taken > 0 && conn->state == CONN_WS)
		taken = conn_keep_cut_piece(conn, pieces, n, taken);
	bool cut = (size_t)taken < most || conn->pending.len > 0;
	if (taken >= 0 && (cut || !stream_flush(&conn->stream)))
		conn_block(conn);
	return taken;
}

/* Input that epoll does not report: of one that hung up, or the end of TLS. */
static bool
conn_reads_by_list(const struct conn *conn)
{
	return conn->hung_up || stream_has_ended(&conn->stream);
}

static void
conn_read_by_list(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	if (conn_reads(conn))
		conn_wait(conn, &poller->to_read);
	else if (conn->timeout.list == &poller->to_read)
		conn_wait(conn, conn->state == CONN_WS ? &poller->ws_idle : &poller->tcp);
}

static void
transport_set_reading(void *at, bool wanted)
{
	struct conn *conn = at;
	if (!conn_is_open(conn))
		return;
	conn->read_wanted = wanted;
	if (conn_reads_by_list(conn))
		conn_read_by_list(conn);
	if (!conn->hung_up)
		conn_poll(conn);
}

/* Its last bytes are pending, or sent. */
static void
conn_go_closing(struct conn *conn)
{
	conn_set_state(conn, CONN_CLOSING);
	/* Input that is not read when the descriptor is closed would destroy what was sent. */
	conn->read_wanted = true;
	conn_wait(conn, &conn->endpoint->poller->closing);
	conn_send_pending(conn);
	conn_poll(conn);
	conn_go_on_closing(conn);
}

void
conn_refuse(struct conn *conn, struct text bytes)
{
	strbuf_add_text(&conn->pending, bytes);
	conn_go_closing(conn);
}

static void
transport_close(void *at, enum reason why)
{
	struct conn *conn = at;
	if (!conn_is_open(conn))
		return;
	conn->why = (unsigned char)why;
	if (conn->ops->on_close)
		conn->ops->on_close(conn, why);
	if (conn->hung_up)
		conn_kill(conn);
	else
		conn_go_closing(conn);
}

const struct transport_ops *
net_transport_ops(void)
{
	static const struct transport_ops ops = {
		transport_send, transport_set_reading, transport_close};
	return &ops;
}

/* There is room to send again. */
static void
conn_on_room(struct conn *conn)
{
	if (!stream_flush(&conn->stream))
		return;
	conn->write_blocked = false;
	/* It reads what it is sent, so that it lives, though its pong may wait to be read. */
	conn->ping_pending = false;
	conn_send_pending(conn);
	if (!conn->write_blocked && conn->ops->on_room)
		conn->ops->on_room(conn);
	else if (!conn->write_blocked && conn->connection && conn_is_open(conn))
		connection_writable(conn->connection);
	conn_poll(conn);
	conn_go_on_closing(conn);
}

/* The peer is gone. Unread input may be left, for when the gateway reads again. */
static void
conn_hang_up(struct conn *conn)
{
	if (!conn_is_open(conn) || conn->input_ended) {
		conn_lost(conn);
		conn_kill(conn);
		return;
	}
	conn->hung_up = true;
	conn_unpoll(conn);
	conn_read_by_list(conn);
}

void
conn_on_events(struct conn *conn, uint32_t events)
{
	if (conn->state == CONN_DEAD || conn->hung_up)
		return;
	if (conn->write_blocked && (events & EPOLLOUT))
		conn_on_room(conn);
	if (conn->state == CONN_DEAD)
		return;
	bool gone = events & (EPOLLERR | EPOLLHUP);
	if (gone && !(conn->polled & POLLED_INPUT))
		conn_hang_up(conn);
	else if ((conn->polled & POLLED_INPUT) && (gone || events & (EPOLLIN | EPOLLRDHUP)))
		conn->ops->on_input(conn, events);
}

void
conn_end_input(struct conn *conn)
{
	conn->input_ended = true;
	conn->endpoint->poller->lost = true;
	if (conn->connection)
		connection_input_ended(conn->connection);
	conn_read_by_list(conn);
	conn_poll(conn);
}

size_t
conn_read(struct conn *conn, size_t max)
{
	struct poller *poller = conn->endpoint->poller;
	ssize_t n = (ssize_t)poller->decrypted;
	poller->decrypted = 0;
	if (n == 0)
		n = stream_recv(&conn->stream, poller->in, max);
	int error = errno;
	poller->received = true;
	/* TLS may have had to send something. */
	conn_await_flush(conn);
	if (n > 0) {
		if (conn_is_open(conn) && stream_has_ended(&conn->stream))
			conn_read_by_list(conn);
		return (size_t)n;
	}
	if (n < 0 && (error == EAGAIN || error == EWOULDBLOCK || error == EINTR))
		return 0;
	conn->eof = true;
	if (n == 0 && conn->state == CONN_HTTP) {
		conn_poll(conn);
	} else if (n == 0 && conn_is_open(conn) && !conn->hung_up && !conn->send_failed) {
		conn_end_input(conn);
	} else if (n == 0 && conn->state == CONN_CLOSING) {
		conn_poll(conn);
		conn_go_on_closing(conn);
	} else {
		conn_lost(conn);
		conn_kill(conn);
	}
	return 0;
}
