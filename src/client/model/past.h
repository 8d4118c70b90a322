/*
 * What was said in a room before its lines begin, or was missed while the connection was lost:
 * puts pages of the history to the lines, each event once, in order. The lines stay few: what is
 * farthest from the user's position is dropped and can be loaded again. Knows no protocol.
 */
#ifndef CLIENT_MODEL_PAST_H
#define CLIENT_MODEL_PAST_H

#include "client/model/windows.h"

/* Events of a room's history, without gaps, in rising order of their ids. */
struct page {
	struct line **lines; /* owned */
	size_t n, cap;
	bool more; /* there are others beyond them */
};

/* Takes over the line. */
void page_add(struct page *page, struct line *line);
void page_clear(struct page *page);

/*
 * The page has what is before the first line that has an id, or the newest; or else what is after
 * the last one that has an id, which closes the gap unless there is more.
 */
void past_add_older(struct model *model, struct room *room, const struct page *page);
void past_add_newer(struct model *model, struct room *room, const struct page *page);

/* Between which ids the next page is: before this one (0: the newest), or after this one. */
uint64_t past_before(const struct room *room);
uint64_t past_after(const struct room *room);

/* Whether there may be older lines, or are newer ones. */
bool past_has_older(const struct room *room);
bool past_has_newer(const struct room *room);

/*
 * Goes to the newest lines, also if those before them are missing: then true, and the older ones
 * are to be loaded.
 */
bool past_to_end(struct room *room);

/* The connection is lost: what happens from now on in the rooms and conversations is missed. */
void past_lose(struct model *model);

/*
 * The user is in the room again, and what was missed is to be loaded. id: of an event that happened
 * since, which tells whether the server counts on; if not, the ids that are known are forgotten.
 */
void past_return(struct room *room, uint64_t id);

/* Nothing is missing any more, or nothing can be loaded. */
void past_end_absence(struct room *room);

/* Newer lines cannot be loaded: those that arrived meanwhile follow at once. */
void past_give_up(struct model *model, struct room *room);

/* Whether a line of the room has that id. */
bool past_has(const struct room *room, uint64_t id);

#endif
