/*
 * Backpressure: a connection's input is processed as fast as its rate, its pending
 * requests and its outbox allow; the rest waits.
 */
#include "gateway/gateway_internal.h"

enum {
	LISTING_BYTES = 8192, /* with fewer bytes in the outbox, a listing is continued */
	EPISODE_MS = 10000,   /* without waiting, after which a flood is another one */
	TOLD_MS = 2000,       /* waiting that is long enough to be told */
};

static const struct adapter *
connection_adapter(const struct connection *connection)
{
	return connection->client.listener->adapter;
}

/* Bytes that the client could have read. Those that wait to be stored do not count against it. */
static size_t
connection_unread(const struct connection *connection)
{
	size_t all = connection->out.bytes, gated = connection->gated;
	return all > gated ? all - gated : 0;
}

/* Whether more may be processed now. If not: *wake is when to look again, or 0: when resumed. */
static bool
connection_may_process(struct connection *connection, int64_t *wake)
{
	struct gateway *gateway = connection->gateway;
	*wake = 0;
	size_t most = gateway->settings.send_queue / (connection->read_paused ? 8 : 4);
	if (session_is_pending(&connection->client.session) || connection_unread(connection) > most)
		return false;
	if (connection->spoke && gateway->gate.congested)
		return false;
	int64_t wait = session_wait(&connection->client.session);
	if (wait > 0)
		*wake = gateway->monotonic_ms(gateway->clock) + wait;
	return wait == 0;
}

static void
connection_set_reading(struct connection *connection, bool wanted)
{
	if (connection->read_paused != wanted || connection->state != CONNECTION_OPEN ||
		connection->input_ended)
		return;
	connection->read_paused = !wanted;
	connection->gateway->transport->set_reading(connection->conn, wanted);
}

/* HTTP on a port that does not speak it: says where the page is. */
static void
connection_redirect_http(struct connection *connection)
{
	const struct listener *web = connection->gateway->settings.web;
	struct strbuf body = {0}, head = {0};
	strbuf_puts(&body, "This port does not speak HTTP.\n");
	if (web && web->address)
		strbuf_printf(&body, "The page is at http%s://%s%s%s:%d/\n", web->tls ? "s" : "",
			strchr(web->address, ':') ? "[" : "", web->address,
			strchr(web->address, ':') ? "]" : "", web->port);
	else if (web)
		strbuf_printf(&body, "The page is on port %d of this host.\n", web->port);
	strbuf_printf(&head,
		"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n",
		body.len);
	strbuf_add_text(&head, strbuf_view(&body));
	client_write(&connection->client, strbuf_view(&head));
	strbuf_clear(&body);
	strbuf_clear(&head);
	connection_end(connection, REASON_WRONG_PROTOCOL);
}

/* The login timeout ends with the login. */
void
connection_note_login(struct connection *connection)
{
	const struct session *session = &connection->client.session;
	if (connection->logged_in || !session->user)
		return;
	connection->logged_in = true;
	connection->deadline = 0;
	connection_log(connection, LOG_LEVEL_DEBUG, "%.*s logged in by %s",
		TEXT_ARGS(session_nick(session)), connection->client.listener->name);
}

void
connection_reject(struct connection *connection, enum reason why)
{
	session_reject_input(&connection->client.session, why, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	connection_end(connection, REASON_BAD_PACKET);
}

static void
connection_on_message(struct connection *connection, enum framed framed, struct text message)
{
	const struct adapter *adapter = connection_adapter(connection);
	const struct history *history = connection->gateway->settings.history;
	uint64_t kept = history ? history->kept : 0;
	if (framed == FRAMED_MESSAGE)
		adapter->on_message(&connection->client, message);
	else if (framed == FRAMED_TOO_LONG && adapter->too_long)
		adapter->too_long(&connection->client);
	else if (framed == FRAMED_HTTP)
		connection_redirect_http(connection);
	else if (framed == FRAMED_NO_LENGTH)
		connection_reject(connection, REASON_NO_LENGTH);
	else
		connection_end(connection, REASON_BAD_PACKET);
	if (history && history->kept > kept)
		connection->spoke = connection->gateway->gate.congested;
	connection_note_login(connection);
}

/* Silence from now on will end a partial message; `received`: something has just come. */
static void
connection_await_silence(struct connection *connection, bool received)
{
	const struct gateway *gateway = connection->gateway;
	if (!connection_adapter(connection)->framing->pauses ||
		!decoder_has_partial(&connection->decoder))
		connection->pause = 0;
	else if (received || !connection->pause)
		connection->pause =
			gateway->monotonic_ms(gateway->clock) + connection->client.listener->pause;
}

static void
connection_end_message(struct connection *connection)
{
	struct text message = TEXT_NONE;
	enum framed framed = decoder_end_message(&connection->decoder, &message);
	if (framed != FRAMED_NOTHING)
		connection_on_message(connection, framed, message);
	decoder_release(&connection->decoder);
}

/* The pause is over: the partial input is a message. */
static void
connection_check_silence(struct connection *connection)
{
	const struct gateway *gateway = connection->gateway;
	int64_t now = gateway->monotonic_ms(gateway->clock), wake;
	if (!connection->pause || now < connection->pause || connection->in.bytes > 0)
		return;
	if (connection_may_process(connection, &wake))
		connection_end_message(connection);
	else
		connection->pause = wake ? wake : now + connection->client.listener->pause;
}

/* How long it takes under the rate to process the messages that `in` has. */
static int64_t
connection_backlog_ms(const struct connection *connection, struct text in)
{
	struct decoder decoder = {.begun = true, .after_cr = connection->decoder.after_cr};
	struct text message;
	int64_t n = 0;
	while (in.len > 0)
		if (connection_adapter(connection)->framing->next(&decoder, &in, &message) !=
			FRAMED_NOTHING)
			n++;
	decoder_clear(&decoder);
	return n * 1000 / connection->gateway->settings.core.rate;
}

/* Its rate makes it wait: once in each flood, and where that takes long, it is told. */
static void
connection_note_wait(struct connection *connection, struct text in)
{
	const struct gateway *gateway = connection->gateway;
	int64_t now = gateway->monotonic_ms(gateway->clock);
	if (!connection->slowed || now - connection->slowed > EPISODE_MS)
		connection->told_slowed = false;
	connection->slowed = now;
	if (connection->told_slowed || connection->state != CONNECTION_OPEN)
		return;
	int64_t backlog = connection_backlog_ms(connection, in);
	if (backlog < TOLD_MS)
		return;
	connection->told_slowed = true;
	session_tell_wait(&connection->client.session, backlog);
}

/* Processes as much of `in` as may be processed now. Returns how many bytes that was. */
static size_t
connection_process(struct connection *connection, struct text in)
{
	size_t given = in.len;
	int64_t wake = 0;
	bool waits = false;
	/* A whole message may be empty. */
	for (bool any = in.ptr; any && connection_takes_input(connection); any = in.len > 0) {
		waits = !connection_may_process(connection, &wake);
		if (waits)
			break;
		struct text message = TEXT_NONE;
		enum framed framed = connection_adapter(connection)
					     ->framing->next(&connection->decoder, &in, &message);
		if (framed != FRAMED_NOTHING)
			connection_on_message(connection, framed, message);
	}
	decoder_release(&connection->decoder);
	if (!connection_takes_input(connection))
		return given;
	if (waits && wake > 0)
		connection_note_wait(connection, in);
	connection_set_reading(connection, !waits);
	connection_await_silence(connection, given > in.len);
	connection_set_timer(connection, wake);
	return given - in.len;
}

static void
connection_process_or_keep(struct connection *connection, struct text in)
{
	size_t processed = connection->in.bytes > 0 ? 0 : connection_process(connection, in);
	if (processed == in.len)
		return;
	struct buffer *rest = buffer_make((struct text){in.ptr + processed, in.len - processed});
	outqueue_push(&connection->in, rest);
	buffer_drop(rest);
}

void
connection_receive(struct connection *connection, const char *bytes, size_t n)
{
	const struct adapter *adapter = connection_adapter(connection);
	struct strbuf clean = {0};
	if (!adapter->filter)
		connection_process_or_keep(connection, (struct text){bytes, n});
	for (size_t at = 0; adapter->filter && at < n && connection_takes_input(connection);) {
		clean.len = 0;
		at += adapter->filter(
			&connection->client, (struct text){bytes + at, n - at}, &clean);
		if (clean.len > 0)
			connection_process_or_keep(connection, strbuf_view(&clean));
	}
	strbuf_clear(&clean);
}

void
connection_input_ended(struct connection *connection)
{
	connection->input_ended = true;
	connection_mark_dirty(connection);
}

/* All input is processed and has ended: that ends the last message, too. */
static void
connection_finish_input(struct connection *connection)
{
	const struct framing *framing = connection_adapter(connection)->framing;
	int64_t wake;
	bool partial = decoder_has_partial(&connection->decoder) && framing->ends_with_input;
	if (!connection_may_process(connection, &wake)) {
		connection_set_timer(connection, wake);
		return;
	}
	if (partial)
		connection_end_message(connection);
	/* That message may be pending now, and its answer is owed. */
	if (connection_takes_input(connection) && !session_is_pending(&connection->client.session))
		connection_end(connection, REASON_LOST);
}

void
connection_resume(struct connection *connection)
{
	struct session *session = &connection->client.session;
	connection_note_login(connection);
	while (connection_takes_input(connection)) {
		if (session->pending & PENDING_LISTING &&
			connection_unread(connection) < LISTING_BYTES)
			listing_next(session);
		connection_check_silence(connection);
		struct text first = outqueue_first(&connection->in);
		size_t processed = connection_process(connection, first);
		if (!connection_takes_input(connection))
			return;
		outqueue_consume(&connection->in, processed);
		if (processed < first.len)
			return;
		if (connection->in.bytes == 0)
			break;
	}
	if (connection->input_ended && connection_takes_input(connection))
		connection_finish_input(connection);
}
