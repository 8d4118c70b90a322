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
buffer_make(struct text t)
{
	assert(t.len < UINT32_MAX);
	struct buffer *b = memory_grow(NULL, sizeof *b + t.len);
	b->refs = 1;
	b->len = (uint32_t)t.len;
	if (t.len)
		memcpy(b->bytes, t.at, t.len);
	return b;
}

void
buffer_drop(struct buffer *b)
{
	assert(b->refs > 0);
	if (--b->refs == 0)
		free(b);
}

static struct buffer *
queue_at(const struct queue *q, uint32_t i)
{
	return q->slots[(q->head + i) & (q->cap - 1)];
}

static void
queue_grow(struct queue *q)
{
	uint32_t cap = q->cap ? q->cap * 2 : QUEUE_FIRST;
	struct buffer **slots = memory_grow(NULL, cap * sizeof(struct buffer *));
	for (uint32_t i = 0; i < q->n; i++)
		slots[i] = queue_at(q, i);
	free(q->slots);
	q->slots = slots;
	q->head = 0;
	q->cap = cap;
}

void
queue_push(struct queue *q, struct buffer *b)
{
	if (b->len == 0)
		return;
	if (q->n == q->cap)
		queue_grow(q);
	q->slots[(q->head + q->n++) & (q->cap - 1)] = buffer_hold(b);
	q->bytes += b->len;
}

struct text
queue_first(const struct queue *q)
{
	if (q->n == 0)
		return (struct text){NULL, 0};
	const struct buffer *b = queue_at(q, 0);
	return (struct text){b->bytes + q->begun, b->len - q->begun};
}

int
queue_gather(const struct queue *q, struct iovec *pieces, int max)
{
	int n = 0;
	uint32_t begun = q->begun;
	for (uint32_t i = 0; i < q->n && n < max; i++, begun = 0) {
		struct buffer *b = queue_at(q, i);
		pieces[n].iov_base = b->bytes + begun;
		pieces[n++].iov_len = b->len - begun;
	}
	return n;
}

void
queue_take(struct queue *q, size_t n)
{
	assert(n <= q->bytes);
	q->bytes -= n;
	while (n > 0) {
		struct buffer *b = queue_at(q, 0);
		size_t rest = b->len - q->begun;
		if (n < rest) {
			q->begun += (uint32_t)n;
			return;
		}
		n -= rest;
		q->begun = 0;
		q->head = (q->head + 1) & (q->cap - 1);
		q->n--;
		buffer_drop(b);
	}
	if (q->n == 0)
		queue_clear(q);
}

void
queue_clear(struct queue *q)
{
	for (uint32_t i = 0; i < q->n; i++)
		buffer_drop(queue_at(q, i));
	free(q->slots);
	*q = (struct queue){0};
}
