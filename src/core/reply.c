/* What is delivered: answers and refusals to one session, events to a room. */
#include <stdio.h>

#include "core/core_internal.h"

struct event
event_make(struct core *core, enum event_kind kind, struct session *by)
{
	return (struct event){.kind = kind, .by = by, .time = core->host.wall_ms(core->host.ctx)};
}

void
session_tell(struct session *session, struct event *event)
{
	const struct core_host *host = &session->core->host;
	host->deliver(host->ctx, event, &session, 1);
}

void
room_deliver(struct room *room, struct event *event)
{
	const struct core_host *host = &room->core->host;
	const struct name *name = room->named.name;
	event->in_room = room;
	event->room = room_name(room);
	/* A digest sums up events: it is none itself, and has no id. */
	if (host->history && event->id)
		host->history->keep(host->history, event, &name, 1);
	host->deliver(host->ctx, event, room->audience, room->n_audience);
}

void
room_tell_topic(struct room *room, struct session *session, struct text ref, bool also_none)
{
	bool any = room->topic && room->topic[0] != '\0';
	if (!any && !also_none)
		return;
	struct event event = event_make(room->core, EVENT_TOPIC, session);
	event.in_room = room;
	event.room = room_name(room);
	event.body = text_of(room->topic ? room->topic : "");
	event.actor = text_of(room->topic_by ? room->topic_by : "");
	if (room->topic_time)
		event.time = room->topic_time;
	event.ref = ref;
	event.snapshot = true;
	session_tell(session, &event);
}

void
session_tell_wait(struct session *session, int64_t ms)
{
	struct strbuf sentence = {0};
	char seconds[24];
	snprintf(seconds, sizeof seconds, "%lld", (long long)(ms + 999) / 1000);
	reason_sentence(&sentence, REASON_TOO_FAST, text_of(seconds));
	struct event event = event_make(session->core, EVENT_NOTICE, session);
	event.reason = REASON_TOO_FAST;
	event.body = strbuf_view(&sentence);
	session_tell(session, &event);
	strbuf_clear(&sentence);
}

/* Quotes text that a client sent: cleaned and shortened. */
static void
subject_add(struct strbuf *out, struct text subject)
{
	size_t start = out->len;
	text_clean(out, subject);
	while (out->len - start > SUBJECT_BYTES)
		out->len = start + text_last((struct text){out->ptr + start, out->len - start});
}

enum reason
request_refuse(struct session *session, enum reason reason, struct text target,
	const struct request *request)
{
	return request_refuse_with(session, reason, target, TEXT_NONE, request);
}

enum reason
request_refuse_with(struct session *session, enum reason reason, struct text target,
	struct text advice, const struct request *request)
{
	struct strbuf subject = {0}, about = {0}, sentence = {0};
	subject_add(&subject, target);
	reason_sentence(&sentence, reason, strbuf_view(&subject));
	strbuf_add_text(&sentence, advice);
	struct event event = event_make(session->core, EVENT_REFUSED, session);
	event.reason = reason;
	event.target = strbuf_view(&subject);
	event.body = strbuf_view(&sentence);
	event.ref = request->ref;
	if (request->about.ptr) {
		subject_add(&about, request->about);
		event.about = strbuf_view(&about);
	}
	session_tell(session, &event);
	strbuf_clear(&subject);
	strbuf_clear(&about);
	strbuf_clear(&sentence);
	return reason;
}
