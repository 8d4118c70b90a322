/*
 * The packets of SPEC 6.2, as both the json and the web adapter speak them: they
 * differ in how a packet is wrapped alone.
 */
#ifndef ADAPTERS_JSON_PACKETS_H
#define ADAPTERS_JSON_PACKETS_H

#include "teahouse/adapter.h"

/* Voices, and what a hello's version chooses among. */
enum { JSON_VERSION_1, JSON_VERSION_2, JSON_VERSIONS };

/* What goes around a packet: length_prefix_begin and length_prefix_end, or those of a frame. */
struct wrapping {
	size_t (*begin)(struct strbuf *out);
	bool (*end)(struct strbuf *out, size_t start);
};

/* client->encoding is the version until a hello says otherwise. */
void json_on_message(struct client *client, struct text packet);
void json_encode(unsigned version, const struct event *event, const struct wrapping *wrapping,
	struct strbuf *out);

#endif
