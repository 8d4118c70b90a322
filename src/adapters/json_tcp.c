/*
 * json: packets with a length prefix over TCP, for programs (SPEC 6.2). Knows no packet's fields.
 */
#include "adapters/adapters.h"
#include "adapters/json_packets.h"
#include "codec/framing.h"

static void
json_on_connect(struct client *client, const struct peer *peer)
{
	(void)peer;
	client->encoding = JSON_VERSION_1;
}

static void
json_tcp_encode(unsigned encoding, const struct event *event, struct strbuf *out)
{
	static const struct wrapping packet = {length_prefix_begin, length_prefix_end};
	json_encode(encoding, event, &packet, out);
}

const struct adapter adapter_json = {
	.name = "json",
	.framing = &framing_packets,
	.encodings = JSON_VERSIONS,
	.echo = true,
	.on_connect = json_on_connect,
	.on_message = json_on_message,
	.encode = json_tcp_encode,
};
