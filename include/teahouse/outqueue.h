/* The bytes that wait to be sent on a connection, as slices of shared buffers, in order. */
#ifndef TEAHOUSE_OUTQUEUE_H
#define TEAHOUSE_OUTQUEUE_H

#include <sys/uio.h>

#include "teahouse/buffer.h"

/* The bytes of a buffer from offset `from` up to, but not including, `to`. */
struct slice {
	struct buffer *buffer;
	uint32_t from, to;
};

/*
 * Zeroed: empty. Holds a reference to the buffer of each slice. Allocates nothing while it
 * has at most one slice, so that an idle connection costs little.
 */
struct outqueue {
	struct slice first;
	struct slice *more; /* a ring of `cap` slices, a power of two: those after the first */
	uint32_t head, cap;
	uint32_t n;   /* slices, with the first */
	size_t bytes; /* in all slices */
};

/* The general case of outqueue_push_slice. */
void outqueue_add_slice(struct outqueue *q, struct slice slice);

/*
 * Appends a slice and adds a reference to its buffer. A slice that continues the last one is
 * merged with it.
 */
static inline void
outqueue_push_slice(struct outqueue *q, struct slice slice)
{
	/*
	 * In a busy room most events of a turn are encoded one after another into one buffer,
	 * also while those of earlier turns wait until they are stored.
	 */
	struct slice *last = q->n < 2 ? &q->first : &q->more[(q->head + q->n - 2) & (q->cap - 1)];
	if (q->n == 0 || last->buffer != slice.buffer || last->to != slice.from) {
		outqueue_add_slice(q, slice);
		return;
	}
	last->to = slice.to;
	q->bytes += slice.to - slice.from;
}

/* Appends the whole buffer, likewise. */
void outqueue_push(struct outqueue *q, struct buffer *b);

/* Moves the last n bytes so that `at` bytes are before them. */
void outqueue_move_last(struct outqueue *q, size_t n, size_t at);

/*
 * Describes the first bytes, at most `bytes` of them, as at most max pieces, for writev.
 * Returns how many are used.
 */
int outqueue_gather(const struct outqueue *q, size_t bytes, struct iovec *pieces, int max);

/* The bytes of the first slice, borrowed. TEXT_NONE: the queue is empty. */
struct text outqueue_first(const struct outqueue *q);

/* Removes the first n bytes, at most `bytes`, and drops buffers that are used up. */
void outqueue_consume(struct outqueue *q, size_t n);

/* Removes everything, and frees its memory. */
void outqueue_clear(struct outqueue *q);

#endif
