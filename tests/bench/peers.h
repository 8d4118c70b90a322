/*
 * The clients of the load: how they connect, log in, and send and receive numbered texts in
 * each protocol. They check that each text arrives once and in its speaker's order.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "options.h"
#include "protocols.h"
#include "stats.h"
#include "wire.h"

enum {
	TEXT_HEAD = 14, /* `~SSS.NNNNNNNN `: the speaker and the message's number */
	SYNC = 999,     /* the "speaker" of a text that shows who is in the room */
	MARK = '~',     /* begins each text and occurs nowhere else */
	READ_BYTES = 65536,
	SLOW_BYTES = 4096, /* the receive buffer of a client that does not read */
};

struct peer {
	int fd;
	SSL *tls; /* NULL: plain */
	enum protocol protocol;
	unsigned number;
	bool open;            /* connected; WebSocket: with its handshake done */
	bool blocked;         /* the socket did not take everything */
	struct bytes partial; /* of an incomplete message */
	struct bytes out;
	uint32_t *expected; /* by speaker: the number of the next message */
};

struct message {
	int64_t at;        /* when it was sent, or was due */
	unsigned received; /* by so many */
};

struct speaker {
	uint32_t sent, done; /* messages; those of them that all have received */
	struct message messages[IN_FLIGHT_MAX];
};

struct load {
	struct options options;
	int epoll, timer;
	SSL_CTX *tls; /* NULL: plain */
	struct peer *peers;
	unsigned n_peers, open; /* open: those of them that are ready to log in */
	unsigned readers;       /* those of them that read: the first */
	struct peer *idle;      /* in another room, where nothing is sent */
	unsigned sync, synced;  /* the last sync sent; how many received it */
	struct speaker *speakers;
	char text[TEXT_MAX + 1];
	char *input;
	int64_t now;
	int64_t start; /* of speaking */
	uint64_t sent; /* messages, by all speakers */
	bool speaking, measuring;
	uint64_t deliveries, wrong; /* wrong: missed, duplicate, out of order or damaged */
	struct latencies latencies;
};

static inline void
peer_watch(struct load *load, struct peer *peer, int how)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
	if (peer->blocked)
		event.events |= EPOLLOUT;
	if (epoll_ctl(load->epoll, how, peer->fd, &event) < 0)
		fail("epoll: %s", strerror(errno));
}

static inline void
peer_flush(struct load *load, struct peer *peer)
{
	struct bytes *out = &peer->out;
	ssize_t sent = wire_send(peer->tls, peer->fd, out->at, out->len);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		fail("listener %u: send: %s", peer->number, strerror(errno));
	if (sent > 0) {
		out->len -= (size_t)sent;
		memmove(out->at, out->at + sent, out->len);
	}
	bool blocked = out->len > 0;
	if (blocked != peer->blocked) {
		peer->blocked = blocked;
		peer_watch(load, peer, EPOLL_CTL_MOD);
	}
}

static inline void
peer_packet(struct peer *peer, const char *json, int n)
{
	struct piece packet = {json, (size_t)n};
	if (peer->protocol == WEB)
		frame_add(&peer->out, FRAME_TEXT, true, packet);
	else
		packet_add(&peer->out, packet);
}

static inline void
peer_login(struct load *load, struct peer *peer)
{
	char words[64];
	if (peer->protocol == LINE) {
		bool idle = peer->expected == NULL;
		snprintf(words, sizeof words, "login %s%u\r\n", idle ? "idle" : "load",
			peer->number);
		bytes_add_string(&peer->out, words);
	} else {
		int n = snprintf(words, sizeof words, "{\"type\":\"hello\",\"nick\":\"load%u\"}",
			peer->number);
		peer_packet(peer, words, n);
	}
	peer_flush(load, peer);
}

/* Queues text `number` of a speaker; peer_flush sends it. */
static inline void
peer_queue_text(struct load *load, struct peer *peer, unsigned speaker, unsigned number)
{
	char words[TEXT_MAX + 64];
	int n = snprintf(words, sizeof words, "%c%03u.%08u ", MARK, speaker, number);
	memcpy(load->text, words, (size_t)n);
	if (peer->protocol == LINE) {
		bytes_add(&peer->out, load->text, load->options.bytes);
		bytes_add_string(&peer->out, "\r\n");
	} else {
		n = snprintf(
			words, sizeof words, "{\"type\":\"chat\",\"message\":\"%s\"}", load->text);
		peer_packet(peer, words, n);
	}
}

static inline void
load_sync(struct load *load)
{
	load->synced = 0;
	peer_queue_text(load, load->peers, SYNC, ++load->sync);
	peer_flush(load, load->peers);
}

static inline void
message_received(struct load *load, struct peer *peer, unsigned speaker, uint32_t number)
{
	uint32_t *expected = &peer->expected[speaker];
	struct speaker *from = &load->speakers[speaker];
	if (number != *expected || number >= from->sent) {
		load->wrong++;
		if (number < *expected || number >= from->sent)
			return;
	}
	*expected = number + 1;
	struct message *message = &from->messages[number % IN_FLIGHT_MAX];
	if (++message->received == load->readers)
		from->done++;
	if (load->measuring) {
		load->deliveries++;
		latency_add(&load->latencies, load->now - message->at);
	}
}

static inline unsigned
digits_value(const char *at, size_t digits)
{
	unsigned number = 0;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(at[i] - '0');
	return number;
}

/* Text without a mark is not ours: a greeting, a join or a leave. */
static inline void
peer_receive(struct load *load, struct peer *peer, struct piece message)
{
	const char *text = memchr(message.at, MARK, message.len);
	size_t bytes = load->options.bytes, head = TEXT_HEAD;
	if (!text)
		return;
	if ((size_t)(message.at + message.len - text) < bytes ||
		memcmp(text + head, load->text + head, bytes - head) != 0) {
		load->wrong++;
		return;
	}
	unsigned speaker = digits_value(text + 1, 3), number = digits_value(text + 5, 8);
	if (speaker == SYNC)
		load->synced += number == load->sync;
	else if (speaker < load->options.speakers && peer->expected)
		message_received(load, peer, speaker, number);
	else
		load->wrong++;
}

/* As line_next; the first message of a WebSocket is the response to its handshake. */
static inline size_t
web_next(struct load *load, struct peer *peer, char *in, size_t len, struct piece *message)
{
	unsigned opcode = 0;
	*message = (struct piece){in, 0};
	size_t n = peer->open ? frame_next(in, len, &opcode, message) : http_next(in);
	if (n > 0 && !peer->open) {
		if (strncmp(in, "HTTP/1.1 101", 12) != 0 || !strstr(in, web_accept))
			fail("listener %u: no WebSocket: %.64s", peer->number, in);
		peer->open = true;
		load->open++;
	}
	if (opcode == FRAME_CLOSE)
		fail("listener %u: closed by the server", peer->number);
	if (opcode == FRAME_PING) {
		frame_add(&peer->out, FRAME_PONG, true, *message);
		peer_flush(load, peer);
	}
	return n;
}

/* How many of the bytes were complete messages. */
static inline size_t
peer_receive_all(struct load *load, struct peer *peer, char *in, size_t len)
{
	size_t used = 0;
	for (size_t n = 1; n > 0 && used < len; used += n) {
		struct piece rest = {in + used, len - used}, message;
		if (peer->protocol == LINE)
			n = line_next(rest, &message);
		else if (peer->protocol == JSON)
			n = packet_next(rest, &message);
		else
			n = web_next(load, peer, in + used, len - used, &message);
		if (n > 0)
			peer_receive(load, peer, message);
	}
	return used;
}

static inline void
peer_read(struct load *load, struct peer *peer)
{
	struct bytes *partial = &peer->partial;
	size_t had = partial->len;
	if (had > MESSAGE_BYTES_MAX)
		fail("listener %u: a message that is too long", peer->number);
	if (had > 0)
		memcpy(load->input, partial->at, had);
	ssize_t got = wire_recv(peer->tls, peer->fd, load->input + had, READ_BYTES);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		fail("listener %u: %s", peer->number,
			got ? strerror(errno) : "closed by the server");
	load->now = clock_now();
	size_t len = had + (size_t)got;
	load->input[len] = '\0';
	size_t used = peer_receive_all(load, peer, load->input, len);
	partial->len = 0;
	bytes_add(partial, load->input + used, len - used);
}

static inline void
peer_connect(struct load *load, struct peer *peer, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	to.sin_port = htons((uint16_t)port);
	int on = 1, little = SLOW_BYTES;
	bool slow = peer->expected && peer->number >= load->readers;
	peer->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (slow && setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little) < 0)
		fail("listener %u: %s", peer->number, strerror(errno));
	if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&to, sizeof to) < 0)
		fail("listener %u: port %d: %s", peer->number, ntohs(to.sin_port), strerror(errno));
	if (load->tls)
		peer->tls = wire_open(load->tls, peer->fd);
	if (fcntl(peer->fd, F_SETFL, O_NONBLOCK) < 0 ||
		setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		fail("listener %u: %s", peer->number, strerror(errno));
	peer_watch(load, peer, EPOLL_CTL_ADD);
	if (peer->protocol != WEB) {
		peer->open = true;
		load->open++;
		return;
	}
	char request[256];
	int n = snprintf(request, sizeof request,
		"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
		ntohs(to.sin_port), web_key);
	bytes_add(&peer->out, request, (size_t)n);
	peer_flush(load, peer);
}

#endif
