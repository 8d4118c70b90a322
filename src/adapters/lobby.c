/*
 * lobby: the classroom room protocol (SPEC 6.5). The client chooses a room, then a nick, then it
 * can chat; answers are digits until it is in the room, and sentences after that. Does not know
 * where a string ends (codec/framing.h).
 */
#include <stdlib.h>

#include "adapters/adapters.h"
#include "adapters/text_lines.h"
#include "base/alloc.h"
#include "codec/framing.h"

/* Encodings combine a line ending and whether users who enter and leave are announced. */
enum { ENCODING_ANNOUNCES = ENDINGS, ENCODINGS = 2 * ENDINGS };

static const struct strings endings[ENDINGS] = {
	[ENDING_LF] = {"\n", LOBBY_BYTES},
	[ENDING_CRLF] = {"\r\n", LOBBY_BYTES},
	[ENDING_NONE] = {"", LOBBY_BYTES},
};

/* The state of a client. */
struct lobby_state {
	char *room; /* chosen by /join, and entered by /nick; or NULL */
};

static void
lobby_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	client->encoding = client->listener->ending;
	client->session.reads_all = true;
	if (client->listener->announce)
		client->encoding += ENCODING_ANNOUNCES;
}

static void
lobby_on_close(struct client *client)
{
	struct lobby_state *state = client->state;
	free(state->room);
}

/* Answers `1`: the command cannot be used now. */
static void
lobby_refuse(struct client *client, struct text word)
{
	session_reject_input(&client->session, REASON_UNKNOWN_COMMAND, word, TEXT_NONE, TEXT_NONE);
}

static void
lobby_request(struct client *client, enum command_id command, struct text arg, struct text room)
{
	struct request request = {.command = command_get(command), .arg = {arg}, .room = room};
	session_request(&client->session, &request);
}

static void
lobby_join(struct client *client, struct text room)
{
	struct lobby_state *state = client->state;
	if (!core_room_fits(client->session.core, room)) {
		session_reject_input(
			&client->session, REASON_ROOM_INVALID, room, TEXT_NONE, TEXT_NONE);
		return;
	}
	state->room = xstrndup(room.ptr, room.len);
	client_write(client, text_of("0"));
	client_write(client, text_of(endings[client->listener->ending].ending));
}

/* `ann`, or `ann PASSWORD`. */
static void
lobby_login(struct client *client, struct text rest)
{
	const struct lobby_state *state = client->state;
	const struct command *login = command_get(COMMAND_LOGIN);
	struct request request = {.command = login, .room = text_of(state->room)};
	command_split(login, rest, &request);
	session_request(&client->session, &request);
}

/* Before the client is in a room. */
static void
lobby_before_login(struct client *client, struct text word, struct text rest)
{
	const struct lobby_state *state = client->state;
	/* Ignore the line ending of a message that a pause has already ended. */
	if (word.len == 0)
		return;
	if (!state->room && text_is(word, text_of("/list")) && rest.len == 0)
		lobby_request(client, COMMAND_ROOMS, TEXT_NONE, TEXT_NONE);
	else if (!state->room && text_is(word, text_of("/join")))
		lobby_join(client, rest);
	else if (state->room && text_is(word, text_of("/nick")))
		lobby_login(client, rest);
	else
		lobby_refuse(client, word);
}

static void
lobby_on_message(struct client *client, struct text line)
{
	struct text rest = line, word = text_word(&rest);
	if (text_is(word, text_of("/logout")) && rest.len == 0)
		lobby_request(client, COMMAND_LOGOUT, TEXT_NONE, TEXT_NONE);
	else if (!client->session.user)
		lobby_before_login(client, word, rest);
	else if (text_is(word, text_of("/who")) && rest.len == 0)
		lobby_request(client, COMMAND_LOOK, TEXT_NONE, TEXT_NONE);
	else if (text_is(word, text_of("/history")))
		session_command_line(&client->session, line, TEXT_NONE, TEXT_NONE);
	else if (word.len > 0 && word.ptr[0] == '/')
		lobby_refuse(client, word);
	else if (word.len > 0)
		lobby_request(client, COMMAND_SAY, line, TEXT_NONE);
}

static void
lobby_too_long(struct client *client)
{
	session_reject_input(
		&client->session, REASON_LINE_TOO_LONG, text_of("1024"), TEXT_NONE, TEXT_NONE);
}

static void
encode_listing(const struct event *event, const struct strings *strings, struct strbuf *out)
{
	if (event->first && event->kind == EVENT_ROOMS)
		strbuf_printf(out, "%zu%s", event->total, strings->ending);
	for (size_t i = 0; i < event->n_items; i++)
		put_line(out, strings, TEXT_NONE, "%", event->items[i].name, TEXT_NONE);
}

static void
encode_refusal(const struct event *event, const struct strings *strings, struct strbuf *out)
{
	int digit = reason_digit(event->reason);
	if (digit)
		strbuf_printf(out, "%d%s", digit, strings->ending);
	else
		put_lines(out, strings, text_of("*** "), event->body, "");
}

/* What the history keeps, with `where` in front. */
static void
encode_kept(const struct event *event, const struct strings *strings, struct text where,
	struct strbuf *out)
{
	if (event->kind == EVENT_RENAMED)
		put_line(out, strings, where, "*** % is now known as %", event->actor,
			event->target);
	else if (event->kind == EVENT_TOPIC && !event->snapshot)
		put_line(out, strings, where,
			event->body.len > 0 ? "*** % set the topic: %" : "*** % cleared the topic",
			event->actor, event->body);
	else if (event->kind != EVENT_TOPIC)
		put_speech(out, strings, where, event);
}

static void
encode_history(const struct event *event, const struct strings *strings, struct strbuf *out)
{
	struct strbuf when = {0};
	put_older(out, strings, "*** ", event->page);
	for (size_t i = 0; i < event->page->n; i++) {
		const struct event *past = &event->page->events[i];
		when.len = 0;
		put_time(&when, past->time, event->time);
		encode_kept(past, strings, strbuf_view(&when), out);
	}
	put_line(out, strings, TEXT_NONE, "*** End of history.", TEXT_NONE, TEXT_NONE);
	strbuf_clear(&when);
}

static void
lobby_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	const struct strings *strings = &endings[encoding % ENDINGS];
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
	case EVENT_RENAMED:
	case EVENT_TOPIC:
		encode_kept(event, strings, TEXT_NONE, out);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		if (encoding >= ENCODING_ANNOUNCES && !event->own)
			put_line(out, strings, TEXT_NONE,
				event->kind == EVENT_ENTERED ? "*** % has joined"
							     : "*** % has left",
				event->actor, TEXT_NONE);
		break;
	case EVENT_PRESENCE:
		if (encoding >= ENCODING_ANNOUNCES)
			put_digest(out, strings, text_of("*** "), "joined", "", event);
		break;
	case EVENT_NOTICE:
		/* Its clients expect nothing but answers and what is said. */
		if (event->reason == REASON_TOO_FAST)
			break;
		/* Fall through. */
	case EVENT_HELP:
		put_lines(out, strings, text_of("*** "), event->body, "");
		break;
	case EVENT_REFUSED:
		encode_refusal(event, strings, out);
		break;
	case EVENT_WELCOME:
		put_line(out, strings, TEXT_NONE, "0", TEXT_NONE, TEXT_NONE);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		encode_listing(event, strings, out);
		break;
	case EVENT_HISTORY:
		encode_history(event, strings, out);
		break;
	case EVENT_PONG:
	case EVENT_COMMANDS:
	case EVENT_SEARCH:
	case EVENT_ACCOUNT:
	case EVENT_SESSIONS:
	case EVENT_READ:
	case EVENT_MISSED:
		break;
	}
}

const struct adapter adapter_lobby = {
	.name = "lobby",
	.framing = &framing_lobby,
	.state_size = sizeof(struct lobby_state),
	.encodings = ENCODINGS,
	.on_connect = lobby_on_connect,
	.on_message = lobby_on_message,
	.too_long = lobby_too_long,
	.on_close = lobby_on_close,
	.encode = lobby_encode,
};
