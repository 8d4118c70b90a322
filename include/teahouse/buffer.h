/*
 * Reference-counted bytes, so that the output queues of many connections share one encoded
 * event.
 */
#ifndef TEAHOUSE_BUFFER_H
#define TEAHOUSE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "teahouse/text.h"

/*
 * Bytes that have been added neither change nor move; more may be added after them while
 * there is room. Only the loop's thread may use it, since the count is not atomic.
 */
struct buffer {
	uint32_t refs;
	uint32_t len, cap; /* bytes */
	char bytes[];
};

/* An empty buffer with room for cap bytes, less than 4 GiB. The caller owns its reference. */
struct buffer *buffer_open(size_t cap);

/* A buffer that holds a copy of t. The caller owns its reference. */
struct buffer *buffer_make(struct text t);

/* Appends t. False: there is no room for all of it, and nothing was added. */
bool buffer_add(struct buffer *b, struct text t);

/* Adds a reference, to be dropped with buffer_drop. */
static inline struct buffer *
buffer_hold(struct buffer *b)
{
	b->refs++;
	return b;
}

/* Drops a reference; the last one frees the buffer. */
void buffer_drop(struct buffer *b);

#endif
