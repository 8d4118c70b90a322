/*
 * What the client knows: the user's rooms and conversations, their members and lines, and what is
 * unread. Events come in, lines come out. Knows no screen, no keyboard, no connection and no protocol.
 */
#ifndef CLIENT_MODEL_MODEL_H
#define CLIENT_MODEL_MODEL_H

#include "client/model/conversation.h"

struct model *model_open(struct text nick);
void model_close(struct model *model);

void model_set_nick(struct model *model, struct text nick);

/*
 * A user entered or left a room, `name` being the room's here and below. If it was the user of
 * this client, entering opens the room, and shows it if `show` or if no room was open; leaving
 * closes it.
 */
void model_entered(
	struct model *model, struct text name, struct text nick, int64_t time, bool show);
void model_left(struct model *model, struct text name, struct text nick, int64_t time);
/* The same of what was missed, when the members are known already: adds only the line. */
void model_show_move(
	struct model *model, struct text name, struct text nick, bool joined, int64_t time);
void model_renamed(struct model *model, struct text old, struct text new, int64_t time);

/* How many users entered and left a large room, and how many are in it now. */
struct presence {
	size_t joined, left, users;
};
void model_presence(
	struct model *model, struct text name, const struct presence *presence, int64_t time);

/*
 * The list of a room's members arrives: first the number of users (0: unknown), then the nicks.
 * A long list comes in several parts; the first one replaces the old list.
 */
void model_set_members(struct model *model, struct text name, size_t users, bool first);
void model_add_member(struct model *model, struct text name, struct text nick);

/* A member's connection is lost. The user is back as soon as the user says something. */
void model_set_away(struct model *model, struct text name, struct text nick);

/* Nick set the topic; empty: cleared it. */
void model_topic_set(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time);

/* All has been told of a room that the user has entered: if there is a topic, that, too. */
void model_topic_known(struct model *model, struct text name);

/*
 * The topic as it is (empty: there is none), and who set it, if that is known. Adds a line if the
 * user asked for it (LINE_NOTICE), or if it is new to the client (LINE_LOCAL).
 */
void model_show_topic(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text topic, int64_t time);

/* kind: LINE_MESSAGE or LINE_EMOTE. */
void model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time);
/* Text from the server or the client itself, in that room, or else in the current one. */
void model_add_notice(
	struct model *model, enum line_kind kind, struct text name, struct text text, int64_t time);

/* Commands, by their names without the slash, and rooms that exist: candidates for completion. */
void model_learn_command(struct model *model, struct text name);
void model_learn_manual(struct model *model, struct text usage, struct text help);
void model_forget_manual(struct model *model);
void model_learn_room(struct model *model, struct text name);

#endif
