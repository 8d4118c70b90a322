/*
 * How one protocol is spoken: bytes to the model's acts, typed lines to bytes.
 * One file each; protocols.c lists them.
 */
#ifndef CLIENT_PROTOCOL_H
#define CLIENT_PROTOCOL_H

#include "adapters/framing.h"
#include "teahouse/text.h"

struct visit;

struct protocol {
	const char *name;
	const char *port;
	const struct framing *framing;
	/* The connection stands: asks to be let in under the nick that one wants. */
	void (*greet)(struct visit *visit);
	void (*hear)(struct visit *visit, struct text message);
	/*
	 * Sends a typed line that concerns the room. True: what it says will come
	 * back with the ref, or be refused with it.
	 */
	bool (*say)(struct visit *visit, struct text line, struct text room, struct text ref);
	/* Asks for a word that comes after the answers to all before it: visit_pong. */
	void (*ping)(struct visit *visit);
	/* Asks what rooms there are, without anyone having to know. */
	void (*ask_rooms)(struct visit *visit);
};

/* NULL: there is none of that name. */
const struct protocol *protocol_find(const char *name);

/* Adds the names of all, for a sentence. */
void protocol_names(struct ink *out);

extern const struct protocol protocol_json;

#endif
