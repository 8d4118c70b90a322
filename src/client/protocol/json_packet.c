/* Reading a packet's fields. */
#include "client/protocol/json_packet.h"

size_t
json_count(const struct json *json, const char *key)
{
	int64_t n = json_number(json, key);
	return n > 0 ? (size_t)n : 0;
}

bool
packet_ref_is(const struct packet *packet, const char *ref)
{
	return text_is(packet->ref, text_of(ref));
}

void
packet_say(const struct packet *packet, enum line_kind kind, struct text text)
{
	model_add_notice(packet->session->model, kind, packet->room, text, packet->time);
}

void
packet_show(const struct packet *packet, enum line_kind kind, const struct strbuf *text)
{
	packet_say(packet, kind, strbuf_view(text));
}
