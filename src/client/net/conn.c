/* A non-blocking connection; only looking the host up and conn_finish block. */
#include "client/net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECT_MS = 10000, /* and as much again for TLS */
	PIECES = 16,        /* written by one system call */
	KEEPALIVE_IDLE_S = 120,
	KEEPALIVE_INTERVAL_S = 15,
	KEEPALIVE_PROBES = 4,
	WRITES_LAST = 4096, /* before the connection is closed */
	READS_LAST = 64,
};

static bool
would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void
conn_close_socket(struct conn *conn)
{
	tls_stream_close(conn->stream);
	conn->stream = NULL;
	conn->read_waits = conn->write_waits = false;
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
}

void
conn_close(struct conn *conn, const char *why)
{
	conn_close_socket(conn);
	conn->state = CONN_CLOSED;
	outqueue_clear(&conn->out);
	conn->error.len = 0;
	strbuf_add(&conn->error, why, strlen(why) + 1);
}

void
conn_forget_addresses(struct conn *conn)
{
	if (conn->addresses)
		freeaddrinfo(conn->addresses);
	conn->addresses = NULL;
}

void
conn_clear(struct conn *conn)
{
	conn_close(conn, "");
	conn_forget_addresses(conn);
	tls_close(conn->tls);
	conn->tls = NULL;
	strbuf_clear(&conn->error);
}

/* Not every protocol has a ping to find out that the server has disappeared. */
static void
conn_keep_alive(int fd)
{
	int yes = 1, idle = KEEPALIVE_IDLE_S, interval = KEEPALIVE_INTERVAL_S;
	int probes = KEEPALIVE_PROBES;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static bool
conn_start(struct conn *conn, int64_t now)
{
	const struct addrinfo *a = conn->address;
	conn->fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
	if (conn->fd < 0)
		return false;
	fcntl(conn->fd, F_SETFL, O_NONBLOCK);
	fcntl(conn->fd, F_SETFD, FD_CLOEXEC);
	int yes = 1;
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	conn_keep_alive(conn->fd);
	conn->deadline = now + CONNECT_MS;
	return connect(conn->fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS;
}

/* Gives this address up, which failed by `error`, and tries the next one. */
static void
conn_try_next(struct conn *conn, int error, int64_t now)
{
	while (conn->address->ai_next) {
		conn_close_socket(conn);
		conn->state = CONN_CONNECTING;
		conn->address = conn->address->ai_next;
		if (conn_start(conn, now))
			return;
		error = errno;
	}
	conn_close(conn, strerror(error));
}

void
conn_open(struct conn *conn, const char *host, const char *port, int64_t now)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	int error = conn->addresses ? 0 : getaddrinfo(host, port, &hints, &conn->addresses);
	conn->hopeless = error && error != EAI_AGAIN && error != EAI_SYSTEM;
	if (error) {
		conn->addresses = NULL;
		conn_close(conn, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
		return;
	}
	conn->state = CONN_CONNECTING;
	conn->address = conn->addresses;
	conn->host = host;
	conn->heard = false;
	conn->queued = conn->sent = 0;
	if (!conn_start(conn, now))
		conn_try_next(conn, errno, now);
}

/* TLS has failed. */
static void
conn_close_insecure(struct conn *conn)
{
	struct strbuf why = {0};
	conn->hopeless |= tls_explain(conn->stream, &why);
	strbuf_add(&why, "", 1);
	conn_close(conn, why.ptr);
	strbuf_clear(&why);
}

static void
conn_secure(struct conn *conn, int64_t now)
{
	enum tls_outcome outcome = tls_handshake(conn->stream);
	conn->write_waits = outcome == TLS_WAITS_TO_READ;
	if (outcome == TLS_DONE)
		conn->state = CONN_OPEN;
	else if (outcome == TLS_ENDED || outcome == TLS_FAILED)
		conn_close_insecure(conn);
	else if (now >= conn->deadline)
		conn_close(conn, "no answer; there may be no TLS on this port");
}

static void
conn_connected(struct conn *conn, int64_t now)
{
	conn->state = conn->tls ? CONN_SECURING : CONN_OPEN;
	if (!conn->tls)
		return;
	conn->stream = tls_connect(conn->tls, conn->fd, conn->host);
	conn->deadline = now + CONNECT_MS;
}

static void
conn_continue(struct conn *conn, short events, int64_t now)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (events & (POLLOUT | POLLERR | POLLHUP)) {
		if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
		if (!error)
			conn_connected(conn, now);
	} else if (now >= conn->deadline) {
		error = ETIMEDOUT;
	}
	if (error)
		conn_try_next(conn, error, now);
}

void
conn_send(struct conn *conn, struct text bytes)
{
	if (conn->state != CONN_OPEN)
		return;
	struct buffer *buffer = buffer_make(bytes);
	outqueue_push(&conn->out, buffer);
	buffer_drop(buffer);
	conn->queued += bytes.len;
}

/* Writes some of what is queued. False: no more can be written for now. */
static bool
conn_write_plain(struct conn *conn, size_t *done)
{
	struct iovec pieces[PIECES];
	struct msghdr message = {.msg_iov = pieces};
	message.msg_iovlen = (size_t)outqueue_gather(&conn->out, conn->out.bytes, pieces, PIECES);
	ssize_t n = sendmsg(conn->fd, &message, MSG_NOSIGNAL);
	*done = n > 0 ? (size_t)n : 0;
	if (n >= 0)
		return true;
	/* What the server sent before it closed is still to be read; reading finds the end. */
	if (!would_block())
		outqueue_consume(&conn->out, conn->out.bytes);
	return false;
}

/* The same; of a record that was sent in part, nothing counts as sent. */
static bool
conn_write_tls(struct conn *conn, size_t *done)
{
	struct iovec piece;
	outqueue_gather(&conn->out, conn->out.bytes, &piece, 1);
	struct text bytes = {piece.iov_base, piece.iov_len};
	enum tls_outcome outcome = tls_write(conn->stream, bytes, done);
	conn->write_waits = outcome == TLS_WAITS_TO_READ;
	if (outcome == TLS_FAILED)
		outqueue_consume(&conn->out, conn->out.bytes);
	return outcome == TLS_DONE;
}

static void
conn_write(struct conn *conn)
{
	size_t done;
	while (conn->out.bytes > 0 &&
		(conn->stream ? conn_write_tls : conn_write_plain)(conn, &done)) {
		conn->sent += done;
		outqueue_consume(&conn->out, done);
	}
}

static bool
conn_has_input(const struct conn *conn)
{
	return conn->state == CONN_OPEN && conn->stream && tls_has_input(conn->stream);
}

bool
conn_is_readable(const struct conn *conn, short events)
{
	short wanted = POLLIN | POLLHUP | POLLERR;
	if (conn->read_waits)
		wanted |= POLLOUT;
	return conn->state == CONN_OPEN && ((events & wanted) || conn_has_input(conn));
}

short
conn_events(const struct conn *conn)
{
	if (conn->state == CONN_CONNECTING)
		return POLLOUT;
	if (conn->state == CONN_SECURING)
		return conn->write_waits ? POLLIN : POLLOUT;
	bool writes = (conn->out.bytes > 0 && !conn->write_waits) || conn->read_waits;
	return writes ? POLLIN | POLLOUT : POLLIN;
}

int
conn_timeout(const struct conn *conn, int64_t now)
{
	if (conn_has_input(conn))
		return 0;
	if (conn->state != CONN_CONNECTING && conn->state != CONN_SECURING)
		return -1;
	return conn->deadline > now ? (int)(conn->deadline - now) : 0;
}

void
conn_turn(struct conn *conn, short events, int64_t now)
{
	if (conn->state == CONN_CONNECTING)
		conn_continue(conn, events, now);
	if (conn->state == CONN_SECURING)
		conn_secure(conn, now);
	if (conn->state == CONN_OPEN)
		conn_write(conn);
}

static size_t
conn_read_tls(struct conn *conn, char *bytes, size_t n)
{
	size_t got = 0, more;
	enum tls_outcome outcome = TLS_DONE;
	/* A call returns one record at most. */
	while (got < n && outcome == TLS_DONE) {
		outcome = tls_read(conn->stream, bytes + got, n - got, &more);
		got += more;
	}
	conn->read_waits = outcome == TLS_WAITS_TO_WRITE;
	/* What came before the end is to be handled first. */
	if (got > 0)
		return got;
	if (outcome == TLS_ENDED)
		conn_close(conn, "disconnected by the server");
	else if (outcome == TLS_FAILED)
		conn_close_insecure(conn);
	return 0;
}

static size_t
conn_read_plain(struct conn *conn, char *bytes, size_t n)
{
	ssize_t got = read(conn->fd, bytes, n);
	if (got == 0)
		conn_close(conn, "disconnected by the server");
	else if (got < 0 && !would_block())
		conn_close(conn, strerror(errno));
	if (got <= 0)
		return 0;
	if (!conn->heard && tls_is_alert((struct text){bytes, (size_t)got})) {
		conn->hopeless = true;
		conn_close(conn, "this port is for TLS: connect with --tls");
		return 0;
	}
	conn->heard = true;
	return (size_t)got;
}

size_t
conn_read(struct conn *conn, char *bytes, size_t n)
{
	if (conn->state != CONN_OPEN)
		return 0;
	return (conn->stream ? conn_read_tls : conn_read_plain)(conn, bytes, n);
}

void
conn_finish(struct conn *conn, int timeout)
{
	if (conn->state == CONN_OPEN) {
		struct pollfd poll_out = {.fd = conn->fd, .events = POLLOUT};
		for (int i = 0;
			i < WRITES_LAST && conn->out.bytes > 0 && poll(&poll_out, 1, timeout) > 0;
			i++)
			conn_write(conn);
		if (conn->stream)
			tls_shutdown(conn->stream);
		shutdown(conn->fd, SHUT_WR);
		/* Closing with bytes unread resets the connection, which discards what the server has yet to read. */
		struct pollfd poll_in = {.fd = conn->fd, .events = POLLIN};
		char bytes[4096];
		for (int i = 0; i < READS_LAST && conn->state == CONN_OPEN &&
				(conn_has_input(conn) || poll(&poll_in, 1, timeout) > 0);
			i++)
			conn_read(conn, bytes, sizeof bytes);
	}
	conn_close(conn, "");
}
