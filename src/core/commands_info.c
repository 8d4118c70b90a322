/* The commands that ask about the server; /help is in command.c. */
#include "core/core_internal.h"

enum reason
command_who(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct listing who = {.kind = EVENT_WHO};
	struct text nick = request->arg[0];
	if (request->room.ptr) {
		who.room = room_find(core, request->room);
		if (!who.room)
			return request_refuse(session, REASON_NO_SUCH_ROOM, request->room, request);
	}
	if (nick.ptr) {
		const struct user *user = user_find(core, nick);
		if (!user)
			return request_refuse(session, REASON_NO_SUCH_NICK, nick, request);
		who.until = user->arrived;
		who.after = who.until - 1;
	}
	listing_start(session, &who, request->ref);
	return REASON_OK;
}

static enum reason
reply(struct session *session, const struct request *request, enum event_kind kind)
{
	struct event event = event_make(session->core, kind, session);
	event.ref = request->ref;
	session_tell(session, &event);
	return REASON_OK;
}

enum reason
command_commands(struct session *session, const struct request *request)
{
	return reply(session, request, EVENT_COMMANDS);
}

enum reason
command_ping(struct session *session, const struct request *request)
{
	return reply(session, request, EVENT_PONG);
}
