/*
 * Loading what the lines of rooms lack of their history: when a room is opened, when the user
 * scrolls to either end, and after a lost connection.
 */
#ifndef CLIENT_SESSION_LOADING_H
#define CLIENT_SESSION_LOADING_H

#include "client/model/past.h"
#include "client/session/session.h"

/*
 * The user has entered a room. id: of that event. What was missed is loaded, or on a screen what
 * was said last.
 */
void loading_enter(struct session *session, struct text name, uint64_t id);

/* .. or has a conversation again, of which something may have been missed. */
void loading_return(struct session *session, struct room *room);

/* The user sees the first of a room's lines, or the last one: loads those beyond, if there are any. */
void loading_older(struct session *session, struct room *room);
void loading_newer(struct session *session, struct room *room);

/* Some of the events that were missed in a room are too many to be told: they are loaded. */
void loading_fill(struct session *session, struct text name);

/* The room whose page has that number; NULL: it is not awaited any more. */
struct room *loading_room(const struct session *session, unsigned long number);

/* That page has come, or cannot, as a sentence tells; empty: the server keeps no history. */
void loading_answered(struct session *session, struct room *room, const struct page *page);
void loading_failed(struct session *session, struct room *room, struct text sentence);

#endif
