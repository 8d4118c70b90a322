/* Sessions: what one connection may ask for, and how it ends. */
#include <assert.h>

#include "core/account.h"

void
session_open(
	struct session *session, struct core *core, const char *protocol, const char *default_room)
{
	*session =
		(struct session){.core = core, .protocol = protocol, .default_room = default_room};
	session->limiter.filled = core->host.monotonic_ms(core->host.ctx);
	session->limiter.tokens = (int32_t)core->settings.burst * 1000;
}

/*
 * Detaches the session from its user, or from the user of its pending login. The user is
 * returned with a reference, or NULL.
 */
static struct user *
session_detach(struct session *session)
{
	struct user *user = session->user;
	if (!user && session->awaited)
		user = session->awaited->login;
	if (user)
		user_hold(user);
	if (session->user)
		user_remove_session(session->user, session);
	session_forget_awaited(session);
	return user;
}

void
session_forget_pending(struct session *session)
{
	session_drop_listings(session);
	session_forget_reading(session);
	session_forget_arrival(session);
	session_forget_changing(session);
}

void
session_end(struct session *session)
{
	if (session->ended)
		return;
	session->ended = true;
	session_forget_pending(session);
	bool lost = !session->logged_out, account = session->user && session->user->account;
	struct stay *stay = account ? account_stay(session->user->account, session->stay) : NULL;
	if (stay && !lost)
		stay_publish_end(stay);
	bool resumable = lost && (session->resume || account);
	session_lose_resume(session);
	struct user *user = session_detach(session);
	if (!user)
		return;
	bool stays = resumable && !user->sessions && user_linger(user);
	if (!user->sessions && !stays)
		core_publish(session->core, &(struct entry){.kind = ENTRY_LOGOUT, .user = user});
	user_release(user);
}

void
session_attach(struct session *session, struct session *other)
{
	struct user *user = other->user;
	assert(!session->user && user && user->n_memberships > 0);
	user_add_session(user, session);
	session->current = other->current;
	session_welcome(session, session->current, TEXT_NONE, false);
	session_show_rooms(session);
}

void
session_show_rooms(struct session *session)
{
	const struct user *user = session->user;
	for (size_t i = 0; i < user->n_memberships; i++) {
		struct room *room = user->memberships[i].room;
		struct event event = event_make(session->core, EVENT_ENTERED, session);
		event.in_room = room;
		event.room = room_name(room);
		event.actor = user_nick(user);
		event.on_login = room == session->current;
		struct item others[SHOWN_MEMBERS];
		event_add_members(&event, room, user, others);
		session_tell(session, &event);
		session_show_room(session, room, TEXT_NONE, false);
	}
}

void
session_reject_input(struct session *session, enum reason reason, struct text target,
	struct text ref, struct text about)
{
	session_spend(session);
	request_refuse(session, reason, target, &(struct request){.ref = ref, .about = about});
}

enum reason
session_request(struct session *session, const struct request *request)
{
	const struct command *command = request->command;
	assert(!session->ended);
	session_confirm_resume(session);
	if (!(command->flags & COMMAND_NOT_RATED))
		session_spend(session);
	if (!session->user && !(command->flags & COMMAND_BEFORE_LOGIN))
		return request_refuse(session, REASON_HELLO_FIRST, TEXT_NONE, request);
	if (session->user && (command->flags & COMMAND_RESETS_IDLE))
		session->active = session->user->active =
			session->core->host.monotonic_ms(session->core->host.ctx);
	return command->run(session, request);
}

struct text
session_nick(const struct session *session)
{
	return session->user ? user_nick(session->user) : TEXT_NONE;
}
