/* The newest records of a room, in a ring that grows. Knows no file. */
#include <stdlib.h>

#include "store/store_internal.h"

enum { CAP_FIRST = 8 };

struct record **
ring_slot(const struct ring *ring, uint32_t i)
{
	return &ring->at[(ring->head + i) & (ring->cap - 1)];
}

struct record *
ring_at(const struct ring *ring, uint32_t i)
{
	return *ring_slot(ring, i);
}

static void
ring_reserve(struct ring *ring)
{
	if (ring->n < ring->cap)
		return;
	uint32_t cap = ring->cap ? ring->cap * 2 : CAP_FIRST;
	struct record **at = xrealloc(NULL, cap * sizeof(struct record *));
	for (uint32_t i = 0; i < ring->n; i++)
		at[i] = ring_at(ring, i);
	free(ring->at);
	ring->at = at;
	ring->cap = cap;
	ring->head = 0;
}

void
ring_push(struct ring *ring, struct record *record)
{
	ring_reserve(ring);
	record->refs++;
	ring->at[(ring->head + ring->n++) & (ring->cap - 1)] = record;
}

void
ring_unshift(struct ring *ring, struct record *record, uint64_t from)
{
	ring_reserve(ring);
	record->refs++;
	ring->head = (ring->head - 1) & (ring->cap - 1);
	ring->at[ring->head] = record;
	ring->n++;
	ring->from = from;
}

void
ring_shift(struct ring *ring)
{
	struct record *record = ring_at(ring, 0);
	ring->from = record->id + 1;
	ring->head = (ring->head + 1) & (ring->cap - 1);
	ring->n--;
	record_drop(record);
}

void
ring_clear(struct ring *ring)
{
	while (ring->n > 0)
		ring_shift(ring);
	free(ring->at);
	*ring = (struct ring){.from = ring->from};
}

uint32_t
ring_below(const struct ring *ring, uint64_t id)
{
	uint32_t low = 0, high = ring->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ring_at(ring, middle)->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
