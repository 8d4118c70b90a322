/*
 * The lines of a room as a ring, and a place in them that holds still while
 * new ones come. Knows no curses.
 */
#include "client/scrollback.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { SCROLL_FIRST = 64 };

struct line *
line_make(enum line_kind kind, int64_t time, size_t len)
{
	struct line *line = xcalloc(sizeof *line + len + 1);
	line->refs = 1;
	line->kind = kind;
	line->time = time;
	line->len = len;
	return line;
}

struct line *
line_ref(struct line *line)
{
	line->refs++;
	return line;
}

void
line_unref(struct line *line)
{
	assert(line->refs > 0);
	if (--line->refs == 0)
		free(line);
}

bool
line_is_separator(const struct line *line)
{
	return line->kind == LINE_DAY || line->kind == LINE_UNREAD;
}

bool
line_counts_as_unread(const struct line *line)
{
	assert(line);
	return line->kind != LINE_PRESENCE && line->kind != LINE_LOCAL && !line_is_separator(line);
}

struct wrap
line_wrap(const struct line *line, int columns)
{
	assert(line);
	/* On a screen as narrow as that, words are worth more than order. */
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

static void
scrollback_grow(struct scrollback *scroll)
{
	size_t cap = scroll->cap ? scroll->cap * 2 : SCROLL_FIRST;
	struct line **ring = xrealloc(NULL, cap * sizeof(struct line *));
	for (size_t i = 0; i < scroll->n; i++)
		ring[i] = scroll->ring[(scroll->head + i) % scroll->cap];
	free(scroll->ring);
	scroll->ring = ring;
	scroll->head = 0;
	scroll->cap = cap;
}

static uint64_t
scrollback_first(const struct scrollback *scroll)
{
	return scroll->last - scroll->n + 1;
}

void
scrollback_add(struct scrollback *scroll, struct line *line)
{
	if (scroll->n == SCROLL_LINES) {
		line_unref(scroll->ring[scroll->head]);
		scroll->head = (scroll->head + 1) % scroll->cap;
		scroll->n--;
	}
	if (scroll->n == scroll->cap)
		scrollback_grow(scroll);
	scroll->ring[(scroll->head + scroll->n++) % scroll->cap] = line_ref(line);
	scroll->last++;
	if (!scroll->bottom)
		scroll->seen = scroll->last;
	else if (scroll->bottom < scrollback_first(scroll))
		scroll->bottom = scrollback_first(scroll);
}

void
scrollback_clear(struct scrollback *scroll)
{
	for (size_t i = 0; i < scroll->n; i++)
		line_unref(scroll->ring[(scroll->head + i) % scroll->cap]);
	free(scroll->ring);
	*scroll = (struct scrollback){0};
}

void
scrollback_remove(struct scrollback *scroll, uint64_t number)
{
	if (!scrollback_line(scroll, number))
		return;
	size_t i = (size_t)(number - scrollback_first(scroll));
	line_unref(scroll->ring[(scroll->head + i) % scroll->cap]);
	for (; i + 1 < scroll->n; i++)
		scroll->ring[(scroll->head + i) % scroll->cap] =
			scroll->ring[(scroll->head + i + 1) % scroll->cap];
	scroll->n--;
	scroll->last--;
	scroll->bottom -= scroll->bottom > number || (scroll->bottom == number && scroll->n == 0);
	scroll->seen -= scroll->seen >= number;
	if (scroll->bottom > scroll->last)
		scrollback_to_end(scroll);
}

const struct line *
scrollback_newest(const struct scrollback *scroll)
{
	return scrollback_line(scroll, scroll->last);
}

const struct line *
scrollback_line(const struct scrollback *scroll, uint64_t number)
{
	if (scroll->n == 0 || number < scrollback_first(scroll) || number > scroll->last)
		return NULL;
	size_t i = (size_t)(number - scrollback_first(scroll));
	return scroll->ring[(scroll->head + i) % scroll->cap];
}

uint64_t
scroll_foot(const struct scrollback *scroll, int columns, int *hidden)
{
	*hidden = 0;
	if (scroll->n == 0)
		return 0;
	if (!scroll->bottom)
		return scroll->last;
	/* The screen may have become wider since. */
	int rows = line_rows(scrollback_line(scroll, scroll->bottom), columns);
	*hidden = scroll->hidden < rows ? scroll->hidden : rows - 1;
	return scroll->bottom;
}

/* Rows from the top of the first line down to the foot, counted no further than `most`. */
static int
scroll_rows_above(const struct scrollback *scroll, uint64_t foot, int hidden, int columns, int most)
{
	int rows = -hidden;
	for (uint64_t i = foot; i >= scrollback_first(scroll) && rows < most; i--)
		rows += line_rows(scrollback_line(scroll, i), columns);
	return rows;
}

/* Moves the foot; false when it cannot go so far down. */
static bool
foot_move(const struct scrollback *scroll, uint64_t *foot, int *hidden, int up, int columns)
{
	*hidden += up;
	while (*hidden < 0) {
		if (*foot == scroll->last)
			return false;
		++*foot;
		*hidden += line_rows(scrollback_line(scroll, *foot), columns);
	}
	int rows;
	while (*foot > scrollback_first(scroll) &&
		*hidden >= (rows = line_rows(scrollback_line(scroll, *foot), columns))) {
		*hidden -= rows;
		--*foot;
	}
	return true;
}

void
scroll_by(struct scrollback *scroll, int up, int columns, int rows)
{
	int hidden;
	uint64_t foot = scroll_foot(scroll, columns, &hidden);
	if (foot == 0)
		return;
	if (!foot_move(scroll, &foot, &hidden, up, columns)) {
		scrollback_to_end(scroll);
		return;
	}
	int above = scroll_rows_above(scroll, foot, hidden, columns, rows);
	if (above < rows && !foot_move(scroll, &foot, &hidden, above - rows, columns)) {
		scrollback_to_end(scroll);
		return;
	}
	if (foot == scroll->last && hidden == 0) {
		scrollback_to_end(scroll);
		return;
	}
	scroll->bottom = foot;
	scroll->hidden = hidden;
	if (foot > scroll->seen)
		scroll->seen = foot;
}

void
scrollback_to_end(struct scrollback *scroll)
{
	scroll->bottom = 0;
	scroll->hidden = 0;
	scroll->seen = scroll->last;
}

size_t
scrollback_unseen(const struct scrollback *scroll)
{
	size_t n = 0;
	for (uint64_t i = scroll->last; i > scroll->seen && i >= scrollback_first(scroll); i--)
		n += line_counts_as_unread(scrollback_line(scroll, i));
	return n;
}
