/*
 * The json protocol, version 2 (SPEC 6.2): packets to the model's acts, typed
 * lines to packets. A ref says what an answer is for: a number for what was
 * said, one of the words below for the rest.
 */
#include <assert.h>

#include "client/session.h"
#include "codec/json.h"
#include "codec/json_writer.h"

enum { VERSION = 2 };

static const char ref_help[] = "help";   /* asked for the words in it, not to be shown */
static const char ref_known[] = "known"; /* rooms, likewise */
static const char ref_ping[] = "ping";
static const char ref_look[] = "look";

struct packet {
	struct session *session;
	const struct json *json;
	struct text room, nick, message, ref;
	int64_t time;
};

static bool
ref_is(const struct packet *packet, const char *ref)
{
	return text_is(packet->ref, text_of(ref));
}

/* A packet being written. */
struct packet_writer {
	struct strbuf buf;
	size_t opened;
	struct json_writer json;
};

static void
packet_begin(struct packet_writer *writer, const char *type)
{
	writer->buf = (struct strbuf){0};
	writer->opened = length_prefix_begin(&writer->buf);
	writer->json = json_begin(&writer->buf, type);
}

static void
packet_send(struct session *session, struct packet_writer *writer)
{
	json_close_object(&writer->json);
	bool fits = length_prefix_end(&writer->buf, writer->opened);
	assert(fits);
	session_send(session, strbuf_view(&writer->buf));
	strbuf_clear(&writer->buf);
}

static void
put(struct packet_writer *writer, const char *key, struct text value)
{
	if (value.ptr)
		json_put_text(&writer->json, key, value);
}

/* A packet about a room, with what it says of it under the key, if it says something. */
static void
packet_about(struct session *session, const char *type, struct text room, const char *key,
	struct text value, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, type);
	put(&writer, key, value);
	if (room.len > 0)
		put(&writer, "room", room);
	put(&writer, "ref", ref);
	packet_send(session, &writer);
}

static void
packet_ask(struct session *session, const char *type, struct text room, struct text ref)
{
	packet_about(session, type, room, "", TEXT_NONE, ref);
}

static void
json_log_in(struct session *session)
{
	struct packet_writer writer;
	packet_begin(&writer, "hello");
	put(&writer, "nick", text_of(session->model->nick));
	json_put_number(&writer.json, "version", VERSION);
	put(&writer, "room", login_room(session));
	packet_send(session, &writer);
}

static void
json_ping(struct session *session)
{
	packet_ask(session, "ping", text_of(""), text_of(ref_ping));
}

static void
json_request_rooms(struct session *session)
{
	packet_ask(session, "rooms", text_of(""), text_of(ref_known));
}

static void
packet_command(struct session *session, struct text line, struct text ref)
{
	struct packet_writer writer;
	packet_begin(&writer, "command");
	put(&writer, "line", line);
	put(&writer, "ref", ref);
	packet_send(session, &writer);
}

/* What the server has let one into before is entered again. */
static void
receive_welcome(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text given = login_room(session);
	login_accepted(session, packet->nick);
	for (size_t i = 0; i < session->model->n_rooms; i++) {
		struct text room = text_of(session->model->rooms[i]->name);
		if (room.len > 0 && !text_is(room, given))
			packet_ask(session, "join", room, TEXT_NONE);
	}
	packet_command(session, text_of("/help"), text_of(ref_help));
	json_request_rooms(session);
}

static void
receive_chat(const struct packet *packet)
{
	model_add_message(packet->session->model, LINE_MESSAGE, packet->room, packet->nick,
		packet->message, packet->time);
}

static void
receive_emote(const struct packet *packet)
{
	model_add_message(packet->session->model, LINE_EMOTE, packet->room, packet->nick,
		packet->message, packet->time);
}

static void
receive_direct(const struct packet *packet)
{
	model_add_direct(packet->session->model, packet->nick, json_text(packet->json, "to"),
		packet->message, packet->time);
}

/*
 * Somebody came or went by name: the room is not large (any more), and whoever went before
 * by number alone is still known as being there.
 */
static void
receive_membership(const struct packet *packet)
{
	struct room *room = model_room(packet->session->model, packet->room);
	if (!room || !room->members_stale ||
		text_is(packet->nick, text_of(packet->session->model->nick)))
		return;
	room->members_stale = false;
	packet_ask(packet->session, "names", packet->room, text_of(ref_known));
}

/* A room that was asked for is shown; one that is entered again after a lost connection is not. */
static void
receive_join(const struct packet *packet)
{
	bool asked = pending_confirm(packet->session, packet->ref);
	model_entered(packet->session->model, packet->room, packet->nick, packet->time, asked);
	receive_membership(packet);
}

static void
receive_leave(const struct packet *packet)
{
	model_left(packet->session->model, packet->room, packet->nick, packet->time);
	receive_membership(packet);
}

static void
receive_nick(const struct packet *packet)
{
	model_renamed(
		packet->session->model, packet->nick, json_text(packet->json, "new"), packet->time);
}

static void
receive_show(const struct packet *packet, enum line_kind kind, const struct strbuf *buf)
{
	model_add_notice(
		packet->session->model, kind, packet->room, strbuf_view(buf), packet->time);
}

static void
receive_names_requested(const struct packet *packet)
{
	struct strbuf buf = {0};
	if (json_flag(packet->json, "first"))
		strbuf_printf(&buf, "In %.*s: ", TEXT_ARGS(packet->room));
	size_t n = json_length(packet->json, "nicks");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, "%s%.*s", i ? ", " : "",
			TEXT_ARGS(json_item(packet->json, "nicks", i)));
	const struct room *room = model_room(packet->session->model, packet->room);
	if (room && !json_flag(packet->json, "more") && room->n_users > room->members.n)
		strbuf_printf(&buf, " and %zu more", room->n_users - room->members.n);
	receive_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static size_t
receive_count(const struct packet *packet, const char *key)
{
	int64_t n = json_number(packet->json, key);
	return n > 0 ? (size_t)n : 0;
}

static void
receive_presence(const struct packet *packet)
{
	struct presence presence = {receive_count(packet, "joined"), receive_count(packet, "left"),
		receive_count(packet, "users")};
	model_presence(packet->session->model, packet->room, &presence, packet->time);
}

static void
receive_names(const struct packet *packet)
{
	struct model *model = packet->session->model;
	model_set_members(model, packet->room, receive_count(packet, "users"),
		json_flag(packet->json, "first"));
	/* Of a large room these are the first, among whom one is not oneself. */
	model_add_member(model, packet->room, text_of(model->nick));
	size_t n = json_length(packet->json, "nicks");
	for (size_t i = 0; i < n; i++)
		model_add_member(model, packet->room, json_item(packet->json, "nicks", i));
	if (ref_is(packet, ref_look))
		receive_names_requested(packet);
	else if (!ref_is(packet, ref_known) && !json_flag(packet->json, "more"))
		session_show_members(packet->session, packet->room);
}

static void
receive_rooms(const struct packet *packet)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(packet->json, "first") ? "Rooms:" : "More rooms:");
	size_t n = json_length(packet->json, "rooms");
	for (size_t i = 0; i < n; i++) {
		const struct json *room = json_item_object(packet->json, "rooms", i);
		if (!room)
			continue;
		struct text name = json_text(room, "name"), topic = json_text(room, "topic");
		int64_t users = json_number(room, "users");
		model_learn_room(packet->session->model, name);
		strbuf_printf(&buf, "\n%.*s, %lld %s", TEXT_ARGS(name), (long long)users,
			users == 1 ? "person" : "people");
		if (topic.len > 0)
			strbuf_printf(&buf, ": %.*s", TEXT_ARGS(topic));
	}
	if (!ref_is(packet, ref_known))
		receive_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static void
idle_describe(struct strbuf *buf, int64_t seconds)
{
	if (seconds >= 3600)
		strbuf_printf(buf, ", idle for %lld h", (long long)(seconds / 3600));
	else if (seconds >= 60)
		strbuf_printf(buf, ", idle for %lld min", (long long)(seconds / 60));
}

static void
receive_who(const struct packet *packet)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(packet->json, "first") ? "Logged in:" : "Also logged in:");
	size_t n = json_length(packet->json, "users");
	for (size_t i = 0; i < n; i++) {
		const struct json *user = json_item_object(packet->json, "users", i);
		if (!user)
			continue;
		strbuf_printf(&buf, "\n%.*s, by %.*s", TEXT_ARGS(json_text(user, "nick")),
			TEXT_ARGS(json_text(user, "protocol")));
		for (size_t j = 0; j < json_length(user, "rooms"); j++)
			strbuf_printf(&buf, "%s%.*s", j ? ", " : ", in ",
				TEXT_ARGS(json_item(user, "rooms", j)));
		idle_describe(&buf, json_number(user, "idle"));
	}
	receive_show(packet, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static void
receive_topic(const struct packet *packet)
{
	model_topic(packet->session->model, packet->room, packet->nick,
		json_text(packet->json, "topic"), packet->time);
}

static void
receive_notice(const struct packet *packet)
{
	if (ref_is(packet, ref_help))
		model_learn_commands(packet->session->model, packet->message);
	else
		model_add_notice(packet->session->model, LINE_NOTICE, packet->room, packet->message,
			packet->time);
}

static void
receive_pong(const struct packet *packet)
{
	session_pong(packet->session);
}

static enum refusal
refusal_of(struct text code)
{
	if (text_is(code, text_of("nick-taken")))
		return REFUSED_TAKEN;
	if (text_is(code, text_of("nick-invalid")))
		return REFUSED_NICK;
	if (text_is(code, text_of("room-invalid")))
		return REFUSED_ROOM;
	return REFUSED_ALL;
}

/* A person sees what it was that has not been said, and may say it otherwise. */
static void
receive_refused(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text line = pending_text(session, packet->ref), rest = line, command = {NULL, 0};
	struct strbuf buf = {0};
	strbuf_add_text(&buf, packet->message);
	bool is_command = line.ptr && command_parse(&rest, &command);
	bool moves = text_is(command, text_of("join")) || text_is(command, text_of("leave"));
	if (session->interactive && line.ptr && !(is_command && moves))
		strbuf_printf(&buf, "\nNot said: %.*s", TEXT_ARGS(line));
	receive_show(packet, LINE_REFUSED, &buf);
	strbuf_clear(&buf);
}

static void
receive_error(const struct packet *packet)
{
	struct session *session = packet->session;
	if (session->state != SESSION_ONLINE)
		login_refused(
			session, refusal_of(json_text(packet->json, "code")), packet->message);
	else if (ref_is(packet, ref_ping))
		session_pong(session);
	else if (!ref_is(packet, ref_help) && !ref_is(packet, ref_known))
		receive_refused(packet);
}

static const struct {
	const char *type;
	void (*receive)(const struct packet *packet);
} types[] = {
	{"welcome", receive_welcome},
	{"chat", receive_chat},
	{"emote", receive_emote},
	{"direct", receive_direct},
	{"join", receive_join},
	{"leave", receive_leave},
	{"nick", receive_nick},
	{"presence", receive_presence},
	{"names", receive_names},
	{"rooms", receive_rooms},
	{"who", receive_who},
	{"topic", receive_topic},
	{"notice", receive_notice},
	{"pong", receive_pong},
	{"error", receive_error},
};

static void
json_on_message(struct session *session, struct text bytes)
{
	struct json *json = json_read(bytes);
	if (!json)
		return;
	struct text type = json_text(json, "type");
	struct packet packet = {
		.session = session,
		.json = json,
		.room = json_text(json, "room"),
		.nick = json_text(json, "nick"),
		.message = json_text(json, "message"),
		.ref = json_text(json, "ref"),
		.time = json_number(json, "time"),
	};
	if (packet.time <= 0)
		packet.time = wall_ms();
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_is(type, text_of(types[i].type)))
			types[i].receive(&packet);
	/* The first of several packets with the ref is enough: the rest cannot be lost alone. */
	if (packet.ref.len > 0)
		pending_confirm(session, packet.ref);
	json_close(json);
}

/* A command that concerns the room that is shown here, whichever the server thinks of. */
static bool
say_in_room(struct session *session, struct text command, struct text rest, struct text room,
	struct text ref)
{
	struct text name = rest;
	struct text word = text_word(&name);
	bool one = word.len > 0 && name.len == 0;
	if (text_is(command, text_of("say")) && rest.len > 0)
		packet_about(session, "chat", room, "message", rest, ref);
	else if (text_is(command, text_of("me")) && rest.len > 0)
		packet_about(session, "emote", room, "message", rest, ref);
	else if (text_is(command, text_of("join")) && one)
		packet_ask(session, "join", word, ref);
	else if (text_is(command, text_of("leave")) && (one || rest.len == 0))
		packet_ask(session, "leave", one ? word : room, ref);
	else if (text_is(command, text_of("topic")))
		packet_about(session, "topic", room, "topic", rest.len > 0 ? rest : TEXT_NONE, ref);
	else if ((text_is(command, text_of("look")) || text_is(command, text_of("names"))) &&
		 rest.len == 0)
		packet_ask(session, "names", room, text_of(ref_look));
	else
		return false;
	return true;
}

/* Whether what it does comes back with its ref, and is worth waiting for. */
static bool
command_is_answered(struct text command)
{
	static const char *const answered[] = {"say", "me", "msg", "message", "join", "leave"};
	for (size_t i = 0; i < sizeof answered / sizeof *answered; i++)
		if (text_is(command, text_of(answered[i])))
			return true;
	return false;
}

static bool
json_send_line(struct session *session, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = {NULL, 0};
	if (!command_parse(&rest, &command)) {
		packet_about(session, "chat", room, "message", rest, ref);
		return true;
	}
	if (!say_in_room(session, command, rest, room, ref))
		packet_command(session, line, ref);
	return command_is_answered(command);
}

const struct protocol protocol_json = {
	.name = "json",
	.port = "3490",
	.framing = &framing_packets,
	.log_in = json_log_in,
	.on_message = json_on_message,
	.send_line = json_send_line,
	.ping = json_ping,
	.request_rooms = json_request_rooms,
};
