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
	struct text target = event->kind == EVENT_DIRECT ? event->target : TEXT_NONE;
	struct record *record = xcalloc(sizeof *record + event->actor.len + body.len + target.len);
	char *at = record->bytes;
	record->refs = 1;
	record->kind = event->kind;
	record->id = event->id;
	record->time = event->time;
	record->actor = text_put(&at, event->actor);
	record->body = text_put(&at, body);
	record->target = text_put(&at, target);
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
	if (record->kind == EVENT_DIRECT)
		event.target = record->target;
	return event;
}

enum record_sort
record_sort(enum event_kind kind)
{
	bool moves = kind == EVENT_ENTERED || kind == EVENT_LEFT;
	return moves ? RECORD_MOVE : RECORD_MESSAGE;
}

bool
record_is_searched(enum event_kind kind)
{
	return kind == EVENT_SAID || kind == EVENT_EMOTE || kind == EVENT_DIRECT;
}

const struct text nick_erased = {"deleted", 7};

static bool
is_ascii(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if ((unsigned char)t.ptr[i] >= 0x80)
			return false;
	return true;
}

bool
nick_is(struct name_rules *rules, struct text nick, struct text casefolded)
{
	if (is_ascii(nick))
		return text_is_same_word(nick, casefolded);
	struct name *name = name_make(rules, nick, NAME_NICK);
	bool is = name && text_is(name->casefolded, casefolded);
	free(name);
	return is;
}

struct record *
record_erase(struct name_rules *rules, const struct record *record, struct text casefolded)
{
	if (record->kind == EVENT_DIRECT)
		return NULL;
	bool by = nick_is(rules, record->actor, casefolded);
	bool to = record->kind == EVENT_RENAMED && nick_is(rules, record->body, casefolded);
	if (!by && !to)
		return NULL;
	struct event event = record_event(record);
	if (by)
		event.actor = nick_erased;
	if (to)
		event.target = nick_erased;
	return record_make(&event);
}
