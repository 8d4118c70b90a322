/*
 * The lines of a room, and the position in them that the screen shows. Rows and columns are
 * unknown here; ui/scroll.h moves the position by rows.
 */
#ifndef CLIENT_MODEL_SCROLLBACK_H
#define CLIENT_MODEL_SCROLLBACK_H

#include "client/model/line.h"

enum { SCROLLBACK_LINES = 5000 }; /* kept; the oldest are dropped first */

/* A ring of lines, which are numbered from 1. Zeroed is empty. */
struct scrollback {
	struct line **ring;
	size_t head, n, cap;
	uint64_t last;   /* number of the newest line */
	uint64_t bottom; /* number of the line in the screen's last row; 0: follows the newest */
	int hidden;      /* rows of that line that are below the screen */
	uint64_t seen;   /* highest number of a line that has been in the screen's last row */
};

/* Takes a reference to the line. */
void scrollback_add(struct scrollback *scroll, struct line *line);

/* The same, however many there are; the position stays. */
void scrollback_append(struct scrollback *scroll, struct line *line);

/* Drop a line, of which there must be one. */
void scrollback_drop_oldest(struct scrollback *scroll);
void scrollback_drop_newest(struct scrollback *scroll);

/* The id of the first line, or of the last one, that has one; 0: none has. */
uint64_t scrollback_first_id(const struct scrollback *scroll);
uint64_t scrollback_last_id(const struct scrollback *scroll);
void scrollback_clear(struct scrollback *scroll);

/* Puts another line in the place of the newest one. Takes a reference to it. */
void scrollback_replace_newest(struct scrollback *scroll, struct line *line);

/* Adds the lines of another one, all in the order of their times. The position goes to the end. */
void scrollback_merge(struct scrollback *scroll, const struct scrollback *from);

/* Removes a line by its number, if it is still there; later lines are renumbered by one. */
void scrollback_remove(struct scrollback *scroll, uint64_t number);

/* Puts a line before the one of that number, which there is; later lines are renumbered by one. */
void scrollback_insert(struct scrollback *scroll, uint64_t number, struct line *line);

/* The newest line; NULL: there are none. */
const struct line *scrollback_newest(const struct scrollback *scroll);

/* The line of that number; NULL: it does not exist, or was dropped. */
const struct line *scrollback_line(const struct scrollback *scroll, uint64_t number);

/* The same, to be changed or shared. */
struct line *scrollback_get(const struct scrollback *scroll, uint64_t number);

/* The number of the oldest line that is kept. */
uint64_t scrollback_first(const struct scrollback *scroll);

/* Goes to the newest line, and follows those that come. */
void scrollback_to_end(struct scrollback *scroll);

/* How many lines that count as unread have arrived below what has been seen. */
size_t scrollback_unseen(const struct scrollback *scroll);

#endif
