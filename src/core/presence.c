/*
 * Users who enter and leave. A small room is sent an event for each; a large room, where
 * that would be too many events, is sent a digest of several.
 */
#include <utlist.h>

#include "core/core_internal.h"

enum { DIGEST_MS = 2000 }; /* from the first event in a digest until it is sent */

static void
digest_schedule(struct room *room)
{
	struct core *core = room->core;
	if (room->digest_at)
		return;
	/* All digests wait equally long, so that the first in the list is due first. */
	room->digest_at = core->host.monotonic_ms(core->host.ctx) + DIGEST_MS;
	DL_APPEND2(core->digests, room, digest_prev, digest_next);
}

/* A digest has no id: the events that it summarizes have. */
static void
digest_deliver(struct room *room)
{
	struct event event = event_make(room->core, EVENT_PRESENCE, NULL);
	event.joined = room->joined;
	event.left = room->left;
	event.total = room->users;
	room_drop_digest(room);
	room_deliver(room, &event);
}

void
presence_deliver(struct room *room, const struct user *user, struct event *event)
{
	if (!room_is_large(room)) {
		room_deliver(room, event);
		return;
	}
	++*(event->kind == EVENT_ENTERED ? &room->joined : &room->left);
	digest_schedule(room);
	event->in_room = room;
	event->room = room_name(room);
	/* The user's own sessions get the event; after leaving, the caller sends it. */
	if (event->kind == EVENT_LEFT)
		return;
	struct session *by = event->by;
	struct text ref = event->ref;
	for (struct session *session = user->sessions; session; session = session->sibling) {
		event->by = session;
		event->ref = session == by ? ref : TEXT_NONE;
		session_tell(session, event);
	}
}

int64_t
core_deliver_digests(struct core *core)
{
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	while (core->digests && core->digests->digest_at <= now)
		digest_deliver(core->digests);
	return core->digests ? core->digests->digest_at - now : -1;
}
