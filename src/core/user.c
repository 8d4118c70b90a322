/* Users: taking a nick, changing it, and going. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/alloc.h"
#include "core/core_internal.h"

struct user *
user_find(struct core *core, struct text nick)
{
	struct name *name = name_make(core->rules, nick, NAME_NICK);
	if (!name)
		return NULL;
	struct named *named = names_find(&core->nicks, name);
	free(name);
	return (struct user *)named;
}

static bool
name_is_reserved(const struct core *core, const struct name *name)
{
	const struct name *reserved = core->reserved;
	return text_is(name->casefolded, reserved->casefolded) ||
	       (!name->ascii && text_is(name->skeleton, reserved->skeleton));
}

/* The name, if it can be a nick and is nobody's but perhaps self's; else why not. */
static enum reason
nick_make(struct core *core, struct text nick, const struct user *self, struct name **made)
{
	struct name *name = name_make(core->rules, nick, NAME_NICK);
	if (!name)
		return REASON_NICK_INVALID;
	const struct named *other = names_find(&core->nicks, name);
	enum reason reason = REASON_OK;
	if (name_is_reserved(core, name))
		reason = REASON_NICK_TAKEN;
	else if (other && (!self || other != &self->named))
		reason = text_is(other->name->casefolded, name->casefolded) ? REASON_NICK_TAKEN
									    : REASON_NICK_ALIKE;
	if (reason != REASON_OK) {
		free(name);
		return reason;
	}
	*made = name;
	return REASON_OK;
}

static struct user *
user_open(struct session *session, struct name *name)
{
	struct core *core = session->core;
	struct user *user = xcalloc(sizeof *user);
	user->named.name = name;
	user->session = session;
	user->arrived = ++core->arrivals;
	user->active = core->host.monotonic_ms(core->host.ctx);
	names_add(&core->nicks, &user->named);
	DL_APPEND(core->users, user);
	core->n_users++;
	session->user = user;
	return user;
}

void
user_close(struct user *user)
{
	struct core *core = user->session->core;
	assert(user->n_memberships == 0);
	names_remove(&core->nicks, &user->named);
	DL_DELETE(core->users, user);
	core->n_users--;
	user->session->user = NULL;
	free(user->named.name);
	free(user->memberships);
	free(user);
}

/* Enters the room under the name, which is nobody's yet. */
static void
user_enter(struct session *session, struct name *name, struct room *room, struct text ref)
{
	struct user *user = user_open(session, name);
	struct event event = event_make(session->core, EVENT_WELCOME, session);
	event.actor = user_nick(user);
	event.room = room_name(room);
	event.target = session->core->settings.name;
	event.ref = ref;
	event.limits = &session->core->settings;
	session_tell(session, &event);
	room_enter(room, user, ref, true);
}

void
session_guest(struct session *session, const char *prefix)
{
	struct core *core = session->core;
	struct name *name = NULL;
	while (!name) {
		char nick[NICK_CHARACTERS];
		snprintf(nick, sizeof nick, "%s%llu", prefix, (unsigned long long)++core->guests);
		nick_make(core, text_of(nick), NULL, &name);
	}
	user_enter(session, name, room_at(core, session->default_room), TEXT_NONE);
}

enum reason
user_login(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct text nick = request->arg[0];
	if (session->user)
		return request_refuse(session, REASON_HELLO_AGAIN, nick, request);
	struct name *name;
	enum reason reason = nick_make(core, nick, NULL, &name);
	if (reason != REASON_OK)
		return request_refuse(session, reason, nick, request);
	struct room *room =
		room_at(core, request->room.ptr ? request->room : session->default_room);
	if (!room) {
		free(name);
		return request_refuse(session, REASON_ROOM_INVALID, request->room, request);
	}
	user_enter(session, name, room, request->ref);
	return REASON_OK;
}

/* Everybody who shares a room with the user, each once, and the user. */
static size_t
user_neighbours(const struct user *user, struct session ***found)
{
	size_t most = 1, n = 0;
	for (size_t i = 0; i < user->n_memberships; i++)
		most += user->memberships[i].room->users;
	struct session **to = xrealloc(NULL, most * sizeof(struct session *));
	for (size_t i = 0; i < user->n_memberships; i++) {
		const struct room *room = user->memberships[i].room;
		for (size_t j = 0; j < room->n; j++) {
			struct session *session = room->sessions[j];
			if (!session || session->marked)
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

enum reason
user_rename(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct user *user = session->user;
	if (!user)
		return user_login(session, request);
	struct name *name, *old = user->named.name;
	enum reason reason = nick_make(core, request->arg[0], user, &name);
	if (reason != REASON_OK)
		return request_refuse(session, reason, request->arg[0], request);
	names_remove(&core->nicks, &user->named);
	/* It may look like several plain names, of which one's own was only the first. */
	if (names_find(&core->nicks, name)) {
		names_add(&core->nicks, &user->named);
		free(name);
		return request_refuse(session, REASON_NICK_ALIKE, request->arg[0], request);
	}
	user->named.name = name;
	names_add(&core->nicks, &user->named);
	struct event event = event_make(core, EVENT_RENAMED, session);
	event.actor = old->shown;
	event.target = name->shown;
	event.ref = request->ref;
	/* Others need not hear of the nick one has already. */
	if (text_is(old->shown, name->shown)) {
		session_tell(session, &event);
	} else {
		struct session **to;
		size_t n = user_neighbours(user, &to);
		core->host.deliver(core->host.ctx, &event, to, n);
		free(to);
	}
	free(old);
	return REASON_OK;
}
