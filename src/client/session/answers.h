/*
 * What `/history` and `/search` answer, as lines of the room in which it was asked, below the
 * others. Knows no protocol.
 */
#ifndef CLIENT_SESSION_ANSWERS_H
#define CLIENT_SESSION_ANSWERS_H

#include "client/model/past.h"
#include "client/session/session.h"

/* The messages of the room; the first of all events that were found has that id. */
void answers_show_history(
	struct session *session, struct room *room, const struct page *page, uint64_t first);

/*
 * Messages from several rooms, the oldest first. label: where it was said; room: the same, or NULL
 * for a conversation that is not open. Takes over the line.
 */
void answers_begin_search(struct session *session);
void answers_add(
	struct session *session, const struct room *room, struct text label, struct line *line);

/* n of them were found, and there are others before that id, unless it is 0. */
void answers_end_search(struct session *session, size_t n, uint64_t before);

/* The last search: what to search for next, if the user wants older messages; TEXT_NONE: nothing. */
void answers_keep_search(struct session *session, struct text words);
struct text answers_search(const struct session *session, uint64_t *before);

#endif
