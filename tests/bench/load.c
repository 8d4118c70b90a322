/*
 * The load: clients that listen in one room, over the given ports in turn; some of them also
 * speak. Checks that each receives every message once and in its speaker's order, and prints
 * what it measured as one line of JSON. Ends by itself.
 */
#include <sys/resource.h>
#include <sys/timerfd.h>

#include "peers.h"

enum {
	EVENTS = 256,
	TURN_MS = 5,
	CONNECTS_PER_TURN = 32,
	LOGINS_AT_ONCE = 10, /* as users do not all log in at the same moment */
	IDLE_FIRST = 30,     /* connections made before memory is first measured */
	GATHER_SECONDS = 60,
	SYNC_SECONDS = 1, /* until another sync is sent */
	DRAIN_SECONDS = 5,
	RUN_SECONDS = 240,
};

static const double SETTLE_SECONDS = 0.3, WARM_UP = 0.3;
/* Longer than a room's digest of joins and leaves may be due. */
static const double DIGEST_SECONDS = 2.5;

static void
speaker_say(struct load *load, unsigned i, int64_t at)
{
	struct speaker *speaker = &load->speakers[i];
	speaker->messages[speaker->sent % IN_FLIGHT_MAX] = (struct message){.at = at};
	peer_queue_text(load, &load->peers[i], i, speaker->sent++);
	load->sent++;
}

/* Each speaker keeps its share of the outstanding messages in flight. */
static void
load_speak_closed(struct load *load)
{
	unsigned n = load->options.speakers;
	for (unsigned i = 0; i < n; i++) {
		const struct speaker *speaker = &load->speakers[i];
		unsigned share =
			load->options.outstanding / n + (i < load->options.outstanding % n);
		while (speaker->sent - speaker->done < share)
			speaker_say(load, i, load->now);
	}
}

/* Sends what is due; latency counts from the time it was due, so that a slow server shows. */
static void
load_speak_rate(struct load *load)
{
	double every = (double)SECOND * load->n_peers / load->options.rate;
	for (;;) {
		int64_t due = load->start + (int64_t)((double)load->sent * every);
		unsigned i = (unsigned)(load->sent % load->options.speakers);
		const struct speaker *speaker = &load->speakers[i];
		if (due > load->now || speaker->sent - speaker->done == IN_FLIGHT_MAX)
			return;
		speaker_say(load, i, due);
	}
}

static void
load_speak(struct load *load)
{
	if (load->options.mode == MODE_CLOSED)
		load_speak_closed(load);
	else
		load_speak_rate(load);
	for (unsigned i = 0; i < load->options.speakers; i++)
		if (load->peers[i].out.len > 0 && !load->peers[i].blocked)
			peer_flush(load, &load->peers[i]);
}

/* Whether there were events. */
static bool
load_turn(struct load *load)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(load->epoll, events, EVENTS, TURN_MS);
	load->now = clock_now();
	for (int i = 0; i < n; i++) {
		struct peer *peer = events[i].data.ptr;
		uint64_t expirations;
		if (!peer) {
			if (read(load->timer, &expirations, sizeof expirations) < 0 &&
				errno != EAGAIN)
				fail("timer: %s", strerror(errno));
			continue;
		}
		if (events[i].events & EPOLLOUT)
			peer_flush(load, peer);
		if (events[i].events & ~(uint32_t)EPOLLOUT)
			peer_read(load, peer);
	}
	if (load->speaking)
		load_speak(load);
	return n > 0;
}

static void
load_run(struct load *load, double seconds)
{
	int64_t end = clock_now() + (int64_t)(seconds * (double)SECOND);
	while (clock_now() < end)
		load_turn(load);
}

/* Connects n more clients, to the given ports in turn. */
static void
load_connect(struct load *load, unsigned n)
{
	int64_t end = clock_now() + GATHER_SECONDS * SECOND;
	for (unsigned i = 0; i < n; i++) {
		struct peer *peer = &load->peers[load->n_peers];
		unsigned before = load->n_peers ? peer[-1].protocol : PROTOCOLS - 1;
		do
			before = (before + 1) % PROTOCOLS;
		while (!load->options.ports[before]);
		peer->protocol = (enum protocol)before;
		peer->number = load->n_peers++;
		peer_connect(load, peer, load->options.ports[peer->protocol]);
		if (i % CONNECTS_PER_TURN == 0)
			load_turn(load);
	}
	while (load->open < load->n_peers) {
		if (clock_now() > end)
			fail("only %u of %u could connect", load->open, load->n_peers);
		load_turn(load);
	}
}

/* Logs in the peers from..to, some at a time. */
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

/* Waits until all are in the room: who receives a sync has entered it before. */
static void
load_settle(struct load *load)
{
	int64_t end = clock_now() + GATHER_SECONDS * SECOND;
	do {
		if (clock_now() > end)
			fail("only %u of %u received a message from another", load->synced,
				load->n_peers);
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

/* Connects the idle clients to their room. */
static void
load_connect_idle(struct load *load)
{
	unsigned n = load->options.idle;
	for (unsigned i = 0; i < n; i++) {
		load->idle[i].protocol = LINE;
		load->idle[i].number = i;
		peer_connect(load, &load->idle[i], load->options.idle_port);
		if (i % CONNECTS_PER_TURN == 0)
			load_turn(load);
	}
	load->open = 0;
	load_login(load, load->idle, 0, n);
	load_run(load, n ? DIGEST_SECONDS : 0);
}

/* From now on the last peers do not read. */
static void
load_stop_reading(struct load *load)
{
	for (unsigned i = load->readers; i < load->n_peers; i++)
		if (epoll_ctl(load->epoll, EPOLL_CTL_DEL, load->peers[i].fd, NULL) < 0)
			fail("epoll: %s", strerror(errno));
}

/* Waits for what is in flight. Returns how many deliveries are missing. */
static uint64_t
load_drain(struct load *load)
{
	int64_t end = clock_now() + DRAIN_SECONDS * SECOND;
	uint64_t missing = 1;
	load->speaking = load->measuring = false;
	while (missing > 0 && clock_now() < end) {
		load_turn(load);
		missing = 0;
		for (unsigned i = 0; i < load->options.speakers; i++)
			missing += load->speakers[i].sent - load->speakers[i].done;
	}
	missing = 0;
	for (unsigned i = 0; i < load->readers; i++)
		for (unsigned j = 0; j < load->options.speakers; j++)
			missing += load->speakers[j].sent - load->peers[i].expected[j];
	return missing;
}

static void
load_measure(struct load *load)
{
	const struct options *options = &load->options;
	load_connect_idle(load);
	load_connect(load, options->listeners);
	load_gather(load);
	load_stop_reading(load);
	if (options->mode == MODE_RATE) {
		long every = (long)((double)SECOND * load->n_peers / options->rate);
		struct timespec tick = {every / SECOND, every % SECOND};
		if (timerfd_settime(load->timer, 0, &(struct itimerspec){tick, tick}, NULL) < 0)
			fail("timer: %s", strerror(errno));
	}
	load->start = clock_now();
	load->speaking = true;
	load_run(load, WARM_UP);
	struct mark from = mark_set(options->pid);
	load->measuring = true;
	load_run(load, options->seconds);
	struct mark to = mark_set(options->pid);
	uint64_t missing = load_drain(load);
	double seconds = (double)(to.at - from.at) / (double)SECOND;
	const struct latencies *late = &load->latencies;
	printf("{\"listeners\": %u, \"speakers\": %u, \"deliveries\": %llu, \"seconds\": %.3f, "
	       "\"per_second\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, \"p999_us\": %.0f, "
	       "\"server_cpu\": %.4f, \"writer_cpu\": %.4f, \"load_cpu\": %.2f, "
	       "\"errors\": %llu}\n",
		options->listeners, options->speakers, (unsigned long long)load->deliveries,
		seconds, (double)load->deliveries / seconds, latency_quantile(late, 0.5),
		latency_quantile(late, 0.99), latency_quantile(late, 0.999),
		to.server_cpu - from.server_cpu, to.writer_cpu - from.writer_cpu,
		to.own_cpu - from.own_cpu, (unsigned long long)(load->wrong + missing));
}

/* The server's CPU time since a mark, in microseconds for each of n. */
static double
cpu_since(const struct load *load, struct mark from, unsigned n)
{
	return 1e6 * (mark_set(load->options.pid).server_cpu - from.server_cpu) / n;
}

/* Closes all but the first at once, and waits until the server has processed that. */
static void
load_leave(struct load *load)
{
	for (unsigned i = IDLE_FIRST; i < load->n_peers; i++)
		close(load->peers[i].fd);
	double before, cpu = cpu_read(load->options.pid);
	do {
		before = cpu;
		load_run(load, SETTLE_SECONDS);
		cpu = cpu_read(load->options.pid);
	} while (cpu - before > 0.001);
}

/*
 * Measures the memory of a connection, before login and in the room; the time in which all
 * enter, and the server's CPU time for each to connect, to enter and to leave.
 */
static void
load_idle(struct load *load)
{
	unsigned n = load->options.listeners;
	long pid = load->options.pid;
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
	/* The digest of their joins is part of it. */
	load_run(load, DIGEST_SECONDS);
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
	static const char words[] = "the kettle is on and the tea is nearly ready, someone said; ";
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	struct options *options = &load->options;
	size_t n = options->listeners + IDLE_FIRST;
	load->peers = nonnull(calloc(n, sizeof *load->peers));
	load->idle = nonnull(calloc(options->idle + 1, sizeof *load->idle));
	load->readers =
		options->mode == MODE_IDLE ? (unsigned)n : options->listeners - options->slow;
	load->speakers = nonnull(calloc(options->speakers, sizeof *load->speakers));
	load->input = nonnull(malloc(MESSAGE_BYTES_MAX + 2 * READ_BYTES));
	uint32_t *expected = nonnull(calloc(n * options->speakers, sizeof *expected));
	for (size_t i = 0; i < n; i++)
		load->peers[i].expected = expected + i * options->speakers;
	for (size_t i = 0; i + 1 < options->bytes; i++)
		load->text[i] = words[i % (sizeof words - 1)];
	load->text[options->bytes - 1] = '.';
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
	load.options = options_parse(argc, argv);
	load.tls = load.options.tls ? wire_context() : NULL;
	alarm(RUN_SECONDS);
	load_open(&load);
	if (load.options.mode == MODE_IDLE)
		load_idle(&load);
	else
		load_measure(&load);
	return EXIT_SUCCESS;
}
