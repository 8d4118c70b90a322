/* Nicks, the users that have them, and their sessions. Knows nothing of what is said. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

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
	for (size_t i = 0; i < sizeof core->reserved / sizeof core->reserved[0]; i++) {
		const struct name *reserved = core->reserved[i];
		if (text_is(name->casefolded, reserved->casefolded) ||
			(!name->ascii && text_is(name->skeleton, reserved->skeleton)))
			return true;
	}
	return false;
}

/* To another account than `own`, which may be NULL. */
static bool
nick_is_registered(struct core *core, const struct name *name, struct account *own)
{
	struct names *registered = &core->registered;
	if (own)
		names_remove(registered, &own->named);
	const struct named *other = names_find(registered, name);
	if (own)
		names_add(registered, &own->named);
	return other != NULL;
}

enum reason
nick_check(struct core *core, const struct name *name, const struct user *self)
{
	if (name_is_reserved(core, name))
		return REASON_NICK_TAKEN;
	/* It may look like several ASCII names, of which the user's own is only the first. */
	bool listed = self && named_is_listed(&self->named);
	struct named *own = listed ? (struct named *)(uintptr_t)&self->named : NULL;
	if (own)
		names_remove(&core->nicks, own);
	const struct named *other = names_find(&core->nicks, name);
	if (own)
		names_add(&core->nicks, own);
	if (nick_is_registered(core, name, self ? self->account : NULL))
		return REASON_NICK_REGISTERED;
	if (!other)
		return REASON_OK;
	return text_is(other->name->casefolded, name->casefolded) ? REASON_NICK_TAKEN
								  : REASON_NICK_ALIKE;
}

enum reason
nick_make(struct core *core, struct text nick, const struct user *self, struct name **name)
{
	*name = name_make(core->rules, nick, NAME_NICK);
	if (!*name)
		return REASON_NICK_INVALID;
	enum reason reason = nick_check(core, *name, self);
	if (reason == REASON_OK)
		return REASON_OK;
	free(*name);
	*name = NULL;
	return reason;
}

struct user *
user_new(struct core *core, struct name *name)
{
	struct user *user = xcalloc(sizeof *user);
	user->core = core;
	user->named.name = name;
	user->refs = 1;
	return user;
}

void
user_hold(struct user *user)
{
	user->refs++;
}

static void
user_free_if_unused(struct user *user)
{
	if (user->refs > 0 || named_is_listed(&user->named))
		return;
	free(user->named.name);
	free(user->memberships);
	free(user);
}

void
user_release(struct user *user)
{
	assert(user->refs > 0);
	user->refs--;
	user_free_if_unused(user);
}

void
user_list(struct user *user)
{
	struct core *core = user->core;
	user->arrived = ++core->logins;
	user->active = core->host.monotonic_ms(core->host.ctx);
	names_add(&core->nicks, &user->named);
	DL_APPEND(core->users, user);
	core->n_users++;
}

void
user_unlist(struct user *user)
{
	struct core *core = user->core;
	assert(user->n_memberships == 0 && !user->sessions);
	user_stop_lingering(user);
	user_drop_resumes(user);
	user_drop_directs(user);
	account_unbind(user);
	user_detach_all(user);
	names_remove(&core->nicks, &user->named);
	DL_DELETE(core->users, user);
	core->n_users--;
	user_free_if_unused(user);
}

void
user_add_session(struct user *user, struct session *session)
{
	/* The user takes over the limiter of its first session. */
	if (user->n_sessions == 0)
		user->limiter = session->limiter;
	user_stop_lingering(user);
	session->user = user;
	session->number = ++user->numbers;
	session->since = user->core->host.wall_ms(user->core->host.ctx);
	session->active = user->core->host.monotonic_ms(user->core->host.ctx);
	LL_APPEND2(user->sessions, session, sibling);
	user->n_sessions++;
	for (size_t i = 0; i < user->n_memberships; i++)
		room_add_audience(user->memberships[i].room, session);
}

void
user_remove_session(struct user *user, struct session *session)
{
	for (size_t i = 0; i < user->n_memberships; i++)
		room_remove_audience(user->memberships[i].room, session);
	LL_DELETE2(user->sessions, session, sibling);
	user->n_sessions--;
	session->user = NULL;
	session->stay = 0;
	session->current = NULL;
	session->sibling = NULL;
}
