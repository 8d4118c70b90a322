/* The data of the model; model.h says what it is. */
#ifndef CLIENT_MODEL_MODEL_STATE_H
#define CLIENT_MODEL_MODEL_STATE_H

#include "client/model/room.h"

/* What the server tells of a command. */
struct manual {
	char *usage, *help; /* `/msg NICK TEXT`, `send a private message` */
};

struct model {
	char *nick;
	struct room **rooms; /* at least one room, then the conversations; the oldest first */
	size_t n_rooms;
	size_t current;     /* index of the one that is shown */
	struct room *here;  /* the room that was last shown, if a conversation is now */
	bool keeps_direct;  /* the server keeps direct messages */
	bool single_window; /* direct messages have no windows of their own */
	struct strset commands, known_rooms;
	struct manual *manual; /* in the server's order */
	size_t n_manual;
	struct strset direct_peers; /* users who wrote direct messages or were sent some */
	bool changed;               /* since the screen was last drawn */
	bool bell;                  /* a line since then mentions the user */
	uint64_t event_id; /* of the event that is being applied, for its lines; 0: it has none */
	bool past;         /* that event was missed while the connection was lost */
	/* Called with each line as it is added, for output without a screen. May be NULL. */
	void (*on_line)(void *ctx, const struct room *room, const struct line *line);
	void *ctx;
};

#endif
