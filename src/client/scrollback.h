/*
 * Lines that have been shown, and which part of them is looked at. Knows how
 * wide the screen is only while it is asked; knows nothing of rooms.
 */
#ifndef CLIENT_SCROLLBACK_H
#define CLIENT_SCROLLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "client/width.h"

enum line_kind {
	LINE_MESSAGE,
	LINE_EMOTE,
	LINE_DIRECT,
	LINE_PRESENCE, /* somebody came, went, or changed the nick */
	LINE_NOTICE,
	LINE_REFUSED,
	LINE_LOCAL,  /* the client's own words */
	LINE_DAY,    /* begins a day */
	LINE_UNREAD, /* what comes behind it has not been looked at */
};

/* Counted, since several rooms may show it. Its text is clean: printable, LF between its lines. */
struct line {
	unsigned refs;
	enum line_kind kind;
	int64_t time;        /* ms since 1970, UTC */
	bool mentions;       /* it is meant for the one who reads it */
	size_t who, who_len; /* where in the text the nick stands */
	size_t body;         /* where in the text the words in front end */
	size_t len;
	char text[];
};

/* A line whose text is still to be written, len bytes of it. */
struct line *line_make(enum line_kind kind, int64_t time, size_t len);
struct line *line_ref(struct line *line);
void line_unref(struct line *line);

/* Whether it parts lines, and is none itself. */
bool line_is_separator(const struct line *line);

/* Something that a person said or was told, as opposed to somebody's coming and going. */
bool line_counts_as_unread(const struct line *line);

enum {
	SCROLL_LINES = 5000, /* kept; the oldest go first */
	LINE_INDENT = 6,     /* columns for `HH:MM ` */
	LINE_HANG = 8,       /* columns before the later rows of a line */
};

/* The line's text in rows on a screen that wide; gives what wrap_next takes. */
struct wrap line_wrap(const struct line *line, int columns);
int line_rows(const struct line *line, int columns);

/* Zeroed is empty. */
struct scrollback {
	struct line **ring;
	size_t head, n, cap;
	uint64_t last;   /* number of the newest line; they count from 1 */
	uint64_t bottom; /* number of the line at the foot of the screen; 0: the newest */
	int hidden;      /* rows of it that are below the foot */
	uint64_t seen;   /* number of the newest line that has been at the foot */
};

void scrollback_add(struct scrollback *scroll, struct line *line);
void scrollback_clear(struct scrollback *scroll);

/* Takes a line out again, by its number, if it is still there; later ones count one less. */
void scrollback_remove(struct scrollback *scroll, uint64_t number);

/* The newest line; NULL: there are none. */
const struct line *scrollback_newest(const struct scrollback *scroll);

/* By its number; NULL: it is not there, or no longer. */
const struct line *scrollback_line(const struct scrollback *scroll, uint64_t number);

/* The line at the foot of the screen, and how many of its rows are below. 0: there are no lines. */
uint64_t scroll_foot(const struct scrollback *scroll, int columns, int *hidden);

/* Looks `up` rows further up, or down if it is less than 0, as far as there are lines. */
void scroll_by(struct scrollback *scroll, int up, int columns, int rows);

/* To the newest line, and on with those that come. */
void scrollback_to_end(struct scrollback *scroll);

/* How many lines that matter have come below what is looked at. */
size_t scrollback_unseen(const struct scrollback *scroll);

#endif
