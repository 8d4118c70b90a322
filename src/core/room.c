/* Rooms: who is in them, in order of arrival, and what is told to them. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/alloc.h"
#include "core/core_internal.h"

enum { ROOM_FIRST = 4 };

struct room *
room_find(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, NAME_ROOM);
	if (!made)
		return NULL;
	struct named *named = names_find(&core->rooms, made);
	free(made);
	return (struct room *)named;
}

struct room *
room_at(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, NAME_ROOM);
	if (!made)
		return NULL;
	struct room *room = (struct room *)names_find(&core->rooms, made);
	if (room) {
		free(made);
		return room;
	}
	room = xcalloc(sizeof *room);
	room->core = core;
	room->named.name = made;
	room->made = ++core->arrivals;
	names_add(&core->rooms, &room->named);
	DL_APPEND(core->first_room, room);
	core->n_rooms++;
	return room;
}

static bool
room_is_open(const struct room *room)
{
	return room->named.confusables != NULL;
}

void
room_release(struct room *room)
{
	struct core *core = room->core;
	if (room->users > 0 || room == core->default_room)
		return;
	/* Out of the tables at once: who enters the name now makes a new room. */
	if (room_is_open(room)) {
		digest_drop(room);
		names_remove(&core->rooms, &room->named);
		DL_DELETE(core->first_room, room);
		core->n_rooms--;
	}
	if (room->refs > 0)
		return;
	free(room->named.name);
	free(room->sessions);
	free(room->arrived);
	free(room->topic);
	free(room->topic_by);
	free(room);
}

struct membership *
room_membership(const struct room *room, const struct user *user)
{
	for (size_t i = 0; i < user->n_memberships; i++)
		if (user->memberships[i].room == room)
			return &user->memberships[i];
	return NULL;
}

/* Closes the gaps of those who left; costs nothing on average, since half were gaps. */
static void
room_compact(struct room *room)
{
	size_t to = 0;
	for (size_t from = 0; from < room->n; from++) {
		struct session *session = room->sessions[from];
		if (!session)
			continue;
		struct membership *membership = room_membership(room, session->user);
		assert(membership);
		membership->at = to;
		room->sessions[to] = session;
		room->arrived[to++] = room->arrived[from];
	}
	room->n = to;
}

static size_t
room_add_member(struct room *room, struct session *session)
{
	if (room->n == room->cap) {
		room->cap = room->cap ? room->cap * 2 : ROOM_FIRST;
		room->sessions = xrealloc(room->sessions, room->cap * sizeof(struct session *));
		room->arrived = xrealloc(room->arrived, room->cap * sizeof *room->arrived);
	}
	room->sessions[room->n] = session;
	room->arrived[room->n] = ++room->arrivals;
	room->users++;
	return room->n++;
}

static void
room_remove_member(struct room *room, struct user *user)
{
	struct membership *membership = room_membership(room, user);
	assert(membership);
	size_t left = --user->n_memberships - (size_t)(membership - user->memberships);
	room->sessions[membership->at] = NULL;
	room->users--;
	memmove(membership, membership + 1, left * sizeof *membership);
	if (room->n > 2 * room->users + ROOM_FIRST)
		room_compact(room);
}

void
room_publish(struct room *room, struct event *event)
{
	event->id = ++room->events;
	event->in_room = room;
	event->room = room_name(room);
	room->core->host.deliver(room->core->host.ctx, event, room->sessions, room->n);
}

static void
room_tell_topic(struct room *room, struct session *session)
{
	if (!room->topic || room->topic[0] == '\0')
		return;
	struct event event = event_make(room->core, EVENT_TOPIC, NULL);
	event.in_room = room;
	event.room = room_name(room);
	event.body = text_of(room->topic);
	event.actor = text_of(room->topic_by);
	event.snapshot = true;
	session_tell(session, &event);
}

void
room_enter(struct room *room, struct user *user, struct text ref, bool arriving)
{
	struct session *session = user->session;
	user->memberships =
		xrealloc(user->memberships, (user->n_memberships + 1) * sizeof *user->memberships);
	user->memberships[user->n_memberships++] =
		(struct membership){room, room_add_member(room, session)};
	session->current = room;
	struct event event = event_make(room->core, EVENT_ENTERED, session);
	event.actor = user_nick(user);
	event.ref = ref;
	event.on_login = arriving;
	presence_publish(room, &event);
	room_tell_topic(room, session);
	if (session->wants_names)
		listing_start(session,
			&(struct listing){.kind = EVENT_NAMES,
				.room = room,
				.most = room_is_large(room) ? room->core->settings.presence : 0,
				.snapshot = true},
			ref);
}

void
room_leave(struct room *room, struct user *user, struct text ref, bool told_self)
{
	struct session *session = user->session;
	struct event event = event_make(room->core, EVENT_LEFT, session);
	event.actor = user_nick(user);
	event.ref = ref;
	room_remove_member(room, user);
	if (session->current == room)
		session->current = user->n_memberships
					   ? user->memberships[user->n_memberships - 1].room
					   : NULL;
	if (told_self && session->current)
		event.target = room_name(session->current);
	presence_publish(room, &event);
	if (told_self)
		session_tell(session, &event);
	room_release(room);
}
