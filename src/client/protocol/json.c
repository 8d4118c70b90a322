/* The json protocol: typed lines to packets. */
#include "client/protocol/json.h"

#include "client/model/command.h"
#include "client/protocol/json_receive.h"
#include "client/protocol/json_send.h"
#include "client/session/answers.h"
#include "client/session/login.h"

/* A number that is not negative; false: the word is none. */
static bool
word_number(struct text word, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9' || *number > UINT64_MAX / 100)
			return false;
		*number = *number * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	return word.len > 0;
}

/*
 * [COUNT] [before ID], of a room or with a user. False: it is something else, which the server
 * explains.
 */
static bool
json_send_typed_history(struct session *session, struct text rest, struct json_page page)
{
	struct text word = text_word(&rest);
	if (word.len > 0 && word_number(word, &page.limit))
		word = text_word(&rest);
	if (command_is(word, "before"))
		word = word_number(text_word(&rest), &page.before) ? TEXT_NONE : text_of("?");
	if (word.len > 0 || rest.len > 0)
		return false;
	json_send_history(session, &page);
	return true;
}

/* Without words, the last search goes on. False: there was none. */
static bool
json_send_typed_search(struct session *session, struct text rest, struct text ref)
{
	uint64_t before = 0;
	if (rest.len > 0)
		answers_keep_search(session, rest);
	else
		rest = answers_search(session, &before);
	if (rest.len == 0)
		return false;
	json_send_search(session, rest, before, ref);
	return true;
}

/* Nothing, or `end N`. False: it is something else, which the server explains. */
static bool
json_send_typed_sessions(struct session *session, struct text rest, struct text ref)
{
	uint64_t end = 0;
	struct text word = text_word(&rest);
	if (word.len > 0 && (!command_is(word, "end") || !word_number(text_word(&rest), &end)))
		return false;
	if (rest.len > 0)
		return false;
	json_send_sessions(session, end, ref);
	return true;
}

/*
 * Sends a command that concerns a room as a packet that names the room: to the server, the
 * current room may be another one.
 */
static bool
json_send_room_command(struct session *session, struct text command, struct text rest,
	struct text room, struct text ref)
{
	struct text name = rest;
	struct text word = text_word(&name);
	bool one_word = word.len > 0 && name.len == 0;
	if (command_is(command, "say") && rest.len > 0)
		json_send_about(session, "chat", room, "message", rest, ref);
	else if (command_is(command, "me") && rest.len > 0)
		json_send_about(session, "emote", room, "message", rest, ref);
	else if (command_is(command, "join") && one_word)
		json_send_request(session, "join", word, ref);
	else if (command_is(command, "leave") && (one_word || rest.len == 0))
		json_send_request(session, "leave", one_word ? word : room, ref);
	else if (command_is(command, "topic") && rest.len > 0)
		json_send_about(session, "topic", room, "topic", rest, ref);
	else if (command_is(command, "topic"))
		json_send_request(session, "topic", room, text_of(json_ref_topic));
	else if ((command_is(command, "look") || command_is(command, "names")) && rest.len == 0)
		json_send_request(session, "names", room, text_of(json_ref_look));
	else if (command_is(command, "history"))
		return json_send_typed_history(
			session, rest, (struct json_page){.room = room, .ref = ref});
	else if (command_is(command, "search"))
		return json_send_typed_search(session, rest, ref);
	else if (command_is(command, "sessions"))
		return json_send_typed_sessions(session, rest, ref);
	else
		return false;
	return true;
}

/* Whether the server repeats what it does, with its ref. */
static bool
command_is_answered(struct text command)
{
	static const char *const answered[] = {"say", "me", "msg", "message", "join", "leave"};
	for (size_t i = 0; i < sizeof answered / sizeof *answered; i++)
		if (command_is(command, answered[i]))
			return true;
	return false;
}

/*
 * The same for commands that mean the conversation with the user of that nick. The protocol has no
 * emotes for one user alone: they are sent as others would see them.
 */
static bool
json_send_to(struct session *session, struct text command, struct text rest, struct text nick,
	struct text ref)
{
	struct strbuf emote = {0};
	if ((!command.ptr || command_is(command, "say")) && rest.len > 0) {
		json_send_direct(session, nick, rest, ref);
	} else if (command_is(command, "me") && rest.len > 0) {
		strbuf_printf(&emote, "[%s %.*s]", session->model->nick, TEXT_ARGS(rest));
		json_send_direct(session, nick, strbuf_view(&emote), ref);
		strbuf_clear(&emote);
	} else if (command_is(command, "history")) {
		return json_send_typed_history(
			session, rest, (struct json_page){.with = nick, .ref = ref});
	} else {
		return json_send_room_command(session, command, rest, text_of(""), ref);
	}
	return true;
}

static bool
json_send_line(struct session *session, struct text line, struct text room, struct text ref)
{
	struct text rest = line, command = TEXT_NONE;
	bool is_command = command_parse(&rest, &command);
	if (room.len > 1 && room.ptr[0] == '@') {
		struct text nick = {room.ptr + 1, room.len - 1};
		if (!json_send_to(session, command, rest, nick, ref))
			json_send_command(session, line, ref);
		return !is_command || command_is_answered(command);
	}
	if (!is_command) {
		json_send_about(session, "chat", room, "message", rest, ref);
		return true;
	}
	if (!json_send_room_command(session, command, rest, room, ref))
		json_send_command(session, line, ref);
	return command_is_answered(command);
}

static void
json_log_in(struct session *session)
{
	if (session->model->nick[0] == '\0')
		login_ask(session, &prompt_nick, "What is your name?");
	else
		json_send_hello(session);
}

static void
json_request_rooms(struct session *session)
{
	json_send_request(session, "rooms", TEXT_NONE, text_of(json_ref_quiet));
}

static void
json_request_past(struct session *session, const struct past_request *request)
{
	struct strbuf ref = {0};
	strbuf_printf(&ref, "%s%lu", json_ref_page, request->number);
	json_send_history(session, &(struct json_page){
					   .room = request->direct ? TEXT_NONE : request->room,
					   .with = request->direct ? request->room : TEXT_NONE,
					   .ref = strbuf_view(&ref),
					   .limit = request->limit,
					   .before = request->newer ? 0 : request->id,
					   .after = request->newer ? request->id : 0,
				   });
	strbuf_clear(&ref);
}

const struct protocol protocol_json = {
	.name = "json",
	.port = "3490",
	.tls_port = "5016",
	.framing = &framing_packets,
	.log_in = json_log_in,
	.on_message = json_receive,
	.send_line = json_send_line,
	.ping = json_send_ping,
	.request_rooms = json_request_rooms,
	.request_past = json_request_past,
	.send_account = json_send_account,
	.send_read = json_send_read,
	.log_out = json_send_logout,
};
