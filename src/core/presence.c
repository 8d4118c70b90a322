/*
 * Comings and goings. In a small room each is told by itself; in a large one, where that
 * would cost everybody a line for everybody, many are told as one digest.
 */
#include <utlist.h>

#include "core/core_internal.h"

enum { DIGEST_MS = 2000 }; /* from the first that is in a digest until it is told */

static void
digest_schedule(struct room *room)
{
	struct core *core = room->core;
	if (room->digest_at)
		return;
	/* They all wait equally long, so that the first in the list is the first due. */
	room->digest_at = core->host.monotonic_ms(core->host.ctx) + DIGEST_MS;
	DL_APPEND2(core->digests, room, digest_prev, digest_next);
}

void
digest_drop(struct room *room)
{
	if (!room->digest_at)
		return;
	DL_DELETE2(room->core->digests, room, digest_prev, digest_next);
	room->digest_at = 0;
	room->joined = room->left = 0;
}

static void
digest_tell(struct room *room)
{
	struct event event = event_make(room->core, EVENT_PRESENCE, NULL);
	event.joined = room->joined;
	event.left = room->left;
	event.total = room->users;
	digest_drop(room);
	room_publish(room, &event);
}

bool
room_is_large(const struct room *room)
{
	size_t most = room->core->settings.presence;
	return most && room->users > most;
}

void
presence_publish(struct room *room, struct event *event)
{
	if (!room_is_large(room)) {
		room_publish(room, event);
		return;
	}
	++*(event->kind == EVENT_ENTERED ? &room->joined : &room->left);
	digest_schedule(room);
	event->in_room = room;
	event->room = room_name(room);
	if (event->kind == EVENT_ENTERED)
		session_tell(event->by, event);
}

int64_t
core_tick(struct core *core)
{
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	while (core->digests && core->digests->digest_at <= now)
		digest_tell(core->digests);
	return core->digests ? core->digests->digest_at - now : -1;
}
