/* A room that the user is in: its members, its lines, and what in it is unread. */
#ifndef CLIENT_MODEL_ROOM_H
#define CLIENT_MODEL_ROOM_H

#include "client/model/scrollback.h"
#include "client/model/strset.h"

struct room {
	char *name; /* empty: the user is in no room */
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

/* Adds a line, which is unread unless the room is shown. Takes a reference. */
void room_add_line(struct room *room, struct line *line, bool shown);

/* The same for a line that is shown elsewhere as well and so is unread in no room. */
void room_add_read_line(struct room *room, struct line *line);

/* The room is shown from now on: nothing in it is unread. */
void room_set_read(struct room *room);

/* Removes the separator before what was unread. */
void room_clear_mark(struct room *room);

#endif
