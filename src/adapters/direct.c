/* direct: the classroom direct-message protocol (SPEC 6.6): #name, and @name:text. */
#include "adapters/adapters.h"
#include "adapters/plain.h"
#include "codec/framing.h"

/* A voice is an ending, whether it hears its room, and whether nicks stand in front. */
enum { VOICE_HEARS = ENDINGS, VOICE_NICKS = 2 * ENDINGS, VOICES = 4 * ENDINGS };

static const struct strings endings[ENDINGS] = {
	[ENDING_LF] = {"\n", DIRECT_BYTES},
	[ENDING_CRLF] = {"\r\n", DIRECT_BYTES},
	[ENDING_NONE] = {"", DIRECT_BYTES},
};

static void
direct_greet(struct talk *talk, const struct peer *peer)
{
	const struct listener *listener = talk->listener;
	talk->voice = listener->ending;
	talk->voice += listener->hear ? VOICE_HEARS : 0;
	talk->voice += listener->nicks ? VOICE_NICKS : 0;
	struct strbuf greeting = {0};
	strbuf_printf(&greeting, "You are connected from:('%s', %d)%s", peer->host, peer->port,
		endings[listener->ending].ending);
	talk_write(talk, strbuf_view(&greeting));
	strbuf_clear(&greeting);
}

static void
direct_request(struct talk *talk, const char *command, struct text a, struct text b)
{
	struct request request = {.command = command_find(text_of(command)), .arg = {a, b}};
	session_request(&talk->session, &request);
}

static void
direct_address(struct talk *talk, struct text line)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	if (!colon) {
		session_refuse(
			&talk->session, REASON_USAGE, text_of("@nick:text"), TEXT_NONE, TEXT_NONE);
		return;
	}
	struct text nick = {line.ptr + 1, (size_t)(colon - line.ptr) - 1};
	struct text body = {colon + 1, line.len - nick.len - 2};
	if (text_is(nick, text_of("*")))
		direct_request(talk, "say", body, TEXT_NONE);
	else
		direct_request(talk, "msg", nick, body);
}

static void
direct_hear(struct talk *talk, struct text line)
{
	struct text word = text_trim(line);
	if (word.len == 0)
		return;
	if (word.ptr[0] == '#')
		direct_request(talk, "nick", (struct text){word.ptr + 1, word.len - 1}, TEXT_NONE);
	else if (word.ptr[0] == '@')
		direct_address(talk, word);
	else if (text_is(word, text_of("exit")))
		direct_request(talk, "logout", TEXT_NONE, TEXT_NONE);
	else
		session_refuse(&talk->session, REASON_USAGE,
			text_of("#nick, @nick:text, @*:text or exit"), TEXT_NONE, TEXT_NONE);
}

static void
direct_too_long(struct talk *talk)
{
	session_refuse(
		&talk->session, REASON_TEXT_TOO_LONG, text_of("2048 bytes"), TEXT_NONE, TEXT_NONE);
}

static void
direct_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	const struct strings *strings = &endings[voice % ENDINGS];
	bool hears = voice / VOICE_HEARS % 2, nicks = voice / VOICE_NICKS;
	struct strbuf before = {0};
	if (nicks)
		strbuf_printf(&before, "%.*s: ", TEXT_ARGS(event->actor));
	if (event->kind == EVENT_DIRECT)
		say_lines(out, strings, strbuf_view(&before), event->body, "");
	else if ((event->kind == EVENT_SAID || event->kind == EVENT_EMOTE) && hears)
		say_speech(out, strings, TEXT_NONE, event);
	else if (event->kind == EVENT_WELCOME)
		say_line(out, strings, TEXT_NONE, "Your user detail saved as : %", event->actor,
			TEXT_NONE);
	else if (event->kind == EVENT_RENAMED && event->own)
		say_line(out, strings, TEXT_NONE, "Your user detail saved as : %", event->target,
			TEXT_NONE);
	else if (event->kind == EVENT_REFUSED)
		say_lines(out, strings, text_of("Error: "), event->body, "");
	strbuf_clear(&before);
}

const struct adapter adapter_direct = {
	.name = "direct",
	.framing = &framing_direct,
	.voices = VOICES,
	.greet = direct_greet,
	.hear = direct_hear,
	.too_long = direct_too_long,
	.say = direct_say,
};
