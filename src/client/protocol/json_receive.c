/* Applies packets: a function for each type. */
#include "client/protocol/json_receive.h"

#include "client/model/command.h"
#include "client/protocol/json_packet.h"
#include "client/protocol/json_send.h"
#include "client/session/account.h"
#include "client/session/clock.h"
#include "client/session/loading.h"
#include "client/session/login.h"
#include "client/session/pending.h"
#include "client/session/resume.h"

/* After a lost connection, the rooms that the user was in are entered again. */
static void
receive_welcome(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text given = login_room(session);
	/* It is the answer to /login, too: with the rooms of the account. */
	bool changes = session->state == SESSION_ONLINE;
	bool returns = session->was_online;
	bool resumed = json_flag(packet->json, "resumed") || changes;
	resume_keep(session, json_text(packet->json, "resume"));
	if (returns)
		resume_begin(session, resumed);
	login_accepted(session, packet->nick);
	if (changes)
		session_notice(session, LINE_LOCAL, "You are logged in as", session->model->nick);
	receive_welcome_account(packet, !returns);
	bool knows_peers = true;
	for (size_t i = 0; i < session->model->n_rooms; i++) {
		struct text room = text_of(session->model->rooms[i]->name);
		if (session->model->rooms[i]->direct)
			knows_peers = false;
		else if (room.len > 0 && !text_is(room, given) && !resumed &&
			 !session->account.registered)
			json_send_request(session, "join", room, TEXT_NONE);
	}
	if (!knows_peers)
		json_send_request(session, "who", TEXT_NONE, text_of(json_ref_peers));
	json_send_request(session, "commands", TEXT_NONE, text_of(json_ref_quiet));
	json_send_request(session, "rooms", TEXT_NONE, text_of(json_ref_quiet));
	if (returns)
		json_send_request(session, "ping", TEXT_NONE, text_of(json_ref_settle));
}

/* What the user said may be a line of which the answer was lost. */
static void
receive_missed(const struct packet *packet, enum line_kind kind, struct text to)
{
	if (packet->past && model_is_me(packet->session->model, packet->nick))
		pending_found(packet->session, kind, packet->room, to, packet->message);
}

static void
receive_chat(const struct packet *packet)
{
	receive_missed(packet, LINE_MESSAGE, TEXT_NONE);
	model_add_message(packet->session->model, LINE_MESSAGE, packet->room, packet->nick,
		packet->message, packet->time);
}

static void
receive_emote(const struct packet *packet)
{
	receive_missed(packet, LINE_EMOTE, TEXT_NONE);
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

/* Once: whether the other user's name is registered. */
static void
ask_peer(const struct packet *packet, struct text to)
{
	const struct model *model = packet->session->model;
	struct room *room =
		model_conversation(model, model_is_me(model, packet->nick) ? to : packet->nick);
	if (!room || room->peer_asked || packet->session->account.server == ACCOUNTS_NONE)
		return;
	room->peer_asked = true;
	json_send_about(packet->session, "who", TEXT_NONE, "nick", text_of(room->name),
		text_of(json_ref_peer));
}

static void
receive_direct(const struct packet *packet)
{
	struct text to = json_text(packet->json, "to");
	receive_missed(packet, LINE_DIRECT, to);
	model_add_direct(packet->session->model, packet->nick, to, packet->message, packet->time);
	receive_direct_sent(packet, to);
	ask_peer(packet, to);
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

/* The user is in the room already, by another session: nothing has happened in it. */
static bool
receive_attached(const struct packet *packet)
{
	struct model *model = packet->session->model;
	bool attached = model->event_id == 0 && model_is_me(model, packet->nick) &&
			packet->session->account.registered && model_room(model, packet->room);
	if (attached)
		model_add_member(model, packet->room, packet->nick);
	return attached;
}

/* A room is shown if the user asked for it, but not if it is entered again after a lost connection. */
static void
receive_join(const struct packet *packet)
{
	struct session *session = packet->session;
	bool asked = pending_is_from_current(session, packet->ref);
	pending_confirm(session, packet->ref);
	if (packet->past) {
		model_show_move(session->model, packet->room, packet->nick, true, packet->time);
		return;
	}
	if (receive_attached(packet))
		return;
	model_entered(session->model, packet->room, packet->nick, packet->time, asked);
	if (model_is_me(session->model, packet->nick))
		loading_enter(session, packet->room, session->model->event_id);
	receive_membership(packet);
}

static void
receive_leave(const struct packet *packet)
{
	struct model *model = packet->session->model;
	if (packet->past) {
		model_show_move(model, packet->room, packet->nick, false, packet->time);
		return;
	}
	model_left(model, packet->room, packet->nick, packet->time);
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
receive_presence(const struct packet *packet)
{
	struct presence presence = {json_count(packet->json, "joined"),
		json_count(packet->json, "left"), json_count(packet->json, "users")};
	model_presence(packet->session->model, packet->room, &presence, packet->time);
}

static void
receive_names(const struct packet *packet)
{
	struct session *session = packet->session;
	struct model *model = session->model;
	bool first = json_flag(packet->json, "first");
	if (first)
		resume_room(session, packet->room, packet->time);
	if (first && json_flag(packet->json, "gap"))
		loading_fill(session, packet->room);
	if (first && json_flag(packet->json, "snapshot"))
		model_topic_known(model, packet->room);
	model_set_members(model, packet->room, json_count(packet->json, "users"), first);
	size_t n = json_length(packet->json, "nicks");
	for (size_t i = 0; i < n; i++)
		model_add_member(model, packet->room, json_item(packet->json, "nicks", i));
	for (size_t i = 0; i < json_length(packet->json, "away"); i++)
		model_set_away(model, packet->room, json_item(packet->json, "away", i));
	/* Of a large room these are only the first, without the user. */
	model_add_member(model, packet->room, text_of(model->nick));
	if (packet_ref_is(packet, json_ref_look))
		receive_names_requested(packet);
	else if (!packet_ref_is(packet, json_ref_quiet) && !json_flag(packet->json, "more") &&
		 !session->settling)
		session_show_members(session, packet->room);
}

static void
receive_topic(const struct packet *packet)
{
	struct model *model = packet->session->model;
	struct text topic = json_text(packet->json, "topic");
	/* The time and nick of a snapshot are of when the topic was set; it is not new. */
	if (packet_ref_is(packet, json_ref_topic) || packet->nick.len == 0)
		model_show_topic(model, LINE_NOTICE, packet->room, packet->nick, topic, wall_ms());
	else if (json_flag(packet->json, "snapshot"))
		model_show_topic(model, LINE_LOCAL, packet->room, packet->nick, topic, wall_ms());
	else
		model_topic_set(model, packet->room, packet->nick, topic, packet->time);
}

/* The recipient of a direct message reads it later: told quietly, beside it. */
static void
receive_direct_later(const struct packet *packet)
{
	struct model *model = packet->session->model;
	struct text to = json_text(packet->json, "subject");
	struct room *room = model->single_window ? NULL : model_conversation(model, to);
	if (room) {
		room->registered = true;
		room->peer_changed = false;
	}
	struct line_parts parts = {.prefix = text_of("*** "), .body = packet->message};
	struct line *line = line_make(LINE_LOCAL, packet->time, &parts);
	model_publish(model, room ? room : model_current(model), line);
}

static void
receive_notice(const struct packet *packet)
{
	if (text_is(json_text(packet->json, "code"), text_of("direct-later"))) {
		receive_direct_later(packet);
		return;
	}
	model_add_notice(
		packet->session->model, LINE_NOTICE, packet->room, packet->message, packet->time);
}

static void
receive_pong(const struct packet *packet)
{
	if (packet_ref_is(packet, json_ref_settle))
		resume_settle(packet->session);
	else
		session_pong(packet->session);
}

static enum refusal
refusal_of(struct text code)
{
	/* The user whose nick looks like it may leave, as one who has the same nick. */
	if (text_is(code, text_of("nick-taken")) || text_is(code, text_of("nick-alike")))
		return REFUSED_NICK_TAKEN;
	if (text_is(code, text_of("nick-invalid")) || text_is(code, text_of("nick-registered")) ||
		text_is(code, text_of("password-insecure")))
		return REFUSED_NICK;
	if (text_is(code, text_of("busy")))
		return REFUSED_FOR_NOW;
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
	bool stored = !text_is(json_text(packet->json, "code"), text_of("store-failed"));
	struct room *room = stored ? NULL : pending_room(session, packet->ref);
	bool returned = room && room_return_draft(room, line);
	if (session->interactive && line.ptr && !returned && !(is_command && moves))
		strbuf_printf(&buf, "\nNot sent: %.*s", TEXT_ARGS(line));
	packet_show(packet, LINE_REFUSED, &buf);
	strbuf_clear(&buf);
}

/* The server was restarted, or the user was away too long. */
static void
receive_resume_failed(struct session *session)
{
	resume_keep(session, TEXT_NONE);
	session_log_in(session);
}

/* It was ended on purpose: it does not come back by itself, nor without the password. */
static void
receive_session_ended(const struct packet *packet)
{
	struct session *session = packet->session;
	account_clear(session);
	resume_keep(session, TEXT_NONE);
	session->ended = true;
	packet_say(packet, LINE_REFUSED, packet->message);
}

static void
receive_error(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text code = json_text(packet->json, "code");
	if (text_is(code, text_of("resume-failed")))
		receive_resume_failed(session);
	else if (text_is(code, text_of("resumed-elsewhere")))
		session->elsewhere = true;
	else if (text_is(code, text_of("session-ended")))
		receive_session_ended(packet);
	else if (receive_history_error(packet) || receive_account_error(packet))
		return;
	else if (session->state != SESSION_ONLINE)
		login_refused(session, refusal_of(code), packet->message);
	else if (packet_ref_is(packet, json_ref_ping))
		session_pong(session);
	else if (packet_ref_is(packet, json_ref_settle))
		resume_settle(session);
	else if (packet_ref_is(packet, json_ref_peer))
		receive_peer_gone(packet);
	else if (!packet_ref_is(packet, json_ref_quiet))
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
	{"history", receive_history},
	{"account", receive_account},
	{"read", receive_read},
	{"sessions", receive_sessions},
	{"search", receive_search},
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
	struct model *model = session->model;
	model->event_id = json_count(json, "id");
	packet.past = model->past = json_flag(json, "past");
	if (model->event_id)
		session->last_id = model->event_id;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_is(type, text_of(types[i].type)))
			types[i].receive(&packet);
	model->event_id = 0;
	model->past = false;
	/* The first of several packets with the ref is enough: the others cannot be lost separately. */
	if (packet.ref.len > 0)
		pending_confirm(session, packet.ref);
	json_close(json);
}
