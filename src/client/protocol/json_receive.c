/* Applies packets: a function for each type. */
#include "client/protocol/json_receive.h"

#include <ctype.h>

#include "client/model/command.h"
#include "client/protocol/json_send.h"
#include "client/session/clock.h"
#include "client/session/login.h"
#include "client/session/pending.h"
#include "codec/json.h"

/* A number that is not negative; 0: it is missing. */
static size_t
json_count(const struct json *json, const char *key)
{
	int64_t n = json_number(json, key);
	return n > 0 ? (size_t)n : 0;
}

/* A received packet, and the fields that most have. */
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

/* After a lost connection, the rooms that the user was in are entered again. */
static void
receive_welcome(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text given = login_room(session);
	login_accepted(session, packet->nick);
	bool knows_peers = true;
	for (size_t i = 0; i < session->model->n_rooms; i++) {
		struct text room = text_of(session->model->rooms[i]->name);
		if (session->model->rooms[i]->direct)
			knows_peers = false;
		else if (room.len > 0 && !text_is(room, given))
			json_send_request(session, "join", room, TEXT_NONE);
	}
	if (!knows_peers)
		json_send_request(session, "who", TEXT_NONE, text_of(json_ref_peers));
	json_send_request(session, "commands", TEXT_NONE, text_of(json_ref_quiet));
	json_send_request(session, "rooms", TEXT_NONE, text_of(json_ref_quiet));
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

/* What was sent from elsewhere to a conversation is shown there, too. */
static void
receive_direct_sent(const struct packet *packet, struct text to)
{
	const struct model *model = packet->session->model;
	struct strbuf buf = {0};
	if (!packet->session->interactive || model->single_window ||
		model_conversation(model, to) == model_current(model) ||
		pending_text(packet->session, packet->ref).len == 0 ||
		pending_peer(packet->session, packet->ref).ptr)
		return;
	strbuf_printf(&buf, "%.*s -> %.*s: %.*s", TEXT_ARGS(packet->nick), TEXT_ARGS(to),
		TEXT_ARGS(packet->message));
	model_add_notice(
		packet->session->model, LINE_LOCAL, TEXT_NONE, strbuf_view(&buf), packet->time);
	strbuf_clear(&buf);
}

static void
receive_direct(const struct packet *packet)
{
	struct text to = json_text(packet->json, "to");
	model_add_direct(packet->session->model, packet->nick, to, packet->message, packet->time);
	receive_direct_sent(packet, to);
}

/*
 * A user entered or left by name, so the room is not large (any more). Those who left it while
 * only numbers were told are still in the list of members: it is requested anew.
 */
static void
receive_membership(const struct packet *packet)
{
	struct room *room = model_room(packet->session->model, packet->room);
	if (!room || !room->members_stale ||
		text_is(packet->nick, text_of(packet->session->model->nick)))
		return;
	room->members_stale = false;
	json_send_request(packet->session, "names", packet->room, text_of(json_ref_quiet));
}

/* A room is shown if the user asked for it, but not if it is entered again after a lost connection. */
static void
receive_join(const struct packet *packet)
{
	bool asked = pending_is_from_current(packet->session, packet->ref);
	pending_confirm(packet->session, packet->ref);
	model_entered(packet->session->model, packet->room, packet->nick, packet->time, asked);
	receive_membership(packet);
}

static void
receive_leave(const struct packet *packet)
{
	const struct model *model = packet->session->model;
	model_left(packet->session->model, packet->room, packet->nick, packet->time);
	receive_membership(packet);
	const struct room *peer = model_conversation(model, packet->nick);
	if (peer && peer->peer == PEER_UNSURE)
		json_send_about(packet->session, "who", TEXT_NONE, "nick", text_of(peer->name),
			text_of(json_ref_peer));
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

static void
receive_presence(const struct packet *packet)
{
	struct presence presence = {json_count(packet->json, "joined"),
		json_count(packet->json, "left"), json_count(packet->json, "users")};
	model_presence(packet->session->model, packet->room, &presence, packet->time);
}

static void
receive_names(const struct packet *packet)
{
	struct model *model = packet->session->model;
	model_set_members(model, packet->room, json_count(packet->json, "users"),
		json_flag(packet->json, "first"));
	size_t n = json_length(packet->json, "nicks");
	for (size_t i = 0; i < n; i++)
		model_add_member(model, packet->room, json_item(packet->json, "nicks", i));
	/* Of a large room these are only the first, without the user. */
	model_add_member(model, packet->room, text_of(model->nick));
	if (ref_is(packet, json_ref_look))
		receive_names_requested(packet);
	else if (!ref_is(packet, json_ref_quiet) && !json_flag(packet->json, "more"))
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
	if (!ref_is(packet, json_ref_quiet))
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

/* Which of the users with whom there are conversations are online. The list may come in parts. */
static void
receive_peers(const struct packet *packet)
{
	struct model *model = packet->session->model;
	size_t n = json_length(packet->json, "users");
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		room->listed &= !json_flag(packet->json, "first");
		for (size_t j = 0; j < n && room->direct && !room->listed; j++) {
			const struct json *user = json_item_object(packet->json, "users", j);
			room->listed =
				user && text_is(json_text(user, "nick"), text_of(room->name));
		}
		if (room->direct && !json_flag(packet->json, "more"))
			model_set_peer(model, room, room->listed, packet->time);
	}
}

/* The user with whom there is a conversation is online, or is not. */
static void
receive_peer(const struct packet *packet, struct text nick, bool online)
{
	struct model *model = packet->session->model;
	struct room *room = model_conversation(model, nick);
	if (room)
		model_set_peer(model, room, online, packet->time);
}

static void
receive_who(const struct packet *packet)
{
	if (ref_is(packet, json_ref_peer)) {
		const struct json *user = json_item_object(packet->json, "users", 0);
		receive_peer(packet, user ? json_text(user, "nick") : TEXT_NONE, true);
		return;
	}
	if (ref_is(packet, json_ref_peers)) {
		receive_peers(packet);
		return;
	}
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(packet->json, "first") ? "Online:" : "Also online:");
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
	struct model *model = packet->session->model;
	struct text topic = json_text(packet->json, "topic");
	/* The time and nick of a snapshot are of when the topic was set; it is not new. */
	if (ref_is(packet, json_ref_topic) || packet->nick.len == 0)
		model_show_topic(model, LINE_NOTICE, packet->room, packet->nick, topic, wall_ms());
	else if (json_flag(packet->json, "snapshot"))
		model_show_topic(model, LINE_LOCAL, packet->room, packet->nick, topic, wall_ms());
	else
		model_topic_set(model, packet->room, packet->nick, topic, packet->time);
}

/* `/join ROOM`, `/topic [TEXT]`. */
static void
receive_manual(struct model *model, const struct json *command)
{
	struct strbuf usage = {0};
	strbuf_printf(&usage, "/%.*s", TEXT_ARGS(json_text(command, "name")));
	size_t n = json_length(command, "params");
	for (size_t i = 0; i < n; i++) {
		const struct json *param = json_item_object(command, "params", i);
		bool optional = param && json_flag(param, "optional");
		strbuf_puts(&usage, optional ? " [" : " ");
		struct text name = param ? json_text(param, "name") : text_of("");
		for (size_t j = 0; j < name.len; j++)
			strbuf_printf(&usage, "%c", toupper((unsigned char)name.ptr[j]));
		strbuf_puts(&usage, optional ? "]" : "");
	}
	model_learn_manual(model, strbuf_view(&usage), json_text(command, "help"));
	strbuf_clear(&usage);
}

/* The server's table of commands: for completion, and for the help. */
static void
receive_commands(const struct packet *packet)
{
	struct model *model = packet->session->model;
	model_forget_manual(model);
	size_t n = json_length(packet->json, "commands");
	for (size_t i = 0; i < n; i++) {
		const struct json *command = json_item_object(packet->json, "commands", i);
		if (!command)
			continue;
		if (!text_is(json_text(command, "name"), text_of("login")))
			receive_manual(model, command);
		model_learn_command(model, json_text(command, "name"));
		size_t n_aliases = json_length(command, "aliases");
		for (size_t j = 0; j < n_aliases; j++)
			model_learn_command(model, json_item(command, "aliases", j));
	}
}

static void
receive_notice(const struct packet *packet)
{
	model_add_notice(
		packet->session->model, LINE_NOTICE, packet->room, packet->message, packet->time);
}

static void
receive_pong(const struct packet *packet)
{
	session_pong(packet->session);
}

static enum refusal
refusal_of(struct text code)
{
	/* The user whose nick looks like it may leave, as one who has the same nick. */
	if (text_is(code, text_of("nick-taken")) || text_is(code, text_of("nick-alike")))
		return REFUSED_NICK_TAKEN;
	if (text_is(code, text_of("nick-invalid")))
		return REFUSED_NICK;
	if (text_is(code, text_of("room-invalid")))
		return REFUSED_ROOM;
	return REFUSED_LOGIN;
}

/* Shows the user the text that was refused, so that it can be changed and sent again. */
static void
receive_refused(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text line = pending_text(session, packet->ref), rest = line, command = TEXT_NONE;
	struct strbuf buf = {0};
	struct room *peer = model_conversation(session->model, pending_peer(session, packet->ref));
	if (peer && text_is(json_text(packet->json, "code"), text_of("no-such-nick")))
		model_set_peer(session->model, peer, false, packet->time);
	strbuf_add_text(&buf, packet->message);
	bool is_command = line.ptr && command_parse(&rest, &command);
	bool moves = command_is(command, "join") || command_is(command, "leave");
	if (session->interactive && line.ptr && !(is_command && moves))
		strbuf_printf(&buf, "\nNot sent: %.*s", TEXT_ARGS(line));
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
	else if (ref_is(packet, json_ref_ping))
		session_pong(session);
	else if (ref_is(packet, json_ref_peer))
		receive_peer(packet, json_text(packet->json, "subject"), false);
	else if (!ref_is(packet, json_ref_quiet))
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
	{"commands", receive_commands},
	{"notice", receive_notice},
	{"pong", receive_pong},
	{"error", receive_error},
};

void
json_receive(struct session *session, struct text bytes)
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
	session->model->event_id = json_count(json, "id");
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_is(type, text_of(types[i].type)))
			types[i].receive(&packet);
	session->model->event_id = 0;
	/* The first of several packets with the ref is enough: the others cannot be lost separately. */
	if (packet.ref.len > 0)
		pending_confirm(session, packet.ref);
	json_close(json);
}
