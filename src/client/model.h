/*
 * What the client knows: the rooms that one is in, who is there, what was
 * said, what is new. Whatever comes in is cleaned here. Knows no screen, no
 * keyboard, no socket and no protocol.
 */
#ifndef CLIENT_MODEL_H
#define CLIENT_MODEL_H

#include "client/scrollback.h"
#include "client/strset.h"

struct room {
	char *name; /* "": no room yet, or no longer */
	struct strset members;
	size_t n_users;     /* how many are there; in a large room others than people */
	bool members_stale; /* they came and went by number of late: people may be wrong */
	struct scrollback scroll;
	size_t unread;        /* lines that matter, come while another room was shown */
	bool mentioned;       /* one of them is meant for the one who reads it */
	uint64_t unread_mark; /* the number of the line before them; 0: there is none */
};

struct model {
	char *nick;
	struct room **rooms; /* in the order in which they were entered; at least one */
	size_t n_rooms;
	size_t current; /* the room that is shown */
	struct strset commands, known_rooms, direct_peers;
	bool changed; /* since it was last shown */
	bool bell;    /* one was called since it was last shown */
	/* Is given each line as it comes, for whoever has no screen. May be NULL. */
	void (*on_line)(void *ctx, const struct room *room, const struct line *line);
	void *ctx;
};

struct model *model_open(struct text nick);
void model_close(struct model *model);

struct room *model_current(const struct model *model);

/* NULL: one is not in it. */
struct room *model_room(const struct model *model, struct text name);

/* Shows another room. */
void model_show(struct model *model, const struct room *room);
void model_show_next(struct model *model, int rooms);

/* Shows the n-th room, from 1, if there is one; or the next in which something is unread. */
void model_show_nth(struct model *model, size_t n);
void model_show_unread(struct model *model);

void model_set_nick(struct model *model, struct text nick);

/*
 * From here on, `name` is a room's. Somebody enters or leaves. One's own
 * entering opens the room, and shows it if `go` or if none was open; one's own
 * leaving closes it.
 */
void model_entered(struct model *model, struct text name, struct text nick, int64_t time, bool go);
void model_left(struct model *model, struct text name, struct text nick, int64_t time);
void model_renamed(struct model *model, struct text old, struct text new, int64_t time);

/* So many have come to a large room and gone, and so many are there. */
struct presence {
	size_t joined, left, users;
};
void model_presence(
	struct model *model, struct text name, const struct presence *presence, int64_t time);

/* Who is in a room of `users`, in pieces: the first piece forgets who was. */
void model_set_members(struct model *model, struct text name, size_t users, bool first);
void model_add_member(struct model *model, struct text name, struct text nick);

/* An empty topic is none. */
void model_topic(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time);

/* kind: LINE_MESSAGE or LINE_EMOTE. */
void model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time);
void model_add_direct(
	struct model *model, struct text from, struct text to, struct text message, int64_t time);

/* A direct message, of which nobody knows whose it is. */
void model_add_anonymous(struct model *model, struct text message, int64_t time);

/* Words of the server's or the client's own, in that room, or in the one that is shown. */
void model_add_notice(struct model *model, enum line_kind kind, struct text name, struct text words,
	int64_t time);

/* Takes the words that start with a slash from the lines of a help that do. */
void model_learn_commands(struct model *model, struct text help);
void model_learn_room(struct model *model, struct text name);

/*
 * What the word that starts at line[start] and ends at line[end] could become:
 * a list of strings that ends with NULL, all the caller's. The mark, if it is
 * not 0, addresses somebody at the beginning of a line.
 */
char **model_complete(
	const struct model *model, struct text line, size_t start, size_t end, char mark);

/* The same, where the word can only become one of these. */
char **complete_from(const struct strset *words, struct text word);

/* Whether that word is the name of a room to be. */
bool command_takes_room(struct text line, size_t start);

/* Whether text has the nick in it as a word, in whatever case. */
bool text_mentions(struct text text, struct text nick);

#endif
