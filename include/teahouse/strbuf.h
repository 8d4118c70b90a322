/*
 * A buffer of bytes that grows as it is written to: for putting messages together.
 */
#ifndef TEAHOUSE_STRBUF_H
#define TEAHOUSE_STRBUF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "teahouse/text.h"

/* Zeroed is empty. Owns its memory: give it back with strbuf_clear. */
struct strbuf {
	char *ptr;
	size_t len, cap; /* bytes */
};

void strbuf_add(struct strbuf *buf, const void *bytes, size_t n);
void strbuf_add_text(struct strbuf *buf, struct text t);
void strbuf_puts(struct strbuf *buf, const char *s);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for n more bytes behind `len`. The caller writes them and adds their number to `len`. */
char *strbuf_reserve(struct strbuf *buf, size_t n);

/* What has been written. Borrowed until the next change. */
static inline struct text
strbuf_view(const struct strbuf *buf)
{
	return (struct text){buf->ptr ? buf->ptr : "", buf->len};
}

/* Empties it and frees its memory. */
void strbuf_clear(struct strbuf *buf);

#endif
