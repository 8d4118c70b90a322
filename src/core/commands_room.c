/* The commands about rooms: entering and leaving them, who is there, their topics. */
#include "core/core_internal.h"

enum reason
command_join(struct session *session, const struct request *request)
{
	struct user *user = session->user;
	struct room *room = room_get(session->core, request->arg[0]);
	if (!room)
		return request_refuse(session, REASON_ROOM_INVALID, request->arg[0], request);
	if (!room_membership(room, user) && user->n_memberships == USER_ROOMS) {
		room_release(room);
		return request_refuse(session, REASON_ROOMS_FULL, request->arg[0], request);
	}
	struct entry entry = {.kind = ENTRY_ENTER, .user = user, .room = room};
	return session_publish(session, request, &entry);
}

/* The room to join when a user leaves the only room: the listener's, or else the server's. */
static struct room *
session_home(struct session *session, const struct room *left)
{
	struct room *room = room_get(session->core, text_of(session->default_room));
	return room != left ? room : session->core->default_room;
}

enum reason
command_leave(struct session *session, const struct request *request)
{
	struct user *user = session->user;
	struct request about = *request;
	about.room = request->arg[0].ptr ? request->arg[0] : request->room;
	struct room *room = request_room(session, &about);
	if (!room)
		return REASON_NOT_IN_ROOM;
	struct entry entry = {.kind = ENTRY_LEAVE, .user = user, .room = room};
	if (user->n_memberships == 1)
		entry.into = session_home(session, room);
	return session_publish(session, request, &entry);
}

enum reason
command_rooms(struct session *session, const struct request *request)
{
	listing_start(session, &(struct listing){.kind = EVENT_ROOMS}, request->ref);
	return REASON_OK;
}

enum reason
command_look(struct session *session, const struct request *request)
{
	struct room *room = session->current;
	if (request->room.ptr)
		room = room_find(session->core, request->room);
	if (!room)
		return request_refuse(session, REASON_NO_SUCH_ROOM, request->room, request);
	struct listing names = {.kind = EVENT_NAMES, .room = room};
	struct text after = request->arg[0];
	if (after.ptr) {
		const struct user *user = user_find(session->core, after);
		const struct membership *membership = user ? room_membership(room, user) : NULL;
		if (!membership)
			return request_refuse(session, REASON_NO_SUCH_NICK, after, request);
		names.after = room->members[membership->index].since;
		names.most = session->core->settings.presence;
	}
	listing_start(session, &names, request->ref);
	return REASON_OK;
}

/* A topic is one line. */
static void
make_one_line(struct strbuf *body)
{
	for (size_t i = 0; i < body->len; i++)
		if (body->ptr[i] == '\n')
			body->ptr[i] = ' ';
}

enum reason
command_topic(struct session *session, const struct request *request)
{
	struct room *room = request_room(session, request);
	if (!room)
		return REASON_NOT_IN_ROOM;
	struct text topic = request->arg[0];
	if (!topic.ptr) {
		room_tell_topic(room, session, request->ref, true);
		return REASON_OK;
	}
	struct strbuf body = {0};
	enum reason reason = REASON_OK;
	/* Unlike a message, a topic may be empty: then there is none. It is typed as `-`. */
	if (topic.len > 0 && !text_is(topic, text_of("-")))
		reason = request_body(session, request, topic, TOPIC_BYTES, &body);
	if (reason == REASON_OK) {
		make_one_line(&body);
		struct entry entry = {.kind = ENTRY_TOPIC,
			.user = session->user,
			.room = room,
			.body = strbuf_view(&body)};
		reason = session_publish(session, request, &entry);
	}
	strbuf_clear(&body);
	return reason;
}
