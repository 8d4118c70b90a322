/*
 * A gateway without sockets: callers whose lines take as much as a test says,
 * break or hang when it says so, on a clock that is wound by hand.
 */
#ifndef DOORS_H
#define DOORS_H

#include "unit.h"

#include "gateway/house.h"
#include "teahouse/connection.h"

enum { CALLERS_MAX = 600, PIECES_MAX = 1024 };

struct caller {
	struct connection *connection; /* NULL: lost */
	struct house *house;
	struct strbuf heard; /* since somebody last looked */
	size_t takes;        /* bytes that its socket will take yet */
	const char *last;    /* where the last piece sent stood */
	int sends;
	bool broken; /* sending fails */
	bool unread; /* it is not read from */
	bool closed;
	enum reason why;
};

struct house {
	struct gateway *gateway;
	struct gateway_settings settings;
	struct listener telnet, json, web, quiet; /* quiet: telnet without echo */
	int64_t time;                             /* ms */
	bool prompt; /* closing loses the connection in the same call */
	struct caller *callers[CALLERS_MAX];
	size_t n;
};

static inline ssize_t
doors_send(void *link, const struct outqueue *out)
{
	struct caller *caller = link;
	struct iovec pieces[PIECES_MAX];
	size_t sent = 0;
	assert_non_null(caller->connection);
	assert_false(caller->closed);
	caller->sends++;
	if (caller->broken)
		return -1;
	int n = outqueue_gather(out, pieces, PIECES_MAX);
	for (int i = 0; i < n && caller->takes > 0; i++) {
		size_t part = pieces[i].iov_len < caller->takes ? pieces[i].iov_len : caller->takes;
		strbuf_add(&caller->heard, pieces[i].iov_base, part);
		caller->last = pieces[i].iov_base;
		caller->takes -= part;
		sent += part;
	}
	return (ssize_t)sent;
}

static inline void
doors_read(void *link, bool wanted)
{
	struct caller *caller = link;
	assert_false(caller->closed);
	assert_int_equal(caller->unread, wanted);
	caller->unread = !wanted;
}

static inline void
lose(struct caller *caller)
{
	struct connection *connection = caller->connection;
	caller->connection = NULL;
	if (connection)
		connection_lost(connection, REASON_LOST);
}

static inline void
doors_close(void *link, enum reason why)
{
	struct caller *caller = link;
	assert_false(caller->closed);
	caller->closed = true;
	caller->why = why;
	if (caller->house->prompt)
		lose(caller);
}

static inline int64_t
doors_time(void *clock)
{
	const struct house *house = clock;
	return house->time;
}

static const struct wire doors = {doors_send, doors_read, doors_close};

/* Settings without a limit but those that there must be. */
static inline void
house_build(struct house *house)
{
	*house = (struct house){.time = 1000000};
	house->settings = (struct gateway_settings){.sessions = CALLERS_MAX, .send_queue = 1 << 20};
	house->settings.core = (struct core_settings){
		.name = text_of("Teahouse"), .room = text_of("main"), .message = 4000};
	static char main_room[] = "main", telnet[] = "telnet", json[] = "json", web[] = "web";
	house->telnet = (struct listener){.name = telnet,
		.room = main_room,
		.echo = true,
		.adapter = adapter_find(BYTES("telnet"))};
	house->quiet = house->telnet;
	house->quiet.echo = false;
	house->json = (struct listener){.name = json,
		.room = main_room,
		.echo = true,
		.adapter = adapter_find(BYTES("json"))};
	house->web = (struct listener){.name = web,
		.room = main_room,
		.echo = true,
		.port = 8080,
		.adapter = adapter_find(BYTES("web"))};
}

static inline void
house_open(struct house *house)
{
	house->gateway = gateway_open(&house->settings, &doors, doors_time, doors_time, house);
	assert_non_null(house->gateway);
}

/* A turn of the loop; ms until the next is due. */
static inline int64_t
turn(struct house *house)
{
	gateway_flush(house->gateway);
	return gateway_tick(house->gateway);
}

/* Time passes in steps of a millisecond. */
static inline void
pass(struct house *house, int64_t ms)
{
	for (; ms > 0; ms--) {
		house->time++;
		turn(house);
	}
}

static inline void
house_close(struct house *house)
{
	for (size_t i = 0; i < house->n; i++)
		lose(house->callers[i]);
	gateway_flush(house->gateway);
	assert_int_equal(gateway_connections(house->gateway), 0);
	assert_int_equal(core_users(gateway_core(house->gateway)), 0);
	gateway_close(house->gateway);
	for (size_t i = 0; i < house->n; i++) {
		strbuf_clear(&house->callers[i]->heard);
		free(house->callers[i]);
	}
}

static inline struct caller *
call_from(struct house *house, const struct listener *listener, const struct sockaddr *peer)
{
	assert_true(house->n < CALLERS_MAX);
	struct caller *caller = calloc(1, sizeof *caller);
	assert_non_null(caller);
	house->callers[house->n++] = caller;
	caller->house = house;
	caller->takes = SIZE_MAX;
	caller->connection = connection_open(house->gateway, listener, peer, caller);
	return caller;
}

static inline struct caller *
call(struct house *house, const struct listener *listener)
{
	return call_from(house, listener, NULL);
}

/* Bytes arrive, in the middle of a turn. */
static inline void
arrive(struct caller *caller, struct text bytes)
{
	assert_non_null(caller->connection);
	connection_receive(caller->connection, bytes.ptr, bytes.len);
}

/* Bytes arrive, and the turn of the loop is made. */
static inline void
send_bytes(struct caller *caller, struct text bytes)
{
	arrive(caller, bytes);
	turn(caller->house);
}

/* Lines, as they are typed. */
static inline void
says(struct caller *caller, const char *lines)
{
	send_bytes(caller, text_of(lines));
}

/* A packet of JSON. */
static inline void
packs(struct caller *caller, const char *json)
{
	struct strbuf packet = {0};
	size_t opened = length_prefix_begin(&packet);
	strbuf_puts(&packet, json);
	assert_true(length_prefix_end(&packet, opened));
	send_bytes(caller, strbuf_view(&packet));
	strbuf_clear(&packet);
}

/* By telnet, with a nick; what it heard until then is forgotten. */
static inline struct caller *
enter(struct house *house, const struct listener *listener, const char *nick)
{
	struct caller *caller = call(house, listener);
	struct strbuf line = {0};
	strbuf_printf(&line, "login %s\r\n%c", nick, 0);
	says(caller, line.ptr);
	strbuf_clear(&line);
	caller->heard.len = 0;
	return caller;
}

/* Bytes that wait to be sent. */
static inline size_t
waiting(const struct caller *caller)
{
	return caller->connection->out.bytes;
}

/* The socket has room for so many bytes more. */
static inline void
takes(struct caller *caller, size_t bytes)
{
	caller->takes = bytes;
	assert_non_null(caller->connection);
	connection_flush(caller->connection);
	turn(caller->house);
}

/* What the caller heard since the last look, its line ends shown as LF, must be this. */
static inline void
heard_must_be(struct caller *caller, struct text wanted, const char *file, int line)
{
	struct strbuf heard = {0};
	for (size_t i = 0; i < caller->heard.len; i++)
		if (caller->heard.ptr[i] != '\r')
			strbuf_add(&heard, caller->heard.ptr + i, 1);
	text_must_be(strbuf_view(&heard), wanted, file, line);
	strbuf_clear(&heard);
	caller->heard.len = 0;
}

#define assert_heard(caller, wanted) heard_must_be((caller), BYTES(wanted), __FILE__, __LINE__)

/* How often this was heard since the last look. */
static inline int
times_heard(const struct caller *caller, const char *piece)
{
	int times = 0;
	size_t n = strlen(piece);
	for (size_t i = 0; i + n <= caller->heard.len; i++)
		times += memcmp(caller->heard.ptr + i, piece, n) == 0;
	return times;
}

#endif
