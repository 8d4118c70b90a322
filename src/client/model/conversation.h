/*
 * Conversations between two users. A direct message goes to the one that is named like the other
 * user. A conversation is with a person: it follows the person through changes of nick.
 */
#ifndef CLIENT_MODEL_CONVERSATION_H
#define CLIENT_MODEL_CONVERSATION_H

#include "client/model/windows.h"

/*
 * The conversation with the user of that nick, in any letter case; NULL: there is none. Or opens
 * one; or closes it.
 */
struct room *model_conversation(const struct model *model, struct text nick);
struct room *model_open_conversation(struct model *model, struct text nick);
void model_close_conversation(struct model *model, struct room *room);

/* The server has told whether the other user of a conversation is online. */
void model_set_peer(struct model *model, struct room *room, bool online, int64_t time);

/* .. and then, of one who is, whether the name is registered. */
void model_peer_registered(struct model *model, struct room *room, bool registered, int64_t time);

void model_add_direct(
	struct model *model, struct text from, struct text to, struct text message, int64_t time);

/* A direct message from a server that does not name the sender. */
void model_add_anonymous(struct model *model, struct text message, int64_t time);

/* To be called when a user enters a room, leaves one, or changes the nick. */
void model_peer_entered(struct model *model, struct text nick, int64_t time);
void model_peer_left(struct model *model, struct text nick);
void model_peer_renamed(struct model *model, struct text old, struct text new, struct line *line);

#endif
