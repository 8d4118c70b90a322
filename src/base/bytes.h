/* Numbers and texts in bytes, in network order, as the log keeps them. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "teahouse/strbuf.h"

/* Appends the n low bytes of the value, 1 to 8. */
void bytes_put(struct strbuf *out, uint64_t value, unsigned n);

/* Appends a text of at most 65535 bytes, after its length in two; TEXT_NONE becomes empty. */
void bytes_put_text(struct strbuf *out, struct text t);

/* What is still to be read; `short_of` is set, and stays, once it was less than was asked for. */
struct bytes {
	struct text rest;
	bool short_of;
};

/* 0 and empty text when there are too few bytes. Texts are borrowed. */
uint64_t bytes_get(struct bytes *from, unsigned n);
struct text bytes_get_text(struct bytes *from);

/* The next n bytes. */
struct text bytes_take(struct bytes *from, size_t n);

#endif
