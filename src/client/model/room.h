/*
 * A room that the user is in, or a conversation with one other user: its members, its lines, and
 * what in it is unread.
 */
#ifndef CLIENT_MODEL_ROOM_H
#define CLIENT_MODEL_ROOM_H

#include "client/model/fold.h"
#include "client/model/nick_colours.h"
#include "client/model/scrollback.h"
#include "client/model/strset.h"

/* Whether the other user of a conversation is online, as far as is known. */
enum peer {
	PEER_ONLINE,
	PEER_UNSURE, /* left the last room in which the user of this client is, too */
	PEER_OFFLINE,
};

struct room {
	char *name;  /* empty: the user is in no room */
	bool direct; /* a conversation: the name is the other user's */
	enum peer peer;
	bool listed;       /* in the list of users that is arriving */
	bool peer_changed; /* the name may be another person's now: ask before sending */
	char *topic;       /* as it can be shown; empty: there is none */
	char *draft;       /* what was typed and not sent when another room was shown; or NULL */
	bool draft_pasted; /* the draft begins with pasted text */
	struct nick_colours colours;
	struct fold fold;
	const struct line *fold_line; /* that shows it; NULL: there is none */
	struct strset members;
	size_t n_users;     /* in a large room more than there are in `members` */
	bool members_stale; /* users came and went by number alone: `members` may be wrong */
	struct scrollback scroll;
	size_t unread;        /* lines that came while another room was shown */
	bool mentioned;       /* one of them mentions the user */
	uint64_t unread_mark; /* number of the separator before them; 0: there is none */
};

struct room *room_open(struct text name);
void room_close(struct room *room);

/* The name as it can be shown; it may have come from the server. */
void room_set_name(struct room *room, struct text name);

void room_set_topic(struct room *room, struct text topic);

/* A user entered or left: adds `line`, or changes the newest line if that tells such moves. */
void room_add_move(struct room *room, struct line *line, struct text nick, bool joined);

/* Takes over the lines, what is unread and, if there is no own one, the draft of another. */
void room_merge(struct room *room, struct room *from);

/* Adds a line, which is unread unless the room is shown. Takes a reference. */
void room_add_line(struct room *room, struct line *line, bool shown);

/* The same for a line that is shown elsewhere as well and so is unread in no room. */
void room_add_read_line(struct room *room, struct line *line);

/* The room is shown from now on: nothing in it is unread. */
void room_set_read(struct room *room);

/* Removes the separator before what was unread. */
void room_clear_mark(struct room *room);

#endif
