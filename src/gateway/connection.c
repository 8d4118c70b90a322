/*
 * One connection's patience: what it sends is heard as fast as its rate, its
 * answers and its outbox allow, and no faster; what it is told waits in its outbox.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "gateway/house.h"
#include "teahouse/diag.h"

enum {
	ENDING_MS = 10000,   /* for a session that was shown out to take what it was told */
	ANSWER_BYTES = 8192, /* under this much waiting, the next piece of an answer is told */
};

static const struct adapter *
connection_adapter(const struct connection *connection)
{
	return connection->talk.listener->adapter;
}

static bool
connection_is_ending(const struct connection *connection)
{
	return connection->ending != REASON_FINE || connection->lost;
}

void
connection_overflow(struct connection *connection)
{
	connection_end(connection, REASON_TOO_SLOW);
	connection_doom(connection);
}

void
talk_write(struct talk *talk, struct text bytes)
{
	struct connection *connection = (struct connection *)talk;
	if (connection_is_ending(connection))
		return;
	struct buffer *buffer = buffer_make(bytes);
	connection_push(connection, (struct slice){buffer, 0, buffer->len});
	buffer_drop(buffer);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When the connection should next be seen to. */
static void
connection_schedule(struct connection *connection, int64_t wake)
{
	int64_t at = sooner(sooner(connection->deadline, connection->pause), wake);
	due_set(&connection->gateway->dues, &connection->due, at);
}

void
connection_end(struct connection *connection, enum reason why)
{
	struct gateway *gateway = connection->gateway;
	if (connection_is_ending(connection))
		return;
	connection->ending = why;
	connection->pause = 0;
	connection->deadline = gateway->ticks(gateway->clock) + ENDING_MS;
	connection_schedule(connection, 0);
	/* A flush looks whether all is sent, and hangs up. */
	connection_soil(connection);
}

/* Whether more may be heard now. If not: *wake is when to look again, or 0 for when it has read. */
static bool
connection_may_speak(struct connection *connection, int64_t *wake)
{
	struct gateway *gateway = connection->gateway;
	*wake = 0;
	size_t patience = gateway->settings.send_queue / (connection->unread ? 8 : 4);
	if (connection->talk.session.answer || connection->out.bytes > patience)
		return false;
	int64_t wait = session_wait(&connection->talk.session);
	if (wait > 0)
		*wake = gateway->ticks(gateway->clock) + wait;
	return wait == 0;
}

static void
connection_read(struct connection *connection, bool wanted)
{
	if (connection->unread != wanted || connection->closed || connection->lost)
		return;
	connection->unread = !wanted;
	connection->gateway->wire->read(connection->link, wanted);
}

/* Knocking with HTTP at another door: says where the page is. */
static void
connection_misdirect(struct connection *connection)
{
	const struct listener *web = connection->gateway->settings.web;
	struct strbuf body = {0}, answer = {0};
	strbuf_puts(&body, "This port does not speak HTTP.\n");
	if (web && web->address)
		strbuf_printf(&body, "The page is at http://%s%s%s:%d/\n",
			strchr(web->address, ':') ? "[" : "", web->address,
			strchr(web->address, ':') ? "]" : "", web->port);
	else if (web)
		strbuf_printf(&body, "The page is on port %d of this host.\n", web->port);
	strbuf_printf(&answer,
		"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n",
		body.len);
	strbuf_add_text(&answer, strbuf_view(&body));
	talk_write(&connection->talk, strbuf_view(&answer));
	strbuf_clear(&body);
	strbuf_clear(&answer);
	connection_end(connection, REASON_WRONG_PROTOCOL);
}

static void
connection_hear_one(struct connection *connection, enum framed framed, struct text message)
{
	const struct adapter *adapter = connection_adapter(connection);
	const struct session *session = &connection->talk.session;
	bool stranger = !session->user;
	if (framed == FRAMED_MESSAGE)
		adapter->hear(&connection->talk, message);
	else if (framed == FRAMED_TOO_LONG && adapter->too_long)
		adapter->too_long(&connection->talk);
	else if (framed == FRAMED_HTTP)
		connection_misdirect(connection);
	else
		connection_end(connection, REASON_BAD_PACKET);
	if (!stranger || !session->user)
		return;
	connection->deadline = 0;
	diag_line(LOG_LEVEL_DEBUG, "%s: %.*s has come", connection->talk.listener->name,
		TEXT_ARGS(session_nick(session)));
}

/* Silence from now on will end a message that has begun; byte: this is not silence. */
static void
connection_begin(struct connection *connection, bool byte)
{
	const struct gateway *gateway = connection->gateway;
	if (!connection_adapter(connection)->framing->pauses ||
		!decoder_has_partial(&connection->decoder))
		connection->pause = 0;
	else if (byte || !connection->pause)
		connection->pause =
			gateway->ticks(gateway->clock) + connection->talk.listener->pause;
}

/* It has been silent long enough: what has begun is a message. */
static void
connection_pause(struct connection *connection)
{
	const struct gateway *gateway = connection->gateway;
	int64_t now = gateway->ticks(gateway->clock), wake;
	if (!connection->pause || now < connection->pause || connection->in.bytes > 0)
		return;
	if (!connection_may_speak(connection, &wake)) {
		connection->pause = wake ? wake : now + connection->talk.listener->pause;
		return;
	}
	struct text message = TEXT_NONE;
	enum framed framed = decoder_end_message(&connection->decoder, &message);
	if (framed != FRAMED_NOTHING)
		connection_hear_one(connection, framed, message);
	decoder_release(&connection->decoder);
}

/* Hears as much of in as may be heard now; how many bytes that was. */
static size_t
connection_hear(struct connection *connection, struct text in)
{
	size_t given = in.len;
	int64_t wake = 0;
	bool held = false;
	/* A whole message may be empty. */
	for (bool any = in.ptr; any && !connection_is_ending(connection); any = in.len > 0) {
		held = !connection_may_speak(connection, &wake);
		if (held)
			break;
		struct text message = TEXT_NONE;
		enum framed framed = connection_adapter(connection)
					     ->framing->next(&connection->decoder, &in, &message);
		if (framed != FRAMED_NOTHING)
			connection_hear_one(connection, framed, message);
	}
	decoder_release(&connection->decoder);
	if (connection_is_ending(connection))
		return given;
	connection_read(connection, !held);
	connection_begin(connection, given > in.len);
	connection_schedule(connection, wake);
	return given - in.len;
}

static void
connection_hear_or_hold(struct connection *connection, struct text in)
{
	size_t heard = connection->in.bytes > 0 ? 0 : connection_hear(connection, in);
	if (heard == in.len)
		return;
	struct buffer *rest = buffer_make((struct text){in.ptr + heard, in.len - heard});
	outqueue_push(&connection->in, rest);
	buffer_drop(rest);
}

void
connection_receive(struct connection *connection, const char *bytes, size_t n)
{
	const struct adapter *adapter = connection_adapter(connection);
	struct strbuf clean = {0};
	if (!adapter->filter)
		connection_hear_or_hold(connection, (struct text){bytes, n});
	for (size_t at = 0; adapter->filter && at < n && !connection_is_ending(connection);) {
		clean.len = 0;
		at += adapter->filter(&connection->talk, (struct text){bytes + at, n - at}, &clean);
		if (clean.len > 0)
			connection_hear_or_hold(connection, strbuf_view(&clean));
	}
	strbuf_clear(&clean);
}

void
connection_wake(struct connection *connection)
{
	while (!connection_is_ending(connection)) {
		if (connection->talk.session.answer && connection->out.bytes < ANSWER_BYTES)
			session_continue(&connection->talk.session);
		connection_pause(connection);
		struct text first = outqueue_first(&connection->in);
		size_t heard = connection_hear(connection, first);
		if (connection_is_ending(connection))
			return;
		outqueue_consume(&connection->in, heard);
		if (heard < first.len || connection->in.bytes == 0)
			return;
	}
}

/* What waits is sent as far as the socket takes it; an ending is brought to its end. */
void
connection_flush(struct connection *connection)
{
	const struct wire *wire = connection->gateway->wire;
	if (connection->lost || connection->closed)
		return;
	if (connection->out.bytes > 0) {
		ssize_t sent = wire->send(connection->link, &connection->out);
		if (sent < 0)
			return;
		outqueue_consume(&connection->out, (size_t)sent);
	}
	connection->full = connection->out.bytes > 0;
	if (connection->ending == REASON_FINE) {
		if (connection->unread || connection->talk.session.answer)
			connection_wake(connection);
	} else if (!connection->full) {
		connection->closed = true;
		wire->close(connection->link, connection->ending);
	}
}
