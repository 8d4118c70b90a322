/* Queues of slices of buffers. Does not know what the bytes mean. */
#include "teahouse/outqueue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { OUTQUEUE_FIRST = 4 };

/* The slice at index i < n. */
static struct slice *
outqueue_at(struct outqueue *q, uint32_t i)
{
	return i == 0 ? &q->first : &q->more[(q->head + i - 1) & (q->cap - 1)];
}

static void
outqueue_grow(struct outqueue *q)
{
	uint32_t cap = q->cap ? q->cap * 2 : OUTQUEUE_FIRST;
	struct slice *more = xrealloc(NULL, cap * sizeof *more);
	for (uint32_t i = 1; i < q->n; i++)
		more[i - 1] = *outqueue_at(q, i);
	free(q->more);
	q->more = more;
	q->head = 0;
	q->cap = cap;
}

void
outqueue_add_slice(struct outqueue *q, struct slice slice)
{
	if (slice.from == slice.to)
		return;
	q->bytes += slice.to - slice.from;
	struct slice *last = q->n ? outqueue_at(q, q->n - 1) : NULL;
	if (last && last->buffer == slice.buffer && last->to == slice.from) {
		last->to = slice.to;
		return;
	}
	if (q->n > 0 && q->n - 1 == q->cap)
		outqueue_grow(q);
	buffer_hold(slice.buffer);
	*outqueue_at(q, q->n++) = slice;
}

void
outqueue_push(struct outqueue *q, struct buffer *b)
{
	outqueue_push_slice(q, (struct slice){b, 0, b->len});
}

/* Appends the bytes of `from` from `begin` up to `end`. */
static void
outqueue_copy(struct outqueue *q, struct outqueue *from, size_t begin, size_t end)
{
	size_t at = 0;
	for (uint32_t i = 0; i < from->n; i++) {
		struct slice slice = *outqueue_at(from, i);
		size_t after = at + (slice.to - slice.from);
		if (begin > at)
			slice.from = begin < after ? slice.from + (uint32_t)(begin - at) : slice.to;
		if (end < after)
			slice.to = end > at ? slice.to - (uint32_t)(after - end) : slice.from;
		if (slice.from < slice.to)
			outqueue_add_slice(q, slice);
		at = after;
	}
}

void
outqueue_move_last(struct outqueue *q, size_t n, size_t at)
{
	struct outqueue moved = {0};
	size_t before = q->bytes - n;
	assert(n <= q->bytes && at <= before);
	outqueue_copy(&moved, q, 0, at);
	outqueue_copy(&moved, q, before, q->bytes);
	outqueue_copy(&moved, q, at, before);
	outqueue_clear(q);
	*q = moved;
}

struct text
outqueue_first(const struct outqueue *q)
{
	const struct slice *first = &q->first;
	if (q->n == 0)
		return TEXT_NONE;
	return (struct text){first->buffer->bytes + first->from, first->to - first->from};
}

/* Keeps the first bytes only. Returns how many pieces are left. */
static int
pieces_trim(struct iovec *pieces, int n, size_t bytes)
{
	int i = 0;
	for (; i < n && bytes > 0; i++) {
		if (pieces[i].iov_len > bytes)
			pieces[i].iov_len = bytes;
		bytes -= pieces[i].iov_len;
	}
	return i;
}

int
outqueue_gather(const struct outqueue *q, size_t bytes, struct iovec *pieces, int max)
{
	int n = 0;
	for (uint32_t i = 0; i < q->n && n < max; i++, n++) {
		const struct slice *slice =
			i == 0 ? &q->first : &q->more[(q->head + i - 1) & (q->cap - 1)];
		pieces[n].iov_base = slice->buffer->bytes + slice->from;
		pieces[n].iov_len = slice->to - slice->from;
	}
	return bytes < q->bytes ? pieces_trim(pieces, n, bytes) : n;
}

/* Drops the first slice; the next one takes its place. */
static void
outqueue_shift(struct outqueue *q)
{
	buffer_drop(q->first.buffer);
	q->first = (struct slice){0};
	if (--q->n == 0)
		return;
	assert(q->more);
	q->first = q->more[q->head];
	q->head = (q->head + 1) & (q->cap - 1);
	if (q->n > 1)
		return;
	free(q->more);
	q->more = NULL;
	q->head = q->cap = 0;
}

void
outqueue_consume(struct outqueue *q, size_t n)
{
	assert(n <= q->bytes);
	q->bytes -= n;
	while (n > 0) {
		assert(q->n > 0);
		size_t rest = q->first.to - q->first.from;
		if (n < rest) {
			q->first.from += (uint32_t)n;
			return;
		}
		n -= rest;
		outqueue_shift(q);
	}
}

void
outqueue_clear(struct outqueue *q)
{
	outqueue_consume(q, q->bytes);
}
