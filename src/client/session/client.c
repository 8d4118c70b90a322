/* Connecting, receiving, timers, and what typed lines do. Knows no screen and no protocol's bytes. */
#include "client/session/client.h"

#include <stdlib.h>

#include <poll.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/model/complete.h"
#include "client/model/escape.h"
#include "client/session/account.h"
#include "client/session/clock.h"
#include "client/session/login.h"
#include "client/session/pending.h"
#include "client/session/resume.h"

enum {
	RETRY_DELAY_MAX = 30,  /* s */
	SILENCE_MS = 60000,    /* before a ping is sent */
	UNANSWERED_MS = 10000, /* the same, while a line that was sent is unanswered */
	PROBE_MS = 20000,      /* then before the connection is given up */
	PAUSE_MS = 50,         /* without a byte: ends a message that has no end of its own */
	LATE_MS = 1000, /* the same from a server that ends messages: bytes may only be late */
	LEAVE_MS = 500,
	SLOW_MS = 1000,      /* to connect, before the user is told to wait */
	TYPED_BYTES = 30000, /* fits into a packet, even if each byte is escaped */
	BUSY_BYTES = 65536,
	BUSY_PENDING = 256,
	READ_BYTES = 65536,
};

static void
client_fail_to_connect(struct session *session)
{
	struct strbuf server = {0};
	bool begun = session->conn.queued > 0;
	strbuf_printf(&server, "%s%s port %s", begun ? "" : "cannot connect to ", session->host,
		session->port);
	strbuf_add(&server, "", 1);
	session_fail(session, server.ptr, session->conn.error.ptr);
	strbuf_clear(&server);
}

/* Forgets what belonged to the last connection. */
static void
client_reset_connection(struct session *session)
{
	if (session->protocol_state && session->protocol->on_close)
		session->protocol->on_close(session);
	free(session->protocol_state);
	session->protocol_state = NULL;
	decoder_clear(&session->decoder);
	session->decoder = (struct decoder){0};
	session->message_deadline = 0;
	session->peer_ends_messages = false;
}

static void
client_connected(struct session *session)
{
	if (session->protocol->state_size)
		session->protocol_state = xcalloc(session->protocol->state_size);
	session_log_in(session);
}

bool
client_use_tls(struct session *session, const char *ca, const char *pin, struct strbuf *why)
{
	if (ca && pin)
		strbuf_puts(why, "--ca and --pin: only one of them can be given");
	else
		session->conn.tls = tls_open(ca, pin, why);
	return session->conn.tls;
}

bool
client_open(struct session *session)
{
	struct conn *conn = &session->conn;
	session->state = SESSION_OFFLINE;
	conn_forget_addresses(conn);
	conn_open(conn, session->host, session->port, monotonic_ms());
	int64_t slow = monotonic_ms() + SLOW_MS;
	bool told = !session->on_slow_connect;
	while (conn->state == CONN_CONNECTING || conn->state == CONN_SECURING) {
		int64_t now = monotonic_ms();
		if (!told && now >= slow) {
			told = true;
			session->on_slow_connect(session);
		}
		struct pollfd fd = {.fd = conn->fd, .events = conn_events(conn)};
		int timeout = conn_timeout(conn, now), soon = told ? timeout : (int)(slow - now);
		poll(&fd, 1, timeout < soon ? timeout : soon);
		conn_turn(conn, fd.revents, monotonic_ms());
	}
	if (conn->state != CONN_OPEN) {
		client_fail_to_connect(session);
		return false;
	}
	client_connected(session);
	return true;
}

void
client_close(struct session *session)
{
	if (session->secret && session->protocol->log_out)
		session->protocol->log_out(session);
	conn_finish(&session->conn, LEAVE_MS);
	conn_clear(&session->conn);
	client_reset_connection(session);
	pending_clear(session);
	free(session->room);
	free(session->secret);
	free(session->search);
	account_clear(session);
	strbuf_clear(&session->reason);
	strbuf_clear(&session->error);
}

void
client_leave(struct session *session)
{
	session->state = SESSION_ENDED;
}

static void
client_ping(struct session *session)
{
	session->pings_pending++;
	session->protocol->ping(session);
}

/* The connection may be dead if what was sent is not answered. */
static void
client_expect_answer(struct session *session)
{
	int64_t soon = monotonic_ms() + UNANSWERED_MS;
	bool sent = session->n_pending > 0 && session->pending[0].ref;
	if (sent && session->state == SESSION_ONLINE && !session->probing &&
		session->deadline > soon && !session_awaits_echo(session))
		session->deadline = soon;
}

/* Sends what need not wait; after the last input, also the ping or goodbye that ends the session. */
static void
client_send_pending(struct session *session)
{
	bool all = pending_send(session);
	client_expect_answer(session);
	if (all && session->state == SESSION_ONLINE && session->input_ended &&
		!session->goodbye_sent) {
		session->goodbye_sent = true;
		if (session->protocol->ping)
			client_ping(session);
		else
			session->protocol->say_goodbye(session);
	}
}

void
client_end_input(struct session *session)
{
	session->input_ended = true;
	client_send_pending(session);
}

bool
client_is_done(const struct session *session)
{
	return session_awaits_echo(session) && session->n_pending == 0;
}

bool
client_is_busy(const struct session *session)
{
	return session->conn.out.bytes > BUSY_BYTES || session->n_pending > BUSY_PENDING;
}

static bool
command_quits(struct text command)
{
	return command_is(command, "q") || command_is(command, "quit") ||
	       command_is(command, "exit") || command_is(command, "logout");
}

/* /q, /quit, /exit or /logout; in a script, what was typed before is answered first. */
static void
client_quit(struct session *session, struct text command)
{
	if (!session->interactive) {
		client_end_input(session);
		return;
	}
	bool silently = command_is(command, "q");
	if (session->state == SESSION_ONLINE && session->protocol->say_goodbye && !silently)
		session->protocol->say_goodbye(session);
	client_leave(session);
}

/* `/leave` in a conversation, or with the name of one, closes it. */
static bool
client_close_conversation(struct session *session, struct text name)
{
	struct model *model = session->model;
	struct room *room = name.len > 0 ? model_conversation(model, name) : model_current(model);
	if (!room || !room->direct || model_room(model, name))
		return false;
	model_close_conversation(model, room);
	return true;
}

/* Handles what concerns conversations. False: the line is to be sent. */
static bool
client_input_conversation(struct session *session, struct text command, struct text rest)
{
	struct model *model = session->model;
	if (!session->interactive || model->single_window)
		return false;
	if (command_is(command, "leave"))
		return client_close_conversation(session, rest);
	struct text text = rest, nick = text_word(&text);
	bool msg = command_is(command, "msg") || command_is(command, "message");
	if (msg && nick.len > 0 && text.len == 0) {
		model_show(model, model_open_conversation(model, nick));
		return true;
	}
	bool of_rooms = command_is(command, "names") || command_is(command, "look") ||
			command_is(command, "topic") ||
			(command_is(command, "history") && !model->keeps_direct);
	if (!of_rooms || !model_current(model)->direct)
		return false;
	session_notice(session, LINE_REFUSED, "That is only for rooms.", NULL);
	return true;
}

/* Connects again without waiting any longer. False: that is not what the line asks for. */
static bool
client_reconnect(struct session *session, struct text command)
{
	if (command_is(command, "reconnect") && session->state == SESSION_ONLINE)
		session_notice(session, LINE_LOCAL, "You are connected.", NULL);
	else if (session->state == SESSION_STOPPED ||
		 (session->state == SESSION_OFFLINE && command_is(command, "reconnect")))
		session->deadline = 0;
	if (session->state == SESSION_STOPPED)
		session->state = SESSION_OFFLINE;
	return command_is(command, "reconnect");
}

static void
client_input_cleaned(struct session *session, struct text line)
{
	struct text rest = line, command = {NULL, 0};
	bool is_command = command_parse(&rest, &command);
	/* Without the blanks before the slash. */
	const char *slash = is_command ? memchr(line.ptr, '/', line.len) : line.ptr;
	line = (struct text){slash, line.len - (size_t)(slash - line.ptr)};
	if (is_command && command_quits(command)) {
		client_quit(session, command);
		return;
	}
	if (client_reconnect(session, command) || account_command(session, command, rest) ||
		login_input(session, line, command) ||
		(is_command && client_input_conversation(session, command, rest)))
		return;
	bool joins = command_is(command, "join");
	struct room *room = model_room(session->model, rest);
	if (joins && room && session->n_pending == 0) {
		model_show(session->model, room);
		return;
	}
	pending_add(session, line, joins || command_is(command, "leave"));
	client_send_pending(session);
}

void
client_input_literally(struct session *session, struct text line)
{
	struct strbuf text = {0};
	if (command_begins(line))
		strbuf_puts(&text, "/");
	strbuf_add_text(&text, text.len > 0 ? text_trim(line) : line);
	client_input(session, strbuf_view(&text));
	strbuf_clear(&text);
}

void
client_input(struct session *session, struct text line)
{
	struct strbuf plain = {0}, clean = {0};
	escape_drop_all(&plain, line);
	strbuf_reserve(&clean, plain.len + 1);
	text_clean(&clean, strbuf_view(&plain));
	strbuf_clear(&plain);
	if (clean.len > TYPED_BYTES)
		session_notice(session, LINE_REFUSED, "Too long.", NULL);
	else if (clean.len > 0)
		client_input_cleaned(session, strbuf_view(&clean));
	else
		client_reconnect(session, TEXT_NONE);
	strbuf_clear(&clean);
}

char **
client_complete(struct session *session, struct text line, size_t start, size_t end)
{
	struct model *model = session->model;
	static const struct strset none;
	struct text word = {line.ptr + start, end - start};
	if (session->state == SESSION_PROMPTING)
		return complete_from(session->prompt->is_room ? &model->known_rooms : &none, word);
	/* Rooms that have been opened since will be among the candidates the next time. */
	if (session->state == SESSION_ONLINE && session->protocol->request_rooms &&
		command_takes_room(line, start))
		session->protocol->request_rooms(session);
	return complete_line(model, line, start, end, session->protocol->address_prefix);
}

static void
client_retry_later(struct session *session)
{
	session->retry_delay = session->retry_delay ? session->retry_delay * 2 : 1;
	if (session->retry_delay >= RETRY_DELAY_MAX) {
		session->retry_delay = RETRY_DELAY_MAX;
		/* The server may have moved. Not looked up sooner: that may block while the network is down. */
		conn_forget_addresses(&session->conn);
	}
	session->state = SESSION_OFFLINE;
	session->deadline = monotonic_ms() + (int64_t)session->retry_delay * 1000;
	session->model->changed = true;
}

/* An attempt to connect again has failed. What will not pass by itself is told, once. */
static void
client_fail_again(struct session *session)
{
	if (session->conn.hopeless && !session->refusal_shown)
		session_notice(session, LINE_REFUSED, "Cannot connect", session->conn.error.ptr);
	session->refusal_shown |= session->conn.hopeless;
	client_retry_later(session);
}

static void
client_connection_lost(struct session *session)
{
	bool was_online = session->state == SESSION_ONLINE;
	client_reset_connection(session);
	account_lose(session);
	/* The user is still being asked: the answer connects again. */
	if (session->state == SESSION_PROMPTING && session->protocol->send_account)
		return;
	if (session->goodbye_sent && !session->protocol->ping) {
		client_leave(session);
		return;
	}
	session->pings_pending = 0;
	session->probing = session->goodbye_sent = session->refusal_shown = false;
	if (!session->was_online) {
		if (session->reason.len > 0)
			session_fail(session, "login", session->reason.ptr);
		else
			client_fail_to_connect(session);
		return;
	}
	if (session->ended && !session->interactive) {
		client_leave(session);
		return;
	}
	session->elsewhere &= session->interactive;
	if (session->ended)
		session_notice(session, LINE_LOCAL, "Press Enter to log in again.", NULL);
	else if (session->elsewhere)
		session_notice(session, LINE_REFUSED,
			"This session goes on in another place. Press Enter to take it back.",
			NULL);
	else if (was_online)
		session_notice(session, LINE_LOCAL, "Connection lost", session->conn.error.ptr);
	resume_lose(session);
	if (session->elsewhere || session->ended)
		session->state = SESSION_STOPPED;
	else
		client_retry_later(session);
	session->elsewhere = session->ended = false;
}

static void
client_receive_one(struct session *session, enum framed framed, struct text message)
{
	if (framed == FRAMED_MESSAGE)
		session->protocol->on_message(session, message);
	else if (framed == FRAMED_TOO_LONG)
		session_notice(session, LINE_LOCAL, "A message was too long to show.", NULL);
	else if (framed == FRAMED_HTTP || framed == FRAMED_NO_LENGTH)
		conn_close(&session->conn, "this is not a server for the protocol in use");
}

/* Everything that was received has been handled; the connection may have ended. */
static void
client_end_batch(struct session *session)
{
	bool partial = session->protocol->framing->pauses && decoder_has_partial(&session->decoder);
	int64_t until = monotonic_ms() + (session->peer_ends_messages ? LATE_MS : PAUSE_MS);
	session->message_deadline = partial ? until : 0;
	if (session->protocol->on_batch_end && session->state != SESSION_ENDED)
		session->protocol->on_batch_end(session);
	if (session->conn.state == CONN_CLOSED && session->state != SESSION_ENDED)
		client_connection_lost(session);
}

/* A pause, or the end of the connection, ends a partial message. */
static void
client_end_partial(struct session *session)
{
	struct text message = TEXT_NONE;
	if (session->message_deadline && decoder_has_partial(&session->decoder))
		client_receive_one(
			session, decoder_end_message(&session->decoder, &message), message);
	decoder_release(&session->decoder);
}

static void
client_receive(struct session *session)
{
	char bytes[READ_BYTES];
	struct text in = {bytes, conn_read(&session->conn, bytes, sizeof bytes)}, message;
	if (in.len > 0 && session->state == SESSION_ONLINE && !session_awaits_echo(session)) {
		session->probing = false;
		session->deadline = monotonic_ms() + SILENCE_MS;
	}
	enum framed framed = FRAMED_MESSAGE;
	while (framed != FRAMED_NOTHING && framed != FRAMED_HTTP && framed != FRAMED_NO_LENGTH &&
		session->state != SESSION_ENDED) {
		framed = session->protocol->framing->next(&session->decoder, &in, &message);
		session->peer_ends_messages |= framed == FRAMED_MESSAGE;
		client_receive_one(session, framed, message);
	}
	if (session->conn.state == CONN_CLOSED && session->state != SESSION_ENDED)
		client_end_partial(session);
	client_end_batch(session);
}

/* Whether there is something to do at session->deadline. */
static bool
client_has_deadline(const struct session *session)
{
	if (session->state == SESSION_ONLINE)
		return session->protocol->ping;
	return session->state != SESSION_PROMPTING && session->state != SESSION_STOPPED &&
	       session->state != SESSION_ENDED;
}

static void
client_run_timers(struct session *session, int64_t now)
{
	if (session->message_deadline && now >= session->message_deadline) {
		client_end_partial(session);
		client_end_batch(session);
	}
	if (now < session->deadline || !client_has_deadline(session))
		return;
	if (session->state == SESSION_OFFLINE) {
		session->state = SESSION_CONNECTING;
		conn_open(&session->conn, session->host, session->port, now);
		session->model->changed = true;
	} else if (session->state == SESSION_WAITING) {
		session_log_in(session);
	} else if (session_awaits_echo(session)) {
		pending_give_up(session, false);
	} else if (session->state == SESSION_LOGGING_IN ||
		   (session->state == SESSION_ONLINE && session->probing)) {
		conn_close(&session->conn, "no answer");
		client_connection_lost(session);
	} else if (session->state == SESSION_ONLINE) {
		session->probing = true;
		session->deadline = now + PROBE_MS;
		client_ping(session);
	}
}

void
client_turn(struct session *session, short events)
{
	int64_t now = monotonic_ms();
	client_run_timers(session, now);
	conn_turn(&session->conn, events, now);
	if (session->state == SESSION_CONNECTING && session->conn.state == CONN_OPEN)
		client_connected(session);
	else if (session->state == SESSION_CONNECTING && session->conn.state == CONN_CLOSED)
		client_fail_again(session);
	else if (conn_is_readable(&session->conn, events))
		client_receive(session);
	client_send_pending(session);
	conn_turn(&session->conn, 0, now);
}

short
client_poll_events(const struct session *session)
{
	return conn_events(&session->conn);
}

int
client_timeout(const struct session *session)
{
	int64_t now = monotonic_ms();
	if (session->state == SESSION_CONNECTING)
		return conn_timeout(&session->conn, now);
	if (session->state == SESSION_OFFLINE && session->deadline > now)
		/* Once a second, since the status tells the seconds. */
		return (int)((session->deadline - now - 1) % 1000) + 1;
	int64_t next = client_has_deadline(session) ? session->deadline : INT64_MAX;
	if (session->message_deadline && session->message_deadline < next)
		next = session->message_deadline;
	if (next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}
