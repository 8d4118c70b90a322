/*
 * relay: no login and no commands (SPEC 6.4). Each line is sent to all others in the room. Does not
 * know where a line ends (codec/framing.h).
 */
#include "adapters/adapters.h"
#include "adapters/text_lines.h"
#include "codec/framing.h"

enum { ENCODING_NICKS = 1, ENCODINGS };

static const struct strings lines = {.ending = "\n"};

static void
relay_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	client->encoding = client->listener->nicks ? ENCODING_NICKS : 0;
}

static void
relay_on_admit(struct client *client)
{
	session_guest(&client->session, "guest");
}

static void
relay_on_message(struct client *client, struct text line)
{
	struct request request = {.command = command_get(COMMAND_SAY), .arg = {line}};
	session_request(&client->session, &request);
}

static void
relay_too_long(struct client *client)
{
	/* The protocol can show messages only, so the line is ignored without an error. */
	(void)client;
}

static void
relay_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	bool nicks = encoding == ENCODING_NICKS, said = event->kind == EVENT_SAID;
	bool full = event->reason == REASON_SERVER_FULL || event->reason == REASON_ADDRESS_FULL;
	if ((said && !nicks) || full)
		put_lines(out, &lines, TEXT_NONE, event->body, "");
	else if (said || event->kind == EVENT_EMOTE || event->kind == EVENT_DIRECT)
		put_speech(out, &lines, TEXT_NONE, event);
}

const struct adapter adapter_relay = {
	.name = "relay",
	.framing = &framing_relay,
	.encodings = ENCODINGS,
	.on_connect = relay_on_connect,
	.on_admit = relay_on_admit,
	.on_message = relay_on_message,
	.too_long = relay_too_long,
	.encode = relay_encode,
};
