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

/* Counted; never changed once it is shared. */
struct buffer {
	uint32_t refs;
	uint32_t len; /* bytes */
	char bytes[];
};

/* A copy of t with one reference. */
struct buffer *buffer_make(struct text t);

static inline struct buffer *
buffer_hold(struct buffer *b)
{
	b->refs++;
	return b;
}

void buffer_drop(struct buffer *b);

/*
 * Buffers in the order they came, the first perhaps begun. Zeroed is empty;
 * keeps no memory while it is.
 */
struct queue {
	struct buffer **slots; /* a ring of `cap`, a power of two */
	uint32_t head, n, cap; /* slots */
	uint32_t begun;        /* bytes of the first already taken */
	size_t bytes;          /* waiting in all */
};

/* Takes a reference of its own. */
void queue_push(struct queue *q, struct buffer *b);

/* The waiting bytes as at most max pieces; how many there are. */
int queue_gather(const struct queue *q, struct iovec *pieces, int max);

/* What waits in the first buffer; empty when nothing does. */
struct text queue_first(const struct queue *q);

/* Forgets the first n bytes; n is at most `bytes`. */
void queue_take(struct queue *q, size_t n);

void queue_clear(struct queue *q);

#endif
