/* The commands about the user: logging in and out, the nick. */
#include "core/account.h"

static enum reason
session_login(struct session *session, struct entry *entry, const struct request *request)
{
	entry->protocol = text_of(session->protocol);
	enum reason reason = session_publish(session, request, entry);
	user_release(entry->user);
	return reason;
}

void
session_guest(struct session *session, const char *prefix)
{
	struct core *core = session->core;
	struct entry entry = {.kind = ENTRY_LOGIN,
		.user = user_new(core, NULL),
		.room = room_get(core, text_of(session->default_room)),
		.body = text_of(prefix)};
	session_login(session, &entry, &(struct request){.command = NULL});
}

/* There are no accounts. In a line, unlike a packet, the name had two words. */
static enum reason
refuse_password(struct session *session, const struct request *request)
{
	struct text nick = request->arg[0], password = request->arg[1];
	if (text_is(request->about, text_of(request->command->type)))
		return request_refuse(session, REASON_NO_ACCOUNTS, TEXT_NONE, request);
	nick.len = (size_t)(password.ptr - nick.ptr) + password.len;
	return request_refuse(session, REASON_NICK_INVALID, nick, request);
}

/* With a password: to an account. A name that nobody has takes as long as a wrong password. */
static enum reason
login_with_password(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct text nick = request->arg[0];
	struct account *account = account_find(core, nick, false);
	if (!core_has_accounts(core))
		return refuse_password(session, request);
	if (session->user && session->user->account)
		return request_refuse(session, REASON_HELLO_AGAIN, TEXT_NONE, request);
	if (!session_takes_passwords(session, request))
		return REASON_PASSWORD_INSECURE;
	return session_arrive(
		session, request, account, request->arg[1], request->arg[2].ptr != NULL);
}

enum reason
command_login(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct text nick = request->arg[0];
	if (request->arg[1].len > 0)
		return login_with_password(session, request);
	if (session->user)
		return request_refuse(session, REASON_HELLO_AGAIN, TEXT_NONE, request);
	const struct account *account = account_find(core, nick, true);
	if (account)
		return request_refuse(
			session, REASON_PASSWORD_NEEDED, account->named.name->shown, request);
	struct name *name;
	enum reason reason = nick_make(core, nick, NULL, &name);
	if (reason != REASON_OK)
		return request_refuse(session, reason, nick, request);
	struct user *user = user_new(core, name);
	struct room *room =
		room_get(core, request->room.ptr ? request->room : text_of(session->default_room));
	struct entry entry = {.kind = ENTRY_LOGIN, .user = user, .room = room};
	if (room)
		return session_login(session, &entry, request);
	user_release(user);
	return request_refuse(session, REASON_ROOM_INVALID, request->room, request);
}

/* login: a secret that a welcome bore. */
enum reason
command_stay(struct session *session, const struct request *request)
{
	if (session->user)
		return request_refuse(session, REASON_HELLO_AGAIN, TEXT_NONE, request);
	struct stay *stay = stay_find(session->core, request->arg[0]);
	if (!stay)
		return request_refuse(session, REASON_LOGIN_FAILED, TEXT_NONE, request);
	return session_arrive_by_stay(session, request, stay);
}

enum reason
command_nick(struct session *session, const struct request *request)
{
	struct text nick = request->arg[0];
	if (!session->user)
		return command_login(session, request);
	struct name *name;
	enum reason reason = nick_make(session->core, nick, session->user, &name);
	if (reason != REASON_OK)
		return request_refuse(session, reason, nick, request);
	struct entry entry = {.kind = ENTRY_RENAME, .user = session->user, .name = name};
	reason = session_publish(session, request, &entry);
	free(name);
	return reason;
}

enum reason
command_logout(struct session *session, const struct request *request)
{
	(void)request;
	const struct core_host *host = &session->core->host;
	session->logged_out = true;
	session_end(session);
	host->close(host->ctx, session, REASON_LOGOUT);
	return REASON_OK;
}

void
core_stop(struct core *core)
{
	core->stopping = true;
	core_note_shown(core, true);
	core_save_markers(core, true);
	core_end_lingering(core, true);
	core_publish(core, &(struct entry){.kind = ENTRY_STOP});
}
