/*
 * What the history costs by itself, without sockets: writing, by the size of a turn, and reading
 * pages. Fills a file with as many messages as wanted first. Prints lines of JSON.
 *
 *	history FILE fill MESSAGES    in 10,000 rooms, by Zipf's law
 *	history FILE write [ROOMS]    CPU of the writing thread a message
 *	history FILE read             time of a page: the last 50, and 50 before any id
 */
#include <fcntl.h>
#include <math.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "stats.h"
#include "store/db.h"
#include "teahouse/name_rules.h"
#include "teahouse/store.h"

enum {
	ROOMS = 10000,
	COMMIT = 50000, /* messages, in filling */
	INDEX = 100000, /* likewise */
	PAGE = 50,
	READS = 200,
	WRITE_SECONDS = 2,
	WRITE_MESSAGES = 200000,
	SLOW_RATE = 1000, /* messages a second, in turns of one */
};

static uint64_t seed = 42;
static size_t rooms = ROOMS; /* that are written to */

static uint64_t
random_next(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 33;
}

/* By Zipf's law: the tenth room has a tenth of the messages of the first. */
static size_t
random_room(void)
{
	double uniform = (double)random_next() / (double)(1u << 31);
	size_t room = (size_t)pow((double)rooms + 1, uniform) - 1;
	return room < rooms ? room : rooms - 1;
}

/* 72 bytes on average. */
static struct text
random_body(char body[200])
{
	static const char *const words[] = {"the", "kettle", "is", "on", "and", "tea", "nearly",
		"ready", "biscuits", "somebody", "said", "come", "soon", "where", "spoon",
		"yesterday"};
	size_t n = 0, most = 8 + random_next() % 128;
	while (n < most)
		n += (size_t)snprintf(body + n, 200 - n, "%s%u ", words[random_next() % 16],
			(unsigned)(random_next() % 100));
	return (struct text){body, n};
}

static struct event
random_event(uint64_t id, char body[200])
{
	static const char *const nicks[] = {"ann", "bob", "catherine", "dan", "eve", "magnus99"};
	return (struct event){.kind = EVENT_SAID,
		.id = id,
		.time = 1700000000000 + (int64_t)id * 100,
		.actor = text_of(nicks[random_next() % 6]),
		.body = random_body(body)};
}

static struct text
room_name(size_t i, char name[32])
{
	snprintf(name, 32, "room%zu", i);
	return text_of(name);
}

static void
must(enum db_result result, const char *what)
{
	if (result != DB_OK)
		fail("%s", what);
}

static void
fill(const char *file, uint64_t messages)
{
	struct strbuf why = {0};
	struct db *db = db_open(file, STORE_SYNC_OFF, &why);
	if (!db)
		fail("%s: %.*s", file, TEXT_ARGS(strbuf_view(&why)));
	int64_t *numbers = xcalloc(ROOMS * sizeof *numbers), began = clock_now();
	char name[32], body[200];
	must(db_begin(db), "begin");
	for (size_t i = 0; i < ROOMS; i++)
		must(db_room(db, room_name(i, name), text_of(name), &numbers[i]), "room");
	for (uint64_t id = 1; id <= messages; id++) {
		const struct event event = random_event(id, body);
		struct record *record = record_make(&event);
		int64_t room = numbers[random_room()];
		must(db_add_record(db, record, room), "event");
		must(db_add_place(db, record, room), "place");
		record_drop(record);
		if (id % COMMIT != 0)
			continue;
		must(db_commit(db, id), "commit");
		db_checkpoint(db, NULL);
		must(db_begin(db), "begin");
	}
	must(db_commit(db, messages), "commit");
	double stored = (double)(clock_now() - began) / (double)SECOND;
	uint64_t indexed;
	for (bool left = true; left;) {
		must(db_index(db, INDEX, &indexed, &left), "index");
		db_checkpoint(db, NULL);
	}
	db_close(db);
	free(numbers);
	printf("{\"messages\": %llu, \"seconds\": %.1f, \"with_index\": %.1f}\n",
		(unsigned long long)messages, stored,
		(double)(clock_now() - began) / (double)SECOND);
}

struct writing {
	struct history *store;
	struct name **rooms;
	sem_t woken;
	uint64_t committed;
};

static void
on_wake(void *ctx)
{
	sem_post(&((struct writing *)ctx)->woken);
}

static void
wait_committed(struct writing *writing, uint64_t ticket)
{
	while (writing->committed < ticket) {
		sem_wait(&writing->woken);
		writing->committed = writing->store->committed(writing->store);
	}
}

static void
sleep_until(int64_t at)
{
	struct timespec until = {at / SECOND, at % SECOND};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void
on_found(void *ctx, const struct history_page *page)
{
	(void)page;
	*(bool *)ctx = true;
}

/* A search waits until all words are indexed. */
static void
wait_indexed(struct writing *writing)
{
	bool found = false;
	const struct name *room = writing->rooms[0];
	const struct history_search search = {
		.typed = text_of("none"), .rooms = &room, .n_rooms = 1, .limit = 1};
	writing->store->search(writing->store, &search, on_found, &found);
	while (!found) {
		sem_wait(&writing->woken);
		writing->committed = writing->store->committed(writing->store);
	}
}

/*
 * Turns of so many messages: one at a time as due, or as fast as they are committed. Topics are
 * stored as messages are, and their words are not indexed.
 */
static void
write_turns(
	struct writing *writing, enum event_kind kind, unsigned batch, unsigned rate, bool counts)
{
	static struct latencies turns;
	struct history *store = writing->store;
	char body[200];
	uint64_t messages = 0;
	wait_indexed(writing);
	int64_t began = clock_now();
	double cpu = thread_cpu_read(getpid(), "history-write"),
	       loop = seconds_of(CLOCK_THREAD_CPUTIME_ID);
	turns = (struct latencies){.all = 0};
	while (messages < WRITE_MESSAGES && clock_now() - began < WRITE_SECONDS * SECOND) {
		for (unsigned i = 0; i < batch; i++) {
			const struct name *room = writing->rooms[random_room()];
			struct event event = random_event(++store->last_id, body);
			event.kind = kind;
			store->keep(store, &event, &room, 1);
		}
		messages += batch;
		int64_t ended = clock_now();
		wait_committed(writing, store->end_turn(store));
		latency_add(&turns, clock_now() - ended);
		if (rate)
			sleep_until(began + (int64_t)messages * SECOND / rate);
	}
	loop = seconds_of(CLOCK_THREAD_CPUTIME_ID) - loop;
	double seconds = (double)(clock_now() - began) / (double)SECOND;
	wait_indexed(writing);
	cpu = thread_cpu_read(getpid(), "history-write") - cpu;
	if (counts)
		printf("{\"indexed\": %s, \"batch\": %u, \"rate\": %u, \"per_second\": %.0f, "
		       "\"writer_us\": %.2f, \"caller_us\": %.2f, \"turn_us\": %.0f, "
		       "\"turn_p99_us\": %.0f}\n",
			kind == EVENT_SAID ? "true" : "false", batch, rate,
			(double)messages / seconds, 1e6 * cpu / (double)messages,
			1e6 * loop / (double)messages, latency_quantile(&turns, 0.5),
			latency_quantile(&turns, 0.99));
	fflush(stdout);
}

static void
write_all(const char *file)
{
	static const unsigned batches[] = {1, 4, 20, 100, 500, 5000};
	struct writing writing = {.committed = 0};
	struct strbuf why = {0};
	sem_init(&writing.woken, 0, 0);
	const struct store_settings settings = {.file = file,
		.sync = STORE_SYNC_NORMAL,
		.recent = 200,
		.wake = on_wake,
		.ctx = &writing};
	writing.store = store_open(&settings, &why);
	if (!writing.store)
		fail("%.*s", TEXT_ARGS(strbuf_view(&why)));
	struct name_rules *rules = name_rules_open();
	writing.rooms = xcalloc(ROOMS * sizeof *writing.rooms);
	char name[32];
	for (size_t i = 0; i < ROOMS; i++)
		writing.rooms[i] = name_make(rules, room_name(i, name), NAME_ROOM);
	/* The rooms' numbers are looked up once, and pages of the file come to memory. */
	write_turns(&writing, EVENT_TOPIC, 5000, 0, false);
	for (int said = 0; said < 2; said++) {
		enum event_kind kind = said ? EVENT_SAID : EVENT_TOPIC;
		write_turns(&writing, kind, 1, SLOW_RATE, true);
		for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
			write_turns(&writing, kind, batches[i], 0, true);
	}
	store_close(writing.store);
	for (size_t i = 0; i < ROOMS; i++)
		free(writing.rooms[i]);
	free(writing.rooms);
	name_rules_close(rules);
}

static void
on_record(void *ctx, const struct record *record)
{
	uint64_t *n = ctx;
	*n += record->body.len > 0;
}

/* Drops what the system has of the file in memory. */
static void
forget(const char *file)
{
	static const char *const endings[] = {"", "-wal"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		char name[4096];
		snprintf(name, sizeof name, "%s%s", file, endings[i]);
		int fd = open(name, O_RDONLY);
		if (fd >= 0) {
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
			close(fd);
		}
	}
}

static struct db *
reader_open(const char *file, const struct db *writer)
{
	struct strbuf why = {0};
	struct db *db = db_open_reader(file, &why);
	if (!db)
		fail("%s: %.*s", file, TEXT_ARGS(strbuf_view(&why)));
	db_read_ahead(db, db_descriptor(writer));
	return db;
}

/* Blocks of 4 KB that were read from the disk. */
static double
io_read(void)
{
	char io[1024];
	proc_read(getpid(), "io", io, sizeof io);
	const char *bytes = strstr(io, "read_bytes: ");
	return bytes ? strtod(bytes + strlen("read_bytes: "), NULL) / 4096 : 0;
}

/* Pages of one room after the other, each from the disk, and then from memory. */
static void
read_pages(const char *file, const struct db *writer, const char *what, bool busy, uint64_t last_id)
{
	static struct latencies cold, warm;
	struct db *db = NULL;
	double blocks = 0;
	cold = warm = (struct latencies){.all = 0};
	for (size_t i = 0; i < READS; i++) {
		char name[32];
		uint64_t found = 0;
		struct history_range range = {.limit = PAGE + 1};
		if (last_id)
			range.before = 1 + random_next() % last_id;
		struct text room = room_name(random_next() % (busy ? ROOMS / 100 : ROOMS), name);
		db_close(db);
		forget(file);
		db = reader_open(file, writer);
		/* The schema is read, as it is while a server runs. */
		must(db_read(db, text_of("none"), &range, on_record, &found), "read");
		double before = io_read();
		int64_t began = clock_now();
		must(db_read(db, room, &range, on_record, &found), "read");
		latency_add(&cold, clock_now() - began);
		blocks += io_read() - before;
		must(db_read(db, room, &range, on_record, &found), "read");
		/* From memory, its CPU is its time, whatever else runs. */
		double cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
		must(db_read(db, room, &range, on_record, &found), "read");
		cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
		latency_add(&warm, (int64_t)(cpu * (double)SECOND));
	}
	db_close(db);
	printf("{\"what\": \"%s\", \"cold_us\": %.0f, \"cold_p99_us\": %.0f, \"blocks\": %.0f, "
	       "\"warm_us\": %.1f, \"warm_p99_us\": %.1f}\n",
		what, latency_quantile(&cold, 0.5), latency_quantile(&cold, 0.99), blocks / READS,
		latency_quantile(&warm, 0.5), latency_quantile(&warm, 0.99));
}

static void
read_all(const char *file)
{
	struct strbuf why = {0};
	struct db *db = db_open(file, STORE_SYNC_OFF, &why);
	if (!db)
		fail("%s: %.*s", file, TEXT_ARGS(strbuf_view(&why)));
	uint64_t last_id = db_indexed(db);
	read_pages(file, db, "last 50 of a busy room", true, 0);
	read_pages(file, db, "last 50 of any room", false, 0);
	read_pages(file, db, "50 before any id, busy room", true, last_id);
	read_pages(file, db, "50 before any id, any room", false, last_id);
	db_close(db);
}

int
main(int argc, char *argv[])
{
	if (argc == 4 && strcmp(argv[2], "fill") == 0)
		fill(argv[1], strtoull(argv[3], NULL, 10));
	else if (argc >= 3 && argc <= 4 && strcmp(argv[2], "write") == 0) {
		if (argc == 4)
			rooms = strtoull(argv[3], NULL, 10);
		write_all(argv[1]);
	} else if (argc == 3 && strcmp(argv[2], "read") == 0)
		read_all(argv[1]);
	else
		fail("usage: history FILE fill MESSAGES | write [ROOMS] | read");
	return EXIT_SUCCESS;
}
