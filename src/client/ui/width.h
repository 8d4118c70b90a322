/*
 * How many columns text takes on a terminal, and where its rows end. No other file decides this,
 * so that what is measured is what is shown. Knows no curses.
 */
#ifndef CLIENT_UI_WIDTH_H
#define CLIENT_UI_WIDTH_H

#include <stdbool.h>
#include <wchar.h>

#include "teahouse/text.h"

enum { GLYPH_CODES = 5 }; /* a base and four marks: as many as a curses cell holds */

/* A character as a terminal shows it: a base and the marks on it. */
struct glyph {
	struct text bytes;             /* all of them, including those that are not shown */
	wchar_t show[GLYPH_CODES + 1]; /* NUL-terminated; empty when nothing is shown */
	int columns;                   /* 0, 1 or 2 */
};

/* Takes the first glyph off *rest; false when there is none. */
bool width_next(struct text *rest, struct glyph *glyph);

int width_of(struct text t);

/* The longest beginning of t that fits into that many columns. */
struct text width_cut(struct text t, int columns);

/* Text that is broken into rows: the first is `columns` wide, the others `later`. */
struct wrap {
	struct text rest; /* ptr == NULL: all rows have been taken */
	int columns, later;
};

/*
 * Takes the next row: up to an LF, or broken at white space, next to a wide
 * character, or anywhere in a word that is longer than a row. Empty text is one row.
 */
bool wrap_next(struct wrap *wrap, struct text *row);

#endif
