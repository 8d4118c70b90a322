/*
 * What a session needs to know of a protocol: how to log in, and how messages and typed lines are
 * translated. The protocols themselves are in client/protocol/.
 */
#ifndef CLIENT_SESSION_PROTOCOL_H
#define CLIENT_SESSION_PROTOCOL_H

#include "codec/framing.h"
#include "teahouse/text.h"

struct session;
struct room;

enum rooms {
	ROOMS_GIVEN,  /* the server chooses the first room unless the user does */
	ROOMS_CHOSEN, /* the user has to choose a room, then a name */
	ROOMS_NONE,
};

/* A page of a room's history: at most so many events before an id (0: the newest) or after one. */
struct past_request {
	struct text room;
	bool direct; /* a conversation: `room` is the other user's name */
	bool newer;  /* after the id */
	uint64_t id;
	size_t limit;
	unsigned long number;
};

struct protocol {
	const char *name;
	const char *port, *tls_port; /* tls_port: NULL if there is no usual one */
	const struct framing *framing;
	enum rooms rooms;
	char address_prefix; /* before a nick at the beginning of a line: addresses it; 0: none does */
	size_t state_size; /* bytes, zeroed, of session.protocol_state for each connection */
	/*
	 * Continues to log in as far as is possible with what is known: called once the
	 * connection is open, and when the user has answered a prompt.
	 */
	void (*log_in)(struct session *session);
	void (*on_message)(struct session *session, struct text message);
	/* Everything that has arrived so far was given to on_message. May be NULL. */
	void (*on_batch_end)(struct session *session);
	/*
	 * Sends a typed line that concerns the room. True: the server will repeat it or refuse it
	 * with the ref.
	 */
	bool (*send_line)(
		struct session *session, struct text line, struct text room, struct text ref);
	/*
	 * Requests an answer that comes after the answers to everything before it: session_pong.
	 * NULL: the protocol has no such request.
	 */
	void (*ping)(struct session *session);
	/*
	 * Says goodbye, upon which the server closes the connection, having read everything
	 * before. NULL: the protocol has no goodbye.
	 */
	void (*say_goodbye)(struct session *session);
	/* Requests the list of rooms for completion; it is not shown. May be NULL. */
	void (*request_rooms)(struct session *session);
	/*
	 * Requests a page of a room's history, which is answered by loading_answered with that
	 * number, or by loading_failed. NULL: the protocol has no history.
	 */
	void (*request_past)(struct session *session, const struct past_request *request);
	/*
	 * Does with the account what session.account tells: answered by account_changed,
	 * account_entered or account_refused. NULL: the protocol has no accounts.
	 */
	void (*send_account)(struct session *session);
	/* Tells up to where the room's or conversation's lines were read. NULL: nobody is told. */
	void (*send_read)(struct session *session, const struct room *room);
	/* Ends a session that could be resumed otherwise. NULL: the protocol has none. */
	void (*log_out)(struct session *session);
	/* Frees what session.protocol_state points to. May be NULL. */
	void (*on_close)(struct session *session);
};

#endif
