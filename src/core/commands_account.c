/* The commands about the user: logging in and out, the nick. */
#include "core/core_internal.h"

static enum reason
session_login(struct session *session, struct entry *entry, const struct request *request)
{
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

enum reason
command_login(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct text nick = request->arg[0];
	if (session->user)
		return request_refuse(session, REASON_HELLO_AGAIN, TEXT_NONE, request);
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
	core_end_lingering(core, true);
	core_publish(core, &(struct entry){.kind = ENTRY_STOP});
}
