/* Scrolling by rows: the position is a line and how many of its rows are below the screen. */
#include "client/ui/scroll.h"

#include <assert.h>

struct text
line_label(const struct line *line)
{
	struct text text = {line->text, line->len};
	size_t nick_end = line->nick_at + line->nick_len;
	if (line->kind == LINE_EMOTE)
		text.len = nick_end;
	else if (text.len >= 4 && memcmp(text.ptr, "*** ", 4) == 0 && line->nick_at != 0)
		text.len = strlen("***");
	else if (line->nick_len > 0 && nick_end < line->body_at)
		text.len = line->text[nick_end] == ':' ? nick_end + 1 : nick_end + strlen(" ->");
	else
		text.len = 0;
	return text;
}

int
line_label_columns(const struct line *line, int columns)
{
	if (columns < LABEL_LEAST_COLUMNS || line_is_separator(line))
		return 0;
	/* Lists need the width. */
	bool list = line->kind == LINE_NOTICE && line->text[0] == '*' &&
		    memchr(line->text, '\n', line->len);
	return list ? (int)strlen("***") : LABEL_COLUMNS;
}

struct wrap
line_wrap(const struct line *line, int columns)
{
	assert(line);
	int label = line_label_columns(line, columns);
	if (label > 0) {
		size_t skip = line_label(line).len;
		skip += skip > 0 && skip < line->len;
		int wide = columns - LINE_INDENT - label - 1;
		return (struct wrap){
			.rest = {line->text + skip, line->len - skip},
			.columns = wide,
			.later = wide,
		};
	}
	/* On a narrow screen, the columns are needed for the text. */
	int hang = columns > 3 * LINE_HANG ? LINE_HANG : 0;
	return (struct wrap){
		.rest = {line->text, line->len},
		.columns = columns - LINE_INDENT,
		.later = columns - hang,
	};
}

int
line_rows(const struct line *line, int columns)
{
	struct wrap wrap = line_wrap(line, columns);
	struct text row;
	int rows = 0;
	while (wrap_next(&wrap, &row))
		rows++;
	return rows;
}

uint64_t
scroll_bottom(const struct scrollback *scroll, int columns, int *hidden)
{
	*hidden = 0;
	if (scroll->n == 0)
		return 0;
	if (!scroll->bottom)
		return scroll->last;
	/* The screen may have become wider since the position was set. */
	int rows = line_rows(scrollback_line(scroll, scroll->bottom), columns);
	*hidden = scroll->hidden < rows ? scroll->hidden : rows - 1;
	return scroll->bottom;
}

/* Rows from the first line down to the bottom; stops counting at `most`. */
static int
scroll_rows_above(
	const struct scrollback *scroll, uint64_t bottom, int hidden, int columns, int most)
{
	int rows = -hidden;
	for (uint64_t i = bottom; i >= scrollback_first(scroll) && rows < most; i--)
		rows += line_rows(scrollback_line(scroll, i), columns);
	return rows;
}

int
scroll_rows_hidden(const struct scrollback *scroll, int columns, int rows)
{
	int hidden;
	uint64_t bottom = scroll_bottom(scroll, columns, &hidden);
	return scroll_rows_above(scroll, bottom, hidden, columns, 2 * rows) - rows;
}

int
scroll_rows_below(const struct scrollback *scroll, int columns, int rows)
{
	int below;
	uint64_t bottom = scroll_bottom(scroll, columns, &below);
	for (uint64_t i = bottom + 1; i <= scroll->last && below < rows; i++)
		below += line_rows(scrollback_line(scroll, i), columns);
	return below;
}

/* Moves the bottom; false: there are not that many rows below. */
static bool
bottom_move(const struct scrollback *scroll, uint64_t *bottom, int *hidden, int up, int columns)
{
	*hidden += up;
	while (*hidden < 0) {
		if (*bottom == scroll->last)
			return false;
		++*bottom;
		*hidden += line_rows(scrollback_line(scroll, *bottom), columns);
	}
	int rows;
	while (*bottom > scrollback_first(scroll) &&
		*hidden >= (rows = line_rows(scrollback_line(scroll, *bottom), columns))) {
		*hidden -= rows;
		--*bottom;
	}
	return true;
}

void
scroll_by(struct scrollback *scroll, int up, int columns, int rows)
{
	int hidden;
	uint64_t bottom = scroll_bottom(scroll, columns, &hidden);
	if (bottom == 0)
		return;
	if (!bottom_move(scroll, &bottom, &hidden, up, columns)) {
		scrollback_to_end(scroll);
		return;
	}
	int above = scroll_rows_above(scroll, bottom, hidden, columns, rows);
	if (above < rows && !bottom_move(scroll, &bottom, &hidden, above - rows, columns)) {
		scrollback_to_end(scroll);
		return;
	}
	if (bottom == scroll->last && hidden == 0) {
		scrollback_to_end(scroll);
		return;
	}
	scroll->bottom = bottom;
	scroll->hidden = hidden;
	if (bottom > scroll->seen)
		scroll->seen = bottom;
}
