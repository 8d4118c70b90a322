/*
 * Each adapter with a real core, other clients over every protocol, and varying settings.
 * No client is sent a control character or what is not stored yet, every request gets one answer,
 * no session but the stranger's is closed, and counts return to zero. The stranger sends the
 * fuzzer's input.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "../support/fake_transport.h"
#include "../support/instant_passwords.h"
#include "../support/kept_accounts.h"
#include "../support/slow_store.h"
#include "codec/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* In the order of adapter_list(); the stranger may also speak json in packets made of lines. */
enum { TELNET, JSON, WEB, RELAY, LOBBY, DIRECT, LISTENERS, WRAPPED = LISTENERS, PROTOCOLS };

/* The settings, by the rest of the first byte. */
enum {
	LARGE = 1,   /* the room, once the stranger is in it */
	PACED = 2,   /* by a rate */
	NARROW = 4,  /* connections that take a few bytes at a time */
	HURRIED = 8, /* by login_timeout */
	STRICT = 16, /* and what else a listener may be */
};

/* The history, by the second byte. */
enum {
	KEPT = 1,        /* there is one */
	SLOW = 2,        /* it is stored turns later */
	FAILING = 4,     /* and sometimes not */
	LINGERING = 8,   /* users stay when they have lost their connection */
	REGISTERED = 16, /* names can be registered */
};

/* Parts what the stranger sends; at the start of a part, its connection is lost and it comes again. */
enum { PART = 0x1e, RECONNECT = 0x1d };

enum { STRANGER = LISTENERS, PEOPLE, NARROW_BYTES = 7, TURNS_MAX = 10000 };

/* How the other clients log in. */
static const char *const hellos[LISTENERS] = {
	"login ann\r\n",
	"\0\x1d{\"type\":\"hello\",\"nick\":\"bob\"}",
	"{\"type\":\"hello\",\"nick\":\"cat\"}",
	"",
	"/join main\n/nick eve\n",
	"#fay\n",
};

/* What is answered whatever came before, after a first piece that ends what came before. */
static const char *const sentinels[PROTOCOLS][2] = {
	[TELNET] = {"x\xff\xf0\r\n", "/not-a-command\r\n"},
	[WEB] = {"{}", "{\"type\":\"nothing\"}"},
	[RELAY] = {"\n", "sentinel\n"},
	[LOBBY] = {"\n", "/not-a-command\n"},
	[DIRECT] = {"\n", "@nobody:sentinel\n"},
	[WRAPPED] = {"{}", "{\"type\":\"nothing\"}"},
};

struct person {
	struct fake_conn conn; /* first: what the gateway gets */
	struct server *server;
	size_t protocol;
	struct strbuf unchecked; /* received, and not checked yet */
	unsigned char last;
	size_t told; /* bytes */
	/* json: the answers to the last request, by their type, if it bore this */
	const json_t *ref;
	json_t *answers;
	size_t packets;
};

struct server {
	struct gateway *gateway;
	struct slow_store *store;       /* or NULL */
	struct kept_accounts *accounts; /* or NULL */
	int64_t clock;
	size_t protocol; /* the stranger's */
	bool strict;
	size_t takes; /* bytes that a connection takes at once */
	struct listener listeners[PEOPLE];
	struct person people[PEOPLE];
};

static unsigned char secrets;

/* In place of the C library's: secrets that a part can name. */
int
getentropy(void *bytes, size_t n)
{
	memset(bytes, ++secrets, n);
	return 0;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	waiting_store_begin();
	return 0;
}

/* No byte that other clients are sent may move a cursor or end a line early. */
static void
check_byte(struct person *person, unsigned char c)
{
	assert(c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
	assert(c != 0x7f);
	assert(person->last != 0xc2 || c >= 0xa0);
	assert(person->last != '\r' || c == '\n');
	person->last = c;
}

/* No text of any packet has a control or turns the direction of what follows. */
static void
check_text(const char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)at[i],
			      next = i + 1 < n ? (unsigned char)at[i + 1] : 0;
		assert((c >= 0x20 || c == '\t' || c == '\n') && c != 0x7f);
		assert(c != 0xc2 || next >= 0xa0);
		assert(c != 0xe2 || next != 0x80 || i + 2 >= n || (unsigned char)at[i + 2] < 0xaa ||
			(unsigned char)at[i + 2] > 0xae);
	}
}

static void
check_stored(const struct server *server, const json_t *packet)
{
	const json_t *id = json_object_get(packet, "id");
	if (id && server->store)
		assert(!slow_store_holds(server->store, (uint64_t)json_integer_value(id)));
}

static void
check_value(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_string(value))
		check_text(json_string_value(value), json_string_length(value));
	json_array_foreach((json_t *)(uintptr_t)value, i, member) check_value(member);
	json_object_foreach((json_t *)(uintptr_t)value, key, member) if (strcmp(key, "ref") != 0)
		check_value(member);
}

/* A ref is the stranger's own, and comes back as it was. */
static void
check_packet(struct person *person, struct text bytes)
{
	size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_t *packet = json_loadb(bytes.ptr, bytes.len, flags, NULL);
	assert(json_is_object(packet));
	check_value(packet);
	check_stored(person->server, packet);
	const json_t *past;
	size_t i;
	json_array_foreach(json_object_get(packet, "events"), i, past)
		check_stored(person->server, past);
	person->packets++;
	const json_t *ref = json_object_get(packet, "ref");
	assert(!ref || (person->ref && json_equal(ref, person->ref)));
	json_t *type = json_object_get(packet, "type");
	/* Of a listing, other pieces follow; of the history, there is more to be asked for. */
	bool follows =
		json_is_true(json_object_get(packet, "more")) && !json_object_get(packet, "events");
	if (ref && !follows) {
		/* To enter a room is to be told so, and who is there: each once. */
		assert(!json_object_get(person->answers, json_string_value(type)));
		json_object_set(person->answers, json_string_value(type), type);
	}
	json_decref(packet);
}

/* Returns the length of the first packet's head, and sets *len to that of its body. */
static size_t
head_read(const struct person *person, size_t *len)
{
	const unsigned char *at = (const unsigned char *)person->unchecked.ptr;
	if (person->unchecked.len < 4)
		return 0;
	if (person->protocol == JSON) {
		*len = (size_t)at[0] << 8 | at[1];
		return 2;
	}
	assert(at[0] == 0x81 && at[1] < 127);
	*len = at[1] == 126 ? (size_t)at[2] << 8 | at[3] : at[1];
	return at[1] == 126 ? 4 : 2;
}

static void
receive(struct person *person, const char *bytes, size_t n)
{
	person->told += n;
	if (person->protocol != JSON && person->protocol != WEB) {
		/* The stranger may have asked for anything that telnet has. */
		for (size_t i = 0; i < n && person != &person->server->people[STRANGER]; i++)
			check_byte(person, (unsigned char)bytes[i]);
		return;
	}
	strbuf_add(&person->unchecked, bytes, n);
	size_t head, len;
	while ((head = head_read(person, &len)) && person->unchecked.len >= head + len) {
		check_packet(person, (struct text){person->unchecked.ptr + head, len});
		memmove(person->unchecked.ptr, person->unchecked.ptr + head + len,
			person->unchecked.len - head - len);
		person->unchecked.len -= head + len;
	}
}

static void
person_on_bytes(struct fake_conn *conn, const char *bytes, size_t n)
{
	receive((struct person *)conn, bytes, n);
}

static int64_t
clock_ms(void *clock)
{
	/* A tenth of a second passes at each call. */
	return *(int64_t *)clock += 100;
}

/* A turn of the loop, after which there is room to send everywhere again. */
static void
turn(struct server *server)
{
	gateway_tick(server->gateway);
	for (size_t i = 0; i < PEOPLE; i++) {
		struct person *person = &server->people[i];
		if (person->conn.connection && !person->conn.closed)
			fake_conn_has_room(&person->conn, server->takes);
		if (!person->conn.connection || !person->conn.closed)
			continue;
		fake_conn_lose(&person->conn, REASON_OK);
	}
	gateway_flush(server->gateway);
}

static bool
answer_may_come(const struct server *server)
{
	const struct person *stranger = &server->people[STRANGER];
	const struct session *session = (const struct session *)stranger->conn.connection;
	return session_is_pending(session) || (server->store && slow_store_is_busy(server->store));
}

/* Runs turns until the stranger is sent something, and then as long as more follows. */
static void
await_answer(struct server *server, size_t before)
{
	struct person *stranger = &server->people[STRANGER];
	for (int i = 0;
		stranger->conn.connection && (stranger->told == before || answer_may_come(server));
		i++) {
		assert(i < TURNS_MAX);
		turn(server);
	}
	for (size_t told = before; stranger->conn.connection && told != stranger->told;) {
		told = stranger->told;
		turn(server);
	}
}

static void
give(struct server *server, struct text bytes, bool wrapped)
{
	size_t head = wrapped ? 2 : 0;
	char *copy = malloc(head + bytes.len + 1);
	copy[0] = (char)(bytes.len >> 8);
	copy[head / 2] = (char)bytes.len;
	if (bytes.len > 0)
		memcpy(copy + head, bytes.ptr, bytes.len);
	connection_receive(server->people[STRANGER].conn.connection, copy, head + bytes.len);
	free(copy);
}

static struct text
packet_type(const json_t *json)
{
	return text_of(json_string_value(json_object_get(json, "type")));
}

/* Sends one packet, which gets one answer. */
static void
request(struct server *server, struct text packet, bool wrapped)
{
	struct person *stranger = &server->people[STRANGER];
	const struct session *session = (const struct session *)stranger->conn.connection;
	size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, before = stranger->told;
	json_t *json = json_loadb(packet.ptr ? packet.ptr : "", packet.len, flags, NULL);
	json_t *ref = json_object_get(json, "ref");
	stranger->ref = json_is_string(ref) ? ref : NULL;
	stranger->answers = json_object();
	stranger->packets = 0;
	/* What is read is answered only if it bears a ref. */
	bool silent = text_is(packet_type(json), text_of("read")) && !ref;
	give(server, packet, wrapped);
	if (!silent)
		await_answer(server, before);
	if (stranger->conn.connection) {
		assert(stranger->packets > 0 || silent);
		/* Of version 2, once it is logged in, all that can be read bears it. */
		bool full = ((const struct client *)session)->encoding == 1 && session->user;
		bool asked = stranger->ref && json_string_length(ref) <= 64 &&
			     json_is_string(json_object_get(json, "type"));
		assert(!full || !asked || json_object_size(stranger->answers) > 0);
	}
	stranger->ref = NULL;
	json_decref(stranger->answers);
	json_decref(json);
}

static void
connect_person(struct server *server, size_t i, size_t which, bool strict)
{
	static char main_room[] = "main";
	struct person *person = &server->people[i];
	struct listener *listener = &server->listeners[i];
	*listener = (struct listener){.name = main_room,
		.adapter = adapter_list()[which],
		.room = main_room,
		.echo = true,
		.strict = strict,
		.nicks = strict,
		.announce = true,
		.hear = true,
		.pause = 50,
		.ending = strict ? ENDING_CRLF : ENDING_LF};
	strbuf_clear(&person->unchecked);
	*person = (struct person){.server = server, .protocol = which};
	person->conn.takes = server->takes;
	person->conn.on_bytes = person_on_bytes;
	person->conn.connection =
		connection_open(server->gateway, listener, NULL, true, (uint32_t)i, &person->conn);
	if (i == STRANGER)
		return;
	size_t n = i == JSON ? 2 + strlen(hellos[i] + 2) : strlen(hellos[i]);
	connection_receive(person->conn.connection, hellos[i], n);
}

static void
connect_stranger(struct server *server)
{
	size_t protocol = server->protocol == WRAPPED ? JSON : server->protocol;
	fake_conn_lose(&server->people[STRANGER].conn, REASON_LOST);
	connect_person(server, STRANGER, protocol, server->strict);
	turn(server);
}

/* Sends the input in parts. */
static void
speak(struct server *server, struct text in)
{
	struct person *stranger = &server->people[STRANGER];
	size_t protocol = server->protocol;
	while (in.len > 0 && (stranger->conn.connection || in.ptr[0] == RECONNECT)) {
		const char *end = memchr(in.ptr, PART, in.len);
		size_t len = end ? (size_t)(end - in.ptr) : in.len;
		struct text part = {in.ptr, len};
		if (in.ptr[0] == RECONNECT)
			connect_stranger(server);
		else if (protocol == WRAPPED || protocol == WEB)
			request(server, part, protocol == WRAPPED);
		else
			give(server, part, false);
		turn(server);
		in.ptr += len + (end != NULL);
		in.len -= len + (end != NULL);
	}
	/* What relay cannot say, it is not told that it failed. */
	if (server->store)
		server->store->failing = 0;
	/* Of raw packets, the next may be announced as longer than all that is left. */
	for (size_t i = 0; i < 2 && sentinels[protocol][i] && stranger->conn.connection; i++) {
		size_t before = stranger->told;
		give(server, text_of(sentinels[protocol][i]), protocol == WRAPPED);
		if (i == 1)
			await_answer(server, before);
		for (int j = 0; j < TURNS_MAX && stranger->conn.connection && i == 0; j++) {
			before = stranger->told;
			turn(server);
			if (j > 100 && before == stranger->told)
				break;
		}
	}
}

static void
leave(struct server *server)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		/* No session is closed for what the stranger sends, unless it knows the secret. */
		struct fake_conn *conn = &server->people[i].conn;
		assert(i == STRANGER || conn->connection || conn->why == REASON_RESUMED_ELSEWHERE);
		fake_conn_lose(conn, REASON_LOST);
	}
	/* What the stranger sent before it went is still processed, for a minute at most. */
	struct core *core = gateway_core(server->gateway);
	for (int i = 0;
		(gateway_connections(server->gateway) > 0 || core_users(core) > 0) && i < TURNS_MAX;
		i++)
		gateway_tick(server->gateway);
	assert(core_users(core) == 0);
	assert(core_rooms(core) == 1);
	assert(gateway_connections(server->gateway) == 0);
	gateway_close(server->gateway);
	if (server->accounts)
		kept_accounts_forget(server->accounts);
	free(server->accounts);
	if (server->store)
		slow_store_close(server->store);
	for (size_t i = 0; i < PEOPLE; i++)
		strbuf_clear(&server->people[i].unchecked);
}

static void
open_server(struct server *server, unsigned how, unsigned kept)
{
	struct gateway_settings settings = {
		.sessions = 10, .send_queue = 1 << 20, .login_timeout = how & HURRIED ? 60000 : 0};
	settings.core = (struct core_settings){.name = text_of("Teahouse"),
		.room = text_of("main"),
		.message = 4000,
		.presence = how & LARGE ? LISTENERS : 0,
		.rate = how & PACED ? 2 : 0,
		.burst = 3,
		.linger = kept & LINGERING ? 10000 : 0};
	secrets = 0;
	server->takes = how & NARROW ? NARROW_BYTES : SIZE_MAX;
	server->strict = how & STRICT;
	if (kept & KEPT) {
		server->store = slow_store_open(kept & SLOW ? 3 : 0, kept & FAILING ? 7 : 0);
		settings.history = &server->store->history;
	}
	if ((kept & KEPT) && (kept & REGISTERED)) {
		server->accounts = xcalloc(sizeof *server->accounts);
		kept_accounts_open(server->accounts, settings.history);
		settings.history = &server->accounts->history;
		settings.passwords = passwords_open(NULL);
		settings.core.stay = 100000;
	}
	server->gateway =
		gateway_open(&settings, &fake_transport, clock_ms, clock_ms, &server->clock);
	for (size_t i = 0; i < LISTENERS; i++)
		connect_person(server, i, i, false);
}

/*
 * The first byte says which protocol the stranger speaks, and how the server is set up; the
 * second, what there is of a history.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct server server = {.protocol = data[0] % PROTOCOLS};
	open_server(&server, data[0] / PROTOCOLS, data[1]);
	connect_stranger(&server);
	while (core_users(gateway_core(server.gateway)) < LISTENERS)
		turn(&server);
	speak(&server, (struct text){(const char *)data + 2, size - 2});
	leave(&server);
	return 0;
}
