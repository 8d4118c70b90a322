/* Delivers an event to many: encoded once in each encoding, and a reference in each outbox. */
#include "gateway/gateway_internal.h"

enum { BATCH_BYTES = 16384 }; /* most that is encoded into one buffer */

/* One event in every encoding that was needed so far. */
struct encoded {
	const struct event *event;
	uint64_t have; /* a bit for each encoding */
	struct slice in[ENCODINGS_MAX];
};

/* It is sent no more events. */
static bool
connection_is_silenced(const struct connection *connection)
{
	return connection->state != CONNECTION_OPEN || connection->to_reap;
}

static unsigned
connection_encoding(const struct connection *connection, const struct event *event)
{
	const struct client *client = &connection->client;
	bool other_room = connection->other_room && event->in_room &&
			  event->in_room != client->session.current;
	return connection->encodings + client->encoding + (other_room ? 1 : 0);
}

static void
event_encode(const struct connection *connection, const struct event *event, unsigned encoding)
{
	struct strbuf *buf = &connection->gateway->buf;
	buf->len = 0;
	connection->client.listener->adapter->encode(encoding - connection->encodings, event, buf);
}

/*
 * Appends to what was encoded earlier in this turn, so that a client that is sent all
 * of it has one piece to send. A new buffer is as large as the last turn or this one
 * suggests.
 */
static struct slice
batch_add(struct encoding_batch *batch, struct text bytes)
{
	if (!batch->open || !buffer_add(batch->open, bytes)) {
		size_t cap = batch->before > 2 * batch->now ? batch->before : 2 * batch->now;
		if (cap > BATCH_BYTES)
			cap = BATCH_BYTES;
		if (batch->open)
			buffer_drop(batch->open);
		batch->open = buffer_open(cap > bytes.len ? cap : bytes.len);
		buffer_add(batch->open, bytes);
	}
	batch->now += bytes.len;
	uint32_t end = batch->open->len;
	return (struct slice){batch->open, end - (uint32_t)bytes.len, end};
}

static void
encoded_add(struct encoded *encoded, const struct connection *connection, unsigned encoding)
{
	struct gateway *gateway = connection->gateway;
	event_encode(connection, encoded->event, encoding);
	encoded->in[encoding] = batch_add(&gateway->batches[encoding], strbuf_view(&gateway->buf));
	encoded->have |= UINT64_C(1) << encoding;
}

static inline struct slice
encoded_slice(struct encoded *encoded, const struct connection *connection)
{
	unsigned encoding = connection_encoding(connection, encoded->event);
	if (!(encoded->have >> encoding & 1))
		encoded_add(encoded, connection, encoding);
	return encoded->in[encoding];
}

void
gateway_end_batch(struct gateway *gateway)
{
	for (size_t i = 0; i < ENCODINGS_MAX; i++) {
		struct encoding_batch *batch = &gateway->batches[i];
		if (batch->open)
			buffer_drop(batch->open);
		*batch = (struct encoding_batch){.before = batch->now};
	}
}

static bool
event_is_speech(const struct event *event)
{
	return event->kind == EVENT_SAID || event->kind == EVENT_EMOTE ||
	       event->kind == EVENT_DIRECT;
}

static void
deliver_rewritten(struct connection *connection, struct text encoded)
{
	struct strbuf out = {0};
	connection->client.listener->adapter->rewrite(&connection->client, encoded, &out);
	struct buffer *buffer = buffer_make(strbuf_view(&out));
	connection_push(connection, (struct slice){buffer, 0, buffer->len});
	buffer_drop(buffer);
	strbuf_clear(&out);
}

static inline void
deliver_slice(struct connection *connection, struct slice slice)
{
	if (connection->client.rewrites)
		deliver_rewritten(connection,
			(struct text){slice.buffer->bytes + slice.from, slice.to - slice.from});
	else
		connection_push(connection, slice);
}

/* A copy for a session of the user whose doing the event is. */
static void
deliver_own(struct connection *connection, const struct event *event, struct text ref)
{
	struct event own = *event;
	own.own = true;
	own.ref = ref;
	event_encode(connection, &own, connection_encoding(connection, event));
	struct buffer *buffer = buffer_make(strbuf_view(&connection->gateway->buf));
	deliver_slice(connection, (struct slice){buffer, 0, buffer->len});
	buffer_drop(buffer);
}

/*
 * The copy for the session that caused the event, if it wants one: a request with a ref
 * waits for its answer, and a user who writes to itself for the message.
 */
static void
deliver_by(struct encoded *encoded, struct connection *connection, const struct event *event)
{
	bool wanted = connection->client.listener->echo || event->ref.len > 0 ||
		      text_is(event->actor, event->target);
	if (event_is_speech(event) && !wanted)
		return;
	/* What a user says is the same for all, but for the ref. */
	if (event_is_speech(event) && !event->ref.ptr)
		deliver_slice(connection, encoded_slice(encoded, connection));
	else
		deliver_own(connection, event, event->ref);
}

static void
event_deliver(const struct event *event, struct session *const to[], size_t n)
{
	struct event others = *event;
	others.ref = TEXT_NONE;
	struct encoded encoded;
	encoded.event = &others;
	encoded.have = 0;
	struct connection *by = NULL;
	bool siblings = event->user && !event_is_speech(event);
	for (size_t i = 0; i < n; i++) {
		struct connection *connection = (struct connection *)to[i];
		if (connection_is_silenced(connection))
			continue;
		if (to[i] == event->by)
			by = connection;
		else if (siblings && to[i]->user == event->user)
			deliver_own(connection, event, TEXT_NONE);
		else
			deliver_slice(connection, encoded_slice(&encoded, connection));
	}
	if (by)
		deliver_by(&encoded, by, event);
}

void
gateway_broadcast(void *gateway, const struct event *event, struct session *const to[], size_t n)
{
	(void)gateway;
	/* What has an id is to keep its order, and so is a digest of such. */
	if (event->id || event->kind == EVENT_PRESENCE) {
		event_deliver(event, to, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct connection *connection = (struct connection *)to[i];
		size_t before = connection->out.bytes;
		event_deliver(event, &to[i], 1);
		connection->answers += (uint32_t)(connection->out.bytes - before);
	}
}
