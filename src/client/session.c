/*
 * Lets one in, tries again when the connection is lost, and sees to it that
 * what is typed is sent once. Knows neither a screen nor any protocol's bytes.
 */
#include "client/session.h"

#include <stdlib.h>
#include <time.h>

#include <poll.h>

#include "base/alloc.h"

enum {
	DELAY_MAX = 30,         /* s */
	LOGIN_MS = 20000,       /* for the server to answer at all */
	SILENCE_MS = 60000,     /* before the server is asked after, and as long again */
	MESSAGE_MS = 50,        /* without a byte, that end a message without an end of its own, */
	LONG_MESSAGE_MS = 1000, /* from a server that does end messages: bytes may only be late */
	ECHO_MS = 5000,         /* for the last words to come back, when all else has */
	LEAVE_MS = 500,
	TYPED_BYTES = 30000, /* fits into a packet, however it is escaped */
	BUSY_BYTES = 65536,
	BUSY_PENDING = 256,
	READ_BYTES = 65536,
};

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

void
session_notice(struct session *session, enum line_kind kind, const char *words, const char *what)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "%s%s%s", words, what ? ": " : "", what ? what : "");
	model_add_notice(session->model, kind, TEXT_NONE, strbuf_view(&buf), wall_ms());
	strbuf_clear(&buf);
}

void
session_fail(struct session *session, const char *what, const char *why)
{
	session->state = SESSION_ENDED;
	session->error.len = 0;
	strbuf_printf(&session->error, "%s: %s", what, why);
	strbuf_add(&session->error, "", 1);
}

static void
session_fail_to_connect(struct session *session)
{
	struct strbuf server = {0};
	strbuf_printf(&server, "%s port %s", session->host, session->port);
	strbuf_add(&server, "", 1);
	session_fail(session, server.ptr, session->conn.error.ptr);
	strbuf_clear(&server);
}

void
session_log_in(struct session *session)
{
	session->state = SESSION_LOGGING_IN;
	session->deadline = monotonic_ms() + LOGIN_MS;
	session->reason.len = 0;
	session->protocol->log_in(session);
}

static void
session_reset_connection(struct session *session)
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

/* The connection stands. */
static void
session_connected(struct session *session)
{
	if (session->protocol->state_size)
		session->protocol_state = xcalloc(session->protocol->state_size);
	session_log_in(session);
}

bool
session_open(struct session *session)
{
	struct conn *conn = &session->conn;
	conn_open(conn, session->host, session->port, monotonic_ms());
	while (conn->state == CONN_CONNECTING) {
		struct pollfd fd = {.fd = conn->fd, .events = conn_events(conn)};
		poll(&fd, 1, conn_timeout(conn, monotonic_ms()));
		conn_turn(conn, fd.revents, monotonic_ms());
	}
	if (conn->state != CONN_OPEN) {
		session_fail_to_connect(session);
		return false;
	}
	session_connected(session);
	return true;
}

void
session_close(struct session *session)
{
	conn_finish(&session->conn, LEAVE_MS);
	conn_clear(&session->conn);
	session_reset_connection(session);
	pending_clear(session);
	free(session->room);
	strbuf_clear(&session->reason);
	strbuf_clear(&session->error);
}

void
session_leave(struct session *session)
{
	session->state = SESSION_ENDED;
}

static void
session_ping(struct session *session)
{
	session->pings_pending++;
	session->protocol->ping(session);
}

/* Sends what need not wait; and when that is all, asks for an echo of it. */
static void
session_send_pending(struct session *session)
{
	bool all = pending_send(session);
	if (all && session->state == SESSION_ONLINE && session->input_ended &&
		!session->goodbye_sent) {
		session->goodbye_sent = true;
		if (session->protocol->ping)
			session_ping(session);
		else
			session->protocol->say_goodbye(session);
	}
}

/* Whether the server has answered everything but what was said. */
static bool
session_awaits_echo(const struct session *session)
{
	return session->goodbye_sent && session->pings_pending == 0 && session->protocol->ping;
}

void
session_pong(struct session *session)
{
	if (session->pings_pending > 0)
		session->pings_pending--;
	if (session_awaits_echo(session))
		session->deadline = monotonic_ms() + ECHO_MS;
}

void
session_end_input(struct session *session)
{
	session->input_ended = true;
	session_send_pending(session);
}

bool
session_is_done(const struct session *session)
{
	return session_awaits_echo(session) && session->n_pending == 0;
}

bool
session_is_busy(const struct session *session)
{
	return session->conn.out.bytes > BUSY_BYTES || session->n_pending > BUSY_PENDING;
}

void
session_send(struct session *session, struct text bytes)
{
	conn_send(&session->conn, bytes);
}

void
session_unknown_command(struct session *session, struct text command)
{
	struct strbuf buf = {0};
	strbuf_printf(&buf, "The %s protocol has no /%.*s; /help lists what it has.",
		session->protocol->name, TEXT_ARGS(command));
	strbuf_add(&buf, "", 1);
	session_notice(session, LINE_REFUSED, buf.ptr, NULL);
	strbuf_clear(&buf);
}

bool
command_parse(struct text *line, struct text *command)
{
	if (line->len < 1 || line->ptr[0] != '/')
		return false;
	line->ptr++;
	line->len--;
	if (line->len > 0 && line->ptr[0] == '/')
		return false;
	*command = text_word(line);
	return true;
}

static bool
command_quits(struct text command)
{
	return text_is(command, text_of("q")) || text_is(command, text_of("quit")) ||
	       text_is(command, text_of("logout"));
}

/* In a script, what was typed before is answered first. */
static void
session_quit(struct session *session, struct text command)
{
	if (!session->interactive) {
		session_end_input(session);
		return;
	}
	bool silently = text_is(command, text_of("q"));
	if (session->state == SESSION_ONLINE && session->protocol->say_goodbye && !silently)
		session->protocol->say_goodbye(session);
	session_leave(session);
}

static void
session_input_clean(struct session *session, struct text line)
{
	struct text rest = line, command = {NULL, 0};
	bool is_command = command_parse(&rest, &command);
	if (is_command && command_quits(command)) {
		session_quit(session, command);
		return;
	}
	if (login_input(session, line, command))
		return;
	bool joins = text_is(command, text_of("join"));
	struct room *room = model_room(session->model, rest);
	if (joins && room && session->n_pending == 0) {
		model_show(session->model, room);
		return;
	}
	pending_add(session, line, joins || text_is(command, text_of("leave")));
	session_send_pending(session);
	if (session->state != SESSION_ONLINE && session->was_online)
		session_notice(session, LINE_LOCAL, "To be sent when the connection is back",
			session->pending[session->n_pending - 1].text);
}

void
session_input(struct session *session, struct text line)
{
	struct strbuf clean = {0};
	strbuf_reserve(&clean, line.len + 1);
	text_clean(&clean, line);
	if (clean.len > TYPED_BYTES)
		session_notice(session, LINE_REFUSED, "That is too long.", NULL);
	else if (clean.len > 0)
		session_input_clean(session, strbuf_view(&clean));
	strbuf_clear(&clean);
}

char **
session_complete(struct session *session, struct text line, size_t start, size_t end)
{
	struct model *model = session->model;
	static const struct strset none;
	struct text word = {line.ptr + start, end - start};
	if (session->state == SESSION_PROMPTING)
		return complete_from(session->prompt->is_room ? &model->known_rooms : &none, word);
	/* The rooms that there are by now are known the next time. */
	if (session->state == SESSION_ONLINE && session->protocol->request_rooms &&
		command_takes_room(line, start))
		session->protocol->request_rooms(session);
	return model_complete(model, line, start, end, session->protocol->address_prefix);
}

static void
session_retry_later(struct session *session)
{
	session->retry_delay = session->retry_delay ? session->retry_delay * 2 : 1;
	if (session->retry_delay >= DELAY_MAX) {
		session->retry_delay = DELAY_MAX;
		/* The server may have moved; looked up sooner, a name service out of reach would block. */
		conn_forget_addresses(&session->conn);
	}
	session->state = SESSION_OFFLINE;
	session->deadline = monotonic_ms() + (int64_t)session->retry_delay * 1000;
	session->model->changed = true;
}

static void
session_lost_connection(struct session *session)
{
	bool was_in = session->state == SESSION_ONLINE;
	session_reset_connection(session);
	if (session->goodbye_sent && !session->protocol->ping) {
		session_leave(session);
		return;
	}
	session->pings_pending = 0;
	session->probing = session->goodbye_sent = session->refusal_shown = false;
	if (!session->was_online) {
		if (session->reason.len > 0)
			session_fail(session, "login", session->reason.ptr);
		else
			session_fail_to_connect(session);
		return;
	}
	if (was_in)
		session_notice(
			session, LINE_LOCAL, "The connection is lost", session->conn.error.ptr);
	pending_connection_lost(session, true);
	session_retry_later(session);
}

static void
session_receive_one(struct session *session, enum framed framed, struct text message)
{
	if (framed == FRAMED_MESSAGE)
		session->protocol->on_message(session, message);
	else if (framed == FRAMED_TOO_LONG)
		session_notice(session, LINE_LOCAL, "A message was too long to be shown.", NULL);
	else if (framed == FRAMED_HTTP)
		conn_close(&session->conn, "it speaks another protocol");
}

/* What has come is all for now, or for ever. */
static void
session_end_batch(struct session *session)
{
	bool begun = session->protocol->framing->pauses && decoder_has_partial(&session->decoder);
	int64_t until =
		monotonic_ms() + (session->peer_ends_messages ? LONG_MESSAGE_MS : MESSAGE_MS);
	session->message_deadline = begun ? until : 0;
	if (session->protocol->on_batch_end && session->state != SESSION_ENDED)
		session->protocol->on_batch_end(session);
	if (session->conn.state == CONN_CLOSED && session->state != SESSION_ENDED)
		session_lost_connection(session);
}

/* Nothing has come for so long that what has begun is a message. */
static void
session_end_partial(struct session *session)
{
	struct text message = TEXT_NONE;
	if (session->message_deadline && decoder_has_partial(&session->decoder))
		session_receive_one(
			session, decoder_end_message(&session->decoder, &message), message);
	decoder_release(&session->decoder);
}

static void
session_receive(struct session *session)
{
	char bytes[READ_BYTES];
	struct text in = {bytes, conn_read(&session->conn, bytes, sizeof bytes)}, message;
	if (in.len > 0 && session->state == SESSION_ONLINE && !session_awaits_echo(session)) {
		session->probing = false;
		session->deadline = monotonic_ms() + SILENCE_MS;
	}
	enum framed framed = FRAMED_MESSAGE;
	while (framed != FRAMED_NOTHING && framed != FRAMED_HTTP &&
		session->state != SESSION_ENDED) {
		framed = session->protocol->framing->next(&session->decoder, &in, &message);
		session->peer_ends_messages |= framed == FRAMED_MESSAGE;
		session_receive_one(session, framed, message);
	}
	if (session->conn.state == CONN_CLOSED && session->state != SESSION_ENDED)
		session_end_partial(session);
	session_end_batch(session);
}

/* Whether there is something to do at `next`. */
static bool
session_has_deadline(const struct session *session)
{
	if (session->state == SESSION_ONLINE)
		return session->protocol->ping;
	return session->state != SESSION_PROMPTING && session->state != SESSION_ENDED;
}

/* Does what its time has come for. */
static void
session_run_timers(struct session *session, int64_t now)
{
	if (session->message_deadline && now >= session->message_deadline) {
		session_end_partial(session);
		session_end_batch(session);
	}
	if (now < session->deadline || !session_has_deadline(session))
		return;
	if (session->state == SESSION_OFFLINE) {
		session->state = SESSION_CONNECTING;
		conn_open(&session->conn, session->host, session->port, now);
		session->model->changed = true;
	} else if (session->state == SESSION_WAITING) {
		session_log_in(session);
	} else if (session_awaits_echo(session)) {
		pending_connection_lost(session, false);
	} else if (session->state == SESSION_LOGGING_IN ||
		   (session->state == SESSION_ONLINE && session->probing)) {
		conn_close(&session->conn, "it does not answer");
		session_lost_connection(session);
	} else if (session->state == SESSION_ONLINE) {
		session->probing = true;
		session->deadline = now + SILENCE_MS;
		session_ping(session);
	}
}

void
session_turn(struct session *session, short events)
{
	int64_t now = monotonic_ms();
	session_run_timers(session, now);
	conn_turn(&session->conn, events, now);
	if (session->state == SESSION_CONNECTING && session->conn.state == CONN_OPEN)
		session_connected(session);
	else if (session->state == SESSION_CONNECTING && session->conn.state == CONN_CLOSED)
		session_retry_later(session);
	else if (events & (POLLIN | POLLHUP | POLLERR))
		session_receive(session);
	session_send_pending(session);
	conn_turn(&session->conn, 0, now);
}

short
session_poll_events(const struct session *session)
{
	return conn_events(&session->conn);
}

int
session_timeout(const struct session *session)
{
	int64_t now = monotonic_ms();
	if (session->state == SESSION_CONNECTING)
		return conn_timeout(&session->conn, now);
	if (session->state == SESSION_OFFLINE && session->deadline > now)
		/* Once a second, for whoever shows how long it takes. */
		return (int)((session->deadline - now - 1) % 1000) + 1;
	int64_t next = session_has_deadline(session) ? session->deadline : INT64_MAX;
	if (session->message_deadline && session->message_deadline < next)
		next = session->message_deadline;
	if (next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

const char *
session_prompt(const struct session *session)
{
	return session->state == SESSION_PROMPTING ? session->prompt->label : session->model->nick;
}

void
session_status(const struct session *session, struct strbuf *out)
{
	if (session->was_online && session->state != SESSION_ONLINE && session->n_pending > 0)
		strbuf_printf(out, "%zu waiting, ", session->n_pending);
	switch (session->state) {
	case SESSION_OFFLINE:
		strbuf_printf(out, "lost, trying again in %d s",
			(int)((session->deadline - monotonic_ms() + 999) / 1000));
		break;
	case SESSION_CONNECTING:
		strbuf_puts(out, "connecting");
		break;
	case SESSION_LOGGING_IN:
		strbuf_puts(out, "logging in");
		break;
	case SESSION_WAITING:
		strbuf_printf(out, "waiting for the name %s", session->model->nick);
		break;
	case SESSION_PROMPTING:
		strbuf_puts(out, session->prompt->status);
		break;
	case SESSION_ONLINE:
		strbuf_puts(out, "connected");
		break;
	case SESSION_ENDED:
		break;
	}
}
