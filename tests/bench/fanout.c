/*
 * The work of a message without sockets: a room of 100 listeners, 20 of whom speak, from the
 * bytes received to the bytes that would be sent. Prints how many allocations a message
 * took; callgrind counts the instructions of `converse`.
 *
 *	fanout telnet|json|web|mixed [LISTENERS [MESSAGES [MESSAGES PER TURN]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/fake_transport.h"
#include "base/alloc.h"
#include "codec/framing.h"

enum { LISTENERS = 100, MESSAGES = 2000, TURN = 10, SPEAKERS = 20 };

/* glibc's functions, called by those below, which count. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static unsigned long allocations;

void *
malloc(size_t bytes)
{
	allocations++;
	return __libc_malloc(bytes);
}

void *
calloc(size_t n, size_t bytes)
{
	allocations++;
	return __libc_calloc(n, bytes);
}

void *
realloc(void *old, size_t bytes)
{
	allocations++;
	return __libc_realloc(old, bytes);
}

/* What surrounds a nick, and a text of 80 bytes that begins with a number. */
struct way {
	const char *name, *hello, *said, *after;
	bool packets; /* preceded by their length */
};

static const struct way ways[] = {
	{"telnet", "login ", "", "\r\n", false},
	{"json", "{\"type\":\"hello\",\"nick\":\"", "{\"type\":\"chat\",\"message\":\"", "\"}",
		true},
	{"web", "{\"type\":\"hello\",\"nick\":\"", "{\"type\":\"chat\",\"message\":\"", "\"}",
		false},
};
static const char text[] =
	" the kettle is on and the tea is nearly ready, somebody said; come soon!";

enum { WAYS = sizeof ways / sizeof *ways };

struct listening {
	struct fake_conn conn;
	const struct way *way;
};

static int64_t
constant_time(void *clock)
{
	(void)clock;
	return 1700000000000;
}

static void
send_line(struct listening *speaker, const char *before, size_t number, const char *words)
{
	char bytes[256];
	size_t head = speaker->way->packets ? 2 : 0;
	int n = snprintf(bytes + head, sizeof bytes - head, "%s%08zu%s%s", before, number, words,
		speaker->way->after);
	if (head) {
		bytes[0] = (char)(n >> 8);
		bytes[1] = (char)n;
	}
	connection_receive(speaker->conn.connection, bytes, head + (size_t)n);
}

/* What is measured. Not static, so that callgrind finds its name. */
void converse(struct gateway *gateway, struct listening *all, size_t messages, size_t turn);

__attribute__((noinline)) void
converse(struct gateway *gateway, struct listening *all, size_t messages, size_t turn)
{
	for (size_t i = 0; i < messages; i++) {
		struct listening *speaker = &all[i % SPEAKERS];
		send_line(speaker, speaker->way->said, i, text);
		if ((i + 1) % turn == 0)
			gateway_flush(gateway);
	}
}

static size_t
number(int argc, char *argv[], int i, size_t default_value)
{
	return argc > i ? strtoul(argv[i], NULL, 10) : default_value;
}

int
main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "mixed";
	size_t n = number(argc, argv, 2, LISTENERS), messages = number(argc, argv, 3, MESSAGES);
	size_t turn = number(argc, argv, 4, TURN);
	struct gateway_settings settings = {.sessions = n, .send_queue = 1 << 30};
	settings.core = (struct core_settings){
		.name = text_of("Teahouse"), .room = text_of("main"), .message = 4000};
	struct gateway *gateway =
		gateway_open(&settings, &fake_transport, constant_time, constant_time, NULL);
	struct listening *all = xcalloc(n * sizeof *all);
	static char main_room[] = "main";
	struct listener listeners[WAYS];
	for (size_t i = 0; i < WAYS; i++)
		listeners[i] = (struct listener){.name = main_room,
			.adapter = adapter_find(text_of(ways[i].name)),
			.room = main_room,
			.echo = true};
	for (size_t i = 0; i < n; i++) {
		size_t way = i % WAYS;
		while (strcmp(name, "mixed") != 0 && strcmp(name, ways[way].name) != 0)
			way = (way + 1) % WAYS;
		all[i].way = &ways[way];
		all[i].conn.takes = SIZE_MAX;
		all[i].conn.discards = true;
		all[i].conn.connection = connection_open(
			gateway, &listeners[way], NULL, true, (uint32_t)i, &all[i].conn);
		send_line(&all[i], all[i].way->hello, i, "");
		gateway_flush(gateway);
	}
	converse(gateway, all, 10 * turn, turn);
	size_t bytes = all[n - 1].conn.bytes;
	unsigned long before = allocations;
	converse(gateway, all, messages, turn);
	if (all[n - 1].conn.bytes - bytes < 80 * messages) {
		fprintf(stderr, "fanout: messages are missing\n");
		return EXIT_FAILURE;
	}
	printf("%.2f\n", (double)(allocations - before) / (double)messages);
	for (size_t i = 0; i < n; i++)
		fake_conn_lose(&all[i].conn, REASON_LOST);
	gateway_close(gateway);
	free(all);
	return EXIT_SUCCESS;
}
