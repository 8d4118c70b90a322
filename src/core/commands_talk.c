/* The commands that say something. */
#include "core/account.h"

static enum reason
room_speech(struct session *session, const struct request *request, enum entry_kind kind)
{
	struct strbuf body = {0};
	enum reason reason = REASON_NOT_IN_ROOM;
	struct room *room = request_room(session, request);
	if (room)
		reason = request_body(
			session, request, request->arg[0], session->core->settings.message, &body);
	if (reason == REASON_OK) {
		struct entry entry = {.kind = kind,
			.user = session->user,
			.room = room,
			.body = strbuf_view(&body)};
		reason = session_publish(session, request, &entry);
	}
	strbuf_clear(&body);
	return reason;
}

enum reason
command_say(struct session *session, const struct request *request)
{
	return room_speech(session, request, ENTRY_SAY);
}

enum reason
command_me(struct session *session, const struct request *request)
{
	return room_speech(session, request, ENTRY_EMOTE);
}

enum reason
command_msg(struct session *session, const struct request *request)
{
	struct user *to = user_find(session->core, request->arg[0]);
	struct account *account = to ? NULL : account_find(session->core, request->arg[0], false);
	if (!to && !account)
		return request_refuse(session, REASON_NO_SUCH_NICK, request->arg[0], request);
	struct strbuf body = {0};
	enum reason reason = request_body(
		session, request, request->arg[1], session->core->settings.message, &body);
	if (reason == REASON_OK) {
		struct entry entry = {.kind = ENTRY_DIRECT,
			.user = session->user,
			.to = to,
			.account = account,
			.body = strbuf_view(&body)};
		reason = session_publish(session, request, &entry);
	}
	strbuf_clear(&body);
	return reason;
}
