/*
 * Reference-counted bytes, so that one encoded event is shared by the outgoing
 * queues of many connections.
 */
#ifndef TEAHOUSE_BUFFER_H
#define TEAHOUSE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "teahouse/text.h"

/*
 * Bytes that were added never change or move; more may be added behind them
 * while there is room. Only the loop's thread may touch it.
 */
struct buffer {
	uint32_t refs;
	uint32_t len, cap; /* bytes */
	char bytes[];
};

/* An empty buffer with room for cap bytes, and one reference, which is the caller's. */
struct buffer *buffer_open(size_t cap);

/* A copy of t with one reference, which is the caller's. */
struct buffer *buffer_make(struct text t);

/* Appends t; false when there is no room for all of it, and nothing was added. */
bool buffer_add(struct buffer *b, struct text t);

static inline struct buffer *
buffer_hold(struct buffer *b)
{
	b->refs++;
	return b;
}

/* Drops a reference; the last one frees the buffer. */
void buffer_drop(struct buffer *b);

#endif
