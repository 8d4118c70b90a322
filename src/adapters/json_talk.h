/*
 * The packets of SPEC 6.2, as both the json and the web adapter speak them: they
 * differ in how a packet is wrapped alone.
 */
#ifndef ADAPTERS_JSON_TALK_H
#define ADAPTERS_JSON_TALK_H

#include "teahouse/adapter.h"

/* Voices, and what a hello's version chooses among. */
enum { JSON_VERSION_1, JSON_VERSION_2, JSON_VERSIONS };

/* What goes around a packet: length_prefix_begin and length_prefix_end, or those of a frame. */
struct wrapping {
	size_t (*open)(struct strbuf *out);
	bool (*close)(struct strbuf *out, size_t opened);
};

/* talk->voice is the version until a hello says otherwise. */
void json_hear(struct talk *talk, struct text packet);
void json_say(unsigned version, const struct event *event, const struct wrapping *wrapping,
	struct strbuf *out);

#endif
