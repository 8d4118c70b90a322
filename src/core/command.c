/*
 * The commands: a row and a function each. What a row says is what there is:
 * /help, usage, JSON packets and completion are made from it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/core_internal.h"

/* The room that the request is about, in which its session must be; NULL: it was told why not. */
static struct room *
request_room(struct session *session, const struct request *request)
{
	struct room *room = session->current;
	if (request->room.ptr)
		room = room_find(session->core, request->room);
	if (room && room_membership(room, session->user))
		return room;
	request_refuse(session, room ? REASON_NOT_IN_ROOM : REASON_NO_SUCH_ROOM,
		room ? room_name(room) : request->room, request);
	return NULL;
}

/* Cleans what was said into body, if it may be said. */
static enum reason
request_body(struct session *session, const struct request *request, struct text said, size_t most,
	struct strbuf *body)
{
	text_clean(body, said);
	if (body->len == 0)
		return request_refuse(session, REASON_TEXT_EMPTY, said, request);
	if (body->len <= most && text_lines(strbuf_view(body)) <= TEXT_LINES)
		return REASON_OK;
	char limit[64];
	snprintf(limit, sizeof limit, "%zu bytes and %d lines", most, TEXT_LINES);
	return request_refuse(session, REASON_TEXT_TOO_LONG, text_of(limit), request);
}

static enum reason
room_said(struct session *session, const struct request *request, enum event_kind kind)
{
	struct strbuf body = {0};
	enum reason reason = REASON_NOT_IN_ROOM;
	struct room *room = request_room(session, request);
	if (room)
		reason = request_body(
			session, request, request->arg[0], session->core->settings.message, &body);
	if (reason == REASON_OK) {
		struct event event = event_make(session->core, kind, session);
		event.actor = user_nick(session->user);
		event.body = strbuf_view(&body);
		event.ref = request->ref;
		room_publish(room, &event);
	}
	strbuf_clear(&body);
	return reason;
}

static enum reason
command_say(struct session *session, const struct request *request)
{
	return room_said(session, request, EVENT_SAID);
}

static enum reason
command_me(struct session *session, const struct request *request)
{
	return room_said(session, request, EVENT_EMOTE);
}

static enum reason
command_msg(struct session *session, const struct request *request)
{
	const struct core_host *host = &session->core->host;
	struct user *to = user_find(session->core, request->arg[0]);
	if (!to)
		return request_refuse(session, REASON_NO_SUCH_NICK, request->arg[0], request);
	struct strbuf body = {0};
	enum reason reason = request_body(
		session, request, request->arg[1], session->core->settings.message, &body);
	if (reason == REASON_OK) {
		struct event event = event_make(session->core, EVENT_DIRECT, session);
		event.actor = user_nick(session->user);
		event.target = user_nick(to);
		event.body = strbuf_view(&body);
		event.ref = request->ref;
		struct session *both[] = {session, to->session};
		host->deliver(host->ctx, &event, both, to->session == session ? 1 : 2);
	}
	strbuf_clear(&body);
	return reason;
}

static enum reason
command_join(struct session *session, const struct request *request)
{
	struct user *user = session->user;
	struct room *room = room_at(session->core, request->arg[0]);
	if (!room)
		return request_refuse(session, REASON_ROOM_INVALID, request->arg[0], request);
	if (!room_membership(room, user) && user->n_memberships == USER_ROOMS) {
		room_release(room);
		return request_refuse(session, REASON_ROOMS_FULL, request->arg[0], request);
	}
	if (!room_membership(room, user)) {
		room_enter(room, user, request->ref, false);
		return REASON_OK;
	}
	/* Nothing has happened in the room; the session is told where it is now. */
	session->current = room;
	struct event event = event_make(session->core, EVENT_ENTERED, session);
	event.in_room = room;
	event.room = room_name(room);
	event.actor = user_nick(user);
	event.ref = request->ref;
	session_tell(session, &event);
	return REASON_OK;
}

static enum reason
command_leave(struct session *session, const struct request *request)
{
	struct user *user = session->user;
	struct request about = *request;
	about.room = request->arg[0].ptr ? request->arg[0] : request->room;
	struct room *room = request_room(session, &about);
	if (!room)
		return REASON_NOT_IN_ROOM;
	struct room *home = NULL;
	if (user->n_memberships == 1) {
		home = room_at(session->core, session->default_room);
		if (home == room)
			home = session->core->default_room;
		if (home == room)
			return request_refuse(session, REASON_LAST_ROOM, room_name(room), request);
	}
	if (home)
		room_enter(home, user, TEXT_NONE, false);
	room_leave(room, user, request->ref, true);
	return REASON_OK;
}

static enum reason
command_rooms(struct session *session, const struct request *request)
{
	listing_start(session, &(struct listing){.kind = EVENT_ROOMS}, request->ref);
	return REASON_OK;
}

static enum reason
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
		names.after = room->arrived[membership->at];
		names.most = session->core->settings.presence;
	}
	listing_start(session, &names, request->ref);
	return REASON_OK;
}

static enum reason
command_who(struct session *session, const struct request *request)
{
	listing_start(session, &(struct listing){.kind = EVENT_WHO}, request->ref);
	return REASON_OK;
}

static void
topic_tell(struct session *session, struct room *room, const struct request *request)
{
	struct event event = event_make(session->core, EVENT_TOPIC, session);
	event.in_room = room;
	event.room = room_name(room);
	event.body = text_of(room->topic ? room->topic : "");
	event.actor = text_of(room->topic_by ? room->topic_by : "");
	event.ref = request->ref;
	event.snapshot = true;
	session_tell(session, &event);
}

/* A topic is one line. */
static char *
topic_copy(struct strbuf *body)
{
	for (size_t i = 0; i < body->len; i++)
		if (body->ptr[i] == '\n')
			body->ptr[i] = ' ';
	strbuf_add(body, "", 1);
	return body->ptr;
}

static enum reason
command_topic(struct session *session, const struct request *request)
{
	struct room *room = request_room(session, request);
	if (!room)
		return REASON_NOT_IN_ROOM;
	if (!request->arg[0].ptr) {
		topic_tell(session, room, request);
		return REASON_OK;
	}
	struct strbuf body = {0};
	enum reason reason = REASON_OK;
	/* Unlike something said, a topic may be empty: then there is none. */
	if (request->arg[0].len > 0)
		reason = request_body(session, request, request->arg[0], TOPIC_BYTES, &body);
	if (reason != REASON_OK) {
		strbuf_clear(&body);
		return reason;
	}
	free(room->topic);
	free(room->topic_by);
	room->topic = topic_copy(&body);
	struct text nick = user_nick(session->user);
	room->topic_by = xstrndup(nick.ptr, nick.len);
	struct event event = event_make(session->core, EVENT_TOPIC, session);
	event.actor = user_nick(session->user);
	event.body = text_of(room->topic);
	event.ref = request->ref;
	room_publish(room, &event);
	return REASON_OK;
}

static enum reason
command_help_of(struct session *session, const struct request *request)
{
	const struct command *command = NULL;
	struct text word = request->arg[0];
	if (word.len > 0 && word.ptr[0] == '/')
		word = (struct text){word.ptr + 1, word.len - 1};
	if (word.ptr) {
		command = command_find(word);
		if (!command)
			return request_refuse(session, REASON_UNKNOWN_COMMAND, word, request);
	}
	struct strbuf body = {0};
	command_help(&body, command);
	struct event event = event_make(session->core, EVENT_HELP, session);
	event.body = strbuf_view(&body);
	event.ref = request->ref;
	session_tell(session, &event);
	strbuf_clear(&body);
	return REASON_OK;
}

static enum reason
command_logout(struct session *session, const struct request *request)
{
	(void)request;
	const struct core_host *host = &session->core->host;
	session_end(session);
	host->close(host->ctx, session, REASON_LOGOUT);
	return REASON_OK;
}

static enum reason
command_line(struct session *session, const struct request *request)
{
	return session_command_line(session, request->arg[0], request->ref, request->about);
}

static enum reason
command_ping(struct session *session, const struct request *request)
{
	struct event event = event_make(session->core, EVENT_PONG, session);
	event.ref = request->ref;
	session_tell(session, &event);
	return REASON_OK;
}

enum {
	RESETS_IDLE = COMMAND_RESETS_IDLE,
	IN_ROOM = COMMAND_IN_ROOM,
	BARE_WORD = COMMAND_BARE_WORD,
	BEFORE_LOGIN = COMMAND_BEFORE_LOGIN,
};

static const struct command commands[] = {
	{"login", NULL, "hello", "nick...", "take a nick and enter",
		BEFORE_LOGIN | BARE_WORD | IN_ROOM, user_login},
	{"nick", NULL, "nick", "nick...", "change your nick", BEFORE_LOGIN | RESETS_IDLE,
		user_rename},
	{"say", NULL, "chat", "message:text...", "say it in the current room",
		BARE_WORD | IN_ROOM | RESETS_IDLE, command_say},
	{"me", NULL, "emote", "message:action...", "others see [you do that]",
		IN_ROOM | RESETS_IDLE, command_me},
	{"msg", "message", "direct", "to:nick message:text...", "tell it to one person alone",
		RESETS_IDLE, command_msg},
	{"join", NULL, "join", "room...", "enter a room and make it the current one", RESETS_IDLE,
		command_join},
	{"leave", NULL, "leave", "[room]", "leave a room, or the current one", RESETS_IDLE,
		command_leave},
	{"rooms", "list", "rooms", "", "the rooms, with how many are in each",
		BEFORE_LOGIN | RESETS_IDLE, command_rooms},
	{"look", "names", "names", "{after}", "who is in the current room",
		BARE_WORD | IN_ROOM | RESETS_IDLE, command_look},
	{"who", NULL, "who", "", "who is logged in to the server", BARE_WORD | RESETS_IDLE,
		command_who},
	{"topic", NULL, "topic", "[topic:text...]", "show or set the room's topic",
		IN_ROOM | RESETS_IDLE, command_topic},
	{"help", NULL, NULL, "[command]", "this list, or one line of it", BEFORE_LOGIN | BARE_WORD,
		command_help_of},
	{"logout", "quit q", NULL, "", "leave the server", BEFORE_LOGIN | BARE_WORD,
		command_logout},
	{"command", NULL, "command", "line...", "a line as typed",
		COMMAND_NOT_TYPED | COMMAND_NOT_RATED | BEFORE_LOGIN, command_line},
	{"ping", NULL, "ping", "", "is answered by a pong", COMMAND_NOT_TYPED, command_ping},
	{.name = NULL},
};

const struct command *
command_table(void)
{
	return commands;
}

static bool
words_have(const char *words, struct text word)
{
	struct text rest = text_of(words ? words : "");
	while (rest.len > 0)
		if (text_is(text_word(&rest), word))
			return true;
	return false;
}

const struct command *
command_find(struct text word)
{
	for (const struct command *c = commands; c->name; c++)
		if (!(c->flags & COMMAND_NOT_TYPED) &&
			(text_is(text_of(c->name), word) || words_have(c->also, word)))
			return c;
	return NULL;
}

const struct command *
command_of_type(struct text type)
{
	for (const struct command *c = commands; c->name; c++)
		if (c->type && text_is(text_of(c->type), type))
			return c;
	return NULL;
}
