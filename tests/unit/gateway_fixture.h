/*
 * A gateway without sockets: the callers' connections take as many bytes as the test says,
 * and break or block when it says so; the test sets the clock.
 */
#ifndef GATEWAY_FIXTURE_H
#define GATEWAY_FIXTURE_H

#include "unit.h"

#include "../support/fake_transport.h"
#include "gateway/gateway_internal.h"

enum { CALLERS_MAX = 600 };

struct caller {
	struct fake_conn conn; /* first: what the gateway gets */
	struct fixture *fixture;
};

struct fixture {
	bool unencrypted; /* the connections to come */
	struct gateway *gateway;
	struct gateway_settings settings;
	struct listener telnet, json, web, quiet; /* quiet: telnet without echo */
	int64_t time;                             /* ms */
	bool close_at_once; /* closing loses the connection in the same call */
	struct caller *callers[CALLERS_MAX];
	size_t n;
};

static inline void
lose(struct caller *caller)
{
	fake_conn_lose(&caller->conn, REASON_LOST);
}

static inline void
caller_on_close(struct fake_conn *conn)
{
	struct caller *caller = (struct caller *)conn;
	if (caller->fixture->close_at_once)
		lose(caller);
}

static inline int64_t
fixture_time(void *clock)
{
	const struct fixture *fixture = clock;
	return fixture->time;
}

/* Settings with only the limits that must exist. */
static inline void
fixture_build(struct fixture *fixture)
{
	*fixture = (struct fixture){.time = 1000000};
	fixture->settings =
		(struct gateway_settings){.sessions = CALLERS_MAX, .send_queue = 1 << 20};
	fixture->settings.core = (struct core_settings){
		.name = text_of("Teahouse"), .room = text_of("main"), .message = 4000};
	static char main_room[] = "main", telnet[] = "telnet", json[] = "json", web[] = "web";
	fixture->telnet = (struct listener){.name = telnet,
		.room = main_room,
		.echo = true,
		.adapter = adapter_find(BYTES("telnet"))};
	fixture->quiet = fixture->telnet;
	fixture->quiet.echo = false;
	fixture->json = (struct listener){.name = json,
		.room = main_room,
		.echo = true,
		.adapter = adapter_find(BYTES("json"))};
	fixture->web = (struct listener){.name = web,
		.room = main_room,
		.echo = true,
		.port = 8080,
		.adapter = adapter_find(BYTES("web"))};
}

static inline void
fixture_open(struct fixture *fixture)
{
	fixture->gateway = gateway_open(
		&fixture->settings, &fake_transport, fixture_time, fixture_time, fixture);
	assert_non_null(fixture->gateway);
}

/* A turn of the loop; returns the ms until the next is due. */
static inline int64_t
turn(struct fixture *fixture)
{
	gateway_flush(fixture->gateway);
	return gateway_tick(fixture->gateway);
}

/* Advances the clock in steps of a millisecond, with a turn after each. */
static inline void
pass(struct fixture *fixture, int64_t ms)
{
	for (; ms > 0; ms--) {
		fixture->time++;
		turn(fixture);
	}
}

static inline void
fixture_close(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->n; i++)
		lose(fixture->callers[i]);
	for (int i = 0; i < 5; i++)
		turn(fixture);
	/* Input that was sent before may still be processed for a while. */
	if (gateway_connections(fixture->gateway) > 0)
		pass(fixture, 61000);
	assert_int_equal(gateway_connections(fixture->gateway), 0);
	assert_int_equal(core_users(gateway_core(fixture->gateway)), 0);
	gateway_close(fixture->gateway);
	for (size_t i = 0; i < fixture->n; i++) {
		strbuf_clear(&fixture->callers[i]->conn.received);
		free(fixture->callers[i]);
	}
}

static inline struct caller *
call_from(struct fixture *fixture, const struct listener *listener, const struct sockaddr *peer)
{
	assert_true(fixture->n < CALLERS_MAX);
	struct caller *caller = calloc(1, sizeof *caller);
	assert_non_null(caller);
	fixture->callers[fixture->n++] = caller;
	caller->fixture = fixture;
	caller->conn.takes = SIZE_MAX;
	caller->conn.on_close = caller_on_close;
	caller->conn.connection = connection_open(fixture->gateway, listener, peer,
		!fixture->unencrypted, (uint32_t)fixture->n, caller);
	return caller;
}

static inline struct caller *
call(struct fixture *fixture, const struct listener *listener)
{
	return call_from(fixture, listener, NULL);
}

/* Bytes arrive during a turn. */
static inline void
arrive(struct caller *caller, struct text bytes)
{
	assert_non_null(caller->conn.connection);
	connection_receive(caller->conn.connection, bytes.ptr, bytes.len);
}

/* Runs turns of the loop as long as another is due at once. */
static inline void
turns(struct fixture *fixture)
{
	for (int i = 0; turn(fixture) == 0; i++)
		assert_true(i < 1000);
}

/* Bytes arrive and are processed. */
static inline void
send_bytes(struct caller *caller, struct text bytes)
{
	arrive(caller, bytes);
	turns(caller->fixture);
}

/* Lines as they are typed arrive and are processed. */
static inline void
says(struct caller *caller, const char *lines)
{
	send_bytes(caller, text_of(lines));
}

/* A packet of JSON arrives and is processed. */
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

/* Connects by telnet and logs in; drops what was received until then. */
static inline struct caller *
enter(struct fixture *fixture, const struct listener *listener, const char *nick)
{
	struct caller *caller = call(fixture, listener);
	struct strbuf line = {0};
	strbuf_printf(&line, "login %s\r\n%c", nick, 0);
	says(caller, line.ptr);
	strbuf_clear(&line);
	caller->conn.received.len = 0;
	return caller;
}

/* The number of bytes queued for the caller. */
static inline size_t
waiting(const struct caller *caller)
{
	return caller->conn.connection->out.bytes;
}

/* Gives the socket room for so many bytes more. */
static inline void
takes(struct caller *caller, size_t bytes)
{
	assert_non_null(caller->conn.connection);
	fake_conn_has_room(&caller->conn, bytes);
	turn(caller->fixture);
}

/* Checks what the caller received since the last check, with its line ends as LF. */
static inline void
heard_must_be(struct caller *caller, struct text wanted, const char *file, int line)
{
	struct strbuf heard = {0};
	for (size_t i = 0; i < caller->conn.received.len; i++)
		if (caller->conn.received.ptr[i] != '\r')
			strbuf_add(&heard, caller->conn.received.ptr + i, 1);
	text_must_be(strbuf_view(&heard), wanted, file, line);
	strbuf_clear(&heard);
	caller->conn.received.len = 0;
}

/* What telnet users are sent on connecting. */
#define WELCOME "Welcome to Teahouse. Type: login NAME   (help: list of commands; text is UTF-8)\n"

#define assert_heard(caller, wanted) heard_must_be((caller), BYTES(wanted), __FILE__, __LINE__)

/* How often the piece was received since the last check. */
static inline int
times_heard(const struct caller *caller, const char *piece)
{
	int times = 0;
	size_t n = strlen(piece);
	for (size_t i = 0; i + n <= caller->conn.received.len; i++)
		times += memcmp(caller->conn.received.ptr + i, piece, n) == 0;
	return times;
}

/* For a test that needs no settings of its own: *state is a fixture, open before it and closed after it. */
static inline int
fixture_setup(void **state)
{
	struct fixture *fixture = malloc(sizeof *fixture);
	assert_non_null(fixture);
	fixture_build(fixture);
	fixture_open(fixture);
	*state = fixture;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

#define gateway_test(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif
