/* An event as it is kept. */
#include "store/record.h"

#include <stdlib.h>

#include "base/alloc.h"

static struct text
text_put(char **at, struct text t)
{
	struct text copy = {*at, t.len};
	if (t.len > 0)
		memcpy(*at, t.ptr, t.len);
	*at += t.len;
	return copy;
}

struct record *
record_make(const struct event *event)
{
	struct text body = event->kind == EVENT_RENAMED ? event->target : event->body;
	struct record *record = xcalloc(sizeof *record + event->actor.len + body.len);
	char *at = record->bytes;
	record->refs = 1;
	record->kind = event->kind;
	record->id = event->id;
	record->time = event->time;
	record->actor = text_put(&at, event->actor);
	record->body = text_put(&at, body);
	return record;
}

void
record_drop(struct record *record)
{
	if (--record->refs == 0)
		free(record);
}

struct event
record_event(const struct record *record)
{
	struct event event = {
		.kind = record->kind,
		.id = record->id,
		.time = record->time,
		.actor = record->actor,
	};
	if (record->kind == EVENT_RENAMED)
		event.target = record->body;
	else if (record_sort(record->kind) == RECORD_MESSAGE)
		event.body = record->body;
	return event;
}

enum record_sort
record_sort(enum event_kind kind)
{
	bool moves = kind == EVENT_ENTERED || kind == EVENT_LEFT;
	return moves ? RECORD_MOVE : RECORD_MESSAGE;
}
