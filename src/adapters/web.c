/* web: one packet a WebSocket text frame, for the page and other browsers (SPEC 6.3). */
#include "adapters/adapters.h"
#include "adapters/json_talk.h"
#include "codec/framing.h"
#include "codec/websocket.h"

static void
web_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	talk->voice = JSON_VERSION_2;
}

static void
web_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	static const struct wrapping frame = {ws_frame_begin, ws_frame_end};
	json_say(voice, event, &frame, out);
}

const struct adapter adapter_web = {
	.name = "web",
	.framing = &framing_message,
	.voices = JSON_VERSIONS,
	.by_http = true,
	.echo = true,
	.greet = web_greet,
	.hear = json_hear,
	.say = web_say,
};
