/* Packets to requests, events to packets (SPEC 6.2), in the plain version 1 and the full version 2. */
#include "adapters/json_talk.h"

#include <assert.h>
#include <string.h>

#include "codec/json.h"
#include "codec/json_writer.h"

enum { REF_BYTES = 64, FIELD_BYTES = 16 };

/* A packet being heard. */
struct heard {
	struct talk *talk;
	struct json *json;
	struct text type, ref;
};

static void
heard_refuse(const struct heard *heard, enum reason reason, struct text target)
{
	session_refuse(&heard->talk->session, reason, target, heard->ref, heard->type);
}

/* The field's text, if it is there; false: it was refused. */
static bool
heard_field(const struct heard *heard, struct text field, bool optional, struct text *value)
{
	char key[FIELD_BYTES] = "";
	assert(field.len < sizeof key);
	memcpy(key, field.ptr, field.len);
	enum json_is kind = json_kind(heard->json, key);
	*value = json_text(heard->json, key);
	if (kind == FIELD_TEXT || (kind == FIELD_MISSING && optional))
		return true;
	heard_refuse(heard, kind == FIELD_MISSING ? REASON_MISSING_FIELD : REASON_BAD_FIELD, field);
	return false;
}

/* A hello chooses the version; false: there is none such. */
static bool
heard_version(const struct heard *heard)
{
	enum json_is kind = json_kind(heard->json, "version");
	int64_t version = json_number(heard->json, "version");
	if (kind == FIELD_MISSING) {
		/* What a hello that failed asked for is forgotten. */
		bool web = heard->talk->listener->adapter->by_http;
		heard->talk->voice = web ? JSON_VERSION_2 : JSON_VERSION_1;
		return true;
	}
	if (kind != FIELD_NUMBER || version < 1 || version > JSON_VERSIONS) {
		heard_refuse(heard, REASON_BAD_FIELD, text_of("version"));
		return false;
	}
	heard->talk->voice = (unsigned)version - 1;
	return true;
}

/* What a client of version 1 knows. */
static bool
type_is_plain(struct text type)
{
	return text_is(type, text_of("hello")) || text_is(type, text_of("chat"));
}

static void
heard_request(const struct heard *heard, const struct command *command)
{
	struct request request = {.command = command, .ref = heard->ref, .about = heard->type};
	const char *params = command->params;
	struct param param;
	for (size_t i = 0; command_param(&params, &param); i++)
		if (!heard_field(heard, param.field, param.optional, &request.arg[i]))
			return;
	bool full = heard->talk->voice == JSON_VERSION_2;
	if (full && (command->flags & COMMAND_IN_ROOM) &&
		!heard_field(heard, text_of("room"), true, &request.room))
		return;
	session_request(&heard->talk->session, &request);
}

static void
heard_packet(struct heard *heard)
{
	struct talk *talk = heard->talk;
	bool hello = text_is(heard->type, text_of("hello")), early = !talk->session.user;
	struct text ref;
	if (hello && early && !heard_version(heard))
		return;
	bool full = talk->voice == JSON_VERSION_2;
	if (full && !heard_field(heard, text_of("ref"), true, &ref))
		return;
	if (full && ref.len > REF_BYTES) {
		heard_refuse(heard, REASON_BAD_FIELD, text_of("ref"));
		return;
	}
	if (full)
		heard->ref = ref;
	talk->session.wants_names = full;
	const struct command *command = command_of_type(heard->type);
	if (early && !hello)
		heard_refuse(heard, REASON_HELLO_FIRST, heard->type);
	else if (!command || (!full && !type_is_plain(heard->type)))
		heard_refuse(heard, REASON_UNKNOWN_TYPE, heard->type);
	else
		heard_request(heard, command);
}

void
json_hear(struct talk *talk, struct text packet)
{
	struct heard heard = {.talk = talk, .json = json_read(packet)};
	if (!heard.json) {
		heard_refuse(&heard, REASON_BAD_PACKET, TEXT_NONE);
		return;
	}
	heard.type = json_text(heard.json, "type");
	heard_packet(&heard);
	json_close(heard.json);
}

/* A packet being written into its wrapping. */
struct packet {
	struct json_writer json;
	size_t opened;
};

static struct packet
packet_begin(const char *type, const struct wrapping *wrapping, struct strbuf *out)
{
	size_t opened = wrapping->open(out);
	return (struct packet){json_begin(out, type), opened};
}

static void
packet_end(struct packet *packet, const struct wrapping *wrapping)
{
	json_close_object(&packet->json);
	wrapping->close(packet->json.out, packet->opened);
}

static void
plain_packet(
	const char *type, struct text nick, const struct wrapping *wrapping, struct strbuf *out)
{
	struct packet packet = packet_begin(type, wrapping, out);
	json_put_text(&packet.json, "nick", nick);
	packet_end(&packet, wrapping);
}

/* A chat for each line, with what version 1 has no packet for written around it. */
static void
plain_chat(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
{
	for (struct text rest = event->body; rest.ptr;) {
		struct text line = text_line(&rest);
		struct strbuf message = {0};
		if (event->kind == EVENT_EMOTE)
			strbuf_printf(
				&message, "[%.*s %.*s]", TEXT_ARGS(event->actor), TEXT_ARGS(line));
		else if (event->kind == EVENT_DIRECT)
			strbuf_printf(&message, "%.*s -> %.*s: %.*s", TEXT_ARGS(event->actor),
				TEXT_ARGS(event->target), TEXT_ARGS(line));
		else
			strbuf_add_text(&message, line);
		struct packet packet = packet_begin("chat", wrapping, out);
		json_put_text(&packet.json, "nick", event->actor);
		json_put_text(&packet.json, "message", strbuf_view(&message));
		packet_end(&packet, wrapping);
		strbuf_clear(&message);
	}
}

static void
json_put_refusal(struct json_writer *json, const struct event *event)
{
	json_put_text(json, "code", text_of(reason_word(event->reason)));
	json_put_text(json, "message", event->body);
	if (event->about.ptr)
		json_put_text(json, "about", event->about);
}

static void
plain_say(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
{
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		plain_chat(event, wrapping, out);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		plain_packet(event_word(event->kind), event->actor, wrapping, out);
		break;
	case EVENT_RENAMED:
		plain_packet("leave", event->actor, wrapping, out);
		plain_packet("join", event->target, wrapping, out);
		break;
	case EVENT_REFUSED: {
		struct packet packet = packet_begin(event_word(event->kind), wrapping, out);
		json_put_refusal(&packet.json, event);
		packet_end(&packet, wrapping);
		break;
	}
	case EVENT_TOPIC:
	case EVENT_NOTICE:
	case EVENT_WELCOME:
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
	case EVENT_HELP:
	case EVENT_PONG:
	case EVENT_PRESENCE:
		break;
	}
}

static void
json_put_limits(struct json_writer *json, const struct core_settings *settings)
{
	json_open_object(json, "limits");
	json_put_number(json, "message", (int64_t)settings->message);
	json_put_number(json, "lines", TEXT_LINES);
	json_put_number(json, "rate", settings->rate);
	json_put_number(json, "burst", settings->burst);
	json_close_object(json);
}

static void
json_put_room(struct json_writer *json, const struct entry *entry)
{
	json_open_object(json, NULL);
	json_put_text(json, "name", entry->name);
	json_put_number(json, "users", (int64_t)entry->users);
	json_put_text(json, "topic", entry->detail);
	json_close_object(json);
}

static void
json_put_user(struct json_writer *json, const struct entry *entry)
{
	json_open_object(json, NULL);
	json_put_text(json, "nick", entry->name);
	json_put_text(json, "protocol", entry->detail);
	json_open_array(json, "rooms");
	for (size_t i = 0; i < entry->n_rooms; i++)
		json_put_text(json, NULL, entry->rooms[i]);
	json_close_array(json);
	json_put_number(json, "idle", entry->idle);
	json_close_object(json);
}

static void
json_put_entries(struct json_writer *json, const struct event *event)
{
	static const char *const keys[] = {
		[EVENT_NAMES] = "nicks", [EVENT_ROOMS] = "rooms", [EVENT_WHO] = "users"};
	json_open_array(json, keys[event->kind]);
	for (size_t i = 0; i < event->n_entries; i++) {
		if (event->kind == EVENT_NAMES)
			json_put_text(json, NULL, event->entries[i].name);
		else if (event->kind == EVENT_ROOMS)
			json_put_room(json, &event->entries[i]);
		else
			json_put_user(json, &event->entries[i]);
	}
	json_close_array(json);
	if (event->kind == EVENT_NAMES)
		json_put_number(json, "users", (int64_t)event->total);
	if (event->first)
		json_put_true(json, "first");
	if (event->more)
		json_put_true(json, "more");
}

/* The fields that the kind has of its own. */
static void
full_fields(struct json_writer *json, const struct event *event)
{
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
		json_put_text(json, "nick", event->actor);
		json_put_text(json, "message", event->body);
		break;
	case EVENT_DIRECT:
		json_put_text(json, "nick", event->actor);
		json_put_text(json, "to", event->target);
		json_put_text(json, "message", event->body);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		json_put_text(json, "nick", event->actor);
		break;
	case EVENT_RENAMED:
		json_put_text(json, "nick", event->actor);
		json_put_text(json, "new", event->target);
		break;
	case EVENT_TOPIC:
		json_put_text(json, "topic", event->body);
		json_put_text(json, "nick", event->actor);
		break;
	case EVENT_NOTICE:
	case EVENT_HELP:
		json_put_text(json, "message", event->body);
		break;
	case EVENT_REFUSED:
		json_put_refusal(json, event);
		break;
	case EVENT_WELCOME:
		json_put_text(json, "server", event->target);
		json_put_text(json, "nick", event->actor);
		json_put_number(json, "version", JSON_VERSION_2 + 1);
		json_put_limits(json, event->limits);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		json_put_entries(json, event);
		break;
	case EVENT_PRESENCE:
		json_put_number(json, "joined", (int64_t)event->joined);
		json_put_number(json, "left", (int64_t)event->left);
		json_put_number(json, "users", (int64_t)event->total);
		break;
	case EVENT_PONG:
		break;
	}
}

static void
full_say(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
{
	struct packet packet = packet_begin(event_word(event->kind), wrapping, out);
	struct json_writer *json = &packet.json;
	if (event->room.ptr)
		json_put_text(json, "room", event->room);
	full_fields(json, event);
	json_put_number(json, "time", event->time);
	if (event->ref.ptr)
		json_put_text(json, "ref", event->ref);
	packet_end(&packet, wrapping);
}

void
json_say(unsigned version, const struct event *event, const struct wrapping *wrapping,
	struct strbuf *out)
{
	if (version == JSON_VERSION_1)
		plain_say(event, wrapping, out);
	else
		full_say(event, wrapping, out);
}
