/* The lines of a room as a ring; the position in them stays on its line while others arrive. */
#include "client/model/scrollback.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { CAPACITY_FIRST = 64 };

static void
scrollback_grow(struct scrollback *scroll)
{
	size_t cap = scroll->cap ? scroll->cap * 2 : CAPACITY_FIRST;
	struct line **ring = xrealloc(NULL, cap * sizeof(struct line *));
	for (size_t i = 0; i < scroll->n; i++)
		ring[i] = scroll->ring[(scroll->head + i) % scroll->cap];
	free(scroll->ring);
	scroll->ring = ring;
	scroll->head = 0;
	scroll->cap = cap;
}

uint64_t
scrollback_first(const struct scrollback *scroll)
{
	return scroll->last - scroll->n + 1;
}

/* Where the line of that number, which exists, is in the ring. */
static size_t
scrollback_index(const struct scrollback *scroll, uint64_t number)
{
	return (scroll->head + (size_t)(number - scrollback_first(scroll))) % scroll->cap;
}

void
scrollback_append(struct scrollback *scroll, struct line *line)
{
	if (scroll->n == scroll->cap)
		scrollback_grow(scroll);
	scroll->ring[(scroll->head + scroll->n++) % scroll->cap] = line_ref(line);
	scroll->last++;
}

void
scrollback_drop_oldest(struct scrollback *scroll)
{
	line_unref(scroll->ring[scroll->head]);
	scroll->head = (scroll->head + 1) % scroll->cap;
	scroll->n--;
}

void
scrollback_drop_newest(struct scrollback *scroll)
{
	line_unref(scroll->ring[scrollback_index(scroll, scroll->last)]);
	scroll->n--;
	scroll->last--;
}

void
scrollback_add(struct scrollback *scroll, struct line *line)
{
	if (scroll->n == SCROLLBACK_LINES)
		scrollback_drop_oldest(scroll);
	scrollback_append(scroll, line);
	if (!scroll->bottom)
		scroll->seen = scroll->last;
	else if (scroll->bottom < scrollback_first(scroll))
		scroll->bottom = scrollback_first(scroll);
}

void
scrollback_replace_newest(struct scrollback *scroll, struct line *line)
{
	struct line **newest = &scroll->ring[(scroll->head + scroll->n - 1) % scroll->cap];
	line_ref(line);
	line_unref(*newest);
	*newest = line;
}

void
scrollback_merge(struct scrollback *scroll, const struct scrollback *from)
{
	struct scrollback all = {0};
	uint64_t i = scrollback_first(scroll), j = scrollback_first(from);
	while (i <= scroll->last || j <= from->last) {
		const struct line *own = scrollback_line(scroll, i);
		const struct line *other = scrollback_line(from, j);
		bool takes_other = !own || (other && other->time < own->time);
		const struct scrollback *taken = takes_other ? from : scroll;
		uint64_t number = takes_other ? j++ : i++;
		scrollback_add(&all, taken->ring[scrollback_index(taken, number)]);
	}
	scrollback_clear(scroll);
	*scroll = all;
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

void
scrollback_insert(struct scrollback *scroll, uint64_t number, struct line *line)
{
	scrollback_append(scroll, line);
	for (uint64_t i = scroll->last; i > number; i--) {
		struct line **own = &scroll->ring[scrollback_index(scroll, i)];
		struct line **before = &scroll->ring[scrollback_index(scroll, i - 1)];
		struct line *moved = *own;
		*own = *before;
		*before = moved;
	}
	scroll->bottom += scroll->bottom >= number;
	scroll->seen += scroll->seen >= number;
}

const struct line *
scrollback_newest(const struct scrollback *scroll)
{
	return scrollback_line(scroll, scroll->last);
}

const struct line *
scrollback_line(const struct scrollback *scroll, uint64_t number)
{
	return scrollback_get(scroll, number);
}

struct line *
scrollback_get(const struct scrollback *scroll, uint64_t number)
{
	if (scroll->n == 0 || number < scrollback_first(scroll) || number > scroll->last)
		return NULL;
	return scroll->ring[scrollback_index(scroll, number)];
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

uint64_t
scrollback_first_id(const struct scrollback *scroll)
{
	const struct line *line;
	for (uint64_t i = scrollback_first(scroll); (line = scrollback_line(scroll, i)); i++)
		if (line->id)
			return line->id;
	return 0;
}

uint64_t
scrollback_last_id(const struct scrollback *scroll)
{
	const struct line *line;
	for (uint64_t i = scroll->last; (line = scrollback_line(scroll, i)); i--)
		if (line->id)
			return line->id;
	return 0;
}
