/*
 * The bare server that teahoused is compared with: it sends each message to all clients, by
 * lines, packets and WebSocket frames. It gathers the messages of a loop turn in shared,
 * reference-counted buffers, and sends them with one writev per connection. It knows no rooms,
 * no rules and no JSON: it finds a message's parts by their known places.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "protocols.h"

enum {
	BACKLOG = 4096,
	EVENTS = 1024,
	DRAINS = 3, /* more polls for input in a turn that had some */
	READ_BYTES = 65536,
	PARTIAL_MAX = 65536, /* bytes of an incomplete message */
	QUEUE_MAX = 1 << 20, /* bytes that may wait for a client that does not read */
	QUEUE_FIRST = 4,     /* slots, a power of two */
	PIECES = 1024,       /* in one writev */
	NICK_MAX = 32,
	LIFE_SECONDS = 600,
};

struct buffer {
	uint32_t refs, len;
	char bytes[];
};

struct peer {
	int fd;
	enum protocol protocol;
	bool listens; /* it is an acceptor */
	bool open;    /* WebSocket: the handshake is done */
	bool blocked, lost;
	char nick[NICK_MAX + 1]; /* empty: not in the room yet */
	struct bytes partial;
	struct buffer **slots; /* a ring of what waits to be sent */
	uint32_t head, n, cap; /* slots */
	size_t begun, waiting; /* bytes of the first slot already sent; bytes in all slots */
};

struct floor {
	int epoll;
	struct peer acceptors[PROTOCOLS];
	struct peer **peers;
	size_t n, cap;
	bool any_lost;
	size_t members[PROTOCOLS]; /* in the room, by protocol */
	struct bytes buf;
	char *input;
};

static void
buffer_drop(struct buffer *buffer)
{
	if (--buffer->refs == 0)
		free(buffer);
}

static void
peer_lose(struct floor *floor, struct peer *peer)
{
	peer->lost = floor->any_lost = true;
}

static void
peer_push(struct floor *floor, struct peer *peer, struct buffer *buffer)
{
	if (peer->waiting + buffer->len > QUEUE_MAX) {
		peer_lose(floor, peer);
		return;
	}
	if (peer->n == peer->cap) {
		uint32_t cap = peer->cap ? 2 * peer->cap : QUEUE_FIRST;
		struct buffer **slots = nonnull(malloc(cap * sizeof(struct buffer *)));
		for (uint32_t i = 0; i < peer->n; i++)
			slots[i] = peer->slots[(peer->head + i) & (peer->cap - 1)];
		free(peer->slots);
		peer->slots = slots;
		peer->head = 0;
		peer->cap = cap;
	}
	peer->slots[(peer->head + peer->n++) & (peer->cap - 1)] = buffer;
	peer->waiting += buffer->len;
	buffer->refs++;
}

static void
peer_sent(struct peer *peer, size_t n)
{
	peer->waiting -= n;
	peer->begun += n;
	while (peer->n > 0 && peer->begun >= peer->slots[peer->head]->len) {
		peer->begun -= peer->slots[peer->head]->len;
		buffer_drop(peer->slots[peer->head]);
		peer->head = (peer->head + 1) & (peer->cap - 1);
		peer->n--;
	}
	if (peer->n == 0) {
		free(peer->slots);
		peer->slots = NULL;
		peer->cap = peer->head = 0;
	}
}

static void
peer_watch(struct floor *floor, struct peer *peer, int how)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
	if (peer->blocked)
		event.events |= EPOLLOUT;
	if (epoll_ctl(floor->epoll, how, peer->fd, &event) < 0)
		fail("epoll: %s", strerror(errno));
}

static void
peer_flush(struct floor *floor, struct peer *peer)
{
	struct iovec pieces[PIECES];
	size_t begun = peer->begun;
	int n = 0;
	for (; n < PIECES && (uint32_t)n < peer->n; n++, begun = 0) {
		struct buffer *buffer = peer->slots[(peer->head + (uint32_t)n) & (peer->cap - 1)];
		pieces[n] = (struct iovec){buffer->bytes + begun, buffer->len - begun};
	}
	ssize_t sent = writev(peer->fd, pieces, n);
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		peer_lose(floor, peer);
		return;
	}
	peer_sent(peer, sent > 0 ? (size_t)sent : 0);
	if (peer->blocked != (peer->n > 0)) {
		peer->blocked = peer->n > 0;
		peer_watch(floor, peer, EPOLL_CTL_MOD);
	}
}

/* Encodes a message for one protocol; for the web with all fields that teahoused sends. */
static struct buffer *
message_encode(struct floor *floor, enum protocol protocol, const char *nick, struct piece text)
{
	static const char chat[] = "{\"type\":\"chat\",";
	static const char where[] = "\"room\":\"main\",\"time\":1700000000000,";
	struct bytes packet = {0}, *buf = &floor->buf;
	char head[64 + NICK_MAX];
	snprintf(head, sizeof head, "%s%s\"nick\":\"%s\",\"message\":\"", chat,
		protocol == WEB ? where : "", nick);
	buf->len = 0;
	if (protocol == LINE) {
		bytes_add_string(buf, nick);
		bytes_add_string(buf, ": ");
		bytes_add(buf, text.at, text.len);
		bytes_add_string(buf, "\r\n");
	} else {
		bytes_add_string(&packet, head);
		bytes_add(&packet, text.at, text.len);
		bytes_add_string(&packet, "\"}");
		struct piece payload = {packet.at, packet.len};
		if (protocol == JSON)
			packet_add(buf, payload);
		else
			frame_add(buf, FRAME_TEXT, false, payload);
		bytes_clear(&packet);
	}
	struct buffer *buffer = nonnull(malloc(sizeof *buffer + buf->len));
	*buffer = (struct buffer){.refs = 1, .len = (uint32_t)buf->len};
	memcpy(buffer->bytes, buf->at, buf->len);
	return buffer;
}

static void
floor_broadcast(struct floor *floor, const char *nick, struct piece text)
{
	struct buffer *encoded[PROTOCOLS] = {NULL};
	for (int i = 0; i < PROTOCOLS; i++)
		if (floor->members[i] > 0)
			encoded[i] = message_encode(floor, (enum protocol)i, nick, text);
	for (size_t i = 0; i < floor->n; i++)
		if (floor->peers[i]->nick[0] && !floor->peers[i]->lost)
			peer_push(floor, floor->peers[i], encoded[floor->peers[i]->protocol]);
	for (int i = 0; i < PROTOCOLS; i++)
		if (encoded[i])
			buffer_drop(encoded[i]);
}

/* Whether the piece begins so; if it does, that is removed. */
static bool
piece_skip(struct piece *piece, const char *beginning)
{
	size_t n = strlen(beginning);
	if (piece->len < n || memcmp(piece->at, beginning, n) != 0)
		return false;
	piece->at += n;
	piece->len -= n;
	return true;
}

static void
peer_receive(struct floor *floor, struct peer *peer, struct piece message)
{
	bool json = peer->protocol != LINE;
	if (!json && message.len > 0 && message.at[message.len - 1] == '\r')
		message.len--;
	if (peer->nick[0]) {
		if (!json || piece_skip(&message, "{\"type\":\"chat\",\"message\":\"")) {
			message.len -= json ? strlen("\"}") : 0;
			floor_broadcast(floor, peer->nick, message);
		}
	} else if (piece_skip(&message, json ? "{\"type\":\"hello\",\"nick\":\"" : "login ")) {
		size_t n = 0;
		while (n < message.len && n < NICK_MAX && message.at[n] != '"')
			n++;
		memcpy(peer->nick, message.at, n);
		floor->members[peer->protocol]++;
	}
}

static size_t
peer_handshake(struct floor *floor, struct peer *peer, const char *in)
{
	size_t n = http_next(in);
	if (n == 0)
		return 0;
	struct buffer *response = nonnull(malloc(sizeof *response + 256));
	*response = (struct buffer){.refs = 1};
	response->len = (uint32_t)snprintf(response->bytes, 256,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		web_accept);
	peer_push(floor, peer, response);
	buffer_drop(response);
	peer->open = true;
	return n;
}

/* How many of the bytes were complete messages. */
static size_t
peer_receive_all(struct floor *floor, struct peer *peer, char *in, size_t len)
{
	size_t used = 0;
	for (size_t n = 1; n > 0 && used < len; used += n) {
		struct piece rest = {in + used, len - used}, message;
		unsigned opcode = FRAME_TEXT;
		if (peer->protocol == WEB && !peer->open) {
			n = peer_handshake(floor, peer, rest.at);
			continue;
		}
		if (peer->protocol == LINE)
			n = line_next(rest, &message);
		else if (peer->protocol == JSON)
			n = packet_next(rest, &message);
		else
			n = frame_next(in + used, rest.len, &opcode, &message);
		if (n > 0 && opcode == FRAME_TEXT)
			peer_receive(floor, peer, message);
	}
	return used;
}

static void
peer_read(struct floor *floor, struct peer *peer)
{
	struct bytes *partial = &peer->partial;
	size_t had = partial->len;
	if (had > 0)
		memcpy(floor->input, partial->at, had);
	ssize_t got = read(peer->fd, floor->input + had, READ_BYTES);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		peer_lose(floor, peer);
		return;
	}
	size_t len = had + (size_t)got;
	floor->input[len] = '\0';
	size_t used = peer_receive_all(floor, peer, floor->input, len);
	bytes_clear(partial);
	if (used < len)
		bytes_add(partial, floor->input + used, len - used);
	if (partial->len > PARTIAL_MAX)
		peer_lose(floor, peer);
}

static void
acceptor_accept(struct floor *floor, const struct peer *acceptor)
{
	int fd = accept(acceptor->fd, NULL, NULL), on = 1;
	if (fd < 0)
		return;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		fail("accept: %s", strerror(errno));
	if (floor->n == floor->cap) {
		floor->cap = floor->cap ? 2 * floor->cap : 64;
		floor->peers = nonnull(realloc(floor->peers, floor->cap * sizeof(struct peer *)));
	}
	struct peer *peer = nonnull(calloc(1, sizeof *peer));
	peer->fd = fd;
	peer->protocol = acceptor->protocol;
	floor->peers[floor->n++] = peer;
	peer_watch(floor, peer, EPOLL_CTL_ADD);
}

static void
acceptor_open(struct floor *floor, enum protocol protocol)
{
	static const char *const names[] = {"telnet", "json", "web"};
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	struct peer *acceptor = &floor->acceptors[protocol];
	*acceptor = (struct peer){.protocol = protocol, .listens = true};
	acceptor->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (acceptor->fd < 0 || bind(acceptor->fd, (struct sockaddr *)&at, size) < 0 ||
		listen(acceptor->fd, BACKLOG) < 0 || fcntl(acceptor->fd, F_SETFL, O_NONBLOCK) < 0 ||
		getsockname(acceptor->fd, (struct sockaddr *)&at, &size) < 0)
		fail("listen: %s", strerror(errno));
	peer_watch(floor, acceptor, EPOLL_CTL_ADD);
	fprintf(stderr, "floor: %s on 127.0.0.1:%d\n", names[protocol], ntohs(at.sin_port));
}

static void
floor_reap(struct floor *floor)
{
	size_t kept = 0;
	for (size_t i = 0; i < floor->n; i++) {
		struct peer *peer = floor->peers[i];
		if (!peer->lost) {
			floor->peers[kept++] = peer;
			continue;
		}
		floor->members[peer->protocol] -= peer->nick[0] != '\0';
		peer_sent(peer, peer->waiting);
		bytes_clear(&peer->partial);
		close(peer->fd);
		free(peer);
	}
	floor->n = kept;
	floor->any_lost = false;
}

/* Whether there were events. */
static bool
floor_receive(struct floor *floor, int wait)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(floor->epoll, events, EVENTS, wait);
	for (int i = 0; i < n; i++) {
		struct peer *peer = events[i].data.ptr;
		if (peer->listens)
			acceptor_accept(floor, peer);
		else if (events[i].events & EPOLLOUT)
			peer_flush(floor, peer);
		if (!peer->listens && !peer->lost && (events[i].events & ~(uint32_t)EPOLLOUT))
			peer_read(floor, peer);
	}
	return n > 0;
}

/* Receives all that there is, within bounds, before it sends, as teahoused does. */
static void
floor_turn(struct floor *floor)
{
	bool received = floor_receive(floor, -1);
	for (int i = 0; received && i < DRAINS; i++)
		received = floor_receive(floor, 0);
	for (size_t i = 0; i < floor->n; i++) {
		struct peer *peer = floor->peers[i];
		if (peer->n > 0 && !peer->blocked && !peer->lost)
			peer_flush(floor, peer);
	}
	if (floor->any_lost)
		floor_reap(floor);
}

int
main(void)
{
	struct floor floor = {.epoll = epoll_create1(0)};
	signal(SIGPIPE, SIG_IGN);
	alarm(LIFE_SECONDS);
	floor.input = nonnull(malloc(PARTIAL_MAX + READ_BYTES + 1));
	for (int i = 0; i < PROTOCOLS; i++)
		acceptor_open(&floor, (enum protocol)i);
	fputs("floor: ready\n", stderr);
	for (;;)
		floor_turn(&floor);
}
