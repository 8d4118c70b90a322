/* The gateway: lets connections in and out, and sees to them at the end of each turn. */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <utlist.h>

#include "base/alloc.h"
#include "gateway/house.h"
#include "teahouse/diag.h"

void
list_add(struct list *list, struct connection *connection)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 16;
		list->at = xrealloc(list->at, list->cap * sizeof(struct connection *));
	}
	list->at[list->n++] = connection;
}

void
connection_doom(struct connection *connection)
{
	if (connection->doomed)
		return;
	connection->doomed = true;
	list_add(&connection->gateway->doomed, connection);
}

static void
gateway_gone(void *gateway, struct session *session, enum reason why)
{
	(void)gateway;
	connection_end((struct connection *)session, why);
}

static int64_t
gateway_now(void *ctx)
{
	const struct gateway *gateway = ctx;
	return gateway->now(gateway->clock);
}

static int64_t
gateway_ticks(void *ctx)
{
	const struct gateway *gateway = ctx;
	return gateway->ticks(gateway->clock);
}

struct gateway *
gateway_open(const struct gateway_settings *settings, const struct wire *wire,
	int64_t (*now)(void *), int64_t (*ticks)(void *), void *clock)
{
	struct gateway *gateway = xcalloc(sizeof *gateway);
	gateway->settings = *settings;
	gateway->wire = wire;
	gateway->now = now;
	gateway->ticks = ticks;
	gateway->clock = clock;
	const struct outside outside = {
		gateway, gateway_tell, gateway_gone, gateway_now, gateway_ticks};
	gateway->core = core_open(&settings->core, &outside);
	if (gateway->core)
		return gateway;
	free(gateway);
	return NULL;
}

void
gateway_close(struct gateway *gateway)
{
	gateway_flush(gateway);
	assert(gateway->n_connections == 0);
	core_close(gateway->core);
	free(gateway->dirty.at);
	free(gateway->doomed.at);
	dues_clear(&gateway->dues);
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

void
address_key(unsigned char key[static 16], const struct sockaddr *peer)
{
	memset(key, 0, 16);
	if (peer->sa_family == AF_INET) {
		memcpy(key + 12, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
		key[10] = key[11] = 0xff;
	} else if (peer->sa_family == AF_INET6) {
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
		memcpy(key, in6, IN6_IS_ADDR_V4MAPPED(in6) ? 16 : 8);
	}
}

static struct origin *
origin_find(const struct gateway *gateway, const unsigned char key[16])
{
	struct origin *origin;
	HASH_FIND(hh, gateway->origins, key, sizeof origin->key, origin);
	return origin;
}

static void
origin_enter(struct connection *connection, const unsigned char key[16])
{
	struct gateway *gateway = connection->gateway;
	struct origin *origin = origin_find(gateway, key);
	if (!origin) {
		origin = xcalloc(sizeof *origin);
		memcpy(origin->key, key, sizeof origin->key);
		HASH_ADD(hh, gateway->origins, key, sizeof origin->key, origin);
	}
	origin->sessions++;
	connection->origin = origin;
}

static void
origin_leave(struct connection *connection)
{
	struct origin *origin = connection->origin;
	connection->origin = NULL;
	if (!origin || --origin->sessions > 0)
		return;
	HASH_DELETE(hh, connection->gateway->origins, origin);
	free(origin);
}

/* Where the adapter's voices begin among all. */
static unsigned char
adapter_voices(const struct adapter *adapter)
{
	unsigned before = 0;
	for (size_t i = 0; adapter_list()[i] != adapter; i++)
		before += adapter_list()[i]->voices;
	assert(before + adapter->voices <= VOICES_MAX);
	return (unsigned char)before;
}

static struct peer
peer_of(const struct sockaddr *address)
{
	struct peer peer = {.port = 0};
	const void *any = address;
	if (address && address->sa_family == AF_INET) {
		const struct sockaddr_in *in = any;
		inet_ntop(AF_INET, &in->sin_addr, peer.host, sizeof peer.host);
		peer.port = ntohs(in->sin_port);
	} else if (address && address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = any;
		inet_ntop(AF_INET6, &in6->sin6_addr, peer.host, sizeof peer.host);
		peer.port = ntohs(in6->sin6_port);
	}
	return peer;
}

static enum reason
gateway_refusal(const struct gateway *gateway, const struct sockaddr *peer)
{
	size_t most = gateway->settings.sessions_per_address;
	const struct origin *origin = NULL;
	if (most && peer) {
		unsigned char key[16];
		address_key(key, peer);
		origin = origin_find(gateway, key);
	}
	if (gateway->stopping)
		return REASON_SHUTTING_DOWN;
	if (gateway->n_sessions >= gateway->settings.sessions)
		return REASON_SERVER_FULL;
	if (origin && origin->sessions >= most)
		return REASON_ADDRESS_FULL;
	return REASON_FINE;
}

/* Counts it among the sessions, which it may stay. */
static void
connection_enter(struct connection *connection, const struct sockaddr *peer)
{
	struct gateway *gateway = connection->gateway;
	const struct adapter *adapter = connection->talk.listener->adapter;
	unsigned char key[16];
	connection->counted = true;
	gateway->n_sessions++;
	if (peer) {
		address_key(key, peer);
		origin_enter(connection, key);
	}
	if (adapter->enter)
		adapter->enter(&connection->talk);
	if (gateway->settings.login_timeout > 0 && !connection->talk.session.user) {
		connection->deadline = gateway_ticks(gateway) + gateway->settings.login_timeout;
		due_set(&gateway->dues, &connection->due, connection->deadline);
	}
}

static struct connection *
connection_make(struct gateway *gateway, const struct listener *listener, void *link)
{
	const struct adapter *adapter = listener->adapter;
	struct connection *connection = xcalloc(sizeof *connection + adapter->memory);
	connection->gateway = gateway;
	connection->link = link;
	connection->voices = adapter_voices(adapter);
	connection->elsewhere = adapter->elsewhere;
	connection->talk.listener = listener;
	connection->talk.memory = connection + 1;
	session_open(
		&connection->talk.session, gateway->core, adapter->name, text_of(listener->room));
	DL_APPEND(gateway->connections, connection);
	gateway->n_connections++;
	return connection;
}

struct connection *
connection_open(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, void *link)
{
	struct connection *connection = connection_make(gateway, listener, link);
	const struct peer from = peer_of(peer);
	listener->adapter->greet(&connection->talk, &from);
	enum reason refusal = gateway_refusal(gateway, peer);
	if (refusal == REASON_FINE) {
		connection_enter(connection, peer);
	} else {
		session_refuse(&connection->talk.session, refusal, TEXT_NONE, TEXT_NONE, TEXT_NONE);
		connection_end(connection, refusal);
	}
	return connection;
}

void
gateway_refuse(struct gateway *gateway, const struct listener *listener,
	const struct sockaddr *peer, struct strbuf *out)
{
	struct connection *connection = connection_make(gateway, listener, NULL);
	const struct peer from = peer_of(peer);
	listener->adapter->greet(&connection->talk, &from);
	session_refuse(
		&connection->talk.session, REASON_SERVER_FULL, TEXT_NONE, TEXT_NONE, TEXT_NONE);
	while (connection->out.bytes > 0) {
		struct text first = outqueue_first(&connection->out);
		strbuf_add_text(out, first);
		outqueue_consume(&connection->out, first.len);
	}
	connection_lost(connection, REASON_SERVER_FULL);
}

void
connection_lost(struct connection *connection, enum reason why)
{
	struct text nick = session_nick(&connection->talk.session);
	connection->lost = true;
	if (nick.len > 0)
		diag_line(LOG_LEVEL_DEBUG, "%s: %.*s left, %s", connection->talk.listener->name,
			TEXT_ARGS(nick), why == REASON_LOST ? "connection lost" : reason_word(why));
	connection_doom(connection);
}

static void
connection_free(struct connection *connection)
{
	struct gateway *gateway = connection->gateway;
	const struct adapter *adapter = connection->talk.listener->adapter;
	if (adapter->forget)
		adapter->forget(&connection->talk);
	due_set(&gateway->dues, &connection->due, 0);
	outqueue_clear(&connection->out);
	outqueue_clear(&connection->in);
	decoder_clear(&connection->decoder);
	DL_DELETE(gateway->connections, connection);
	gateway->n_connections--;
	free(connection);
}

/* Tells those who are left that it went; a socket that is still there is hung up. */
static void
connection_bury(struct connection *connection)
{
	struct gateway *gateway = connection->gateway;
	session_end(&connection->talk.session);
	if (connection->counted)
		gateway->n_sessions--;
	connection->counted = false;
	origin_leave(connection);
	/* While it is in the list of the dirty, it must not go. */
	if (connection->lost && !connection->dirty) {
		connection_free(connection);
		return;
	}
	connection->doomed = false;
	if (!connection->lost && !connection->closed) {
		connection->closed = true;
		outqueue_clear(&connection->out);
		gateway->wire->close(connection->link, connection->ending);
	}
}

static void
gateway_bury(struct gateway *gateway)
{
	/* Their leaving may doom others, who then stand behind them in the list. */
	for (size_t i = 0; i < gateway->doomed.n; i++)
		connection_bury(gateway->doomed.at[i]);
	gateway->doomed.n = 0;
}

void
gateway_flush(struct gateway *gateway)
{
	do {
		gateway_bury(gateway);
		/* Sending may let somebody be heard again, who makes others dirty. */
		for (size_t i = 0; i < gateway->dirty.n; i++) {
			struct connection *connection = gateway->dirty.at[i];
			connection->dirty = false;
			if (connection->lost)
				connection_doom(connection);
			else if (!connection->full)
				connection_flush(connection);
		}
		gateway->dirty.n = 0;
	} while (gateway->doomed.n > 0);
	gateway_fall_silent(gateway);
}

static void
connection_due(struct connection *connection, int64_t now)
{
	struct gateway *gateway = connection->gateway;
	if (connection->deadline == 0 || now < connection->deadline) {
		connection_wake(connection);
	} else if (connection->ending != REASON_FINE) {
		/* It had its time to take what it was told. */
		connection->deadline = 0;
		due_set(&gateway->dues, &connection->due, 0);
		connection_doom(connection);
	} else {
		session_refuse(&connection->talk.session, REASON_TOO_LATE, TEXT_NONE, TEXT_NONE,
			TEXT_NONE);
		connection_end(connection, REASON_TOO_LATE);
	}
}

int64_t
gateway_tick(struct gateway *gateway)
{
	int64_t now = gateway_ticks(gateway);
	struct due *due;
	while ((due = due_first(&gateway->dues)) && due->at <= now) {
		char *at = (char *)due - offsetof(struct connection, due);
		struct connection *connection = (struct connection *)(void *)at;
		due_set(&gateway->dues, due, 0);
		connection_due(connection, now);
	}
	int64_t digest = core_tick(gateway->core);
	gateway_flush(gateway);
	due = due_first(&gateway->dues);
	int64_t wait = due ? due->at - now : -1;
	return wait < 0 || (digest >= 0 && digest < wait) ? digest : wait;
}

void
gateway_stop(struct gateway *gateway)
{
	struct strbuf sentence = {0};
	reason_sentence(&sentence, REASON_SHUTTING_DOWN, TEXT_NONE);
	struct event event = {.kind = EVENT_NOTICE, .time = gateway_now(gateway)};
	event.body = strbuf_view(&sentence);
	gateway->stopping = true;
	struct session **to =
		xrealloc(NULL, (gateway->n_connections + 1) * sizeof(struct session *));
	size_t n = 0;
	struct connection *connection;
	DL_FOREACH(gateway->connections, connection)
	to[n++] = &connection->talk.session;
	gateway_tell(gateway, &event, to, n);
	for (size_t i = 0; i < n; i++)
		connection_end((struct connection *)to[i], REASON_SHUTTING_DOWN);
	free(to);
	strbuf_clear(&sentence);
}
