/*
 * How users enter and leave rooms and change their nicks, as the events that others are told.
 * Only when entries are applied; events get their ids here.
 */
#include <stdlib.h>

#include "core/account.h"

static uint64_t
id_next(struct core *core)
{
	if (!core->host.history)
		return ++core->last_id;
	return core->last_id = ++core->host.history->last_id;
}

struct event
entry_event(struct core *core, const struct entry *entry, enum event_kind kind,
	const struct origin *origin)
{
	const struct user *user = entry->user;
	return (struct event){
		.kind = kind,
		.id = id_next(core),
		.time = entry->time,
		.by = origin->session,
		.user = user->n_sessions > 1 ? user : NULL,
		.actor = user_nick(user),
		.ref = origin->request.ref,
	};
}

enum reason
origin_refuse(const struct origin *origin, enum reason reason, struct text target)
{
	if (origin->session)
		request_refuse(origin->session, reason, target, &origin->request);
	return reason;
}

struct room *
room_now(struct core *core, struct room *room)
{
	return named_is_listed(&room->named) ? room : room_get(core, room_name(room));
}

void
user_set_current(struct user *user, struct session *session, struct room *room)
{
	if (session)
		session->current = room;
	if (user->account)
		account_set_current(user->account, room_name(room));
}

void
room_enter(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	struct session *by = origin->session;
	room_add_member(room, user);
	user_set_current(user, by, room);
	struct event event = entry_event(room->core, entry, EVENT_ENTERED, origin);
	bool arrives = entry->kind == ENTRY_ARRIVE;
	event.on_login = arrives || entry->kind == ENTRY_LOGIN;
	if (user->account)
		account_enter_room(user->account, room->named.name, event.id);
	struct item others[SHOWN_MEMBERS];
	event_add_members(&event, room, user, others);
	presence_deliver(room, user, &event);
	for (struct session *session = user->sessions; session; session = session->sibling) {
		session_show_room(
			session, room, session == by ? origin->request.ref : TEXT_NONE, false);
		if (!arrives)
			session_replay(session, room, event.id);
	}
}

void
room_leave(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	struct event event = entry_event(room->core, entry, EVENT_LEFT, origin);
	event.user = NULL;
	room_remove_member(room, user);
	if (user->account && entry->kind == ENTRY_LEAVE)
		account_leave_room(user->account, room->named.name);
	const struct membership *last =
		user->n_memberships ? &user->memberships[user->n_memberships - 1] : NULL;
	presence_deliver(room, user, &event);
	for (struct session *session = user->sessions; session; session = session->sibling) {
		if (session->current == room)
			session->current = last ? last->room : NULL;
		event.by = session;
		event.ref = session == origin->session ? origin->request.ref : TEXT_NONE;
		event.target = session->current ? room_name(session->current) : TEXT_NONE;
		session_tell(session, &event);
	}
	room_release(room);
}

void
room_enter_again(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct session *session = origin->session;
	user_set_current(entry->user, session, room);
	if (!session)
		return;
	struct event event = event_make(room->core, EVENT_ENTERED, session);
	event.in_room = room;
	event.room = room_name(room);
	event.actor = user_nick(entry->user);
	event.ref = origin->request.ref;
	struct item others[SHOWN_MEMBERS];
	event_add_members(&event, room, entry->user, others);
	session_tell(session, &event);
}

void
user_leave_rooms(struct user *user, const struct entry *entry, const struct origin *origin)
{
	while (user->n_memberships > 0)
		room_leave(user->memberships[0].room, entry, origin);
}

/* The sessions of all users who share a room with the user, each once. */
static size_t
user_neighbours(const struct user *user, struct session ***found)
{
	size_t most = 1, n = 0;
	for (size_t i = 0; i < user->n_memberships; i++)
		most += user->memberships[i].room->n_audience;
	struct session **to = xrealloc(NULL, most * sizeof(struct session *));
	for (size_t i = 0; i < user->n_memberships; i++) {
		const struct room *room = user->memberships[i].room;
		for (size_t j = 0; j < room->n_audience; j++) {
			struct session *session = room->audience[j];
			if (session->marked)
				continue;
			session->marked = true;
			to[n++] = session;
		}
	}
	for (size_t i = 0; i < n; i++)
		to[i]->marked = false;
	*found = to;
	return n;
}

/* In each room that the user is in. */
static void
rename_keep(struct core *core, const struct user *user, const struct event *event)
{
	const struct name *rooms[USER_ROOMS];
	size_t n = 0;
	if (!core->host.history)
		return;
	for (; n < user->n_memberships; n++)
		rooms[n] = user->memberships[n].room->named.name;
	core->host.history->keep(core->host.history, event, rooms, n);
}

void
user_rename(struct user *user, const struct name *name, const struct entry *entry,
	const struct origin *origin)
{
	struct core *core = user->core;
	struct event event = entry_event(core, entry, EVENT_RENAMED, origin);
	struct name *old = user->named.name;
	event.actor = old->shown;
	names_remove(&core->nicks, &user->named);
	user->named.name = name_copy(name);
	names_add(&core->nicks, &user->named);
	event.target = user_nick(user);
	/* When the nick stays the same, other users are not told. */
	if (text_is(old->shown, name->shown)) {
		if (origin->session)
			session_tell(origin->session, &event);
	} else {
		struct session **to;
		size_t n = user_neighbours(user, &to);
		rename_keep(core, user, &event);
		core->host.deliver(core->host.ctx, &event, to, n);
		free(to);
	}
	free(old);
}
