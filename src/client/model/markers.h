/*
 * What an account remembers: its rooms and conversations, up to where each was read, and how much
 * is unread. Knows no protocol and no time.
 */
#ifndef CLIENT_MODEL_MARKERS_H
#define CLIENT_MODEL_MARKERS_H

#include "client/model/windows.h"

/* What the server tells of a room or a conversation as the user logs in. */
struct remembered {
	struct text name;
	bool direct;
	uint64_t read, last; /* ids; last: of a conversation */
	size_t unread, mentions;
	bool more;       /* there are more of these */
	bool registered; /* the other of a conversation has an account */
};

/*
 * Opens it without showing it. One that is open has counted by itself what is unread: of that, what
 * was read elsewhere is taken off.
 */
struct room *model_remember(struct model *model, const struct remembered *remembered);

/* The user has read up to that id in another session. */
void model_read_elsewhere(struct model *model, struct room *room, uint64_t id);

/* The last id that a user who looks at the room has read; 0: the last lines are not shown. */
uint64_t model_read_here(const struct room *room);

#endif
