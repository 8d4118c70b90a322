/*
 * The json protocol, version 2 (SPEC 6.2): packets to the model's acts, typed
 * lines to packets. A ref says what an answer is for: a number for what was
 * said, one of the words below for the rest.
 */
#include <assert.h>

#include "client/visit.h"
#include "codec/json.h"
#include "codec/json_writer.h"

enum { VERSION = 2 };

static const char ref_help[] = "help";   /* asked for the words in it, not to be shown */
static const char ref_known[] = "known"; /* rooms, likewise */
static const char ref_ping[] = "ping";
static const char ref_look[] = "look";

struct heard {
	struct visit *visit;
	const struct json *json;
	struct text room, nick, message, ref;
	int64_t time;
};

static bool
ref_is(const struct heard *heard, const char *ref)
{
	return text_is(heard->ref, text_of(ref));
}

/* A packet being written. */
struct packet {
	struct strbuf buf;
	size_t opened;
	struct json_writer json;
};

static void
packet_begin(struct packet *packet, const char *type)
{
	packet->buf = (struct strbuf){0};
	packet->opened = length_prefix_begin(&packet->buf);
	packet->json = json_begin(&packet->buf, type);
}

static void
packet_send(struct visit *visit, struct packet *packet)
{
	json_close_object(&packet->json);
	bool fits = length_prefix_end(&packet->buf, packet->opened);
	assert(fits);
	visit_send(visit, strbuf_view(&packet->buf));
	strbuf_clear(&packet->buf);
}

static void
put(struct packet *packet, const char *key, struct text value)
{
	if (value.ptr)
		json_put_text(&packet->json, key, value);
}

/* A packet about a room, with what it says of it under the key, if it says something. */
static void
packet_about(struct visit *visit, const char *type, struct text room, const char *key,
	struct text value, struct text ref)
{
	struct packet packet;
	packet_begin(&packet, type);
	put(&packet, key, value);
	if (room.len > 0)
		put(&packet, "room", room);
	put(&packet, "ref", ref);
	packet_send(visit, &packet);
}

static void
packet_ask(struct visit *visit, const char *type, struct text room, struct text ref)
{
	packet_about(visit, type, room, "", TEXT_NONE, ref);
}

static void
json_greet(struct visit *visit)
{
	struct packet packet;
	packet_begin(&packet, "hello");
	put(&packet, "nick", text_of(visit->model->nick));
	json_put_number(&packet.json, "version", VERSION);
	put(&packet, "room", visit_room(visit));
	packet_send(visit, &packet);
}

static void
json_ping(struct visit *visit)
{
	packet_ask(visit, "ping", text_of(""), text_of(ref_ping));
}

static void
json_ask_rooms(struct visit *visit)
{
	packet_ask(visit, "rooms", text_of(""), text_of(ref_known));
}

static void
packet_command(struct visit *visit, struct text line, struct text ref)
{
	struct packet packet;
	packet_begin(&packet, "command");
	put(&packet, "line", line);
	put(&packet, "ref", ref);
	packet_send(visit, &packet);
}

/* What the server has let one into before is entered again. */
static void
heard_welcome(const struct heard *heard)
{
	struct visit *visit = heard->visit;
	struct text given = visit_room(visit);
	visit_welcome(visit, heard->nick);
	for (size_t i = 0; i < visit->model->n_rooms; i++) {
		struct text room = text_of(visit->model->rooms[i]->name);
		if (room.len > 0 && !text_is(room, given))
			packet_ask(visit, "join", room, TEXT_NONE);
	}
	packet_command(visit, text_of("/help"), text_of(ref_help));
	json_ask_rooms(visit);
}

static void
heard_chat(const struct heard *heard)
{
	model_said(heard->visit->model, LINE_SAID, heard->room, heard->nick, heard->message,
		heard->time);
}

static void
heard_emote(const struct heard *heard)
{
	model_said(heard->visit->model, LINE_EMOTE, heard->room, heard->nick, heard->message,
		heard->time);
}

static void
heard_direct(const struct heard *heard)
{
	model_direct(heard->visit->model, heard->nick, json_text(heard->json, "to"), heard->message,
		heard->time);
}

/*
 * Somebody came or went by name: the room is not large (any more), and whoever went before
 * by number alone is still known as being there.
 */
static void
heard_by_name(const struct heard *heard)
{
	struct room *room = model_room(heard->visit->model, heard->room);
	if (!room || !room->counted || text_is(heard->nick, text_of(heard->visit->model->nick)))
		return;
	room->counted = false;
	packet_ask(heard->visit, "names", heard->room, text_of(ref_known));
}

/* A room that was asked for is shown; one that is entered again after a lost connection is not. */
static void
heard_join(const struct heard *heard)
{
	bool asked = visit_answer(heard->visit, heard->ref);
	model_entered(heard->visit->model, heard->room, heard->nick, heard->time, asked);
	heard_by_name(heard);
}

static void
heard_leave(const struct heard *heard)
{
	model_left(heard->visit->model, heard->room, heard->nick, heard->time);
	heard_by_name(heard);
}

static void
heard_nick(const struct heard *heard)
{
	model_renamed(heard->visit->model, heard->nick, json_text(heard->json, "new"), heard->time);
}

static void
heard_note(const struct heard *heard, enum line_kind kind, const struct strbuf *buf)
{
	model_note(heard->visit->model, kind, heard->room, strbuf_view(buf), heard->time);
}

static void
heard_names_asked(const struct heard *heard)
{
	struct strbuf buf = {0};
	if (json_flag(heard->json, "first"))
		strbuf_printf(&buf, "In %.*s: ", TEXT_ARGS(heard->room));
	size_t n = json_length(heard->json, "nicks");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, "%s%.*s", i ? ", " : "",
			TEXT_ARGS(json_item(heard->json, "nicks", i)));
	const struct room *room = model_room(heard->visit->model, heard->room);
	if (room && !json_flag(heard->json, "more") && room->users > room->people.n)
		strbuf_printf(&buf, " and %zu more", room->users - room->people.n);
	heard_note(heard, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static size_t
heard_count(const struct heard *heard, const char *key)
{
	int64_t n = json_number(heard->json, key);
	return n > 0 ? (size_t)n : 0;
}

static void
heard_presence(const struct heard *heard)
{
	struct presence presence = {heard_count(heard, "joined"), heard_count(heard, "left"),
		heard_count(heard, "users")};
	model_presence(heard->visit->model, heard->room, &presence, heard->time);
}

static void
heard_names(const struct heard *heard)
{
	struct model *model = heard->visit->model;
	model_people(
		model, heard->room, heard_count(heard, "users"), json_flag(heard->json, "first"));
	/* Of a large room these are the first, among whom one is not oneself. */
	model_person(model, heard->room, text_of(model->nick));
	size_t n = json_length(heard->json, "nicks");
	for (size_t i = 0; i < n; i++)
		model_person(model, heard->room, json_item(heard->json, "nicks", i));
	if (ref_is(heard, ref_look))
		heard_names_asked(heard);
	else if (!ref_is(heard, ref_known) && !json_flag(heard->json, "more"))
		visit_tell_people(heard->visit, heard->room);
}

static void
heard_rooms(const struct heard *heard)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(heard->json, "first") ? "Rooms:" : "More rooms:");
	size_t n = json_length(heard->json, "rooms");
	for (size_t i = 0; i < n; i++) {
		const struct json *room = json_item_object(heard->json, "rooms", i);
		if (!room)
			continue;
		struct text name = json_text(room, "name"), topic = json_text(room, "topic");
		int64_t users = json_number(room, "users");
		model_learn_room(heard->visit->model, name);
		strbuf_printf(&buf, "\n%.*s, %lld %s", TEXT_ARGS(name), (long long)users,
			users == 1 ? "person" : "people");
		if (topic.len > 0)
			strbuf_printf(&buf, ": %.*s", TEXT_ARGS(topic));
	}
	if (!ref_is(heard, ref_known))
		heard_note(heard, LINE_NOTICE, &buf);
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
heard_who(const struct heard *heard)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, json_flag(heard->json, "first") ? "Logged in:" : "Also logged in:");
	size_t n = json_length(heard->json, "users");
	for (size_t i = 0; i < n; i++) {
		const struct json *user = json_item_object(heard->json, "users", i);
		if (!user)
			continue;
		strbuf_printf(&buf, "\n%.*s, by %.*s", TEXT_ARGS(json_text(user, "nick")),
			TEXT_ARGS(json_text(user, "protocol")));
		for (size_t j = 0; j < json_length(user, "rooms"); j++)
			strbuf_printf(&buf, "%s%.*s", j ? ", " : ", in ",
				TEXT_ARGS(json_item(user, "rooms", j)));
		idle_describe(&buf, json_number(user, "idle"));
	}
	heard_note(heard, LINE_NOTICE, &buf);
	strbuf_clear(&buf);
}

static void
heard_topic(const struct heard *heard)
{
	model_topic(heard->visit->model, heard->room, heard->nick, json_text(heard->json, "topic"),
		heard->time);
}

static void
heard_notice(const struct heard *heard)
{
	if (ref_is(heard, ref_help))
		model_learn_commands(heard->visit->model, heard->message);
	else
		model_note(
			heard->visit->model, LINE_NOTICE, heard->room, heard->message, heard->time);
}

static void
heard_pong(const struct heard *heard)
{
	visit_pong(heard->visit);
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
heard_refusal(const struct heard *heard)
{
	struct visit *visit = heard->visit;
	struct text line = visit_saying(visit, heard->ref), rest = line, command = {NULL, 0};
	struct strbuf buf = {0};
	strbuf_add_text(&buf, heard->message);
	bool is_command = line.ptr && visit_command(&rest, &command);
	bool moves = text_is(command, text_of("join")) || text_is(command, text_of("leave"));
	if (visit->asks && line.ptr && !(is_command && moves))
		strbuf_printf(&buf, "\nNot said: %.*s", TEXT_ARGS(line));
	heard_note(heard, LINE_REFUSED, &buf);
	strbuf_clear(&buf);
}

static void
heard_error(const struct heard *heard)
{
	struct visit *visit = heard->visit;
	if (visit->state != VISIT_IN)
		visit_refuse(visit, refusal_of(json_text(heard->json, "code")), heard->message);
	else if (ref_is(heard, ref_ping))
		visit_pong(visit);
	else if (!ref_is(heard, ref_help) && !ref_is(heard, ref_known))
		heard_refusal(heard);
}

static const struct {
	const char *type;
	void (*hear)(const struct heard *heard);
} types[] = {
	{"welcome", heard_welcome},
	{"chat", heard_chat},
	{"emote", heard_emote},
	{"direct", heard_direct},
	{"join", heard_join},
	{"leave", heard_leave},
	{"nick", heard_nick},
	{"presence", heard_presence},
	{"names", heard_names},
	{"rooms", heard_rooms},
	{"who", heard_who},
	{"topic", heard_topic},
	{"notice", heard_notice},
	{"pong", heard_pong},
	{"error", heard_error},
};

static void
json_hear(struct visit *visit, struct text packet)
{
	struct json *json = json_read(packet);
	if (!json)
		return;
	struct text type = json_text(json, "type");
	struct heard heard = {
		.visit = visit,
		.json = json,
		.room = json_text(json, "room"),
		.nick = json_text(json, "nick"),
		.message = json_text(json, "message"),
		.ref = json_text(json, "ref"),
		.time = json_number(json, "time"),
	};
	if (heard.time <= 0)
		heard.time = visit_time();
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_is(type, text_of(types[i].type)))
			types[i].hear(&heard);
	/* The first of several packets with the ref is enough: the rest cannot be lost alone. */
	if (heard.ref.len > 0)
		visit_answer(visit, heard.ref);
	json_close(json);
}

/* A command that concerns the room that is shown here, whichever the server thinks of. */
static bool
say_in_room(struct visit *visit, struct text command, struct text rest, struct text room,
	struct text ref)
{
	struct text name = rest;
	struct text word = text_word(&name);
	bool one = word.len > 0 && name.len == 0;
	if (text_is(command, text_of("say")) && rest.len > 0)
		packet_about(visit, "chat", room, "message", rest, ref);
	else if (text_is(command, text_of("me")) && rest.len > 0)
		packet_about(visit, "emote", room, "message", rest, ref);
	else if (text_is(command, text_of("join")) && one)
		packet_ask(visit, "join", word, ref);
	else if (text_is(command, text_of("leave")) && (one || rest.len == 0))
		packet_ask(visit, "leave", one ? word : room, ref);
	else if (text_is(command, text_of("topic")))
		packet_about(visit, "topic", room, "topic", rest.len > 0 ? rest : TEXT_NONE, ref);
	else if ((text_is(command, text_of("look")) || text_is(command, text_of("names"))) &&
		 rest.len == 0)
		packet_ask(visit, "names", room, text_of(ref_look));
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
json_say(struct visit *visit, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = {NULL, 0};
	if (!visit_command(&rest, &command)) {
		packet_about(visit, "chat", room, "message", rest, ref);
		return true;
	}
	if (!say_in_room(visit, command, rest, room, ref))
		packet_command(visit, line, ref);
	return command_is_answered(command);
}

const struct protocol protocol_json = {
	.name = "json",
	.port = "3490",
	.framing = &framing_packets,
	.greet = json_greet,
	.hear = json_hear,
	.say = json_say,
	.ping = json_ping,
	.ask_rooms = json_ask_rooms,
};
