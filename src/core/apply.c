/*
 * Applies the entries of the log: only here do users, rooms and topics change, and do
 * events get their ids. What was checked at the request is checked again, since other
 * entries may have been applied in between.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/core_internal.h"

static uint64_t
id_next(struct core *core)
{
	if (!core->host.history)
		return ++core->last_id;
	return core->last_id = ++core->host.history->last_id;
}

static struct event
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

static enum reason
origin_refuse(const struct origin *origin, enum reason reason, struct text target)
{
	if (origin->session)
		request_refuse(origin->session, reason, target, &origin->request);
	return reason;
}

/* The entry's room may have been removed since it was published: then it is created again. */
static struct room *
room_now(struct core *core, struct room *room)
{
	return named_is_listed(&room->named) ? room : room_get(core, room_name(room));
}

static void
room_enter(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	struct session *by = origin->session;
	room_add_member(room, user);
	if (by)
		by->current = room;
	struct event event = entry_event(room->core, entry, EVENT_ENTERED, origin);
	event.on_login = entry->kind == ENTRY_LOGIN;
	struct item others[SHOWN_MEMBERS];
	event_add_members(&event, room, user, others);
	presence_deliver(room, user, &event);
	for (struct session *session = user->sessions; session; session = session->sibling) {
		session_show_room(
			session, room, session == by ? origin->request.ref : TEXT_NONE, false);
		session_replay(session, room, event.id);
	}
}

static void
room_leave(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	struct event event = entry_event(room->core, entry, EVENT_LEFT, origin);
	event.user = NULL;
	room_remove_member(room, user);
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

/* A guest gets the lowest number that was never used. */
static void
guest_name(struct core *core, struct user *user, struct text prefix)
{
	while (!user->named.name) {
		char nick[NICK_CHARACTERS];
		snprintf(nick, sizeof nick, "%.*s%llu", TEXT_ARGS(prefix),
			(unsigned long long)++core->guests);
		nick_make(core, text_of(nick), NULL, &user->named.name);
	}
}

static enum reason
apply_login(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	guest_name(core, user, entry->body);
	enum reason reason = nick_check(core, user->named.name, NULL);
	if (reason != REASON_OK)
		return origin_refuse(origin, reason, user_nick(user));
	struct room *room = room_now(core, entry->room);
	user_list(user);
	if (origin->session) {
		user_add_session(user, origin->session);
		session_welcome(origin->session, room, origin->request.ref, false);
	}
	room_enter(room, entry, origin);
	return REASON_OK;
}

static enum reason
apply_logout(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	(void)core;
	while (user->n_memberships > 0)
		room_leave(user->memberships[0].room, entry, origin);
	user_unlist(user);
	return REASON_OK;
}

/* The user is in the room already, perhaps by another session: only this session is told. */
static void
room_enter_again(struct room *room, const struct entry *entry, const struct origin *origin)
{
	struct session *session = origin->session;
	if (!session)
		return;
	session->current = room;
	struct event event = event_make(room->core, EVENT_ENTERED, session);
	event.in_room = room;
	event.room = room_name(room);
	event.actor = user_nick(entry->user);
	event.ref = origin->request.ref;
	struct item others[SHOWN_MEMBERS];
	event_add_members(&event, room, entry->user, others);
	session_tell(session, &event);
}

static enum reason
apply_enter(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct room *room = room_now(core, entry->room);
	if (room_membership(room, entry->user)) {
		room_enter_again(room, entry, origin);
	} else if (entry->user->n_memberships == USER_ROOMS) {
		origin_refuse(origin, REASON_ROOMS_FULL, room_name(room));
		room_release(room);
		return REASON_ROOMS_FULL;
	} else {
		room_enter(room, entry, origin);
	}
	return REASON_OK;
}

static enum reason
apply_leave(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	if (!room_membership(entry->room, user))
		return origin_refuse(origin, REASON_NOT_IN_ROOM, room_name(entry->room));
	struct room *into = NULL;
	if (user->n_memberships == 1) {
		into = entry->into ? room_now(core, entry->into) : NULL;
		if (!into || into == entry->room)
			return origin_refuse(origin, REASON_LAST_ROOM, room_name(entry->room));
		const struct origin no_ref = {.session = origin->session};
		room_enter(into, entry, &no_ref);
	}
	room_leave(entry->room, entry, origin);
	return REASON_OK;
}

static enum reason
apply_speech(struct core *core, const struct entry *entry, const struct origin *origin)
{
	if (!room_membership(entry->room, entry->user))
		return origin_refuse(origin, REASON_NOT_IN_ROOM, room_name(entry->room));
	enum event_kind kind = entry->kind == ENTRY_SAY ? EVENT_SAID : EVENT_EMOTE;
	struct event event = entry_event(core, entry, kind, origin);
	event.body = entry->body;
	room_deliver(entry->room, &event);
	return REASON_OK;
}

static size_t
sessions_collect(struct session **to, const struct user *user)
{
	size_t n = 0;
	for (struct session *session = user->sessions; session; session = session->sibling)
		to[n++] = session;
	return n;
}

static enum reason
apply_direct(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user, *to = entry->to;
	if (!named_is_listed(&to->named))
		return origin_refuse(origin, REASON_NO_SUCH_NICK, user_nick(to));
	struct event event = entry_event(core, entry, EVENT_DIRECT, origin);
	event.target = user_nick(to);
	event.body = entry->body;
	size_t most = (size_t)user->n_sessions + to->n_sessions + 1;
	struct session **sessions = xrealloc(NULL, most * sizeof(struct session *));
	size_t n = sessions_collect(sessions, user);
	if (to != user)
		n += sessions_collect(sessions + n, to);
	core->host.deliver(core->host.ctx, &event, sessions, n);
	/* A connection that has one may be dead already. */
	if (to->resumes)
		user_keep_direct(to, &event);
	if (to != user && user->resumes)
		user_keep_direct(user, &event);
	free(sessions);
	return REASON_OK;
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

static enum reason
apply_rename(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	enum reason reason = nick_check(core, entry->name, user);
	if (reason != REASON_OK)
		return origin_refuse(origin, reason, entry->name->shown);
	struct event event = entry_event(core, entry, EVENT_RENAMED, origin);
	struct name *old = user->named.name;
	names_remove(&core->nicks, &user->named);
	user->named.name = name_copy(entry->name);
	names_add(&core->nicks, &user->named);
	event.target = user_nick(user);
	/* When the nick stays the same, other users are not told. */
	if (text_is(old->shown, entry->name->shown)) {
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
	return REASON_OK;
}

static enum reason
apply_topic(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct room *room = entry->room;
	if (!room_membership(room, entry->user))
		return origin_refuse(origin, REASON_NOT_IN_ROOM, room_name(room));
	struct text nick = user_nick(entry->user);
	free(room->topic);
	free(room->topic_by);
	room->topic = xstrndup(entry->body.ptr, entry->body.len);
	room->topic_by = xstrndup(nick.ptr, nick.len);
	room->topic_time = entry->time;
	struct event event = entry_event(core, entry, EVENT_TOPIC, origin);
	event.body = text_of(room->topic);
	room_deliver(room, &event);
	return REASON_OK;
}

static enum reason
apply_stop(struct core *core, const struct entry *entry)
{
	struct strbuf sentence = {0};
	reason_sentence(&sentence, REASON_SHUTTING_DOWN, TEXT_NONE);
	struct event event = {.kind = EVENT_NOTICE,
		.reason = REASON_SHUTTING_DOWN,
		.time = entry->time,
		.body = strbuf_view(&sentence)};
	core->host.stop(core->host.ctx, &event);
	strbuf_clear(&sentence);
	return REASON_OK;
}

typedef enum reason apply_function(
	struct core *core, const struct entry *entry, const struct origin *origin);

static apply_function *const appliers[] = {
	[ENTRY_LOGIN] = apply_login,
	[ENTRY_LOGOUT] = apply_logout,
	[ENTRY_ENTER] = apply_enter,
	[ENTRY_LEAVE] = apply_leave,
	[ENTRY_SAY] = apply_speech,
	[ENTRY_EMOTE] = apply_speech,
	[ENTRY_DIRECT] = apply_direct,
	[ENTRY_RENAME] = apply_rename,
	[ENTRY_TOPIC] = apply_topic,
};

void
core_apply(struct core *core, const struct entry *entry)
{
	const struct origin origin = origin_take(core, entry);
	enum reason reason = REASON_OK;
	if (entry->kind == ENTRY_STOP)
		reason = apply_stop(core, entry);
	else if (entry->kind == ENTRY_LOGIN || named_is_listed(&entry->user->named))
		reason = appliers[entry->kind](core, entry, &origin);
	origin_done(core, entry, reason);
}
