/* web: one packet a WebSocket text frame, for the page and other browsers (SPEC 6.3). */
#include "adapters/adapters.h"
#include "adapters/framing.h"
#include "adapters/json_talk.h"

static void
web_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	talk->voice = JSON_VERSION_2;
}

static void
web_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	static const struct wrapping frame = {frame_open, frame_close};
	json_say(voice, event, &frame, out);
}

const struct adapter adapter_web = {
	.name = "web",
	.framing = &framing_whole,
	.voices = JSON_VERSIONS,
	.by_http = true,
	.echo = true,
	.greet = web_greet,
	.hear = json_hear,
	.say = web_say,
};
