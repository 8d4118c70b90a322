/*
 * Applies the entries about accounts: a name becomes one user's, a user logs in to it from
 * several places, and what is read in one is read in all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

/* The name is wanted by its owner: a guest who has it gets another. */
static void
guest_make_room(struct core *core, const struct account *account, const struct entry *entry)
{
	struct user *guest = (struct user *)names_find(&core->nicks, account->named.name);
	const struct origin none = {.session = NULL};
	struct name *name = NULL;
	if (!guest || guest == entry->user || guest->account)
		return;
	while (!name) {
		char nick[NICK_CHARACTERS];
		snprintf(nick, sizeof nick, "guest%llu", (unsigned long long)++core->guests);
		nick_make(core, text_of(nick), NULL, &name);
	}
	for (struct session *session = guest->sessions; session; session = session->sibling)
		request_refuse(session, REASON_NICK_REGISTERED, account->named.name->shown,
			&(struct request){.ref = TEXT_NONE});
	struct entry renames = {.kind = ENTRY_RENAME, .time = entry->time, .user = guest};
	user_rename(guest, name, &renames, &none);
	free(name);
}

/* The session was a guest's: that one leaves, since the account's user is there already. */
static void
guest_leave(struct session *session, struct user *guest, const struct entry *entry)
{
	const struct origin none = {.session = NULL};
	const struct entry leaves = {.kind = ENTRY_LOGOUT, .time = entry->time, .user = guest};
	if (session)
		user_remove_session(guest, session);
	if (guest->n_sessions > 0)
		return;
	user_leave_rooms(guest, &leaves, &none);
	user_unlist(guest);
}

/* Nobody was logged in to the account. */
static struct user *
account_appear(struct account *account, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	bool guest = named_is_listed(&user->named);
	guest_make_room(account->core, account, entry);
	account_bind(account, user);
	if (guest) {
		user_rename(user, account->named.name, entry, origin);
	} else {
		free(user->named.name);
		user->named.name = name_copy(account->named.name);
		user_list(user);
		if (origin->session)
			user_add_session(user, origin->session);
	}
	return user;
}

static bool
user_may_enter(const struct user *user, const struct room *room)
{
	return !room_membership(room, user) && user->n_memberships < USER_ROOMS;
}

/* The rooms that it remembers, and the one that it is to be in. Returns the one that it is in. */
static struct room *
account_enter_rooms(struct account *account, struct room *current, const struct entry *entry,
	const struct origin *origin)
{
	struct user *user = account->user;
	struct remembered *remembered, *next;
	DL_FOREACH_SAFE(account->rooms, remembered, next)
	{
		struct room *room = room_get(account->core, remembered->name->shown);
		if (room && user_may_enter(user, room))
			room_enter(room, entry, origin);
	}
	if (user_may_enter(user, current))
		room_enter(current, entry, origin);
	if (room_membership(current, user))
		return current;
	room_release(current);
	return user->memberships[0].room;
}

/* The room that is asked for, or that it was in last, or the first that it remembers. */
static struct room *
account_room(struct account *account, const struct entry *entry)
{
	struct core *core = account->core;
	struct text name = text_of(account->current);
	if (entry->room)
		return room_now(core, entry->room);
	if (!name.ptr || !account_remembers(account, name))
		name = account->rooms ? account->rooms->name->shown : TEXT_NONE;
	return name.ptr ? room_get(core, name) : room_now(core, entry->into);
}

/* Why the session may not log in after all; the account's user is what all servers know. */
static enum reason
arrive_refusal(const struct account *account, const struct session *session)
{
	const struct user *user = account->user;
	if (user && user != session->user && user->n_sessions >= ACCOUNT_SESSIONS)
		return REASON_SESSIONS_FULL;
	/* The secret may have been ended while the history was read. */
	unsigned stay = arrival_stay(session);
	return stay && !account_stay(account, stay) ? REASON_LOGIN_FAILED : REASON_OK;
}

static enum reason
arrive_refuse(const struct origin *origin, enum reason reason)
{
	if (!origin->session)
		return reason;
	origin_refuse(origin, reason, TEXT_NONE);
	session_forget_arrival(origin->session);
	return reason;
}

/* The session is in; NULL: it is not here, or has ended. */
static void
arrive_in(struct session *session, struct room *room, unsigned stay, bool attach,
	const struct origin *origin)
{
	if (!session)
		return;
	session->stay = stay;
	session->current = room;
	session_welcome(session, room, origin->request.ref, false);
	if (attach)
		session_show_rooms(session);
}

/* Other servers have applied this login, and its session has ended here. */
static void
arrive_undo(struct user *user, const struct entry *entry)
{
	if (entry->own && user->n_sessions == 0 && !user->linger_until)
		core_publish(user->core, &(struct entry){.kind = ENTRY_LOGOUT, .user = user});
}

enum reason
apply_arrive(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct account *account = entry->account;
	struct origin quiet = {.session = origin->session};
	(void)core;
	if (account->removed)
		return arrive_refuse(origin, REASON_PASSWORD_WRONG);
	enum reason reason = quiet.session ? arrive_refusal(account, quiet.session) : REASON_LOST;
	if (reason != REASON_OK) {
		arrive_refuse(origin, reason);
		quiet.session = NULL;
		if (entry->node == 0)
			return reason;
	}
	struct session *session = quiet.session;
	unsigned stay = session ? arrival_stay(session) : 0;
	if (entry->digest.len > 0)
		stay = stay_add(account, entry->digest, entry->time)->number;
	bool attach = account->user && account->user != entry->user;
	struct room *room = account_room(account, entry);
	if (attach && named_is_listed(&entry->user->named))
		guest_leave(session, entry->user, entry);
	if (attach && session)
		user_add_session(account->user, session);
	else if (!account->user)
		account_appear(account, entry, &quiet);
	user_attach(account->user, entry);
	arrive_in(session, room, stay, attach, origin);
	room = account_enter_rooms(account, room, entry, &quiet);
	user_set_current(account->user, session, room);
	if (session)
		arrival_done(session);
	arrive_undo(account->user, entry);
	return reason;
}

/* To all sessions of the user; the one that asked gets its ref. */
static void
account_tell(const struct user *user, const char *sentence, const struct origin *origin)
{
	struct event event = event_make(user->core, EVENT_ACCOUNT, NULL);
	event.actor = user_nick(user);
	event.account = user->account != NULL;
	event.body = text_of(sentence);
	for (struct session *session = user->sessions; session; session = session->sibling) {
		event.by = session;
		event.ref = session == origin->session ? origin->request.ref : TEXT_NONE;
		session_tell(session, &event);
	}
}

enum reason
apply_register(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct user *user = entry->user;
	struct text nick = user_nick(user);
	if (user->account)
		return origin_refuse(origin, REASON_REGISTERED_ALREADY, nick);
	core->last_id = ++core->host.history->last_id;
	struct account *account = account_add(
		core, name_copy(user->named.name), core->last_id, entry->body, entry->time);
	account_bind(account, user);
	for (size_t i = 0; i < user->n_memberships; i++)
		account_enter_room(account, user->memberships[i].room->named.name, core->last_id);
	if (entry->room)
		account_set_current(account, room_name(entry->room));
	struct strbuf sentence = {0};
	strbuf_printf(&sentence,
		"The name \"%.*s\" is yours now. Log in with it and the password, from anywhere.",
		TEXT_ARGS(nick));
	account_tell(user, sentence.ptr, origin);
	strbuf_clear(&sentence);
	return REASON_OK;
}

enum reason
apply_password(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct account *account = entry->account;
	account_set_password(account, entry->body);
	account_end_stays(account, stay_by_digest(core, entry->digest));
	if (account->user)
		account_tell(account->user,
			"Your password is changed. Where you stayed logged in, it is asked for "
			"again.",
			origin);
	return REASON_OK;
}

enum reason
apply_unregister(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct account *account = entry->account;
	struct user *user = account->user;
	(void)core;
	if (user)
		account_unbind(user);
	account_hold(account);
	account_remove(account);
	if (user)
		account_tell(user, "Your name is not registered any more.", origin);
	account_release(account);
	return REASON_OK;
}

enum reason
apply_stay_ended(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct stay *stay = stay_by_digest(core, entry->digest);
	(void)origin;
	if (stay)
		stay_end(stay);
	return REASON_OK;
}

enum reason
apply_told(struct core *core, const struct entry *entry, const struct origin *origin)
{
	(void)core;
	(void)origin;
	account_set_told(entry->account, entry->id);
	return REASON_OK;
}

/* The user has read up to there: its other sessions are told. */
enum reason
apply_read(struct core *core, const struct entry *entry, const struct origin *origin)
{
	struct account *account = entry->account;
	const struct user *user = account->user;
	if (!account_read(account, entry->name->casefolded, entry->id) || !user)
		return REASON_OK;
	struct event event = event_make(core, EVENT_READ, NULL);
	event.until = entry->id;
	event_name_read(&event, entry->name);
	for (struct session *session = user->sessions; session; session = session->sibling)
		if (session != origin->session)
			session_tell(session, &event);
	return REASON_OK;
}
