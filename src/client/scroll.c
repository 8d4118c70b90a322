/*
 * The lines of a room as a ring, and a place in them that holds still while
 * new ones come. Knows no curses.
 */
#include "client/scroll.h"

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
line_hold(struct line *line)
{
	line->refs++;
	return line;
}

void
line_drop(struct line *line)
{
	assert(line->refs > 0);
	if (--line->refs == 0)
		free(line);
}

bool
line_parts(const struct line *line)
{
	return line->kind == LINE_DAY || line->kind == LINE_NEW;
}

bool
line_matters(const struct line *line)
{
	assert(line);
	return line->kind != LINE_MOVED && line->kind != LINE_LOCAL && !line_parts(line);
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
scroll_grow(struct scroll *scroll)
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
scroll_first(const struct scroll *scroll)
{
	return scroll->last - scroll->n + 1;
}

void
scroll_add(struct scroll *scroll, struct line *line)
{
	if (scroll->n == SCROLL_LINES) {
		line_drop(scroll->ring[scroll->head]);
		scroll->head = (scroll->head + 1) % scroll->cap;
		scroll->n--;
	}
	if (scroll->n == scroll->cap)
		scroll_grow(scroll);
	scroll->ring[(scroll->head + scroll->n++) % scroll->cap] = line_hold(line);
	scroll->last++;
	if (!scroll->bottom)
		scroll->seen = scroll->last;
	else if (scroll->bottom < scroll_first(scroll))
		scroll->bottom = scroll_first(scroll);
}

void
scroll_clear(struct scroll *scroll)
{
	for (size_t i = 0; i < scroll->n; i++)
		line_drop(scroll->ring[(scroll->head + i) % scroll->cap]);
	free(scroll->ring);
	*scroll = (struct scroll){0};
}

void
scroll_remove(struct scroll *scroll, uint64_t number)
{
	if (!scroll_line(scroll, number))
		return;
	size_t i = (size_t)(number - scroll_first(scroll));
	line_drop(scroll->ring[(scroll->head + i) % scroll->cap]);
	for (; i + 1 < scroll->n; i++)
		scroll->ring[(scroll->head + i) % scroll->cap] =
			scroll->ring[(scroll->head + i + 1) % scroll->cap];
	scroll->n--;
	scroll->last--;
	scroll->bottom -= scroll->bottom > number || (scroll->bottom == number && scroll->n == 0);
	scroll->seen -= scroll->seen >= number;
	if (scroll->bottom > scroll->last)
		scroll_end(scroll);
}

const struct line *
scroll_newest(const struct scroll *scroll)
{
	return scroll_line(scroll, scroll->last);
}

const struct line *
scroll_line(const struct scroll *scroll, uint64_t number)
{
	if (scroll->n == 0 || number < scroll_first(scroll) || number > scroll->last)
		return NULL;
	size_t i = (size_t)(number - scroll_first(scroll));
	return scroll->ring[(scroll->head + i) % scroll->cap];
}

uint64_t
scroll_foot(const struct scroll *scroll, int columns, int *hidden)
{
	*hidden = 0;
	if (scroll->n == 0)
		return 0;
	if (!scroll->bottom)
		return scroll->last;
	/* The screen may have become wider since. */
	int rows = line_rows(scroll_line(scroll, scroll->bottom), columns);
	*hidden = scroll->hidden < rows ? scroll->hidden : rows - 1;
	return scroll->bottom;
}

/* Rows from the top of the first line down to the foot, counted no further than `most`. */
static int
scroll_rows(const struct scroll *scroll, uint64_t foot, int hidden, int columns, int most)
{
	int rows = -hidden;
	for (uint64_t i = foot; i >= scroll_first(scroll) && rows < most; i--)
		rows += line_rows(scroll_line(scroll, i), columns);
	return rows;
}

/* Moves the foot; false when it cannot go so far down. */
static bool
foot_move(const struct scroll *scroll, uint64_t *foot, int *hidden, int up, int columns)
{
	*hidden += up;
	while (*hidden < 0) {
		if (*foot == scroll->last)
			return false;
		++*foot;
		*hidden += line_rows(scroll_line(scroll, *foot), columns);
	}
	int rows;
	while (*foot > scroll_first(scroll) &&
		*hidden >= (rows = line_rows(scroll_line(scroll, *foot), columns))) {
		*hidden -= rows;
		--*foot;
	}
	return true;
}

void
scroll_by(struct scroll *scroll, int up, int columns, int rows)
{
	int hidden;
	uint64_t foot = scroll_foot(scroll, columns, &hidden);
	if (foot == 0)
		return;
	if (!foot_move(scroll, &foot, &hidden, up, columns)) {
		scroll_end(scroll);
		return;
	}
	int above = scroll_rows(scroll, foot, hidden, columns, rows);
	if (above < rows && !foot_move(scroll, &foot, &hidden, above - rows, columns)) {
		scroll_end(scroll);
		return;
	}
	if (foot == scroll->last && hidden == 0) {
		scroll_end(scroll);
		return;
	}
	scroll->bottom = foot;
	scroll->hidden = hidden;
	if (foot > scroll->seen)
		scroll->seen = foot;
}

void
scroll_end(struct scroll *scroll)
{
	scroll->bottom = 0;
	scroll->hidden = 0;
	scroll->seen = scroll->last;
}

size_t
scroll_below(const struct scroll *scroll)
{
	size_t n = 0;
	for (uint64_t i = scroll->last; i > scroll->seen && i >= scroll_first(scroll); i--)
		n += line_matters(scroll_line(scroll, i));
	return n;
}
