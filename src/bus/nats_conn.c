/*
 * A connection on the loop: polls libnats' descriptor, writes what was published when the turn
 * ends, and takes messages from libnats' synchronous subscriptions.
 */
#include "bus/nats_conn.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "bus/nats_session.h"

struct nats_conn {
	const struct nats_conn_host *host;
	struct nats_session *session;
	struct nats_sub *subs;
	int64_t max_payload;           /* bytes */
	bool connected, lost, closing; /* lost: it was reported */
	int polled;                    /* the events that are polled; 0: poll is not open */
	unsigned handles;              /* that are open */
	char denied[NATS_WHY_BYTES];   /* what was reported last */
	uv_async_t done;
	uv_prepare_t prepare;
	uv_poll_t poll;
};

struct nats_sub {
	struct nats_conn *conn;
	natsSubscription *nats;
	natsMsg *taken;
	struct nats_sub *prev, *next;
};

static void
on_handle_closed(uv_handle_t *handle)
{
	struct nats_conn *conn = handle->data;
	if (--conn->handles == 0)
		free(conn);
}

static void
poll_end(void *ctx)
{
	struct nats_conn *conn = ctx;
	if (!conn->polled)
		return;
	conn->polled = 0;
	uv_close((uv_handle_t *)&conn->poll, on_handle_closed);
}

static void
report_lost(struct nats_conn *conn, const char *why)
{
	conn->connected = false;
	if (conn->lost || conn->closing)
		return;
	conn->lost = true;
	/* It may be of the session, which ends now. */
	char copy[NATS_WHY_BYTES];
	snprintf(copy, sizeof copy, "%s", why);
	conn->host->lost(conn->host->ctx, copy);
}

/* Reports what libnats noticed while it read or wrote. False: the connection is lost. */
static bool
still_connected(struct nats_conn *conn)
{
	const char *text = NULL;
	natsStatus status = natsConnection_GetLastError(conn->session->nats, &text);
	if (conn->session->closed) {
		char why[NATS_WHY_BYTES];
		snprintf(why, sizeof why, "%.*s: %s",
			TEXT_ARGS(nats_url_address(conn->session->url)),
			text && *text ? text : "the connection was lost");
		report_lost(conn, why);
		return false;
	}
	if (status == NATS_NOT_PERMITTED && text && strcmp(text, conn->denied) != 0) {
		snprintf(conn->denied, sizeof conn->denied, "%s", text);
		conn->host->denied(conn->host->ctx, conn->denied);
	}
	return conn->connected;
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void
poll_for(struct nats_conn *conn, int events)
{
	if (conn->polled == events)
		return;
	conn->polled = events;
	uv_poll_start(&conn->poll, events, on_poll);
}

static bool
write_out(struct nats_conn *conn)
{
	natsConnection_ProcessWriteEvent(conn->session->nats);
	if (!still_connected(conn))
		return false;
	poll_for(conn, UV_READABLE | (conn->session->to_write ? UV_WRITABLE : 0));
	return true;
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct nats_conn *conn = poll->data;
	if ((events & UV_WRITABLE) && !write_out(conn))
		return;
	if (status == 0 && !(events & UV_READABLE))
		return;
	natsConnection_ProcessReadEvent(conn->session->nats);
	if (still_connected(conn))
		conn->host->readable(conn->host->ctx);
}

/* Before the loop waits: what was published in this turn leaves together. */
static void
on_prepare(uv_prepare_t *prepare)
{
	struct nats_conn *conn = prepare->data;
	if (conn->connected && conn->session->to_write && !(conn->polled & UV_WRITABLE))
		write_out(conn);
}

static void
conn_begin(struct nats_conn *conn)
{
	struct nats_session *session = conn->session;
	if (uv_poll_init_socket(conn->done.loop, &conn->poll, session->fd) != 0) {
		report_lost(conn, "libuv cannot poll the connection");
		return;
	}
	conn->handles++;
	session->on_close = poll_end;
	session->ctx = conn;
	conn->max_payload = natsConnection_GetMaxPayload(session->nats);
	conn->connected = true;
	poll_for(conn, UV_READABLE);
	uv_prepare_start(&conn->prepare, on_prepare);
	conn->host->connected(conn->host->ctx);
}

/* Once more when a thread has closed it. */
static void
conn_end(struct nats_conn *conn)
{
	if (nats_session_close(conn->session))
		return;
	nats_session_free(conn->session);
	conn->session = NULL;
	uv_close((uv_handle_t *)&conn->done, on_handle_closed);
}

static void
on_done(uv_async_t *async)
{
	struct nats_conn *conn = async->data;
	bool connected = nats_session_join(conn->session);
	if (conn->closing)
		conn_end(conn);
	else if (connected)
		conn_begin(conn);
	else
		report_lost(
			conn, *conn->session->why ? conn->session->why : "the connection was lost");
}

struct nats_conn *
nats_conn_open(uv_loop_t *loop, const struct nats_target *target, const struct nats_conn_host *host)
{
	struct nats_conn *conn = xcalloc(sizeof *conn);
	*conn = (struct nats_conn){.host = host, .handles = 2};
	conn->done.data = conn->prepare.data = conn->poll.data = conn;
	uv_async_init(loop, &conn->done, on_done);
	uv_prepare_init(loop, &conn->prepare);
	conn->session = nats_session_open(target, &conn->done);
	return conn;
}

void
nats_conn_close(struct nats_conn *conn)
{
	conn->closing = true;
	conn->connected = false;
	for (struct nats_sub *sub = conn->subs, *next; sub; sub = next) {
		next = sub->next;
		nats_conn_unsubscribe(sub);
	}
	poll_end(conn);
	uv_close((uv_handle_t *)&conn->prepare, on_handle_closed);
	if (!conn->session->running)
		conn_end(conn);
}

int64_t
nats_conn_max_payload(const struct nats_conn *conn)
{
	return conn->max_payload;
}

bool
nats_conn_publish(struct nats_conn *conn, const char *subject, const char *reply, struct text bytes)
{
	if (!conn->connected || (int64_t)bytes.len > conn->max_payload)
		return false;
	natsConnection *nats = conn->session->nats;
	if (natsConnection_Buffered(nats) > NATS_UNSENT_BYTES)
		return false;
	int len = (int)bytes.len;
	return nats_checked(
		       reply ? natsConnection_PublishRequest(nats, subject, reply, bytes.ptr, len)
			     : natsConnection_Publish(nats, subject, bytes.ptr, len)) == NATS_OK;
}

struct nats_sub *
nats_conn_subscribe(struct nats_conn *conn, const char *subject, int limit)
{
	natsSubscription *nats = NULL;
	if (!conn->connected || nats_checked(natsConnection_SubscribeSync(
					&nats, conn->session->nats, subject)) != NATS_OK)
		return NULL;
	natsSubscription_SetPendingLimits(nats, limit, -1);
	struct nats_sub *sub = xcalloc(sizeof *sub);
	*sub = (struct nats_sub){.conn = conn, .nats = nats, .next = conn->subs};
	if (sub->next)
		sub->next->prev = sub;
	conn->subs = sub;
	return sub;
}

static void
message_release(struct nats_sub *sub)
{
	natsMsg_Destroy(sub->taken);
	sub->taken = NULL;
}

void
nats_conn_unsubscribe(struct nats_sub *sub)
{
	message_release(sub);
	if (sub->prev)
		sub->prev->next = sub->next;
	else
		sub->conn->subs = sub->next;
	if (sub->next)
		sub->next->prev = sub->prev;
	/* It tells the server. */
	natsSubscription_Destroy(sub->nats);
	free(sub);
}

bool
nats_conn_next(struct nats_sub *sub, struct nats_message *message)
{
	message_release(sub);
	if (!sub->conn->connected)
		return false;
	natsStatus status = nats_checked(natsSubscription_NextMsg(&sub->taken, sub->nats, 0));
	/* That messages were dropped, which are over the limit, is told once. */
	if (status == NATS_SLOW_CONSUMER)
		status = nats_checked(natsSubscription_NextMsg(&sub->taken, sub->nats, 0));
	*message = (struct nats_message){.subject = "", .no_responders = true};
	if (status != NATS_OK)
		return status == NATS_NO_RESPONDERS;
	*message = (struct nats_message){
		.subject = natsMsg_GetSubject(sub->taken),
		.reply = natsMsg_GetReply(sub->taken),
		.bytes = {natsMsg_GetData(sub->taken), (size_t)natsMsg_GetDataLength(sub->taken)},
	};
	return true;
}

const char *
nats_conn_header(const struct nats_sub *sub, const char *key)
{
	const char *value = NULL;
	if (!sub->taken || natsMsgHeader_Get(sub->taken, key, &value) != NATS_OK)
		return NULL;
	return value;
}
