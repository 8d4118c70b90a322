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
	LINE_HANG = 8,   /* columns before the second and later rows of a line */
};

/* The line's text in rows on a screen that wide; to be passed to wrap_next. */
struct wrap line_wrap(const struct line *line, int columns);
int line_rows(const struct line *line, int columns);

/*
 * The number of the line in the screen's last row, and how many of its rows are below the screen.
 * 0: there are no lines.
 */
uint64_t scroll_bottom(const struct scrollback *scroll, int columns, int *hidden);

/* Scrolls `up` rows up, or down if it is negative, as far as there are lines. */
void scroll_by(struct scrollback *scroll, int up, int columns, int rows);

#endif
