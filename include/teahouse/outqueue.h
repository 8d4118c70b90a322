/*
 * What waits to be sent on a connection: slices of shared buffers, in order.
 */
#ifndef TEAHOUSE_OUTQUEUE_H
#define TEAHOUSE_OUTQUEUE_H

#include <sys/uio.h>

#include "teahouse/buffer.h"

/* Bytes from..to of a buffer. */
struct slice {
	struct buffer *buffer;
	uint32_t from, to;
};

/*
 * Spans of buffers in the order they came. Zeroed is empty; keeps no memory while
 * it has one slice or none.
 */
struct outqueue {
	struct slice first;
	struct slice *more; /* a ring of `cap`, a power of two, for those behind the first */
	uint32_t head, cap;
	uint32_t n;   /* slices in all */
	size_t bytes; /* waiting in all */
};

void outqueue_add_slice(struct outqueue *q, struct slice slice);

/* Takes a reference of its own. A slice that goes on where the last one ends becomes one with it. */
static inline void
outqueue_push_slice(struct outqueue *q, struct slice slice)
{
	/* What is said to many in one turn mostly goes on behind what was said before. */
	if (q->n != 1 || q->first.buffer != slice.buffer || q->first.to != slice.from) {
		outqueue_add_slice(q, slice);
		return;
	}
	q->first.to = slice.to;
	q->bytes += slice.to - slice.from;
}

void outqueue_push(struct outqueue *q, struct buffer *b);

/* The waiting bytes as at most max pieces; how many there are. */
int outqueue_gather(const struct outqueue *q, struct iovec *pieces, int max);

/* What waits in the first slice; ptr == NULL when nothing does. */
struct text outqueue_first(const struct outqueue *q);

/* Forgets the first n bytes; n is at most `bytes`. */
void outqueue_consume(struct outqueue *q, size_t n);

void outqueue_clear(struct outqueue *q);

#endif
