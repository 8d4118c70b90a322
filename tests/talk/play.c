/*
 * Plays talk files: conversations between several people over several
 * protocols, through framing, adapter, gateway and core, without a socket and on a
 * clock that the test sets. Each is played with whole messages and a byte at a time, by a log
 * that applies at once and one that holds entries back, and with each person on another of three
 * servers.
 *
 *	ann telnet strict room=tea    a person connects, over a protocol, by a listener's settings
 *	limit rate 2                  a setting, before anybody comes
 *	limit accounts 1              names can be registered
 *	limit servers 1               not on three servers: what is said differs there
 *	ann > look                    sends a line, or a packet
 *	ann >> look\r\n\xff           sends bytes, with C's escapes; \{900}x is 900 times x
 *	ann < bob: hi                 hears this, perhaps after other things; a packet may have more fields
 *	ann << bob: hi                hears this next
 *	ann <<< \xff\xfc\x06          hears these bytes next, with C's escapes
 *	ann .                         has heard everything by now
 *	ann ! lost                    the connection breaks
 *	ann | closed                  was shown out
 *	~ 30s                         time passes (ms, s)
 */
#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "codec/json.h"
#include "listener_words.h"
#include "matching.h"
#include "servers.h"

enum { PEOPLE_MAX = 32 };

struct person {
	char name[32];
	struct listener listener;
	struct fake_conn conn;
	size_t read; /* bytes of what it received that were looked at */
	struct talk_file *file;
};

/* How a file is played. */
struct manner {
	const char *name;
	bool bytewise;
	unsigned delay; /* turns for which the log holds entries back; 0: none */
	size_t servers;
};

static const struct manner manners[] = {
	{"whole", false, 0, 1},
	{"a byte at a time", true, 0, 1},
	{"whole, by a log that delays", false, 3, 1},
	{"a byte at a time, by a log that delays", true, 3, 1},
	{"on three servers", false, 2, 3},
};

enum { MANNERS = sizeof manners / sizeof manners[0] };

struct talk_file {
	const char *path;
	int line;
	const struct manner *manner;
	char *failure; /* what went wrong first, or NULL */
	struct gateway_settings settings;
	bool accounts;
	size_t most_servers;
	struct servers servers; /* none before the first person comes */
	int64_t time;
	struct person people[PEOPLE_MAX];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
file_fail(struct talk_file *file, const char *format, ...)
{
	if (file->failure)
		return;
	struct strbuf why = {0};
	strbuf_printf(&why, "%s:%d: ", file->path, file->line);
	va_list args;
	va_start(args, format);
	char text[2048];
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	strbuf_puts(&why, text);
	strbuf_add(&why, "", 1);
	file->failure = why.ptr;
}

static int64_t
file_ticks(void *clock)
{
	const struct talk_file *file = clock;
	return file->time;
}

/* Whether a person waits for a thread of the store. */
static bool
file_waits(const struct talk_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct connection *connection = file->people[i].conn.connection;
		/* Its client is first, and of that its session. */
		const struct session *session = (const struct session *)connection;
		if (session && (session->pending & PENDING_WORK))
			return true;
	}
	return false;
}

/* A turn of the loop, as often as something is left to do now. */
static void
file_turn(struct talk_file *file)
{
	struct servers *servers = &file->servers;
	for (int turns = 0; turns < 1000; turns++) {
		servers_flush(servers);
		bool done = servers_tick(servers) != 0 && servers_held(servers) == 0;
		if (file_waits(file)) {
			waiting_store_wait();
			continue;
		}
		if (done)
			break;
		servers_log_turn(servers);
	}
	for (size_t i = 0; i < file->n; i++) {
		struct person *person = &file->people[i];
		if (!person->conn.closed || !person->conn.connection)
			continue;
		fake_conn_lose(&person->conn, REASON_OK);
	}
	servers_flush(servers);
}

static struct person *
file_person(struct talk_file *file, const char *name)
{
	for (size_t i = 0; i < file->n; i++)
		if (strcmp(file->people[i].name, name) == 0)
			return &file->people[i];
	return NULL;
}

/* ann telnet strict */
static void
person_come(struct talk_file *file, const char *name, char *rest)
{
	char *save, *protocol = strtok_r(rest, " ", &save);
	const struct adapter *adapter = protocol ? adapter_find(text_of(protocol)) : NULL;
	if (!adapter || file->n == PEOPLE_MAX) {
		file_fail(file, "cannot come by \"%s\"", protocol ? protocol : "");
		return;
	}
	struct servers *servers = &file->servers;
	if (servers->n == 0)
		servers_open(servers,
			file->most_servers ? file->most_servers : file->manner->servers,
			file->manner->delay, file->accounts, &file->settings, file_ticks, file);
	struct server *server = &servers->server[file->n % servers->n];
	struct person *person = &file->people[file->n++];
	snprintf(person->name, sizeof person->name, "%s", name);
	person->file = file;
	person->conn.takes = SIZE_MAX;
	person->listener = (struct listener){.name = protocol,
		.adapter = adapter,
		.echo = adapter->echo,
		.catch_up = 20,
		.announce = true,
		.pause = 50};
	for (char *word; (word = strtok_r(NULL, " ", &save));)
		listener_set(&person->listener, word);
	if (!person->listener.room)
		person->listener.room = xstrndup("main", 4);
	const struct sockaddr_in peer = {.sin_family = AF_INET,
		.sin_port = htons(40112),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	person->conn.connection = connection_open(server->gateway, &person->listener,
		(const struct sockaddr *)&peer, true, (uint32_t)file->n, &person->conn);
}

static void
person_send(struct person *person, const char *bytes, size_t n)
{
	bool whole = person->listener.adapter->by_http;
	if (!person->conn.connection) {
		file_fail(person->file, "%s is not connected any more", person->name);
		return;
	}
	if (whole || !person->file->manner->bytewise) {
		connection_receive(person->conn.connection, bytes, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		connection_receive(person->conn.connection, bytes + i, 1);
		servers_flush(&person->file->servers);
	}
}

static void
person_say(struct person *person, const char *line)
{
	struct strbuf bytes = {0};
	const char *protocol = person->listener.adapter->name;
	if (strcmp(protocol, "json") == 0) {
		size_t n = strlen(line);
		strbuf_printf(&bytes, "%c%c%s", (int)(n >> 8), (int)(n & 0xff), line);
		bytes.ptr[0] = (char)(n >> 8);
	} else {
		strbuf_printf(&bytes, "%s%s", line, strcmp(protocol, "web") == 0 ? "" : "\r\n");
	}
	person_send(person, bytes.ptr ? bytes.ptr : "", bytes.len);
	strbuf_clear(&bytes);
}

static void
person_say_raw(struct person *person, const char *escaped)
{
	struct strbuf bytes = {0};
	escapes_read(escaped, &bytes);
	person_send(person, bytes.ptr, bytes.len);
	strbuf_clear(&bytes);
}

static void
bytes_fail(struct person *person, const char *wanted, struct text got)
{
	struct strbuf shown = {0};
	for (size_t i = 0; i < got.len && i < 400; i++) {
		unsigned char c = (unsigned char)got.ptr[i];
		strbuf_printf(&shown, c < ' ' || c > '~' ? "\\x%02x" : "%c", c);
	}
	file_fail(person->file, "%s did not hear the bytes %s, but:\n#   %.*s", person->name,
		wanted, TEXT_ARGS(strbuf_view(&shown)));
	strbuf_clear(&shown);
}

static void
person_hear_raw(struct person *person, const char *escaped)
{
	struct strbuf wanted = {0};
	escapes_read(escaped, &wanted);
	struct text rest = {strbuf_view(&person->conn.received).ptr + person->read,
		person->conn.received.len - person->read};
	if (rest.len >= wanted.len && memcmp(rest.ptr, wanted.ptr, wanted.len) == 0)
		person->read += wanted.len;
	else
		bytes_fail(person, escaped, rest);
	strbuf_clear(&wanted);
}

/* The next message that the person heard, without its framing; false: there is none. */
static bool
person_next(struct person *person, struct text *message)
{
	struct text rest = {strbuf_view(&person->conn.received).ptr + person->read,
		person->conn.received.len - person->read};
	const unsigned char *head = (const unsigned char *)rest.ptr;
	const char *protocol = person->listener.adapter->name;
	size_t start = 0, len = 0;
	if (rest.len == 0)
		return false;
	if (strcmp(protocol, "json") == 0) {
		start = 2;
		len = rest.len < 2 ? 0 : (size_t)head[0] << 8 | head[1];
	} else if (strcmp(protocol, "web") == 0 && rest.len >= 2 && head[1] < 126) {
		start = 2;
		len = head[1];
	} else if (strcmp(protocol, "web") == 0) {
		start = 4;
		len = rest.len < 4 ? 0 : (size_t)head[2] << 8 | head[3];
	} else {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		len = end ? (size_t)(end - rest.ptr) + 1 : rest.len;
	}
	if (start + len > rest.len) {
		file_fail(person->file, "%s heard half a message", person->name);
		return false;
	}
	*message = (struct text){rest.ptr + start, len};
	person->read += start + len;
	return true;
}

static bool
message_is(const struct person *person, struct text message, const char *wanted)
{
	if (wanted[0] != '{') {
		const struct listener *listener = &person->listener;
		bool crlf = strcmp(listener->adapter->name, "telnet") == 0 ||
			    listener->ending == ENDING_CRLF;
		struct strbuf line = {0};
		strbuf_printf(&line, "%s%s", wanted, crlf ? "\r\n" : "\n");
		bool same = text_is(message, strbuf_view(&line));
		strbuf_clear(&line);
		return same;
	}
	json_t *want = json_loads(wanted, 0, NULL),
	       *got = json_loadb(message.ptr, message.len, 0, NULL);
	if (!want)
		file_fail(person->file, "that is not JSON");
	bool same = want && got && json_has(got, want);
	json_decref(want);
	json_decref(got);
	return same;
}

static void
person_hear(struct person *person, const char *wanted, bool next)
{
	struct strbuf others = {0};
	struct text message;
	while (person_next(person, &message)) {
		if (message_is(person, message, wanted)) {
			strbuf_clear(&others);
			return;
		}
		strbuf_printf(&others, "\n#   %.*s", TEXT_ARGS(text_trim(message)));
		if (next)
			break;
	}
	file_fail(person->file, "%s did not hear: %s, but:%.*s", person->name, wanted,
		TEXT_ARGS(strbuf_view(&others)));
	strbuf_clear(&others);
}

static void
person_quiet(struct person *person)
{
	struct text message;
	if (person_next(person, &message))
		file_fail(person->file, "%s heard more: %.*s", person->name,
			TEXT_ARGS(text_trim(message)));
}

static void
person_act(struct person *person, const char *act, char *rest)
{
	struct talk_file *file = person->file;
	file_turn(file);
	if (strcmp(act, ">") == 0)
		person_say(person, rest);
	else if (strcmp(act, ">>") == 0)
		person_say_raw(person, rest);
	else if (strcmp(act, "<") == 0)
		person_hear(person, rest, false);
	else if (strcmp(act, "<<") == 0)
		person_hear(person, rest, true);
	else if (strcmp(act, "<<<") == 0)
		person_hear_raw(person, rest);
	else if (strcmp(act, ".") == 0)
		person_quiet(person);
	else if (strcmp(act, "|") == 0 && !person->conn.closed)
		file_fail(file, "%s was not shown out", person->name);
	else if (strcmp(act, "!") == 0 && person->conn.connection) {
		fake_conn_lose(&person->conn, REASON_LOST);
	} else if (!strchr("|!", act[0])) {
		file_fail(file, "\"%s\" is no act", act);
	}
	file_turn(file);
}

static void
file_limit(struct talk_file *file, const char *key, long value)
{
	if (strcmp(key, "accounts") == 0)
		file->accounts = true;
	else if (strcmp(key, "servers") == 0)
		file->most_servers = (size_t)value;
	else if (!limit_set(&file->settings, key, value))
		file_fail(file, "\"%s\" is no limit", key);
}

/* Time passes up to what is due next, and so on, as the loop of the server waits for it. */
static void
file_pass(struct talk_file *file, const char *amount)
{
	char *unit;
	long ms = strtol(amount, &unit, 10);
	ms *= strcmp(unit, "s") == 0 ? 1000 : 1;
	for (long step; ms > 0; ms -= step) {
		int64_t next = servers_tick(&file->servers);
		step = next < 0 || next > ms ? ms : (long)next;
		step = step < 10 || servers_held(&file->servers) > 0 ? 10 : step;
		file->time += step;
		file_turn(file);
	}
}

static void
file_line(struct talk_file *file, char *line)
{
	char first[32], second[32];
	int read = 0;
	if (sscanf(line, "%31s %31s%n", first, second, &read) < 2 || first[0] == '#')
		return;
	char *rest = line + read;
	if (*rest == ' ')
		rest++;
	struct person *person = file_person(file, first);
	if (strcmp(first, "~") == 0)
		file_pass(file, second);
	else if (strcmp(first, "limit") == 0)
		file_limit(file, second, strtol(rest, NULL, 10));
	else if (person)
		person_act(person, second, rest);
	else
		person_come(file, first, line + strlen(first) + 1);
	file_turn(file);
}

static void
file_end(struct talk_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		struct person *person = &file->people[i];
		fake_conn_lose(&person->conn, REASON_LOST);
		free(person->listener.room);
		strbuf_clear(&person->conn.received);
	}
	/* What was sent before may still be processed, for a minute at most. */
	struct servers *servers = &file->servers;
	for (int i = 0; i < 10000; i++) {
		servers_tick(servers);
		servers_log_turn(servers);
		if (servers_connections(servers) == 0 && servers_held(servers) == 0)
			break;
		file->time += 10;
	}
	servers_close(servers);
}

/* Whole, with NUL at its end. Not by stdio, which allocates without a word: see fault.c. */
static bool
file_read(const char *path, struct strbuf *all)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;
	while (fd >= 0 && (n = read(fd, strbuf_reserve(all, BUFSIZ), BUFSIZ)) > 0)
		all->len += (size_t)n;
	if (fd >= 0)
		close(fd);
	strbuf_add(all, "", 1);
	return n == 0;
}

/* Plays it; what went wrong, to be freed, or NULL. */
static char *
file_play(const char *path, const struct manner *manner)
{
	struct talk_file file = {.path = path, .manner = manner, .time = 1000000};
	file.settings = (struct gateway_settings){
		.sessions = 1000, .send_queue = 1 << 20, .login_timeout = 120000};
	file.settings.core = (struct core_settings){.name = text_of("Teahouse"),
		.room = text_of("main"),
		.message = 4000,
		.rate = 10,
		.burst = 40};
	struct strbuf all = {0};
	if (!file_read(path, &all)) {
		file_fail(&file, "cannot be read");
		return file.failure;
	}
	for (char *line = all.ptr, *next; line && !file.failure; line = next) {
		file.line++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		file_line(&file, line);
	}
	strbuf_clear(&all);
	file_end(&file);
	return file.failure;
}

int
main(int argc, char **argv)
{
	static char out[BUFSIZ];
	int failed = 0;
	/* The times of what was said before are shown in local time. */
	static char zone[] = "TZ=UTC";
	xnonnull(putenv(zone) == 0 ? zone : NULL);
	waiting_store_begin();
	json_open();
	setvbuf(stdout, out, _IOLBF, sizeof out);
	printf("1..%d\n", MANNERS * (argc - 1));
	for (int i = 0; i < MANNERS * (argc - 1); i++) {
		const char *path = argv[1 + i / MANNERS];
		const struct manner *manner = &manners[i % MANNERS];
		char *failure = file_play(path, manner);
		printf("%sok %d - %s, %s\n", failure ? "not " : "", i + 1, path, manner->name);
		if (failure)
			printf("# %s\n", failure);
		failed += failure != NULL;
		free(failure);
	}
	return failed > 0;
}
