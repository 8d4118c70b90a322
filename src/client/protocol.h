/*
 * How one protocol is spoken: bytes to the model's acts, typed lines to bytes.
 * One file each; protocols.c lists them.
 */
#ifndef CLIENT_PROTOCOL_H
#define CLIENT_PROTOCOL_H

#include "codec/framing.h"
#include "teahouse/text.h"

struct session;

enum rooms {
	ROOMS_GIVEN,  /* the server puts one into a room, unless one wants another */
	ROOMS_CHOSEN, /* one has to choose a room, and then a name */
	ROOMS_NONE,
};

struct protocol {
	const char *name;
	const char *port;
	const struct framing *framing;
	enum rooms rooms;
	char address_prefix; /* before a nick, at a line's beginning, it addresses somebody; or 0 */
	size_t state_size;   /* zeroed bytes that each connection has: session.protocol_state */
	/*
	 * Goes on with getting in, as far as it goes with what is known by now: the
	 * connection stands, or what was asked for has been chosen.
	 */
	void (*log_in)(struct session *session);
	void (*on_message)(struct session *session, struct text message);
	/* All that has come so far was heard. May be NULL. */
	void (*on_batch_end)(struct session *session);
	/*
	 * Sends a typed line that concerns the room. True: what it says will come
	 * back with the ref, or be refused with it.
	 */
	bool (*send_line)(
		struct session *session, struct text line, struct text room, struct text ref);
	/*
	 * Asks for a word that comes after the answers to all before it: session_pong.
	 * NULL: there is none.
	 */
	void (*ping)(struct session *session);
	/* Says goodbye: the server hangs up when it has read all before. NULL: nobody does. */
	void (*say_goodbye)(struct session *session);
	/* Asks what rooms there are, without anyone having to know. May be NULL. */
	void (*request_rooms)(struct session *session);
	/* Gives back what session.protocol_state points to. May be NULL. */
	void (*on_close)(struct session *session);
};

/* NULL: there is none of that name. */
const struct protocol *protocol_find(const char *name);

/* Adds the names of all, for a sentence. */
void protocol_names(struct strbuf *out);

extern const struct protocol protocol_json;
extern const struct protocol protocol_lobby;
extern const struct protocol protocol_direct;

#endif
