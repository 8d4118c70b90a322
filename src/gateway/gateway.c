/* The gateway: admits connections, and at the end of each turn commits, sends and resumes. */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>
#include <utlist.h>

#include "gateway/gateway_internal.h"

enum { DRAINING_MS = 60000 }; /* for processing the input of a client that has disconnected */

static void
gateway_stopped(void *ctx, const struct event *event)
{
	struct gateway *gateway = ctx;
	struct session **to =
		xrealloc(NULL, (gateway->n_connections + 1) * sizeof(struct session *));
	size_t n = 0;
	struct connection *connection;
	DL_FOREACH(gateway->connections, connection)
	to[n++] = &connection->client.session;
	gateway_broadcast(gateway, event, to, n);
	for (size_t i = 0; i < n; i++)
		connection_end((struct connection *)to[i], REASON_SHUTTING_DOWN);
	free(to);
}

static void
gateway_session_closed(void *gateway, struct session *session, enum reason why)
{
	(void)gateway;
	connection_end((struct connection *)session, why);
}

static void
gateway_session_resumed(void *gateway, struct session *session)
{
	struct connection *connection = (struct connection *)session;
	(void)gateway;
	connection_note_login(connection);
	connection_mark_dirty(connection);
}

static int64_t
gateway_wall_ms(void *ctx)
{
	const struct gateway *gateway = ctx;
	return gateway->wall_ms(gateway->clock);
}

static int64_t
gateway_monotonic_ms(void *ctx)
{
	const struct gateway *gateway = ctx;
	return gateway->monotonic_ms(gateway->clock);
}

static void
gateway_random(void *ctx, void *bytes, size_t n)
{
	(void)ctx;
	if (getentropy(bytes, n) < 0)
		abort();
}

struct gateway *
gateway_open(const struct gateway_settings *settings, const struct transport_ops *transport,
	int64_t (*wall_ms)(void *), int64_t (*monotonic_ms)(void *), void *clock)
{
	struct gateway *gateway = xcalloc(sizeof *gateway);
	gateway->settings = *settings;
	gateway->transport = transport;
	gateway->wall_ms = wall_ms;
	gateway->monotonic_ms = monotonic_ms;
	gateway->clock = clock;
	const struct core_host host = {
		.ctx = gateway,
		.deliver = gateway_broadcast,
		.stop = gateway_stopped,
		.close = gateway_session_closed,
		.resume = gateway_session_resumed,
		.wall_ms = gateway_wall_ms,
		.monotonic_ms = gateway_monotonic_ms,
		.random = gateway_random,
		.check_password = settings->passwords ? gateway_check_password : NULL,
		.digest = secret_digest,
		.history = settings->history,
	};
	gateway->core = core_open(&settings->core, &host, settings->log);
	if (gateway->core)
		return gateway;
	if (settings->passwords)
		passwords_close(settings->passwords);
	free(gateway);
	return NULL;
}

static bool
gateway_has_work(const struct gateway *gateway)
{
	return gateway->dirty.n > 0 || gateway->to_reap.n > 0;
}

void
gateway_close(struct gateway *gateway)
{
	while (gateway_has_work(gateway))
		gateway_flush(gateway);
	/* What is held has nowhere to go any more, but keeps its connections. */
	gate_open(gateway, UINT64_MAX);
	while (gateway_has_work(gateway))
		gateway_flush(gateway);
	assert(gateway->n_connections == 0);
	if (gateway->settings.passwords)
		passwords_close(gateway->settings.passwords);
	gateway_drop_guesses(gateway);
	core_close(gateway->core);
	free(gateway->dirty.at);
	free(gateway->to_reap.at);
	free(gateway->to_resume.at);
	free(gateway->gate.at);
	timers_clear(&gateway->timers);
	strbuf_clear(&gateway->buf);
	free(gateway);
}

struct core *
gateway_core(struct gateway *gateway)
{
	return gateway->core;
}

size_t
gateway_connections(const struct gateway *gateway)
{
	return gateway->n_connections;
}

/* Where the adapter's encodings begin among all. */
static unsigned char
adapter_encodings(const struct adapter *adapter)
{
	unsigned before = 0;
	for (size_t i = 0; adapter_list()[i] != adapter; i++)
		before += adapter_list()[i]->encodings;
	assert(before + adapter->encodings <= ENCODINGS_MAX);
	return (unsigned char)before;
}

static struct peer
peer_of(const struct sockaddr *address)
{
	struct peer peer = {.port = 0};
	unsigned char mapped[ADDRESS_KEY_BYTES];
	if (address && address_map(mapped, address)) {
		address_format(peer.host, mapped);
		peer.port = address_port(address);
	}
	return peer;
}

static enum reason
gateway_refusal(const struct gateway *gateway, const struct sockaddr *peer)
{
	size_t most = gateway->settings.sessions_per_address;
	if (gateway->stopping)
		return REASON_SHUTTING_DOWN;
	if (gateway->n_sessions >= gateway->settings.sessions)
		return REASON_SERVER_FULL;
	if (most && quota_sessions(gateway, peer) >= most)
		return REASON_ADDRESS_FULL;
	return REASON_OK;
}

/* Admits the connection, and counts it as a session. */
static void
connection_admit(struct connection *connection, const struct sockaddr *peer)
{
	struct gateway *gateway = connection->gateway;
	const struct adapter *adapter = connection->client.listener->adapter;
	connection->admitted = true;
	gateway->n_sessions++;
	quota_take(connection, peer);
	if (adapter->on_admit)
		adapter->on_admit(&connection->client);
	connection_note_login(connection);
	if (gateway->settings.login_timeout > 0 && !connection->client.session.user)
		connection->deadline =
			gateway_monotonic_ms(gateway) + gateway->settings.login_timeout;
	connection_set_timer(connection, 0);
}

static struct connection *
connection_new(struct gateway *gateway, const struct listener *listener, void *conn)
{
	const struct adapter *adapter = listener->adapter;
	struct connection *connection = xcalloc(sizeof *connection + adapter->state_size);
	connection->gateway = gateway;
	connection->conn = conn;
	connection->encodings = adapter_encodings(adapter);
	connection->other_room = adapter->other_room;
	connection->client.listener = listener;
	connection->client.state = connection + 1;
	connection->client.decoder = &connection->decoder;
	session_open(&connection->client.session, gateway->core, adapter->name, listener->room);
	connection->client.session.replay = (size_t)listener->replay;
	connection->client.session.tls_port = listener->tls_port;
	DL_APPEND(gateway->connections, connection);
	gateway->n_connections++;
	return connection;
}

struct connection *
connection_open(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, bool encrypted, uint32_t number, void *conn)
{
	struct connection *connection = connection_new(gateway, listener, conn);
	const struct peer from = peer_of(peer);
	connection->number = number;
	connection->client.session.secure = encrypted || (peer && address_is_loopback(peer));
	listener->adapter->on_connect(&connection->client, &from);
	enum reason refusal = gateway_refusal(gateway, peer);
	if (refusal == REASON_OK) {
		connection_admit(connection, peer);
	} else {
		session_reject_input(
			&connection->client.session, refusal, TEXT_NONE, TEXT_NONE, TEXT_NONE);
		connection_end(connection, refusal);
	}
	return connection;
}

void
gateway_refuse(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, enum reason why, struct strbuf *out)
{
	struct connection *connection = connection_new(gateway, listener, NULL);
	const struct peer from = peer_of(peer);
	listener->adapter->on_connect(&connection->client, &from);
	session_reject_input(&connection->client.session, why, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	while (connection->out.bytes > 0) {
		struct text first = outqueue_first(&connection->out);
		strbuf_add_text(out, first);
		outqueue_consume(&connection->out, first.len);
	}
	connection_lost(connection, why);
}

/* The transport is closed, but input is left: it is processed for up to DRAIN_MS. */
static void
connection_drain(struct connection *connection)
{
	struct gateway *gateway = connection->gateway;
	connection_set_state(connection, CONNECTION_DRAINING);
	connection->input_ended = true;
	outqueue_clear(&connection->out);
	session_drop_listings(&connection->client.session);
	connection->deadline = gateway_monotonic_ms(gateway) + DRAINING_MS;
	connection_mark_dirty(connection);
}

static bool
connection_owes_input(const struct connection *connection)
{
	const struct framing *framing = connection->client.listener->adapter->framing;
	bool partial = framing->pauses && decoder_has_partial(&connection->decoder);
	return connection->state == CONNECTION_OPEN && connection->client.session.user &&
	       (connection->in.bytes > 0 || partial);
}

void
connection_lost(struct connection *connection, enum reason why)
{
	struct text nick = session_nick(&connection->client.session);
	connection->conn = NULL;
	if (nick.len > 0)
		connection_log(connection, LOG_LEVEL_DEBUG, "%.*s has gone: %s", TEXT_ARGS(nick),
			why == REASON_LOST ? "connection lost" : reason_word(why));
	if (connection_owes_input(connection)) {
		connection_drain(connection);
		return;
	}
	connection_set_state(connection, CONNECTION_GONE);
	connection_schedule_close(connection);
}

static void
connection_free(struct connection *connection)
{
	struct gateway *gateway = connection->gateway;
	const struct adapter *adapter = connection->client.listener->adapter;
	if (adapter->on_close)
		adapter->on_close(&connection->client);
	timer_set(&gateway->timers, &connection->timer, 0);
	outqueue_clear(&connection->out);
	outqueue_clear(&connection->in);
	decoder_clear(&connection->decoder);
	DL_DELETE(gateway->connections, connection);
	gateway->n_connections--;
	free(connection);
}

/* Ends the session, which other users are told; closes the socket if it is still open. */
static void
connection_reap(struct connection *connection)
{
	struct gateway *gateway = connection->gateway;
	session_end(&connection->client.session);
	if (connection->admitted)
		gateway->n_sessions--;
	connection->admitted = false;
	quota_release(connection);
	/* A connection in the list of dirty ones, or of what is gated, must not be freed. */
	bool listed = connection->dirty || connection->gated > 0;
	if (connection->state == CONNECTION_GONE && !listed) {
		connection_free(connection);
		return;
	}
	connection->to_reap = false;
	if (connection->state == CONNECTION_CLOSING) {
		outqueue_clear(&connection->out);
		connection_set_state(connection, CONNECTION_CLOSED);
		gateway->transport->close(connection->conn, connection->close_reason);
	}
}

static void
gateway_reap(struct gateway *gateway)
{
	/*
	 * Announcing that these users left may close further connections, which are appended to
	 * the list.
	 */
	for (size_t i = 0; i < gateway->to_reap.n; i++)
		connection_reap(gateway->to_reap.at[i]);
	gateway->to_reap.n = 0;
}

static bool
connection_waits(const struct connection *connection)
{
	return connection_takes_input(connection) &&
	       (connection->read_paused || connection->input_ended || connection->in.bytes > 0 ||
		       (connection->client.session.pending & PENDING_LISTING));
}

static void
gateway_send(struct gateway *gateway, uint64_t ticket)
{
	for (size_t i = 0; i < gateway->dirty.n; i++) {
		struct connection *connection = gateway->dirty.at[i];
		connection->dirty = false;
		gate_pass(connection, ticket);
		if (connection->state == CONNECTION_GONE)
			connection_schedule_close(connection);
		else
			connection_send(connection);
		if (connection_waits(connection))
			connection_list_add(&gateway->to_resume, connection);
	}
	gateway->dirty.n = 0;
}

void
gateway_flush(struct gateway *gateway)
{
	struct history *history = gateway->settings.history;
	uint64_t ticket = 0;
	if (history) {
		gate_open(gateway, history->committed(history));
		gate_ask(gateway, history);
	}
	if (gateway->settings.passwords)
		passwords_finish(gateway->settings.passwords);
	gateway_reap(gateway);
	if (history)
		ticket = history->end_turn(history);
	if (ticket)
		gateway->gate.ticket = ticket;
	gateway_send(gateway, ticket);
	gateway_end_batch(gateway);
	/* The output of these connections belongs to the next turn. */
	for (size_t i = 0; i < gateway->to_resume.n; i++)
		connection_resume(gateway->to_resume.at[i]);
	gateway->to_resume.n = 0;
}

static void
connection_on_timer(struct connection *connection, int64_t now)
{
	if (connection->deadline == 0 || now < connection->deadline) {
		connection_resume(connection);
	} else if (connection->state == CONNECTION_OPEN) {
		session_reject_input(&connection->client.session, REASON_TOO_LATE, TEXT_NONE,
			TEXT_NONE, TEXT_NONE);
		connection_end(connection, REASON_TOO_LATE);
	} else {
		/* The time for reading the last data, or for processing the input, is over. */
		connection->deadline = 0;
		connection_set_timer(connection, 0);
		if (connection->state == CONNECTION_DRAINING)
			connection_set_state(connection, CONNECTION_GONE);
		connection_schedule_close(connection);
	}
}

/* Of two waits in ms, of which -1 has no end. */
static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

int64_t
gateway_tick(struct gateway *gateway)
{
	int64_t now = gateway_monotonic_ms(gateway);
	struct timer *timer;
	while ((timer = timers_first(&gateway->timers)) && timer->at <= now) {
		char *at = (char *)timer - offsetof(struct connection, timer);
		struct connection *connection = (struct connection *)(void *)at;
		timer_set(&gateway->timers, timer, 0);
		connection_on_timer(connection, now);
	}
	int64_t wait = sooner(core_tick(gateway->core), gateway_start_guesses(gateway));
	gateway_flush(gateway);
	if (gateway_has_work(gateway))
		return 0;
	timer = timers_first(&gateway->timers);
	return sooner(wait, timer ? timer->at - now : -1);
}

void
gateway_stop(struct gateway *gateway)
{
	gateway->stopping = true;
	core_stop(gateway->core);
}
