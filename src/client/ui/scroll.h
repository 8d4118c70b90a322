/*
 * Lines as rows of a screen, and scrolling through them by rows. Knows the width and height of
 * the screen only while it is called.
 */
#ifndef CLIENT_UI_SCROLL_H
#define CLIENT_UI_SCROLL_H

#include "client/model/scrollback.h"
#include "client/ui/width.h"

enum {
	LINE_INDENT = 6, /* columns for `HH:MM ` */
	/* The column of names has a name of 12 and a colon. On a narrow log, they are in the text. */
	LABEL_COLUMNS = 13,
	LABEL_LEAST_COLUMNS = 72,
	LINE_HANG = 8, /* then, columns before the second and later rows of a line */
};

/* The part of the line's text that belongs into the column of names: `ann:`, `[ann`, `***`. */
struct text line_label(const struct line *line);

/* How wide that column is for the line; 0: it has none. */
int line_label_columns(const struct line *line, int columns);

/* The line's text in rows on a screen that wide; to be passed to wrap_next. */
struct wrap line_wrap(const struct line *line, int columns);
int line_rows(const struct line *line, int columns);

/*
 * The number of the line in the screen's last row, and how many of its rows are below the screen.
 * 0: there are no lines.
 */
uint64_t scroll_bottom(const struct scrollback *scroll, int columns, int *hidden);

/* How many rows are above a screen of so many rows, or below it; counts to about `rows`. */
int scroll_rows_hidden(const struct scrollback *scroll, int columns, int rows);
int scroll_rows_below(const struct scrollback *scroll, int columns, int rows);

/* Scrolls `up` rows up, or down if it is negative, as far as there are lines. */
void scroll_by(struct scrollback *scroll, int up, int columns, int rows);

#endif
