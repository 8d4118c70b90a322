/*
 * What the client knows: the user's rooms, their members and lines, and what is unread. Events
 * come in, lines come out. Knows no screen, no keyboard, no connection and no protocol.
 */
#ifndef CLIENT_MODEL_MODEL_H
#define CLIENT_MODEL_MODEL_H

#include "client/model/room.h"

struct model {
	char *nick;
	struct room **rooms; /* in the order in which they were entered; at least one */
	size_t n_rooms;
	size_t current; /* index of the room that is shown */
	struct strset commands, known_rooms;
	struct strset direct_peers; /* users who wrote direct messages or were sent some */
	bool changed;               /* since the screen was last drawn */
	bool bell;                  /* a line since then mentions the user */
	uint64_t event_id; /* of the event that is being applied, for its lines; 0: it has none */
	/* Called with each line as it is added, for output without a screen. May be NULL. */
	void (*on_line)(void *ctx, const struct room *room, const struct line *line);
	void *ctx;
};

struct model *model_open(struct text nick);
void model_close(struct model *model);

struct room *model_current(const struct model *model);

/* NULL: the user is not in it. */
struct room *model_room(const struct model *model, struct text name);

/* Makes another room the current one: this one, the one so many further on, .. */
void model_show(struct model *model, const struct room *room);
void model_show_next(struct model *model, int rooms);

/* .. the n-th, counted from 1, if there is one, or the next one with unread lines. */
void model_show_nth(struct model *model, size_t n);
void model_show_unread(struct model *model);

void model_set_nick(struct model *model, struct text nick);

/*
 * A user entered or left a room, `name` being the room's here and below. If it was the user of
 * this client, entering opens the room, and shows it if `show` or if no room was open; leaving
 * closes it.
 */
void model_entered(
	struct model *model, struct text name, struct text nick, int64_t time, bool show);
void model_left(struct model *model, struct text name, struct text nick, int64_t time);
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

/* Nick set the topic; empty: removed it. */
void model_topic_set(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time);

/* Shows the topic as it is; empty: there is none. LINE_NOTICE if the user asked, else LINE_LOCAL. */
void model_show_topic(struct model *model, enum line_kind kind, struct text name, struct text topic,
	int64_t time);

/* kind: LINE_MESSAGE or LINE_EMOTE. */
void model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time);
void model_add_direct(
	struct model *model, struct text from, struct text to, struct text message, int64_t time);

/* A direct message from a server that does not tell who sent it. */
void model_add_anonymous(struct model *model, struct text message, int64_t time);

/* Text from the server or the client itself, in that room, or else in the current one. */
void model_add_notice(
	struct model *model, enum line_kind kind, struct text name, struct text text, int64_t time);

/* Commands, by their names without the slash, and rooms that exist: candidates for completion. */
void model_learn_command(struct model *model, struct text name);
void model_learn_room(struct model *model, struct text name);

#endif
