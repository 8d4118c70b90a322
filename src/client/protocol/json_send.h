/* The packets of the json protocol, version 2 (SPEC 6.2), that the client sends. */
#ifndef CLIENT_PROTOCOL_JSON_SEND_H
#define CLIENT_PROTOCOL_JSON_SEND_H

#include "client/session/session.h"

/*
 * The ref of a packet says what its answer is for: a number for a typed line (pending.h), and one
 * of these for what the client asks by itself, or shows in a way of its own.
 */
extern const char json_ref_quiet[]; /* learn from it; not shown */
extern const char json_ref_ping[];
extern const char json_ref_look[];    /* show the members of a room */
extern const char json_ref_topic[];   /* show the topic, which nobody has set just now */
extern const char json_ref_peers[];   /* learn which users are online; not shown */
extern const char json_ref_peer[];    /* learn whether one user is online; not shown */
extern const char json_ref_settle[];  /* everything before is answered */
extern const char json_ref_account[]; /* something is done with the account */
extern const char json_ref_page[];    /* begins that of a page of the history; its number follows */

void json_send_hello(struct session *session);

void json_send_read(struct session *session, const struct room *room);

/* What session.account tells. */
void json_send_account(struct session *session);

/* For a list of the user's sessions; end: the number of one to end; 0: none. */
void json_send_sessions(struct session *session, uint64_t end, struct text ref);
void json_send_ping(struct session *session);
void json_send_logout(struct session *session);

/* A request for a page of a room's history. limit, before, after: 0 is none. */
struct json_page {
	struct text room, with, ref; /* of a room, or of the conversation with a user */
	uint64_t limit, before, after;
};
void json_send_history(struct session *session, const struct json_page *page);

/* Searches all rooms that the user is in. before: an id; 0: any. */
void json_send_search(struct session *session, struct text words, uint64_t before, struct text ref);

/* A packet of this type about a room (empty: none), with `key` set to `value`, unless TEXT_NONE. */
void json_send_about(struct session *session, const char *type, struct text room, const char *key,
	struct text value, struct text ref);

/* The same without a value. */
void json_send_request(
	struct session *session, const char *type, struct text room, struct text ref);

void json_send_direct(
	struct session *session, struct text to, struct text message, struct text ref);

/* A command as typed, for the server to parse. */
void json_send_command(struct session *session, struct text line, struct text ref);

#endif
