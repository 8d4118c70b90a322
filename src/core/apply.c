/*
 * Applies the entries of the log: only so do users, rooms and topics change. What was checked
 * at the request is checked again, since other entries may have been applied in between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

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
	user_attach(user, entry);
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
	user_detach(user, entry->node);
	if (user->attachments)
		return REASON_OK;
	user_leave_rooms(user, entry, origin);
	user_unlist(user);
	return REASON_OK;
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
	entry->room->said = event.id;
	room_deliver(entry->room, &event);
	core_note_said(core);
	return REASON_OK;
}

static enum reason
apply_rename(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	enum reason reason = nick_check(core, entry->name, user);
	if (reason != REASON_OK)
		return origin_refuse(origin, reason, entry->name->shown);
	if (user->account)
		account_set_nick(user->account, entry->name);
	user_rename(user, entry->name, entry, origin);
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
apply_stop(struct core *core, const struct entry *entry, const struct origin *origin)
{
	(void)origin;
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

static apply_function *const appliers[] = {
	[ENTRY_LOGIN] = apply_login,
	[ENTRY_ARRIVE] = apply_arrive,
	[ENTRY_LOGOUT] = apply_logout,
	[ENTRY_ENTER] = apply_enter,
	[ENTRY_LEAVE] = apply_leave,
	[ENTRY_SAY] = apply_speech,
	[ENTRY_EMOTE] = apply_speech,
	[ENTRY_DIRECT] = apply_direct,
	[ENTRY_RENAME] = apply_rename,
	[ENTRY_TOPIC] = apply_topic,
	[ENTRY_REGISTER] = apply_register,
	[ENTRY_PASSWORD] = apply_password,
	[ENTRY_UNREGISTER] = apply_unregister,
	[ENTRY_STAY_ENDED] = apply_stay_ended,
	[ENTRY_READ] = apply_read,
	[ENTRY_TOLD] = apply_told,
	[ENTRY_STOP] = apply_stop,
};

/* Whether who it is about is still there; new users are not yet. */
static bool
entry_holds(const struct entry *entry)
{
	if (entry->kind == ENTRY_LOGIN || entry->kind == ENTRY_ARRIVE)
		return true;
	return (!entry->user || named_is_listed(&entry->user->named)) &&
	       (!entry->account || !entry->account->removed);
}

void
core_apply(struct core *core, const struct entry *entry)
{
	const struct origin origin = origin_take(core, entry);
	enum reason reason = REASON_OK;
	if (entry->user && !entry->own && entry->node != 0)
		entry->user->active = core->host.monotonic_ms(core->host.ctx);
	if (entry_holds(entry))
		reason = appliers[entry->kind](core, entry, &origin);
	origin_done(core, entry, reason);
}

void
core_skip(struct core *core, const struct entry *entry)
{
	const struct origin origin = origin_take(core, entry);
	origin_refuse(&origin, REASON_HELLO_FIRST, TEXT_NONE);
	origin_done(core, entry, REASON_HELLO_FIRST);
}

void
core_end_node(struct core *core, uint32_t node, int64_t time)
{
	const struct origin none = {.session = NULL};
	struct user *user, *next;
	core->ending_node = true;
	DL_FOREACH_SAFE(core->users, user, next)
	{
		const struct entry leaves = {.kind = ENTRY_LOGOUT, .time = time, .user = user};
		if (!user_is_attached(user, node))
			continue;
		user_detach(user, node);
		if (user->attachments)
			continue;
		user_leave_rooms(user, &leaves, &none);
		user_unlist(user);
	}
	core->ending_node = false;
}
