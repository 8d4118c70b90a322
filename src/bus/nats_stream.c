/* The stream that is the log: whether it is there and as it is to be, and publishing to it. */
#include "bus/nats_internal.h"

#include <stdlib.h>

enum {
	ANSWER_TICKS = 3,  /* for an answer, until it is asked for again */
	RECHECK_TICKS = 2, /* between two checks after something was refused */
};

static void
log_failed(struct nats_link *link, const char *what)
{
	char why[LINK_WHY_BYTES];
	snprintf(why, sizeof why, "%s: %s", link->stream, what);
	link_event_once(link, &link->told_log, LINK_LOG_FAILED, why);
}

static void
stream_request(struct nats_link *link, const char *what, const char *answer, struct text bytes)
{
	char subject[NATS_SUBJECT_BYTES];
	snprintf(subject, sizeof subject, "$JS.API.STREAM.%s.%s", what, link->stream);
	link->checking = true;
	link->stream_ticks = 0;
	link_request(link, subject, answer, bytes);
}

void
stream_check(struct nats_link *link)
{
	stream_request(link, "INFO", "si", TEXT_NONE);
}

static void
stream_create(struct nats_link *link, unsigned replicas)
{
	struct strbuf json = {0};
	struct api_stream stream = link->wanted;
	stream.replicas = replicas;
	api_write_stream(&json, &stream);
	stream_request(link, "CREATE", "sc", strbuf_view(&json));
	strbuf_clear(&json);
}

static void
stream_missing(struct nats_link *link)
{
	if (link->create) {
		stream_create(link, link->wanted.replicas);
		return;
	}
	char why[LINK_WHY_BYTES];
	snprintf(why, sizeof why, "%s: there is no such stream", link->stream);
	link->ready = false;
	link_event_once(link, &link->told_log, LINK_LOG_MISSING, why);
}

static void
stream_ready(struct nats_link *link, const struct api_stream_state *state)
{
	bool another = strcmp(state->created, link->state.created) != 0;
	bool news = !link->ready || another;
	link->state = *state;
	link->create = false;
	if (state->unusable) {
		char what[API_WORDS_BYTES + 40];
		snprintf(what, sizeof what, "the stream cannot be the log: %s", state->differs);
		link->ready = false;
		log_failed(link, what);
		return;
	}
	link->ready = true;
	link->told_log.why[0] = '\0';
	if (another && *state->differs) {
		char why[LINK_WHY_BYTES];
		snprintf(why, sizeof why, "%s: the stream differs from the settings: %s",
			link->stream, state->differs);
		link_event(link, LINK_LOG_DIFFERS, why);
	}
	if (news)
		link_event(link, LINK_LOG_READY, link->stream);
}

void
stream_answer(struct nats_link *link, const char *to, struct text bytes)
{
	struct api_answer answer = api_read(bytes, &link->wanted);
	link->checking = false;
	link->stream_ticks = 0;
	switch (answer.code) {
	case API_OK:
		stream_ready(link, &answer.state);
		break;
	case API_NO_STREAM:
		stream_missing(link);
		break;
	case API_NOT_CLUSTERED:
		if (link->wanted.replicas > 1)
			stream_create(link, 1);
		break;
	case API_OTHER_CONFIG:
		/* Created by another node meanwhile, perhaps. */
		stream_check(link);
		break;
	default:
		/* A stream that works goes on, whatever a check is answered. */
		if (!link->ready || strcmp(to, "sc") == 0)
			log_failed(link, answer.words);
	}
}

void
stream_no_responders(struct nats_link *link)
{
	link->checking = false;
	if (!link->ready)
		log_failed(
			link, "JetStream is not enabled, or its servers have not found together");
}

void
stream_tick(struct nats_link *link)
{
	link->stream_ticks++;
	if (link->ready && !link->checking)
		return;
	if (link->stream_ticks < ANSWER_TICKS)
		return;
	if (!link->ready && link->checking)
		log_failed(link, "JetStream does not answer");
	if (!link->ready)
		stream_check(link);
	link->checking = !link->ready;
}

void
stream_disconnected(struct nats_link *link)
{
	link->ready = link->checking = link->check = false;
	link->told_log.why[0] = '\0';
}

void
stream_take_acks(struct nats_link *link)
{
	char words[API_WORDS_BYTES] = "";
	struct nats_message message;
	while (link->acks && nats_conn_next(link->acks, &message)) {
		if (message.no_responders) {
			snprintf(words, sizeof words, "%s: the log has no leader", link->stream);
		} else if (message.bytes.len > 8 &&
			   memcmp(message.bytes.ptr, "{\"error\"", 8) == 0) {
			struct api_answer answer = api_read(message.bytes, NULL);
			snprintf(words, sizeof words, "%s", answer.words);
		} else {
			link->stored++;
		}
	}
	if (!*words)
		return;
	if (!link->checking && link->stream_ticks >= RECHECK_TICKS)
		stream_check(link);
	link->host.refused(link->host.ctx, words);
}

bool
nats_link_publish(struct nats_link *link, struct text bytes)
{
	char reply[NATS_SUBJECT_BYTES];
	snprintf(reply, sizeof reply, "%s.ack", link->inbox);
	return link->ready && nats_conn_publish(link->conn, link->log_subject, reply, bytes);
}

struct nats_link_log
nats_link_log(const struct nats_link *link)
{
	return (struct nats_link_log){
		.ready = link->ready,
		.first = link->state.first,
		.last = link->state.last,
		.created = link->state.created,
		.behind = link->behind,
		.stored = link->stored,
	};
}
