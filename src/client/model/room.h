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
	PEER_EARLIER, /* wrote before the login, as a guest: who has the name now may be another one */
	PEER_OFFLINE,
};

/*
 * What the lines of a room lack of its history (past.h). They are a window on it: there may be
 * older lines, and newer ones while `detached`.
 */
struct past {
	bool known;            /* the server keeps a history of the room */
	unsigned long request; /* the number of the page that is awaited; 0: none is */
	bool newer;            /* that is one of newer lines */
	uint64_t from;         /* the id that it is before or after; 0: none */
	bool failed;           /* the last one could not be read */
	bool detached;         /* lines that arrive are put in `ahead` */
	struct scrollback ahead;
	uint64_t dropped;   /* the highest id that may be missing before those of `ahead` */
	uint64_t away_from; /* the last id before the connection was lost; 0: nothing is missing */
	bool away;          /* and no line has been told since */
	size_t loaded;      /* lines of newer pages since then */
};

/* Up to where the user has read, in any session; of accounts alone. */
struct marker {
	uint64_t id;      /* 0: nothing was read, or it is not known */
	uint64_t counted; /* the server has counted what is unread up to this id; 0: it has not */
	bool more;        /* .. and has stopped counting */
	bool wanted;   /* older lines may be new: the separator goes before the first of those .. */
	uint64_t from; /* .. that have a higher id */
	uint64_t sent; /* the server was told of this one */
	int64_t sent_ms; /* when, by the monotonic clock */
};

struct room {
	char *name;  /* empty: the user is in no room */
	bool direct; /* a conversation: the name is the other user's */
	enum peer peer;
	bool told;         /* the server has told that the user is in it, since a lost connection */
	bool listed;       /* in the list of users that is arriving */
	bool peer_changed; /* the name may be another person's now: ask before sending */
	bool peer_asked;   /* the server was asked about the other user .. */
	bool registered;   /* .. whose name nobody else can have */
	char *topic;       /* as it can be shown; empty: there is none */
	bool topic_told;   /* .. since the user has entered */
	char *draft;       /* what was typed and not sent when another room was shown; or NULL */
	bool draft_pasted; /* the draft begins with pasted text */
	bool draft_returned; /* the draft was sent and refused: to be put back at once */
	struct nick_colours colours;
	struct fold fold;
	const struct line *fold_line; /* that shows it; NULL: there is none */
	struct strset members;
	struct strset away; /* those of them whose connection is lost, as far as is known */
	size_t n_users;     /* in a large room more than there are in `members` */
	bool members_stale; /* users came and went by number alone: `members` may be wrong */
	struct scrollback scroll;
	int64_t newest_time; /* of the last line, but for answers; 0: there is none */
	struct past past;
	size_t unread;        /* lines that came while another room was shown */
	bool mentioned;       /* one of them mentions the user */
	uint64_t unread_mark; /* number of the separator before them; 0: there is none */
	struct marker marker;
};

struct room *room_open(struct text name);
void room_close(struct room *room);

/* The name as it can be shown; it may have come from the server. */
void room_set_name(struct room *room, struct text name);

void room_set_topic(struct room *room, struct text topic);

/* A user entered or left: adds `line`, or changes the newest line if that tells such moves. */
void room_add_move(struct room *room, struct line *line, struct text nick, bool joined);

/* The text, which was refused, becomes the draft. False: there is another one. */
bool room_return_draft(struct room *room, struct text text);

/* Takes over the lines, what is unread and, if there is no own one, the draft of another. */
void room_merge(struct room *room, struct room *from);

/* Adds a line, which is unread unless the room is shown. Takes a reference. */
void room_add_line(struct room *room, struct line *line, bool shown);

/* The same for a line that is shown elsewhere as well and so is unread in no room. */
void room_add_read_line(struct room *room, struct line *line);

/* How many lines that count as unread have arrived below what has been seen. */
size_t room_unseen(const struct room *room);

/* The room is shown from now on: nothing in it is unread. */
void room_set_read(struct room *room);

/* Adds the separator before what was missed while the connection was lost. */
void room_mark_away(struct room *room, int64_t time);

/* Whether the line is new to the user; counts: and is not among those that are counted. */
bool room_is_unread(const struct room *room, const struct line *line, bool counts);

/* Removes the separator before what was unread. */
void room_clear_mark(struct room *room);

#endif
