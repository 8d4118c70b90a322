/*
 * How many columns text takes on a terminal, and where its rows end. The one
 * place that decides it: what is measured here is what is shown.
 */
#ifndef CLIENT_WIDTH_H
#define CLIENT_WIDTH_H

#include <stdbool.h>
#include <wchar.h>

#include "teahouse/text.h"

enum { GLYPH_CODES = 5 }; /* a base and four marks: what a curses cell holds */

/* A character as a terminal shows it: a base and the marks on it. */
struct glyph {
	struct text bytes;             /* all of it, also what is not shown */
	wchar_t show[GLYPH_CODES + 1]; /* NUL-terminated; empty when nothing is shown */
	int columns;                   /* 0, 1 or 2 */
};

/* Takes the first code point off *rest, which is not empty; U+FFFD for a byte that is not UTF-8. */
wchar_t width_code(struct text *rest);

/* Takes the first glyph off *rest; false when there is none. */
bool width_next(struct text *rest, struct glyph *glyph);

int width_of(struct text t);

/* As much of t, from its beginning, as fits into that many columns. */
struct text width_cut(struct text t, int columns);

/* Text on its way into rows, the first `columns` wide and those after it `later`. */
struct wrap {
	struct text rest; /* at == NULL: all rows are taken */
	int columns, later;
};

/*
 * Takes the next row: up to an LF, or broken at white space or beside a wide
 * character, or anywhere in a word that no row can hold. Empty text is one row.
 */
bool wrap_next(struct wrap *wrap, struct text *row);

#endif
