/*
 * Turns packets into requests and events into packets (SPEC 6.2), in versions 1 and 2. Does not
 * know how a packet is wrapped (struct wrapping) nor how JSON is parsed (codec/json.h).
 */
#include "adapters/json_packets.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/json_listing.h"
#include "codec/json.h"
#include "codec/json_writer.h"

enum { REF_BYTES = 64, FIELD_BYTES = 16, NUMBER_BYTES = 24 };

/* A received packet while it is processed. */
struct packet {
	struct client *client;
	struct json *json;
	struct text type, ref;
};

static void
packet_refuse(const struct packet *packet, enum reason reason, struct text target)
{
	session_reject_input(&packet->client->session, reason, target, packet->ref, packet->type);
}

/* The field's text; TEXT_NONE if it is optional and missing. false: the packet was refused. */
static bool
packet_field(const struct packet *packet, struct text field, bool optional, struct text *value)
{
	char key[FIELD_BYTES] = "";
	assert(field.len < sizeof key);
	memcpy(key, field.ptr, field.len);
	enum json_is kind = json_kind(packet->json, key);
	*value = json_text(packet->json, key);
	if (kind == FIELD_TEXT || (kind == FIELD_MISSING && optional))
		return true;
	packet_refuse(
		packet, kind == FIELD_MISSING ? REASON_MISSING_FIELD : REASON_BAD_FIELD, field);
	return false;
}

/* The number that the field has, as text in `digits`; else as packet_field. */
static bool
packet_number(const struct packet *packet, struct text field, char digits[static NUMBER_BYTES],
	struct text *value)
{
	char key[FIELD_BYTES] = "";
	assert(field.len < sizeof key);
	memcpy(key, field.ptr, field.len);
	enum json_is kind = json_kind(packet->json, key);
	*value = TEXT_NONE;
	if (kind == FIELD_MISSING)
		return true;
	if (kind != FIELD_NUMBER) {
		packet_refuse(packet, REASON_BAD_FIELD, field);
		return false;
	}
	snprintf(digits, NUMBER_BYTES, "%" PRId64, json_number(packet->json, key));
	*value = text_of(digits);
	return true;
}

/* Takes the version from a hello; false: there is no such version, and the packet was refused. */
static bool
packet_version(const struct packet *packet)
{
	enum json_is kind = json_kind(packet->json, "version");
	int64_t version = json_number(packet->json, "version");
	if (kind == FIELD_MISSING) {
		/* A previous hello that failed may have set another version. */
		bool web = packet->client->listener->adapter->by_http;
		packet->client->encoding = web ? JSON_VERSION_2 : JSON_VERSION_1;
		return true;
	}
	if (kind != FIELD_NUMBER || version < 1 || version > JSON_VERSIONS) {
		packet_refuse(packet, REASON_BAD_FIELD, text_of("version"));
		return false;
	}
	packet->client->encoding = (unsigned)version - 1;
	return true;
}

/* Whether version 1 has packets of this type from clients. */
static bool
type_is_version1(struct text type)
{
	return text_is(type, text_of("hello")) || text_is(type, text_of("chat"));
}

/* True is "1", false as if it were missing. */
static bool
packet_flag(const struct packet *packet, struct text field, struct text *value)
{
	char key[FIELD_BYTES] = "";
	assert(field.len < sizeof key);
	memcpy(key, field.ptr, field.len);
	enum json_is kind = json_kind(packet->json, key);
	*value = json_flag(packet->json, key) ? text_of("1") : TEXT_NONE;
	if (kind == FIELD_MISSING || kind == FIELD_FLAG)
		return true;
	packet_refuse(packet, REASON_BAD_FIELD, field);
	return false;
}

/* The value of a parameter, for which `digits` has room; false: the packet was refused. */
static bool
packet_param(const struct packet *packet, const struct param *param,
	char digits[static NUMBER_BYTES], struct text *value)
{
	if (param->number)
		return packet_number(packet, param->field, digits, value);
	if (param->flag)
		return packet_flag(packet, param->field, value);
	return packet_field(packet, param->field, param->optional, value);
}

static void
packet_request(const struct packet *packet, const struct command *command)
{
	struct request request = {.command = command, .ref = packet->ref, .about = packet->type};
	const char *params = command->params;
	struct param param;
	char digits[COMMAND_ARGS][NUMBER_BYTES];
	for (size_t i = 0; command_param(&params, &param); i++)
		if (!packet_param(packet, &param, digits[i], &request.arg[i]))
			return;
	bool version2 = packet->client->encoding == JSON_VERSION_2;
	if (version2 && (command->flags & COMMAND_IN_ROOM) &&
		!packet_field(packet, text_of("room"), true, &request.room))
		return;
	session_request(&packet->client->session, &request);
}

static void
packet_dispatch(struct packet *packet)
{
	struct client *client = packet->client;
	bool hello = text_is(packet->type, text_of("hello")), early = !client->session.user;
	struct text ref;
	if (hello && early && !packet_version(packet))
		return;
	bool version2 = client->encoding == JSON_VERSION_2;
	if (version2 && !packet_field(packet, text_of("ref"), true, &ref))
		return;
	if (version2 && ref.len > REF_BYTES) {
		packet_refuse(packet, REASON_BAD_FIELD, text_of("ref"));
		return;
	}
	if (version2)
		packet->ref = ref;
	client->session.wants_names = version2;
	client->session.reads_all = !version2;
	client->session.wants_resume = version2;
	if (version2)
		client->session.replay = 0; /* It asks for the history when it wants it. */
	const struct command *command = command_of_type(packet->type);
	if (hello && version2 && json_kind(packet->json, "resume") != FIELD_MISSING)
		command = command_get(COMMAND_RESUME);
	else if (hello && version2 && json_kind(packet->json, "login") != FIELD_MISSING)
		command = command_get(COMMAND_STAY);
	if (early && !hello)
		packet_refuse(packet, REASON_HELLO_FIRST, TEXT_NONE);
	else if (!command || (!version2 && !type_is_version1(packet->type)))
		packet_refuse(packet, REASON_UNKNOWN_TYPE, packet->type);
	else
		packet_request(packet, command);
}

void
json_on_message(struct client *client, struct text message)
{
	struct packet packet = {.client = client, .json = json_read(message)};
	if (!packet.json) {
		packet_refuse(&packet, text_is_valid(message) ? REASON_BAD_PACKET : REASON_NOT_UTF8,
			TEXT_NONE);
		return;
	}
	packet.type = json_text(packet.json, "type");
	packet_dispatch(&packet);
	json_close(packet.json);
}

/* A packet that is being written, and where it starts behind its header. */
struct packet_writer {
	struct json_writer json;
	size_t start;
};

static struct packet_writer
writer_begin(const char *type, const struct wrapping *wrapping, struct strbuf *out)
{
	size_t start = wrapping->begin(out);
	return (struct packet_writer){json_begin(out, type), start};
}

static void
writer_end(struct packet_writer *writer, const struct wrapping *wrapping)
{
	json_close_object(&writer->json);
	wrapping->end(writer->json.out, writer->start);
}

void
json_send_greeting(struct client *client, const struct wrapping *wrapping)
{
	struct strbuf out = {0};
	struct text room = text_of(client->session.default_room);
	struct packet_writer writer = writer_begin("greeting", wrapping, &out);
	json_put_text(&writer.json, "server", core_settings(client->session.core)->name);
	json_put_text(&writer.json, "room", room);
	json_put_number(
		&writer.json, "users", (int64_t)core_room_users(client->session.core, room));
	writer_end(&writer, wrapping);
	client_write(client, strbuf_view(&out));
	strbuf_clear(&out);
}

static void
version1_packet(
	const char *type, struct text nick, const struct wrapping *wrapping, struct strbuf *out)
{
	struct packet_writer writer = writer_begin(type, wrapping, out);
	json_put_text(&writer.json, "nick", nick);
	writer_end(&writer, wrapping);
}

/* One chat per line. Emotes and direct messages have no packet in version 1: words mark them. */
static void
version1_chat(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
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
		struct packet_writer writer = writer_begin("chat", wrapping, out);
		json_put_text(&writer.json, "nick", event->actor);
		json_put_text(&writer.json, "message", strbuf_view(&message));
		writer_end(&writer, wrapping);
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
version1_encode(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
{
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		version1_chat(event, wrapping, out);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		version1_packet(event_word(event->kind), event->actor, wrapping, out);
		break;
	case EVENT_RENAMED:
		version1_packet("leave", event->actor, wrapping, out);
		version1_packet("join", event->target, wrapping, out);
		break;
	case EVENT_REFUSED: {
		struct packet_writer writer = writer_begin(event_word(event->kind), wrapping, out);
		json_put_refusal(&writer.json, event);
		writer_end(&writer, wrapping);
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
	case EVENT_COMMANDS:
	case EVENT_HISTORY:
	case EVENT_SEARCH:
	case EVENT_ACCOUNT:
	case EVENT_SESSIONS:
	case EVENT_READ:
	case EVENT_MISSED:
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

static void version2_members(struct json_writer *json, const struct event *event);

/* Each as it was told. */
static void
json_put_page(struct json_writer *json, const struct event *answer)
{
	const struct history_page *page = answer->page;
	uint64_t first = 0, last = 0;
	json_open_array(json, "events");
	for (size_t i = 0; i < page->n; i++) {
		struct event event = page->events[i];
		if (!event.room.ptr)
			event.room = answer->room;
		json_open_object(json, NULL);
		json_put_text(json, "type", text_of(event_word(event.kind)));
		version2_members(json, &event);
		json_close_object(json);
		first = i == 0 || event.id < first ? event.id : first;
		last = event.id > last ? event.id : last;
	}
	json_close_array(json);
	if (page->n > 0) {
		json_put_number(json, "first", (int64_t)first);
		json_put_number(json, "last", (int64_t)last);
	}
	json_put_bool(json, "more", page->more);
}

/* The fields that are specific to the event's kind. */
static void
version2_fields(struct json_writer *json, const struct event *event)
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
		if (event->reason != REASON_OK)
			json_put_text(json, "code", text_of(reason_word(event->reason)));
		json_put_text(json, "message", event->body);
		if (event->target.len > 0)
			json_put_text(json, "subject", event->target);
		break;
	case EVENT_HELP:
		json_put_text(json, "code", text_of("help"));
		json_put_text(json, "message", event->body);
		break;
	case EVENT_REFUSED:
		json_put_refusal(json, event);
		if (event->target.len > 0)
			json_put_text(json, "subject", event->target);
		break;
	case EVENT_WELCOME:
		json_put_text(json, "server", event->target);
		json_put_text(json, "nick", event->actor);
		json_put_number(json, "version", JSON_VERSION_2 + 1);
		json_put_limits(json, event->limits);
		if (event->secret)
			json_put_text(json, "resume", text_of(event->secret));
		if (event->resumed)
			json_put_bool(json, "resumed", true);
		json_put_account(json, event);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		json_put_items(json, event);
		break;
	case EVENT_PRESENCE:
		json_put_number(json, "joined", (int64_t)event->joined);
		json_put_number(json, "left", (int64_t)event->left);
		json_put_number(json, "users", (int64_t)event->total);
		break;
	case EVENT_COMMANDS:
		json_put_commands(json);
		break;
	case EVENT_HISTORY:
	case EVENT_SEARCH:
		if (event->target.ptr)
			json_put_text(json, "with", event->target);
		json_put_page(json, event);
		break;
	case EVENT_ACCOUNT:
		json_put_text(json, "nick", event->actor);
		json_put_bool(json, "registered", event->account);
		json_put_text(json, "message", event->body);
		break;
	case EVENT_SESSIONS:
		json_put_sessions(json, event);
		break;
	case EVENT_READ:
		if (event->target.ptr)
			json_put_text(json, "with", event->target);
		break;
	case EVENT_MISSED:
	case EVENT_PONG:
		break;
	}
}

static void
version2_members(struct json_writer *json, const struct event *event)
{
	if (event->room.ptr)
		json_put_text(json, "room", event->room);
	version2_fields(json, event);
	if (event->id || event->until)
		json_put_number(json, "id", (int64_t)(event->id ? event->id : event->until));
	if (event->snapshot)
		json_put_bool(json, "snapshot", true);
	if (event->past)
		json_put_bool(json, "past", true);
	if (event->gap)
		json_put_bool(json, "gap", true);
	json_put_number(json, "time", event->time);
	if (event->ref.ptr)
		json_put_text(json, "ref", event->ref);
}

static void
version2_encode(const struct event *event, const struct wrapping *wrapping, struct strbuf *out)
{
	/* A client that wants to know reads the history. */
	if (event->kind == EVENT_MISSED)
		return;
	struct packet_writer writer = writer_begin(event_word(event->kind), wrapping, out);
	version2_members(&writer.json, event);
	writer_end(&writer, wrapping);
}

void
json_encode(unsigned version, const struct event *event, const struct wrapping *wrapping,
	struct strbuf *out)
{
	if (version == JSON_VERSION_1)
		version1_encode(event, wrapping, out);
	else
		version2_encode(event, wrapping, out);
}
