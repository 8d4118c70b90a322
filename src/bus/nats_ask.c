/* Questions to a node, and to this one. */
#include "bus/nats_internal.h"

enum { DEADLINES = 50 }; /* ms between two looks at what is late */

/* Its place is taken by the last one. */
static uint64_t
ask_remove(struct nats_link *link, size_t i)
{
	struct nats_link_ask ask = link->waiting[i];
	link->waiting[i] = link->waiting[--link->n_waiting];
	nats_conn_unsubscribe(ask.sub);
	return ask.id;
}

static void
asks_on_deadline(uv_timer_t *timer)
{
	struct nats_link *link = timer->data;
	int64_t now = (int64_t)uv_now(link->loop);
	for (size_t i = link->n_waiting; i-- > 0;)
		if (i < link->n_waiting && link->waiting[i].deadline <= now)
			link->host.answered(link->host.ctx, ask_remove(link, i), TEXT_NONE);
	if (link->n_waiting == 0)
		uv_timer_stop(timer);
}

bool
nats_link_ask(
	struct nats_link *link, struct text node, uint64_t id, struct text bytes, int64_t timeout)
{
	char subject[NATS_SUBJECT_BYTES], reply[NATS_SUBJECT_BYTES];
	if (!link->connected || link->n_waiting == LINK_ASKS || !nats_link_is_name(node))
		return false;
	snprintf(subject, sizeof subject, "%s.node.%.*s.ask", link->name, TEXT_ARGS(node));
	snprintf(
		reply, sizeof reply, "%s.ask.%llu", link->inbox, (unsigned long long)++link->asked);
	/* One for each, since that there is nobody to answer is not told with its subject. */
	struct nats_sub *sub = nats_conn_subscribe(link->conn, reply, 1);
	if (!sub)
		return false;
	if (!nats_conn_publish(link->conn, subject, reply, bytes)) {
		nats_conn_unsubscribe(sub);
		return false;
	}
	int64_t deadline = (int64_t)uv_now(link->loop) + timeout;
	link->waiting[link->n_waiting++] = (struct nats_link_ask){id, deadline, sub};
	if (!uv_is_active((uv_handle_t *)&link->deadline))
		uv_timer_start(&link->deadline, asks_on_deadline, DEADLINES, DEADLINES);
	return true;
}

bool
nats_link_answer(struct nats_link *link, struct text reply, struct text bytes)
{
	char prefix[NATS_SUBJECT_BYTES], subject[NATS_SUBJECT_BYTES];
	snprintf(prefix, sizeof prefix, "%s.inbox.", link->name);
	snprintf(subject, sizeof subject, "%.*s", TEXT_ARGS(reply));
	return link->connected && reply.len < sizeof subject &&
	       strncmp(subject, prefix, strlen(prefix)) == 0 &&
	       nats_conn_publish(link->conn, subject, NULL, bytes);
}

static void
answers_take(struct nats_link *link)
{
	for (size_t i = link->n_waiting; i-- > 0;) {
		struct nats_message message;
		if (i >= link->n_waiting || !nats_conn_next(link->waiting[i].sub, &message))
			continue;
		struct strbuf bytes = {0};
		strbuf_add_text(&bytes, message.bytes);
		bool none = message.no_responders;
		uint64_t id = ask_remove(link, i);
		link->host.answered(link->host.ctx, id, none ? TEXT_NONE : strbuf_view(&bytes));
		strbuf_clear(&bytes);
	}
}

bool
asks_take(struct nats_link *link)
{
	struct nats_message message;
	size_t n = 0;
	answers_take(link);
	while (n < LINK_DRAIN && link->asks && nats_conn_next(link->asks, &message)) {
		n++;
		if (message.reply)
			link->host.asked(link->host.ctx, text_of(message.reply), message.bytes);
	}
	return n == LINK_DRAIN;
}

/* The connection is lost. */
void
asks_end(struct nats_link *link)
{
	uv_timer_stop(&link->deadline);
	while (link->n_waiting > 0)
		link->host.answered(
			link->host.ctx, ask_remove(link, link->n_waiting - 1), TEXT_NONE);
}
