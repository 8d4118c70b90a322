/*
 * Bytes: an ink to write them with, a counted buffer to share them between
 * many outboxes, and a queue of buffers to send them from.
 */
#ifndef TEAHOUSE_BUFFER_H
#define TEAHOUSE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/uio.h>

#include "teahouse/text.h"

/* Grows as it is written to. Zeroed is empty. */
struct ink {
	char *at;
	size_t len, cap; /* bytes */
};

void ink_add(struct ink *ink, const void *bytes, size_t n);
void ink_text(struct ink *ink, struct text t);
void ink_puts(struct ink *ink, const char *s);
void ink_printf(struct ink *ink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for n bytes to be written by the caller, who adds what it wrote to len. */
char *ink_space(struct ink *ink, size_t n);

static inline struct text
ink_read(const struct ink *ink)
{
	return (struct text){ink->at ? ink->at : "", ink->len};
}

/* Empties it, and gives the memory back. */
void ink_clear(struct ink *ink);

/* Counted. What is in it never changes; more may be added behind while there is room. */
struct buffer {
	uint32_t refs;
	uint32_t len, cap; /* bytes */
	char bytes[];
};

/* An empty one with room for cap bytes, and one reference. */
struct buffer *buffer_open(size_t cap);

/* A copy of t with one reference. */
struct buffer *buffer_make(struct text t);

/* Adds t behind what is there already; false: there is no room for it. */
bool buffer_add(struct buffer *b, struct text t);

static inline struct buffer *
buffer_hold(struct buffer *b)
{
	b->refs++;
	return b;
}

void buffer_drop(struct buffer *b);

/* Bytes from..to of a buffer. */
struct span {
	struct buffer *buffer;
	uint32_t from, to;
};

/*
 * Spans of buffers in the order they came. Zeroed is empty; keeps no memory while
 * it has one span or none.
 */
struct queue {
	struct span first;
	struct span *more; /* a ring of `cap`, a power of two, for those behind the first */
	uint32_t head, cap;
	uint32_t n;   /* spans in all */
	size_t bytes; /* waiting in all */
};

void queue_add_span(struct queue *q, struct span span);

/* Takes a reference of its own. A span that goes on where the last one ends becomes one with it. */
static inline void
queue_push_span(struct queue *q, struct span span)
{
	/* What is said to many in one turn mostly goes on behind what was said before. */
	if (q->n != 1 || q->first.buffer != span.buffer || q->first.to != span.from) {
		queue_add_span(q, span);
		return;
	}
	q->first.to = span.to;
	q->bytes += span.to - span.from;
}

void queue_push(struct queue *q, struct buffer *b);

/* The waiting bytes as at most max pieces; how many there are. */
int queue_gather(const struct queue *q, struct iovec *pieces, int max);

/* What waits in the first span; at == NULL when nothing does. */
struct text queue_first(const struct queue *q);

/* Forgets the first n bytes; n is at most `bytes`. */
void queue_take(struct queue *q, size_t n);

void queue_clear(struct queue *q);

#endif
