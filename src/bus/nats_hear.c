/*
 * Hearing the log: a consumer for each try, which the server removes when nothing subscribes to its
 * subject. What is not in order, or silence, ends it.
 */
#include "bus/nats_internal.h"

#include <stdlib.h>

enum { HEARD_TICKS = 5 }; /* the consumer's heartbeat comes each 2 seconds */

/* The old consumer is told to go, since it would send on for a while. */
void
hear_stop(struct nats_link *link)
{
	char subject[NATS_SUBJECT_BYTES];
	link->hear_from = 0;
	if (!link->deliver)
		return;
	/* While the connection is being closed its subscriptions end with it. */
	nats_conn_unsubscribe(link->deliver);
	link->deliver = NULL;
	if (!*link->consumer)
		return;
	snprintf(subject, sizeof subject, "$JS.API.CONSUMER.DELETE.%s.%s", link->stream,
		link->consumer);
	link->consumer[0] = '\0';
	link_request(link, subject, "x", TEXT_NONE);
}

static void
hear_lost(struct nats_link *link, const char *what)
{
	char why[LINK_WHY_BYTES];
	snprintf(why, sizeof why, "%s: %s", link->stream, what);
	hear_stop(link);
	link_event(link, LINK_HEARING_LOST, why);
}

static void
hear_start(struct nats_link *link)
{
	char deliver[NATS_SUBJECT_BYTES], subject[NATS_SUBJECT_BYTES], answer[32];
	uint64_t from = link->from = link->hear_from;
	hear_stop(link);
	link->tries++;
	snprintf(deliver, sizeof deliver, "%s.log.%u", link->inbox, link->tries);
	link->deliver = nats_conn_subscribe(link->conn, deliver, -1);
	link->delivered = link->behind = 0;
	link->heard_ticks = 0;
	struct strbuf json = {0};
	api_write_consumer(&json, link->stream, deliver, from);
	snprintf(subject, sizeof subject, "$JS.API.CONSUMER.CREATE.%s", link->stream);
	snprintf(answer, sizeof answer, "c%u", link->tries);
	/* If it cannot be sent, or no answer comes, that is noticed by the silence. */
	link_request(link, subject, answer, strbuf_view(&json));
	strbuf_clear(&json);
}

bool
nats_link_hear(struct nats_link *link, uint64_t from)
{
	if (!link->ready)
		return false;
	link->hear_from = from > 0 ? from : 1;
	if (!link->taking)
		hear_start(link);
	return true;
}

void
hear_answer(struct nats_link *link, const char *to, struct text bytes)
{
	if (!link->deliver || strtoul(to + 1, NULL, 10) != link->tries)
		return;
	struct api_answer answer = api_read(bytes, NULL);
	if (answer.code == API_OK) {
		snprintf(link->consumer, sizeof link->consumer, "%s", answer.name);
		link_event(link, LINK_HEARING, link->stream);
		return;
	}
	hear_lost(link, answer.words);
	link->check = true;
}

void
hear_tick(struct nats_link *link)
{
	if (!link->deliver || link->paused || ++link->heard_ticks <= HEARD_TICKS)
		return;
	hear_lost(link, "nothing was heard for 5 s");
	link->check = true;
}

/* The consumer waits for an answer to go on: all before it was taken. */
static void
flow_control(struct nats_link *link, const char *reply)
{
	nats_conn_publish(link->conn, reply, NULL, text_of(""));
}

/* What a consumer says besides (NATS ADR-9). */
static void
control(struct nats_link *link, const struct nats_message *message)
{
	const char *status = nats_conn_header(link->deliver, "Status");
	if (!status)
		return;
	if (strcmp(status, "100") != 0) {
		const char *words = nats_conn_header(link->deliver, "Description");
		hear_lost(link, words ? words : status);
		return;
	}
	if (message->reply) {
		flow_control(link, message->reply);
		return;
	}
	const char *stalled = nats_conn_header(link->deliver, "Nats-Consumer-Stalled");
	if (stalled)
		flow_control(link, stalled);
	const char *last = nats_conn_header(link->deliver, "Nats-Last-Consumer");
	if (last && strtoull(last, NULL, 10) != link->delivered)
		hear_lost(link, "messages were lost on the way");
}

static void
message_take(struct nats_link *link, const struct nats_message *message)
{
	struct api_position position;
	link->heard_ticks = 0;
	if (!api_position(message->reply, &position)) {
		control(link, message);
		return;
	}
	if (position.consumer != link->delivered + 1) {
		hear_lost(link, "messages were lost on the way");
		return;
	}
	link->delivered = position.consumer;
	link->behind = position.pending;
	/* The server begins earlier, where its copy of the log is shorter. */
	if (position.stream >= link->from)
		link->host.heard(link->host.ctx, position.stream, message->bytes);
}

bool
hear_take(struct nats_link *link)
{
	struct nats_message message;
	size_t n = 0;
	link->taking = true;
	while (n < LINK_DRAIN && link->deliver && !link->paused && link->hear_from == 0 &&
		nats_conn_next(link->deliver, &message)) {
		n++;
		message_take(link, &message);
	}
	link->taking = false;
	if (link->hear_from > 0 && link->ready)
		hear_start(link);
	return n == LINK_DRAIN;
}
