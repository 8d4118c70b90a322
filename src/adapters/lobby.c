/*
 * lobby: the classroom room protocol (SPEC 6.5). First a room, then a name, then
 * talk; answers are digits on the way in and words inside.
 */
#include <stdlib.h>

#include "adapters/adapters.h"
#include "adapters/plain.h"
#include "base/alloc.h"
#include "codec/framing.h"

/* A voice is an ending, and whether comings and goings are told. */
enum { VOICE_ANNOUNCES = ENDINGS, VOICES = 2 * ENDINGS };

static const struct strings endings[ENDINGS] = {
	[ENDING_LF] = {"\n", LOBBY_BYTES},
	[ENDING_CRLF] = {"\r\n", LOBBY_BYTES},
	[ENDING_NONE] = {"", LOBBY_BYTES},
};

/* What a talk keeps. */
struct lobby_talk {
	char *room; /* the one joined, until there is a name to enter it with; or NULL */
};

static void
lobby_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	talk->voice = talk->listener->ending;
	if (talk->listener->announce)
		talk->voice += VOICE_ANNOUNCES;
}

static void
lobby_forget(struct talk *talk)
{
	struct lobby_talk *memory = talk->memory;
	free(memory->room);
}

/* `1`: that does not belong here. */
static void
lobby_refuse(struct talk *talk, struct text word)
{
	session_refuse(&talk->session, REASON_UNKNOWN_COMMAND, word, TEXT_NONE, TEXT_NONE);
}

static void
lobby_request(struct talk *talk, const char *command, struct text arg, struct text room)
{
	struct request request = {
		.command = command_find(text_of(command)), .arg = {arg}, .room = room};
	session_request(&talk->session, &request);
}

static void
lobby_join(struct talk *talk, struct text room)
{
	struct lobby_talk *memory = talk->memory;
	if (!core_room_fits(talk->session.core, room)) {
		session_refuse(&talk->session, REASON_ROOM_INVALID, room, TEXT_NONE, TEXT_NONE);
		return;
	}
	memory->room = xstrndup(room.ptr, room.len);
	talk_write(talk, text_of("0"));
	talk_write(talk, text_of(endings[talk->listener->ending].ending));
}

/* Before one is in a room. */
static void
lobby_door(struct talk *talk, struct text word, struct text rest)
{
	const struct lobby_talk *memory = talk->memory;
	/* The end of a line that a pause had ended already is nothing. */
	if (word.len == 0)
		return;
	if (!memory->room && text_is(word, text_of("/list")) && rest.len == 0)
		lobby_request(talk, "rooms", TEXT_NONE, TEXT_NONE);
	else if (!memory->room && text_is(word, text_of("/join")))
		lobby_join(talk, rest);
	else if (memory->room && text_is(word, text_of("/nick")))
		lobby_request(talk, "login", rest, text_of(memory->room));
	else
		lobby_refuse(talk, word);
}

static void
lobby_hear(struct talk *talk, struct text line)
{
	struct text rest = line, word = text_word(&rest);
	if (text_is(word, text_of("/logout")) && rest.len == 0)
		lobby_request(talk, "logout", TEXT_NONE, TEXT_NONE);
	else if (!talk->session.user)
		lobby_door(talk, word, rest);
	else if (text_is(word, text_of("/who")) && rest.len == 0)
		lobby_request(talk, "look", TEXT_NONE, TEXT_NONE);
	else if (word.len > 0 && word.ptr[0] == '/')
		lobby_refuse(talk, word);
	else if (word.len > 0)
		lobby_request(talk, "say", line, TEXT_NONE);
}

static void
lobby_too_long(struct talk *talk)
{
	session_refuse(
		&talk->session, REASON_TEXT_TOO_LONG, text_of("1024 bytes"), TEXT_NONE, TEXT_NONE);
}

static void
say_list(const struct event *event, const struct strings *strings, struct strbuf *out)
{
	if (event->first && event->kind == EVENT_ROOMS)
		strbuf_printf(out, "%zu%s", event->total, strings->ending);
	for (size_t i = 0; i < event->n_entries; i++)
		say_line(out, strings, TEXT_NONE, "%", event->entries[i].name, TEXT_NONE);
}

static void
say_refused(const struct event *event, const struct strings *strings, struct strbuf *out)
{
	int digit = reason_digit(event->reason);
	if (digit)
		strbuf_printf(out, "%d%s", digit, strings->ending);
	else
		say_lines(out, strings, text_of("*** "), event->body, "");
}

static void
lobby_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	const struct strings *strings = &endings[voice % ENDINGS];
	switch (event->kind) {
	case EVENT_SAID:
	case EVENT_EMOTE:
	case EVENT_DIRECT:
		say_speech(out, strings, TEXT_NONE, event);
		break;
	case EVENT_ENTERED:
	case EVENT_LEFT:
		if (voice >= VOICE_ANNOUNCES && !event->own)
			say_line(out, strings, TEXT_NONE,
				event->kind == EVENT_ENTERED ? "*** % has joined"
							     : "*** % has left",
				event->actor, TEXT_NONE);
		break;
	case EVENT_PRESENCE:
		if (voice >= VOICE_ANNOUNCES)
			say_digest(out, strings, TEXT_NONE, "joined", "", event);
		break;
	case EVENT_RENAMED:
		say_line(out, strings, TEXT_NONE, "*** % is now known as %", event->actor,
			event->target);
		break;
	case EVENT_TOPIC:
		if (!event->unasked)
			say_line(out, strings, TEXT_NONE,
				event->body.len > 0 ? "*** % set the topic: %"
						    : "*** % took the topic away",
				event->actor, event->body);
		break;
	case EVENT_NOTICE:
	case EVENT_HELP:
		say_lines(out, strings, text_of("*** "), event->body, "");
		break;
	case EVENT_REFUSED:
		say_refused(event, strings, out);
		break;
	case EVENT_WELCOME:
		say_line(out, strings, TEXT_NONE, "0", TEXT_NONE, TEXT_NONE);
		break;
	case EVENT_NAMES:
	case EVENT_ROOMS:
	case EVENT_WHO:
		say_list(event, strings, out);
		break;
	case EVENT_PONG:
		break;
	}
}

const struct adapter adapter_lobby = {
	.name = "lobby",
	.framing = &framing_lobby,
	.memory = sizeof(struct lobby_talk),
	.voices = VOICES,
	.greet = lobby_greet,
	.hear = lobby_hear,
	.too_long = lobby_too_long,
	.forget = lobby_forget,
	.say = lobby_say,
};
