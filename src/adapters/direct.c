/*
 * direct: the classroom direct-message protocol (SPEC 6.6): #name logs in, @name:text sends.
 * Does not know where a message ends (codec/framing.h) nor which nicks exist.
 */
#include "adapters/adapters.h"
#include "adapters/text_lines.h"
#include "codec/framing.h"

/* Encodings combine a line ending, whether room messages are shown, and whether nicks are shown. */
enum { ENCODING_ROOM = ENDINGS, ENCODING_NICKS = 2 * ENDINGS, ENCODINGS = 4 * ENDINGS };

static const struct strings endings[ENDINGS] = {
	[ENDING_LF] = {"\n", DIRECT_BYTES},
	[ENDING_CRLF] = {"\r\n", DIRECT_BYTES},
	[ENDING_NONE] = {"", DIRECT_BYTES},
};

static void
direct_on_connect(struct client *client, const struct peer *peer)
{
	const struct listener *listener = client->listener;
	client->encoding = listener->ending;
	client->session.reads_all = true;
	client->encoding += listener->hear ? ENCODING_ROOM : 0;
	client->encoding += listener->nicks ? ENCODING_NICKS : 0;
	struct strbuf greeting = {0};
	strbuf_printf(&greeting, "You are connected from:('%s', %d)%s", peer->host, peer->port,
		endings[listener->ending].ending);
	client_write(client, strbuf_view(&greeting));
	strbuf_clear(&greeting);
}

static void
direct_request(struct client *client, enum command_id command, struct text a, struct text b)
{
	struct request request = {.command = command_get(command), .arg = {a, b}};
	session_request(&client->session, &request);
}

static void
direct_address(struct client *client, struct text line)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	if (!colon) {
		session_reject_input(&client->session, REASON_USAGE, text_of("@nick:text"),
			TEXT_NONE, TEXT_NONE);
		return;
	}
	struct text nick = {line.ptr + 1, (size_t)(colon - line.ptr) - 1};
	struct text body = {colon + 1, line.len - nick.len - 2};
	if (text_is(nick, text_of("*")))
		direct_request(client, COMMAND_SAY, body, TEXT_NONE);
	else
		direct_request(client, COMMAND_MSG, nick, body);
}

/* `ann`, or `ann:PASSWORD`. */
static void
direct_login(struct client *client, struct text rest)
{
	const char *colon = rest.len > 0 ? memchr(rest.ptr, ':', rest.len) : NULL;
	if (!colon) {
		direct_request(client, COMMAND_NICK, rest, TEXT_NONE);
		return;
	}
	struct text nick = {rest.ptr, (size_t)(colon - rest.ptr)};
	direct_request(
		client, COMMAND_LOGIN, nick, (struct text){colon + 1, rest.len - nick.len - 1});
}

static void
direct_on_message(struct client *client, struct text line)
{
	struct text word = text_trim(line);
	if (word.len == 0)
		return;
	if (word.ptr[0] == '#')
		direct_login(client, (struct text){word.ptr + 1, word.len - 1});
	else if (word.ptr[0] == '@')
		direct_address(client, word);
	else if (text_is(word, text_of("exit")))
		direct_request(client, COMMAND_LOGOUT, TEXT_NONE, TEXT_NONE);
	else
		session_reject_input(&client->session, REASON_USAGE,
			text_of("#nick, @nick:text, @*:text or exit"), TEXT_NONE, TEXT_NONE);
}

static void
direct_too_long(struct client *client)
{
	session_reject_input(
		&client->session, REASON_LINE_TOO_LONG, text_of("2048"), TEXT_NONE, TEXT_NONE);
}

static void
direct_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	const struct strings *strings = &endings[encoding % ENDINGS];
	bool room = encoding / ENCODING_ROOM % 2, nicks = encoding / ENCODING_NICKS;
	struct strbuf before = {0};
	if (nicks)
		strbuf_printf(&before, "%.*s: ", TEXT_ARGS(event->actor));
	if (event->kind == EVENT_DIRECT)
		put_lines(out, strings, strbuf_view(&before), event->body, "");
	else if ((event->kind == EVENT_SAID || event->kind == EVENT_EMOTE) && room)
		put_speech(out, strings, TEXT_NONE, event);
	else if (event->kind == EVENT_WELCOME)
		put_line(out, strings, TEXT_NONE, "Your user detail saved as : %", event->actor,
			TEXT_NONE);
	else if (event->kind == EVENT_RENAMED && event->own)
		put_line(out, strings, TEXT_NONE, "Your user detail saved as : %", event->target,
			TEXT_NONE);
	else if (event->kind == EVENT_REFUSED)
		put_lines(out, strings, text_of("Error: "), event->body, "");
	strbuf_clear(&before);
}

const struct adapter adapter_direct = {
	.name = "direct",
	.framing = &framing_direct,
	.encodings = ENCODINGS,
	.on_connect = direct_on_connect,
	.on_message = direct_on_message,
	.too_long = direct_too_long,
	.encode = direct_encode,
};
