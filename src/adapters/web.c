/* web: one packet per WebSocket text frame, for browsers (SPEC 6.3). Knows no packet's fields. */
#include "adapters/adapters.h"
#include "adapters/json_packets.h"
#include "codec/framing.h"
#include "codec/websocket.h"

static void
web_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	client->encoding = JSON_VERSION_2;
}

static const struct wrapping frame = {ws_frame_begin, ws_frame_end};

static void
web_on_admit(struct client *client)
{
	json_send_greeting(client, &frame);
}

static void
web_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	json_encode(encoding, event, &frame, out);
}

const struct adapter adapter_web = {
	.name = "web",
	.framing = &framing_message,
	.encodings = JSON_VERSIONS,
	.by_http = true,
	.echo = true,
	.on_connect = web_on_connect,
	.on_admit = web_on_admit,
	.on_message = json_on_message,
	.encode = web_encode,
};
