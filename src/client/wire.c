/* A TCP connection that never waits, but for the name service and on leaving. */
#include "client/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, PIECES = 16, SILENCE_S = 120, PROBES_S = 15, PROBES = 4 };

static bool
again(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void
wire_close(struct wire *wire, const char *why)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
	wire->state = WIRE_CLOSED;
	outqueue_clear(&wire->out);
	wire->why.len = 0;
	strbuf_add(&wire->why, why, strlen(why) + 1);
}

void
wire_forget(struct wire *wire)
{
	if (wire->found)
		freeaddrinfo(wire->found);
	wire->found = NULL;
}

void
wire_clear(struct wire *wire)
{
	wire_close(wire, "");
	wire_forget(wire);
	strbuf_clear(&wire->why);
}

/* Not every protocol can ask after a server that has gone without a word. */
static void
wire_keep_alive(int fd)
{
	int yes = 1, silence = SILENCE_S, between = PROBES_S, probes = PROBES;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &silence, sizeof silence);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof between);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static bool
wire_begin(struct wire *wire, int64_t now)
{
	const struct addrinfo *a = wire->trying;
	wire->fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
	if (wire->fd < 0)
		return false;
	fcntl(wire->fd, F_SETFL, O_NONBLOCK);
	fcntl(wire->fd, F_SETFD, FD_CLOEXEC);
	int yes = 1;
	setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	wire_keep_alive(wire->fd);
	wire->until = now + CONNECT_MS;
	return connect(wire->fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS;
}

/* Gives this address up, whose failure is `error`, for the next one that can be begun with. */
static void
wire_try_next(struct wire *wire, int error, int64_t now)
{
	while (wire->trying->ai_next) {
		if (wire->fd >= 0)
			close(wire->fd);
		wire->fd = -1;
		wire->trying = wire->trying->ai_next;
		if (wire_begin(wire, now))
			return;
		error = errno;
	}
	wire_close(wire, strerror(error));
}

void
wire_open(struct wire *wire, const char *host, const char *port, int64_t now)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	int error = wire->found ? 0 : getaddrinfo(host, port, &hints, &wire->found);
	if (error) {
		wire->found = NULL;
		wire_close(wire, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
		return;
	}
	wire->state = WIRE_CONNECTING;
	wire->trying = wire->found;
	wire->queued = wire->sent = 0;
	if (!wire_begin(wire, now))
		wire_try_next(wire, errno, now);
}

static void
wire_connecting(struct wire *wire, short events, int64_t now)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (events & (POLLOUT | POLLERR | POLLHUP)) {
		if (getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
		if (!error)
			wire->state = WIRE_OPEN;
	} else if (now >= wire->until) {
		error = ETIMEDOUT;
	}
	if (error)
		wire_try_next(wire, error, now);
}

void
wire_send(struct wire *wire, struct text bytes)
{
	if (wire->state != WIRE_OPEN)
		return;
	struct buffer *buffer = buffer_make(bytes);
	outqueue_push(&wire->out, buffer);
	buffer_drop(buffer);
	wire->queued += bytes.len;
}

static void
wire_write(struct wire *wire)
{
	while (wire->out.bytes > 0) {
		struct iovec pieces[PIECES];
		struct msghdr message = {.msg_iov = pieces};
		message.msg_iovlen = (size_t)outqueue_gather(&wire->out, pieces, PIECES);
		ssize_t n = sendmsg(wire->fd, &message, MSG_NOSIGNAL);
		if (n < 0) {
			/* What the server said before it hung up is still to be read; reading tells the end. */
			if (!again())
				outqueue_consume(&wire->out, wire->out.bytes);
			return;
		}
		wire->sent += (size_t)n;
		outqueue_consume(&wire->out, (size_t)n);
	}
}

short
wire_events(const struct wire *wire)
{
	if (wire->state == WIRE_CONNECTING)
		return POLLOUT;
	return wire->out.bytes > 0 ? POLLIN | POLLOUT : POLLIN;
}

int
wire_patience(const struct wire *wire, int64_t now)
{
	if (wire->state != WIRE_CONNECTING)
		return -1;
	return wire->until > now ? (int)(wire->until - now) : 0;
}

void
wire_turn(struct wire *wire, short events, int64_t now)
{
	if (wire->state == WIRE_CONNECTING)
		wire_connecting(wire, events, now);
	if (wire->state == WIRE_OPEN)
		wire_write(wire);
}

size_t
wire_read(struct wire *wire, char *bytes, size_t n)
{
	if (wire->state != WIRE_OPEN)
		return 0;
	ssize_t got = read(wire->fd, bytes, n);
	if (got > 0)
		return (size_t)got;
	if (got == 0)
		wire_close(wire, "the server hung up");
	else if (!again())
		wire_close(wire, strerror(errno));
	return 0;
}

void
wire_leave(struct wire *wire, int patience)
{
	if (wire->state == WIRE_OPEN) {
		struct pollfd poll_out = {.fd = wire->fd, .events = POLLOUT};
		while (wire->out.bytes > 0 && poll(&poll_out, 1, patience) > 0)
			wire_write(wire);
		shutdown(wire->fd, SHUT_WR);
		/* Closed with bytes unread, TCP may throw away what the server has not read yet. */
		struct pollfd poll_in = {.fd = wire->fd, .events = POLLIN};
		char bytes[4096];
		for (int i = 0;
			i < 64 && wire->state == WIRE_OPEN && poll(&poll_in, 1, patience) > 0; i++)
			wire_read(wire, bytes, sizeof bytes);
	}
	wire_close(wire, "");
}
