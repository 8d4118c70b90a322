/*
 * The packets of SPEC 6.2 (JSON is RFC 8259), shared by the json and the web adapter, which differ
 * only in how a packet is wrapped. Does not know the transport.
 */
#ifndef ADAPTERS_JSON_PACKETS_H
#define ADAPTERS_JSON_PACKETS_H

#include "teahouse/adapter.h"

/* Encodings: the version in a hello, minus 1. */
enum { JSON_VERSION_1, JSON_VERSION_2, JSON_VERSIONS };

/*
 * How a packet is wrapped: length_prefix_begin and _end (codec/framing.h), or ws_frame_begin and
 * _end (codec/websocket.h). begin returns the offset in out, in bytes, where the packet starts, and
 * end takes it. false: the packet is too long, and was removed from out.
 */
struct wrapping {
	size_t (*begin)(struct strbuf *out);
	bool (*end)(struct strbuf *out, size_t start);
};

/*
 * Processes one packet without its wrapping. The packet is borrowed for the call. An invalid packet
 * is answered by an error through the session, and the connection goes on. client->encoding must be
 * set before the first call; a hello changes it.
 */
void json_on_message(struct client *client, struct text message);

/* Sends what a client may want to know before it logs in: the server's name, the room, who is there. */
void json_send_greeting(struct client *client, const struct wrapping *wrapping);

/*
 * Appends the event's packets to out, each wrapped: exactly one in version 2, none or several in
 * version 1. A packet that is too long for its wrapping is left out. The event is borrowed.
 */
void json_encode(unsigned version, const struct event *event, const struct wrapping *wrapping,
	struct strbuf *out);

#endif
