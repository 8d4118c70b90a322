/*
 * Each adapter before a real core, with others listening over every protocol:
 * nobody hears a control character, and counts return to zero.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "teahouse/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Somebody listens over every protocol; the last of the stranger's is json, with packets made of lines. */
enum { LISTENERS = 6, WRAPPED = LISTENERS, PROTOCOLS, JSON = 1 };

/* How those who listen come in, in the order of adapter_list(). */
static const char *const hellos[LISTENERS] = {
	"login ann\r\n",
	"\0\x1d{\"type\":\"hello\",\"nick\":\"bob\"}",
	"{\"type\":\"hello\",\"nick\":\"cat\"}",
	"",
	"/join main\n/nick eve\n",
	"#fay\n",
};

struct ear {
	struct connection *connection;
	bool listens; /* what it hears is looked at */
	bool closed;
};

/* Whatever a listener's own bytes are, none may move a cursor or end a line early. */
static void
look_at(const struct ear *ear, const char *bytes, size_t n)
{
	for (size_t i = 0; ear->listens && i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		assert(c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
		assert(c != 0x7f);
		assert(c != 0xc2 || i + 1 == n || (unsigned char)bytes[i + 1] >= 0xa0);
		assert(c != '\r' || (i + 1 < n && bytes[i + 1] == '\n'));
	}
}

static ssize_t
wire_send(void *link, const struct queue *waiting)
{
	struct iovec pieces[64];
	ssize_t sent = 0;
	int n = queue_gather(waiting, pieces, 64);
	for (int i = 0; i < n; i++) {
		look_at(link, pieces[i].iov_base, pieces[i].iov_len);
		sent += (ssize_t)pieces[i].iov_len;
	}
	return sent;
}

static void
wire_read(void *link, bool wanted)
{
	(void)link;
	(void)wanted;
}

static void
wire_close(void *link, enum reason why)
{
	struct ear *ear = link;
	(void)why;
	ear->closed = true;
}

static int64_t
ticks(void *clock)
{
	/* A second passes at each look, so that no rate is ever reached. */
	return *(int64_t *)clock += 1000;
}

static void
turn(struct gateway *gateway, struct ear *ears, size_t n)
{
	gateway_tick(gateway);
	for (size_t i = 0; i < n; i++) {
		if (!ears[i].closed || !ears[i].connection)
			continue;
		connection_lost(ears[i].connection, REASON_FINE);
		ears[i].connection = NULL;
	}
	gateway_flush(gateway);
}

/* A byte of 0x1e parts what comes at once; wrapped: each as a packet. */
static void
speak(struct gateway *gateway, struct ear *ears, size_t n, struct text in, bool wrapped)
{
	struct ear *speaker = &ears[n - 1];
	while (in.len > 0 && speaker->connection) {
		const char *end = memchr(in.at, 0x1e, in.len);
		size_t len = end ? (size_t)(end - in.at) : in.len;
		size_t head = wrapped ? 2 : 0;
		char *copy = malloc(head + len + 1);
		copy[0] = (char)(len >> 8);
		copy[head / 2] = (char)len;
		memcpy(copy + head, in.at, len);
		connection_receive(speaker->connection, copy, head + len);
		free(copy);
		turn(gateway, ears, n);
		in.at += len + (end != NULL);
		in.len -= len + (end != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire wire = {wire_send, wire_read, wire_close};
	if (size < 1)
		return 0;
	int64_t clock = 0;
	struct gateway_settings settings = {.sessions = 10, .send_queue = 1 << 20};
	settings.core = (struct core_settings){
		.name = text_of("Teahouse"), .room = text_of("main"), .message = 4000};
	/* With the stranger, the room is large or not. */
	settings.core.presence = data[0] / PROTOCOLS % 2 ? LISTENERS : 0;
	struct gateway *gateway = gateway_open(&settings, &wire, ticks, ticks, &clock);
	/* Which protocol the stranger speaks; the last is json, with packets made of lines. */
	size_t protocol = data[0] % PROTOCOLS;
	static char main_room[] = "main";
	struct listener listeners[LISTENERS + 1];
	struct ear ears[LISTENERS + 1] = {0};
	for (size_t i = 0; i <= LISTENERS; i++) {
		size_t which = i < LISTENERS ? i : protocol == WRAPPED ? JSON : protocol;
		listeners[i] = (struct listener){.name = main_room,
			.adapter = adapter_list()[which],
			.room = main_room,
			.echo = true,
			.announce = true,
			.hear = true,
			.pause = 50};
		ears[i].listens = i < LISTENERS && !listeners[i].adapter->by_http && i != JSON;
		ears[i].connection = connection_open(gateway, &listeners[i], NULL, &ears[i]);
		if (i == LISTENERS)
			break;
		size_t n = i == JSON ? 2 + strlen(hellos[i] + 2) : strlen(hellos[i]);
		connection_receive(ears[i].connection, hellos[i], n);
	}
	turn(gateway, ears, LISTENERS + 1);
	assert(core_users(gateway_core(gateway)) >= LISTENERS);
	speak(gateway, ears, LISTENERS + 1, (struct text){(const char *)data + 1, size - 1},
		protocol == WRAPPED);
	for (size_t i = 0; i <= LISTENERS; i++)
		if (ears[i].connection)
			connection_lost(ears[i].connection, REASON_LOST);
	gateway_flush(gateway);
	assert(core_users(gateway_core(gateway)) == 0);
	assert(core_rooms(gateway_core(gateway)) == 1);
	assert(gateway_connections(gateway) == 0);
	gateway_close(gateway);
	return 0;
}
