/* Inks, shared buffers and queues of them. Knows nothing of what the bytes mean. */
#include "teahouse/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"

enum { INK_FIRST = 128, QUEUE_FIRST = 4 };

char *
ink_space(struct ink *ink, size_t n)
{
	if (ink->cap - ink->len < n) {
		size_t cap = ink->cap ? ink->cap : INK_FIRST;
		while (cap - ink->len < n)
			cap *= 2;
		ink->at = memory_grow(ink->at, cap);
		ink->cap = cap;
	}
	return ink->at + ink->len;
}

void
ink_add(struct ink *ink, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	memcpy(ink_space(ink, n), bytes, n);
	ink->len += n;
}

void
ink_text(struct ink *ink, struct text t)
{
	ink_add(ink, t.at, t.len);
}

void
ink_puts(struct ink *ink, const char *s)
{
	ink_add(ink, s, strlen(s));
}

void
ink_printf(struct ink *ink, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	size_t space = INK_FIRST;
	int n = vsnprintf(ink_space(ink, space), space, format, args);
	assert(n >= 0);
	if ((size_t)n >= space)
		vsnprintf(ink_space(ink, (size_t)n + 1), (size_t)n + 1, format, again);
	ink->len += (size_t)n;
	va_end(again);
	va_end(args);
}

void
ink_clear(struct ink *ink)
{
	free(ink->at);
	*ink = (struct ink){0};
}

struct buffer *
buffer_open(size_t cap)
{
	assert(cap < UINT32_MAX);
	struct buffer *b = memory_grow(NULL, sizeof *b + cap);
	*b = (struct buffer){.refs = 1, .cap = (uint32_t)cap};
	return b;
}

struct buffer *
buffer_make(struct text t)
{
	struct buffer *b = buffer_open(t.len);
	buffer_add(b, t);
	return b;
}

bool
buffer_add(struct buffer *b, struct text t)
{
	if (t.len > b->cap - b->len)
		return false;
	if (t.len > 0)
		memcpy(b->bytes + b->len, t.at, t.len);
	b->len += (uint32_t)t.len;
	return true;
}

void
buffer_drop(struct buffer *b)
{
	assert(b->refs > 0);
	if (--b->refs == 0)
		free(b);
}

/* The i-th span, of those that there are. */
static struct span *
queue_at(struct queue *q, uint32_t i)
{
	return i == 0 ? &q->first : &q->more[(q->head + i - 1) & (q->cap - 1)];
}

static void
queue_grow(struct queue *q)
{
	uint32_t cap = q->cap ? q->cap * 2 : QUEUE_FIRST;
	struct span *more = memory_grow(NULL, cap * sizeof *more);
	for (uint32_t i = 1; i < q->n; i++)
		more[i - 1] = *queue_at(q, i);
	free(q->more);
	q->more = more;
	q->head = 0;
	q->cap = cap;
}

void
queue_add_span(struct queue *q, struct span span)
{
	if (span.from == span.to)
		return;
	q->bytes += span.to - span.from;
	struct span *last = q->n ? queue_at(q, q->n - 1) : NULL;
	if (last && last->buffer == span.buffer && last->to == span.from) {
		last->to = span.to;
		return;
	}
	if (q->n > 0 && q->n - 1 == q->cap)
		queue_grow(q);
	buffer_hold(span.buffer);
	*queue_at(q, q->n++) = span;
}

void
queue_push(struct queue *q, struct buffer *b)
{
	queue_push_span(q, (struct span){b, 0, b->len});
}

struct text
queue_first(const struct queue *q)
{
	const struct span *first = &q->first;
	if (q->n == 0)
		return (struct text){NULL, 0};
	return (struct text){first->buffer->bytes + first->from, first->to - first->from};
}

int
queue_gather(const struct queue *q, struct iovec *pieces, int max)
{
	int n = 0;
	for (uint32_t i = 0; i < q->n && n < max; i++, n++) {
		const struct span *span =
			i == 0 ? &q->first : &q->more[(q->head + i - 1) & (q->cap - 1)];
		pieces[n].iov_base = span->buffer->bytes + span->from;
		pieces[n].iov_len = span->to - span->from;
	}
	return n;
}

/* Lets the first span go; the next takes its place. */
static void
queue_shift(struct queue *q)
{
	buffer_drop(q->first.buffer);
	q->first = (struct span){0};
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
queue_take(struct queue *q, size_t n)
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
		queue_shift(q);
	}
}

void
queue_clear(struct queue *q)
{
	queue_take(q, q->bytes);
}
