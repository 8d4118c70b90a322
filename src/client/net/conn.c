/* A non-blocking TCP connection; only looking the host up and conn_finish block. */
#include "client/net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECT_MS = 10000,
	PIECES = 16, /* written by one system call */
	KEEPALIVE_IDLE_S = 120,
	KEEPALIVE_INTERVAL_S = 15,
	KEEPALIVE_PROBES = 4,
};

static bool
would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void
conn_close(struct conn *conn, const char *why)
{
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
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
		if (conn->fd >= 0)
			close(conn->fd);
		conn->fd = -1;
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
	conn->host_unknown = error && error != EAI_AGAIN && error != EAI_SYSTEM;
	if (error) {
		conn->addresses = NULL;
		conn_close(conn, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
		return;
	}
	conn->state = CONN_CONNECTING;
	conn->address = conn->addresses;
	conn->queued = conn->sent = 0;
	if (!conn_start(conn, now))
		conn_try_next(conn, errno, now);
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
			conn->state = CONN_OPEN;
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

static void
conn_write(struct conn *conn)
{
	while (conn->out.bytes > 0) {
		struct iovec pieces[PIECES];
		struct msghdr message = {.msg_iov = pieces};
		message.msg_iovlen =
			(size_t)outqueue_gather(&conn->out, conn->out.bytes, pieces, PIECES);
		ssize_t n = sendmsg(conn->fd, &message, MSG_NOSIGNAL);
		if (n < 0) {
			/* What the server sent before it closed is still to be read; reading finds the end. */
			if (!would_block())
				outqueue_consume(&conn->out, conn->out.bytes);
			return;
		}
		conn->sent += (size_t)n;
		outqueue_consume(&conn->out, (size_t)n);
	}
}

short
conn_events(const struct conn *conn)
{
	if (conn->state == CONN_CONNECTING)
		return POLLOUT;
	return conn->out.bytes > 0 ? POLLIN | POLLOUT : POLLIN;
}

int
conn_timeout(const struct conn *conn, int64_t now)
{
	if (conn->state != CONN_CONNECTING)
		return -1;
	return conn->deadline > now ? (int)(conn->deadline - now) : 0;
}

void
conn_turn(struct conn *conn, short events, int64_t now)
{
	if (conn->state == CONN_CONNECTING)
		conn_continue(conn, events, now);
	if (conn->state == CONN_OPEN)
		conn_write(conn);
}

size_t
conn_read(struct conn *conn, char *bytes, size_t n)
{
	if (conn->state != CONN_OPEN)
		return 0;
	ssize_t got = read(conn->fd, bytes, n);
	if (got > 0)
		return (size_t)got;
	if (got == 0)
		conn_close(conn, "disconnected by the server");
	else if (!would_block())
		conn_close(conn, strerror(errno));
	return 0;
}

void
conn_finish(struct conn *conn, int timeout)
{
	if (conn->state == CONN_OPEN) {
		struct pollfd poll_out = {.fd = conn->fd, .events = POLLOUT};
		while (conn->out.bytes > 0 && poll(&poll_out, 1, timeout) > 0)
			conn_write(conn);
		shutdown(conn->fd, SHUT_WR);
		/* Closing with bytes unread resets the connection, which discards what the server has yet to read. */
		struct pollfd poll_in = {.fd = conn->fd, .events = POLLIN};
		char bytes[4096];
		for (int i = 0;
			i < 64 && conn->state == CONN_OPEN && poll(&poll_in, 1, timeout) > 0; i++)
			conn_read(conn, bytes, sizeof bytes);
	}
	conn_close(conn, "");
}
