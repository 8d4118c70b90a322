/* json: length-prefixed packets over TCP, for programs (SPEC 6.2). */
#include "adapters/adapters.h"
#include "adapters/json_talk.h"
#include "codec/framing.h"

static void
json_greet(struct talk *talk, const struct peer *peer)
{
	(void)peer;
	talk->voice = JSON_VERSION_1;
}

static void
json_tcp_say(unsigned voice, const struct event *event, struct strbuf *out)
{
	static const struct wrapping packet = {length_prefix_begin, length_prefix_end};
	json_say(voice, event, &packet, out);
}

const struct adapter adapter_json = {
	.name = "json",
	.framing = &framing_packets,
	.voices = JSON_VERSIONS,
	.echo = true,
	.greet = json_greet,
	.hear = json_hear,
	.say = json_tcp_say,
};
