/* Rooms: who is in them, in order of arrival, and what is told to them. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/alloc.h"
#include "core/house.h"

enum { ROOM_FIRST = 4 };

struct room *
room_find(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, ROOM_CHARACTERS);
	if (!made)
		return NULL;
	struct named *named = names_find(&core->rooms, made);
	free(made);
	return (struct room *)named;
}

struct room *
room_at(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, ROOM_CHARACTERS);
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
	if (room->users > 0 || room == core->home)
		return;
	/* Out of the tables at once: who enters the name now makes a new room. */
	if (room_is_open(room)) {
		digest_drop(room);
		names_remove(&core->rooms, &room->named);
		DL_DELETE(core->first_room, room);
		core->n_rooms--;
	}
	if (room->readers > 0)
		return;
	free(room->named.name);
	free(room->sessions);
	free(room->arrived);
	free(room->topic);
	free(room->topic_by);
	free(room);
}

struct seat *
room_seat(const struct room *room, const struct user *user)
{
	for (size_t i = 0; i < user->n_seats; i++)
		if (user->seats[i].room == room)
			return &user->seats[i];
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
		struct seat *seat = room_seat(room, session->user);
		assert(seat);
		seat->at = to;
		room->sessions[to] = session;
		room->arrived[to++] = room->arrived[from];
	}
	room->n = to;
}

static size_t
room_sit(struct room *room, struct session *session)
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
room_rise(struct room *room, struct user *user)
{
	struct seat *seat = room_seat(room, user);
	assert(seat);
	size_t left = --user->n_seats - (size_t)(seat - user->seats);
	room->sessions[seat->at] = NULL;
	room->users--;
	memmove(seat, seat + 1, left * sizeof *seat);
	if (room->n > 2 * room->users + ROOM_FIRST)
		room_compact(room);
}

void
room_publish(struct room *room, struct event *event)
{
	event->id = ++room->events;
	event->place = room;
	event->room = room_name(room);
	room->core->outside.tell(room->core->outside.ctx, event, room->sessions, room->n);
}

static void
room_tell_topic(struct room *room, struct session *session)
{
	if (!room->topic || room->topic[0] == '\0')
		return;
	struct event event = event_make(room->core, EVENT_TOPIC, NULL);
	event.place = room;
	event.room = room_name(room);
	event.body = text_of(room->topic);
	event.actor = text_of(room->topic_by);
	event.unasked = true;
	session_tell(session, &event);
}

void
room_enter(struct room *room, struct user *user, struct text ref, bool arriving)
{
	struct session *session = user->session;
	user->seats = xrealloc(user->seats, (user->n_seats + 1) * sizeof *user->seats);
	user->seats[user->n_seats++] = (struct seat){room, room_sit(room, session)};
	session->current = room;
	struct event event = event_make(room->core, EVENT_ENTERED, session);
	event.actor = user_nick(user);
	event.ref = ref;
	event.arriving = arriving;
	room_tell_moved(room, &event);
	room_tell_topic(room, session);
	if (session->wants_names)
		session_answer(session,
			&(struct answer){.kind = EVENT_NAMES,
				.room = room,
				.most = room_is_large(room) ? room->core->settings.presence : 0,
				.unasked = true},
			ref);
}

void
room_leave(struct room *room, struct user *user, struct text ref, bool told_self)
{
	struct session *session = user->session;
	struct event event = event_make(room->core, EVENT_LEFT, session);
	event.actor = user_nick(user);
	event.ref = ref;
	room_rise(room, user);
	if (session->current == room)
		session->current = user->n_seats ? user->seats[user->n_seats - 1].room : NULL;
	if (told_self && session->current)
		event.target = room_name(session->current);
	room_tell_moved(room, &event);
	if (told_self)
		session_tell(session, &event);
	room_release(room);
}
