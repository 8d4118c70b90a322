/* What the files that apply packets share; json_receive.h is for the others. */
#ifndef CLIENT_PROTOCOL_JSON_PACKET_H
#define CLIENT_PROTOCOL_JSON_PACKET_H

#include "client/session/session.h"
#include "codec/json.h"

/* A received packet, and the fields that most have. */
struct packet {
	struct session *session;
	const struct json *json;
	struct text room, nick, message, ref;
	int64_t time;
	bool past; /* it happened while the connection was lost */
};

/* A number that is not negative; 0: it is missing. */
size_t json_count(const struct json *json, const char *key);

bool packet_ref_is(const struct packet *packet, const char *ref);

/* Add a line with that text to the packet's room. */
void packet_say(const struct packet *packet, enum line_kind kind, struct text text);
void packet_show(const struct packet *packet, enum line_kind kind, const struct strbuf *text);

/* Answers that are lists: of names that the user asked for, rooms, users, commands. */
void receive_names_requested(const struct packet *packet);
void receive_rooms(const struct packet *packet);
void receive_who(const struct packet *packet);
void receive_commands(const struct packet *packet);

/* The user with whom there is a conversation is not online. */
void receive_peer_gone(const struct packet *packet);

/* The user's account and sessions. */
void receive_account(const struct packet *packet);
void receive_sessions(const struct packet *packet);
void receive_welcome_account(const struct packet *packet, bool first);
void receive_read(const struct packet *packet);

/* The server refuses a login or a change of the account. False: that is not what it is about. */
bool receive_account_error(const struct packet *packet);

/* Pages of the history, and messages that were found. */
void receive_history(const struct packet *packet);
void receive_search(const struct packet *packet);

/* Whether the error is the answer to a request for a page, and was handled. */
bool receive_history_error(const struct packet *packet);

#endif
