/* The link: one connection after the other, ticks, and taking what has come. */
#include "bus/nats_internal.h"

#include <stdlib.h>

#include "base/alloc.h"

enum {
	SILENT_TICKS = 3, /* without a word of the server, which is asked each second */
	RETRY = 500,  /* ms until the URLs are tried again, of which none could be reached, .. */
	JITTER = 250, /* .. and at most this besides, so that not all nodes come at once */
	HERE_WAITING = 1000,
	ASKS_WAITING = 64,
	ACKS_WAITING = 10000,
	MAX_PAYLOAD = 600 << 10, /* that a server must take: a piece of a snapshot and its head */
};

static void connect_next(struct nats_link *link);

static void
on_retry(uv_timer_t *timer)
{
	connect_next(timer->data);
}

static void
disconnect(struct nats_link *link, const char *why)
{
	bool was_connected = link->connected;
	link->connected = false;
	stream_disconnected(link);
	hear_stop(link);
	asks_end(link);
	link->api = link->acks = link->here = link->asks = NULL;
	nats_conn_close(link->conn);
	link->conn = NULL;
	/* The others may be well. */
	size_t url = link->url;
	link->url = (url + 1) % link->n_urls;
	bool all = ++link->round >= link->n_urls;
	if (all)
		link->round = 0;
	uint64_t jitter = uv_hrtime() / 1000 % JITTER;
	uv_timer_start(&link->retry, on_retry, (all ? RETRY : 0) + jitter, 0);
	if (was_connected)
		link_event(link, LINK_DISCONNECTED, why);
	else
		link_event_once(link, &link->told_urls[url], LINK_CANNOT_CONNECT, why);
}

static void
on_lost(void *ctx, const char *why)
{
	disconnect(ctx, why);
}

static void
on_denied(void *ctx, const char *why)
{
	link_event(ctx, LINK_DENIED, why);
}

static void
api_answer(struct nats_link *link, const struct nats_message *message)
{
	const char *to = strrchr(message->subject, '.');
	if (message->no_responders)
		stream_no_responders(link);
	else if (to && to[1] == 's')
		stream_answer(link, to + 1, message->bytes);
	else if (to && to[1] == 'c')
		hear_answer(link, to + 1, message->bytes);
}

/* What was noticed about the stream or its consumer. */
static void
look_after_log(struct nats_link *link)
{
	if (!link->ready)
		hear_stop(link);
	if (!link->check)
		return;
	link->check = false;
	stream_check(link);
}

/*
 * Takes what has come; a callback may disconnect meanwhile. Answers first, since they are few; the
 * log not whole, if it is much.
 */
static void
take_all(struct nats_link *link)
{
	struct nats_message message;
	link->silent_ticks = 0;
	while (link->api && nats_conn_next(link->api, &message))
		api_answer(link, &message);
	stream_take_acks(link);
	bool more = hear_take(link);
	for (size_t i = 0; i < LINK_DRAIN && link->here && nats_conn_next(link->here, &message);
		i++)
		if (!message.no_responders)
			link->host.here(link->host.ctx, message.bytes);
	more |= asks_take(link);
	if (!more)
		uv_idle_stop(&link->more);
	look_after_log(link);
}

static void
on_more(uv_idle_t *idle)
{
	struct nats_link *link = idle->data;
	if (link->connected)
		take_all(link);
	else
		uv_idle_stop(idle);
}

static void
on_readable(void *ctx)
{
	struct nats_link *link = ctx;
	/* It stops when there is nothing left. */
	uv_idle_start(&link->more, on_more);
	take_all(link);
}

void
nats_link_pause(struct nats_link *link, bool paused)
{
	link->paused = paused;
	link->heard_ticks = 0;
	if (!paused)
		uv_idle_start(&link->more, on_more);
}

static struct nats_sub *
subscribe(struct nats_link *link, const char *prefix, const char *suffix, int limit)
{
	char subject[NATS_SUBJECT_BYTES];
	snprintf(subject, sizeof subject, "%s.%s", prefix, suffix);
	return nats_conn_subscribe(link->conn, subject, limit);
}

static void
on_connected(void *ctx)
{
	struct nats_link *link = ctx;
	int64_t max = nats_conn_max_payload(link->conn);
	char why[LINK_WHY_BYTES], node[LINK_NAME_MAX + 16];
	struct text address = nats_url_address(link->urls[link->url]);
	if (max < MAX_PAYLOAD) {
		snprintf(why, sizeof why, "%.*s: max_payload is %lld bytes; %d are needed",
			TEXT_ARGS(address), (long long)max, MAX_PAYLOAD);
		disconnect(link, why);
		return;
	}
	link->connected = true;
	link->round = 0;
	link->silent_ticks = 0;
	memset(link->told_urls, 0, link->n_urls * sizeof *link->told_urls);
	snprintf(node, sizeof node, "node.%s.ask", link->node);
	link->api = subscribe(link, link->inbox, "api.*", -1);
	link->acks = subscribe(link, link->inbox, "ack", ACKS_WAITING);
	link->here = subscribe(link, link->name, "here", HERE_WAITING);
	link->asks = subscribe(link, link->name, node, ASKS_WAITING);
	snprintf(why, sizeof why, "%.*s", TEXT_ARGS(address));
	link_event(link, LINK_CONNECTED, why);
	stream_check(link);
}

static void
connect_next(struct nats_link *link)
{
	struct nats_target target = {
		.url = link->urls[link->url],
		.credentials = link->credentials,
		.ca = link->ca,
		.client = link->node,
	};
	link->conn = nats_conn_open(link->loop, &target, &link->conn_host);
}

static void
on_tick(uv_timer_t *timer)
{
	struct nats_link *link = timer->data;
	if (!link->connected)
		return;
	if (++link->silent_ticks > SILENT_TICKS) {
		char why[LINK_WHY_BYTES];
		snprintf(why, sizeof why, "%.*s: the server does not answer",
			TEXT_ARGS(nats_url_address(link->urls[link->url])));
		disconnect(link, why);
		return;
	}
	/* The server sends it back. */
	if (link->silent_ticks > 0) {
		char echo[NATS_SUBJECT_BYTES];
		snprintf(echo, sizeof echo, "%s.api.e", link->inbox);
		nats_conn_publish(link->conn, echo, NULL, text_of("?"));
	}
	stream_tick(link);
	hear_tick(link);
	look_after_log(link);
}

static char *
copied(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

static void
options_copy(struct nats_link *link, const struct nats_link_options *options)
{
	link->n_urls = options->n_urls;
	link->urls = xcalloc(link->n_urls * sizeof *link->urls);
	link->told_urls = xcalloc(link->n_urls * sizeof *link->told_urls);
	for (size_t i = 0; i < link->n_urls; i++)
		link->urls[i] = copied(options->urls[i]);
	link->credentials = copied(options->credentials);
	link->ca = copied(options->ca);
	link->create = options->create;
	snprintf(link->name, sizeof link->name, "%s", options->name);
	snprintf(link->node, sizeof link->node, "%s", options->node);
	snprintf(link->stream, sizeof link->stream, "%s_log", link->name);
	snprintf(link->log_subject, sizeof link->log_subject, "%s.log.0", link->name);
	snprintf(link->log_subjects, sizeof link->log_subjects, "%s.log.*", link->name);
	link->wanted = (struct api_stream){link->stream, link->log_subjects,
		options->replicas ? options->replicas : 1, options->max_bytes};
	uint64_t unique[2] = {0};
	uv_random(NULL, NULL, unique, sizeof unique, 0, NULL);
	snprintf(link->inbox, sizeof link->inbox, "%s.inbox.%s.%016llx%016llx", link->name,
		link->node, (unsigned long long)unique[0], (unsigned long long)unique[1]);
}

struct nats_link *
nats_link_open(
	uv_loop_t *loop, const struct nats_link_options *options, const struct nats_link_host *host)
{
	struct nats_link *link = xcalloc(sizeof *link);
	link->loop = loop;
	link->host = *host;
	link->conn_host =
		(struct nats_conn_host){link, on_connected, on_readable, on_lost, on_denied};
	options_copy(link, options);
	link->handles = 4;
	link->tick.data = link->retry.data = link->deadline.data = link->more.data = link;
	uv_timer_init(loop, &link->tick);
	uv_timer_init(loop, &link->retry);
	uv_timer_init(loop, &link->deadline);
	uv_idle_init(loop, &link->more);
	uv_timer_start(&link->tick, on_tick, LINK_TICK, LINK_TICK);
	connect_next(link);
	return link;
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct nats_link *link = handle->data;
	if (--link->handles > 0)
		return;
	for (size_t i = 0; i < link->n_urls; i++)
		free(link->urls[i]);
	free(link->urls);
	free(link->told_urls);
	free(link->credentials);
	free(link->ca);
	free(link);
}

void
nats_link_close(struct nats_link *link)
{
	hear_stop(link);
	if (link->conn)
		nats_conn_close(link->conn);
	uv_close((uv_handle_t *)&link->tick, on_handle_closed);
	uv_close((uv_handle_t *)&link->retry, on_handle_closed);
	uv_close((uv_handle_t *)&link->deadline, on_handle_closed);
	uv_close((uv_handle_t *)&link->more, on_handle_closed);
}

bool
nats_link_tell_here(struct nats_link *link, struct text bytes)
{
	char subject[NATS_SUBJECT_BYTES];
	snprintf(subject, sizeof subject, "%s.here", link->name);
	return link->connected && nats_conn_publish(link->conn, subject, NULL, bytes);
}
