/* Lines broken at words, for a number of columns. Does not know where they are shown. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "teahouse/strbuf.h"

/*
 * Appends the line, each piece with its ending: broken at spaces, or between grapheme clusters
 * where a word is too long, so that no piece has more columns. Each but the first begins with
 * `indent` spaces, which are fewer than the columns.
 */
void text_wrap(
	struct strbuf *out, struct text line, size_t columns, size_t indent, const char *ending);

#endif
