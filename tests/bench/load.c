/*
 * The load: people who listen in one room over the ports that are given, in turn, and some
 * of them who speak. Checks that everybody hears everything once and in each speaker's
 * order, and prints what it measured as one line of JSON. Ends by itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "stats.h"
#include "wire.h"

enum {
	TEXT_HEAD = 14, /* `~SSS.NNNNNNNN `: the speaker and the message's number */
	SYNC = 999,     /* the "speaker" of a text that only asks who is there */
	MARK = '~',     /* begins each text, and is found nowhere else */
	READ_BYTES = 65536,
	EVENTS = 256,
	TURN_MS = 5,
	CONNECTS_A_TURN = 32,
	SLOW_BYTES = 4096,   /* the receive buffer of one who does not read */
	LOGINS_AT_ONCE = 10, /* people do not come all at once */
	IDLE_FIRST = 30,     /* connections that come before memory is first looked at */
	GATHER_SECONDS = 60,
	SYNC_SECONDS = 1, /* until who has not heard is asked again */
	DRAIN_SECONDS = 5,
	EVERYTHING_SECONDS = 240,
};

static const double SETTLE_SECONDS = 0.3, WARM_UP = 0.3;
/* A room that is told of its people in digests has heard the last one by then. */
static const double SLEEP_SECONDS = 2.5;

struct peer {
	int fd;
	enum protocol protocol;
	unsigned number;
	bool open;         /* connected, and a WebSocket shaken hands on */
	bool blocked;      /* the socket took less than there was to send */
	struct bytes kept; /* of a message that has not come whole */
	struct bytes out;
	uint32_t *expected; /* by speaker: the number of the message to be heard next */
};

struct message {
	int64_t at; /* when it was said, or should have been */
	unsigned ears;
};

struct speaker {
	uint32_t said, whole; /* messages; heard by everybody */
	struct message messages[UNDER_WAY_MAX];
};

struct load {
	struct wishes wishes;
	int epoll, timer;
	struct peer *peers;
	unsigned n_peers, open; /* of them ready to log in */
	unsigned readers;       /* of them who read: the first */
	struct peer *sleepers;  /* in another room, where nothing is said */
	unsigned sync, synced;  /* the last sync said; how many heard it */
	struct speaker *speakers;
	char text[TEXT_MAX + 1];
	char *input;
	int64_t now, start; /* of speaking */
	uint64_t said;      /* messages by all */
	bool speaking, measuring;
	uint64_t deliveries, wrong; /* wrong: missed, twice, out of order or garbled */
	struct latencies latencies;
};

static void
peer_watch(struct load *load, struct peer *peer, int how)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
	if (peer->blocked)
		event.events |= EPOLLOUT;
	if (epoll_ctl(load->epoll, how, peer->fd, &event) < 0)
		fail("epoll: %s", strerror(errno));
}

static void
peer_flush(struct load *load, struct peer *peer)
{
	struct bytes *out = &peer->out;
	ssize_t sent = send(peer->fd, out->at, out->len, MSG_NOSIGNAL);
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

static void
peer_packet(struct peer *peer, const char *json, int n)
{
	struct piece packet = {json, (size_t)n};
	if (peer->protocol == WEB)
		frame_add(&peer->out, FRAME_TEXT, true, packet);
	else
		packet_add(&peer->out, packet);
}

static void
peer_login(struct load *load, struct peer *peer)
{
	char words[64];
	if (peer->protocol == LINE) {
		bool sleeps = peer->expected == NULL;
		snprintf(words, sizeof words, "login %s%u\r\n", sleeps ? "sleeper" : "load",
			peer->number);
		bytes_add_string(&peer->out, words);
	} else {
		int n = snprintf(words, sizeof words, "{\"type\":\"hello\",\"nick\":\"load%u\"}",
			peer->number);
		peer_packet(peer, words, n);
	}
	peer_flush(load, peer);
}

/* Text `number` of a speaker. It goes out with the peer's next flush. */
static void
peer_say(struct load *load, struct peer *peer, unsigned speaker, unsigned number)
{
	char words[TEXT_MAX + 64];
	int n = snprintf(words, sizeof words, "%c%03u.%08u ", MARK, speaker, number);
	memcpy(load->text, words, (size_t)n);
	if (peer->protocol == LINE) {
		bytes_add(&peer->out, load->text, load->wishes.bytes);
		bytes_add_string(&peer->out, "\r\n");
	} else {
		n = snprintf(
			words, sizeof words, "{\"type\":\"chat\",\"message\":\"%s\"}", load->text);
		peer_packet(peer, words, n);
	}
}

static void
load_sync(struct load *load)
{
	load->synced = 0;
	peer_say(load, load->peers, SYNC, ++load->sync);
	peer_flush(load, load->peers);
}

static void
message_heard(struct load *load, struct peer *peer, unsigned speaker, uint32_t number)
{
	uint32_t *expected = &peer->expected[speaker];
	struct speaker *said = &load->speakers[speaker];
	if (number != *expected || number >= said->said) {
		load->wrong++;
		if (number < *expected || number >= said->said)
			return;
	}
	*expected = number + 1;
	struct message *message = &said->messages[number % UNDER_WAY_MAX];
	if (++message->ears == load->readers)
		said->whole++;
	if (load->measuring) {
		load->deliveries++;
		latency_add(&load->latencies, load->now - message->at);
	}
}

static unsigned
number_read(const char *at, size_t digits)
{
	unsigned number = 0;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(at[i] - '0');
	return number;
}

/* Whatever bears no mark is not ours: somebody came or went, or a greeting. */
static void
peer_hears(struct load *load, struct peer *peer, struct piece heard)
{
	const char *text = memchr(heard.at, MARK, heard.len);
	size_t bytes = load->wishes.bytes, head = TEXT_HEAD;
	if (!text)
		return;
	if ((size_t)(heard.at + heard.len - text) < bytes ||
		memcmp(text + head, load->text + head, bytes - head) != 0) {
		load->wrong++;
		return;
	}
	unsigned speaker = number_read(text + 1, 3), number = number_read(text + 5, 8);
	if (speaker == SYNC)
		load->synced += number == load->sync;
	else if (speaker < load->wishes.speakers && peer->expected)
		message_heard(load, peer, speaker, number);
	else
		load->wrong++;
}

/* Likewise for a WebSocket, whose first message is the answer to the handshake. */
static size_t
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

/* How many of the bytes were whole messages. */
static size_t
peer_hears_all(struct load *load, struct peer *peer, char *in, size_t len)
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
			peer_hears(load, peer, message);
	}
	return used;
}

static void
peer_read(struct load *load, struct peer *peer)
{
	struct bytes *kept = &peer->kept;
	size_t had = kept->len;
	if (had > MESSAGE_BYTES_MAX)
		fail("listener %u: a message without end", peer->number);
	if (had > 0)
		memcpy(load->input, kept->at, had);
	ssize_t got = recv(peer->fd, load->input + had, READ_BYTES, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		fail("listener %u: %s", peer->number,
			got ? strerror(errno) : "closed by the server");
	load->now = clock_now();
	size_t len = had + (size_t)got;
	load->input[len] = '\0';
	size_t used = peer_hears_all(load, peer, load->input, len);
	kept->len = 0;
	bytes_add(kept, load->input + used, len - used);
}

static void
speaker_says(struct load *load, unsigned i, int64_t at)
{
	struct speaker *speaker = &load->speakers[i];
	speaker->messages[speaker->said % UNDER_WAY_MAX] = (struct message){.at = at};
	peer_say(load, &load->peers[i], i, speaker->said++);
	load->said++;
}

/* Each says so much that its share of the outstanding messages is under way. */
static void
load_speaks_in_turn(struct load *load)
{
	unsigned n = load->wishes.speakers;
	for (unsigned i = 0; i < n; i++) {
		const struct speaker *speaker = &load->speakers[i];
		unsigned share = load->wishes.outstanding / n + (i < load->wishes.outstanding % n);
		while (speaker->said - speaker->whole < share)
			speaker_says(load, i, load->now);
	}
}

/* Says what is due; what waited counts from when it was due, so that a slow server shows. */
static void
load_speaks_on_time(struct load *load)
{
	double every = (double)SECOND * load->n_peers / load->wishes.rate;
	for (;;) {
		int64_t due = load->start + (int64_t)((double)load->said * every);
		unsigned i = (unsigned)(load->said % load->wishes.speakers);
		const struct speaker *speaker = &load->speakers[i];
		if (due > load->now || speaker->said - speaker->whole == UNDER_WAY_MAX)
			return;
		speaker_says(load, i, due);
	}
}

static void
load_speaks(struct load *load)
{
	if (load->wishes.mode == MODE_CLOSED)
		load_speaks_in_turn(load);
	else
		load_speaks_on_time(load);
	for (unsigned i = 0; i < load->wishes.speakers; i++)
		if (load->peers[i].out.len > 0 && !load->peers[i].blocked)
			peer_flush(load, &load->peers[i]);
}

/* Whether anything came. */
static bool
load_turn(struct load *load)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(load->epoll, events, EVENTS, TURN_MS);
	load->now = clock_now();
	for (int i = 0; i < n; i++) {
		struct peer *peer = events[i].data.ptr;
		uint64_t rang;
		if (!peer) {
			if (read(load->timer, &rang, sizeof rang) < 0 && errno != EAGAIN)
				fail("timer: %s", strerror(errno));
			continue;
		}
		if (events[i].events & EPOLLOUT)
			peer_flush(load, peer);
		if (events[i].events & ~(uint32_t)EPOLLOUT)
			peer_read(load, peer);
	}
	if (load->speaking)
		load_speaks(load);
	return n > 0;
}

static void
load_run(struct load *load, double seconds)
{
	int64_t end = clock_now() + (int64_t)(seconds * (double)SECOND);
	while (clock_now() < end)
		load_turn(load);
}

static void
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

/* Connects n more, in turn to the ports that are given. */
static void
load_connect(struct load *load, unsigned n)
{
	int64_t end = clock_now() + GATHER_SECONDS * SECOND;
	for (unsigned i = 0; i < n; i++) {
		struct peer *peer = &load->peers[load->n_peers];
		unsigned before = load->n_peers ? peer[-1].protocol : PROTOCOLS - 1;
		do
			before = (before + 1) % PROTOCOLS;
		while (!load->wishes.ports[before]);
		peer->protocol = (enum protocol)before;
		peer->number = load->n_peers++;
		peer_connect(load, peer, load->wishes.ports[peer->protocol]);
		if (i % CONNECTS_A_TURN == 0)
			load_turn(load);
	}
	while (load->open < load->n_peers) {
		if (clock_now() > end)
			fail("only %u of %u could connect", load->open, load->n_peers);
		load_turn(load);
	}
}

/* Logs in those from..to, some at a time: people do not come all at once. */
static void
load_login(struct load *load, struct peer *peers, unsigned from, unsigned to)
{
	int64_t end = clock_now() + GATHER_SECONDS * SECOND;
	for (unsigned i = from; i < to; i++) {
		peer_login(load, &peers[i]);
		while (i % LOGINS_AT_ONCE == 0 && load_turn(load) && clock_now() < end)
			;
	}
}

/* Until everybody is in: a sync that all have heard is behind that in the room's order. */
static void
load_settle(struct load *load)
{
	int64_t end = clock_now() + GATHER_SECONDS * SECOND;
	do {
		if (clock_now() > end)
			fail("only %u of %u heard each other", load->synced, load->n_peers);
		load_sync(load);
		int64_t enough = clock_now() + SYNC_SECONDS * SECOND;
		while (load->synced < load->n_peers && clock_now() < enough)
			load_turn(load);
	} while (load->synced < load->n_peers);
}

static void
load_gather(struct load *load)
{
	load_login(load, load->peers, 0, load->n_peers);
	load_settle(load);
}

/* Some come to another room, and stay there. */
static void
load_sleepers(struct load *load)
{
	unsigned n = load->wishes.sleepers;
	for (unsigned i = 0; i < n; i++) {
		load->sleepers[i].protocol = LINE;
		load->sleepers[i].number = i;
		peer_connect(load, &load->sleepers[i], load->wishes.bedroom);
		if (i % CONNECTS_A_TURN == 0)
			load_turn(load);
	}
	load->open = 0;
	load_login(load, load->sleepers, 0, n);
	load_run(load, n ? SLEEP_SECONDS : 0);
}

/* From now on the last do not read. */
static void
load_slows(struct load *load)
{
	for (unsigned i = load->readers; i < load->n_peers; i++)
		if (epoll_ctl(load->epoll, EPOLL_CTL_DEL, load->peers[i].fd, NULL) < 0)
			fail("epoll: %s", strerror(errno));
}

/* Waits for what is under way; how many deliveries did not come. */
static uint64_t
load_drain(struct load *load)
{
	int64_t end = clock_now() + DRAIN_SECONDS * SECOND;
	uint64_t missing = 1;
	load->speaking = load->measuring = false;
	while (missing > 0 && clock_now() < end) {
		load_turn(load);
		missing = 0;
		for (unsigned i = 0; i < load->wishes.speakers; i++)
			missing += load->speakers[i].said - load->speakers[i].whole;
	}
	missing = 0;
	for (unsigned i = 0; i < load->readers; i++)
		for (unsigned j = 0; j < load->wishes.speakers; j++)
			missing += load->speakers[j].said - load->peers[i].expected[j];
	return missing;
}

static void
load_measure(struct load *load)
{
	const struct wishes *wishes = &load->wishes;
	load_sleepers(load);
	load_connect(load, wishes->listeners);
	load_gather(load);
	load_slows(load);
	if (wishes->mode == MODE_RATE) {
		long every = (long)((double)SECOND * load->n_peers / wishes->rate);
		struct timespec tick = {every / SECOND, every % SECOND};
		if (timerfd_settime(load->timer, 0, &(struct itimerspec){tick, tick}, NULL) < 0)
			fail("timer: %s", strerror(errno));
	}
	load->start = clock_now();
	load->speaking = true;
	load_run(load, WARM_UP);
	struct mark from = mark_set(wishes->pid);
	load->measuring = true;
	load_run(load, wishes->seconds);
	struct mark to = mark_set(wishes->pid);
	uint64_t missing = load_drain(load);
	double seconds = (double)(to.at - from.at) / (double)SECOND;
	const struct latencies *late = &load->latencies;
	printf("{\"listeners\": %u, \"speakers\": %u, \"deliveries\": %llu, \"seconds\": %.3f, "
	       "\"per_second\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, \"p999_us\": %.0f, "
	       "\"server_cpu\": %.4f, \"load_cpu\": %.2f, \"errors\": %llu}\n",
		wishes->listeners, wishes->speakers, (unsigned long long)load->deliveries, seconds,
		(double)load->deliveries / seconds, latency_of(late, 0.5), latency_of(late, 0.99),
		latency_of(late, 0.999), to.server_cpu - from.server_cpu, to.own_cpu - from.own_cpu,
		(unsigned long long)(load->wrong + missing));
}

/* The server's time since a mark, in microseconds to each of n. */
static double
cpu_since(const struct load *load, struct mark from, unsigned n)
{
	return 1e6 * (mark_set(load->wishes.pid).server_cpu - from.server_cpu) / n;
}

/* All but the first go at once; ends when their leaving has been seen to. */
static void
load_leave(struct load *load)
{
	for (unsigned i = IDLE_FIRST; i < load->n_peers; i++)
		close(load->peers[i].fd);
	double before, cpu = cpu_read(load->wishes.pid);
	do {
		before = cpu;
		load_run(load, SETTLE_SECONDS);
		cpu = cpu_read(load->wishes.pid);
	} while (cpu - before > 0.001);
}

/*
 * Memory to each connection, before it has a nick and in the room; the time in which all
 * enter, and the server's for each who comes, enters and goes.
 */
static void
load_idle(struct load *load)
{
	unsigned n = load->wishes.listeners;
	long pid = load->wishes.pid;
	load_connect(load, IDLE_FIRST);
	load_gather(load);
	load_run(load, SETTLE_SECONDS);
	double before = memory_read(pid);
	struct mark from = mark_set(pid);
	load_connect(load, n);
	load_run(load, SETTLE_SECONDS);
	double connected = memory_read(pid), coming = cpu_since(load, from, n);
	from = mark_set(pid);
	load_login(load, load->peers, IDLE_FIRST, load->n_peers);
	double seconds = (double)(clock_now() - from.at) / (double)SECOND;
	/* What is told of it later, all together, is part of it. */
	load_run(load, SLEEP_SECONDS);
	double entered = memory_read(pid), entering = cpu_since(load, from, n);
	load_settle(load);
	from = mark_set(pid);
	load_leave(load);
	printf("{\"listeners\": %u, \"connected_bytes\": %.0f, \"entered_bytes\": %.0f, "
	       "\"entered_per_second\": %.0f, \"coming_us\": %.1f, \"entering_us\": %.1f, "
	       "\"leaving_us\": %.1f, \"errors\": %llu}\n",
		n, (connected - before) / n, (entered - before) / n, n / seconds, coming, entering,
		cpu_since(load, from, n), (unsigned long long)load->wrong);
}

static void
load_open(struct load *load)
{
	static const char words[] = "the kettle is on and the tea is nearly ready, somebody said; ";
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	struct wishes *wishes = &load->wishes;
	size_t n = wishes->listeners + IDLE_FIRST;
	load->peers = must(calloc(n, sizeof *load->peers));
	load->sleepers = must(calloc(wishes->sleepers + 1, sizeof *load->sleepers));
	load->readers = wishes->mode == MODE_IDLE ? (unsigned)n : wishes->listeners - wishes->slow;
	load->speakers = must(calloc(wishes->speakers, sizeof *load->speakers));
	load->input = must(malloc(MESSAGE_BYTES_MAX + 2 * READ_BYTES));
	uint32_t *expected = must(calloc(n * wishes->speakers, sizeof *expected));
	for (size_t i = 0; i < n; i++)
		load->peers[i].expected = expected + i * wishes->speakers;
	for (size_t i = 0; i + 1 < wishes->bytes; i++)
		load->text[i] = words[i % (sizeof words - 1)];
	load->text[wishes->bytes - 1] = '.';
	load->epoll = epoll_create1(0);
	load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	if (load->epoll < 0 || load->timer < 0 ||
		epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->timer, &event) < 0)
		fail("epoll: %s", strerror(errno));
}

int
main(int argc, char *argv[])
{
	static struct load load;
	load.wishes = wishes_read(argc, argv);
	alarm(EVERYTHING_SECONDS);
	load_open(&load);
	if (load.wishes.mode == MODE_IDLE)
		load_idle(&load);
	else
		load_measure(&load);
	return EXIT_SUCCESS;
}
