/* The commands that ask about the server, but for /help, which is beside the table. */
#include "core/core_internal.h"

enum reason
command_who(struct session *session, const struct request *request)
{
	listing_start(session, &(struct listing){.kind = EVENT_WHO}, request->ref);
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
