/* relay: no login and no commands; what one says, the others see, and nothing else (SPEC 6.4). */
#include "adapters/adapters.h"
#include "adapters/plain.h"
#include "codec/framing.h"

enum { VOICE_NICKS = 1, VOICES };

static const struct strings lines = {.ending = "\n"};

static void
relay_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	talk->voice = talk->listener->nicks ? VOICE_NICKS : 0;
}

static void
relay_enter(struct talk *talk)
{
	session_guest(&talk->session, "guest");
}

static void
relay_hear(struct talk *talk, struct text line)
{
	struct request request = {.command = command_find(text_of("say")), .arg = {line}};
	session_request(&talk->session, &request);
}

static void
relay_too_long(struct talk *talk)
{
	/* There is no word for it here but what people say, so it is passed over. */
	(void)talk;
}

static void
relay_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	bool nicks = voice == VOICE_NICKS, said = event->kind == EVENT_SAID;
	bool full = event->reason == REASON_SERVER_FULL || event->reason == REASON_ADDRESS_FULL;
	if ((said && !nicks) || full)
		say_lines(out, &lines, TEXT_NONE, event->body, "");
	else if (said || event->kind == EVENT_EMOTE || event->kind == EVENT_DIRECT)
		say_speech(out, &lines, TEXT_NONE, event);
}

const struct adapter adapter_relay = {
	.name = "relay",
	.framing = &framing_relay,
	.voices = VOICES,
	.greet = relay_greet,
	.enter = relay_enter,
	.hear = relay_hear,
	.too_long = relay_too_long,
	.say = relay_say,
};
