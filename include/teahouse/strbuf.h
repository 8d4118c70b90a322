/* A buffer of bytes that grows as it is appended to. Running out of memory ends the program. */
#ifndef TEAHOUSE_STRBUF_H
#define TEAHOUSE_STRBUF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "teahouse/text.h"

/* Zeroed: empty. Owns its memory, which strbuf_clear frees. */
struct strbuf {
	char *ptr;
	size_t len, cap; /* bytes */
};

/* All of these append. No NUL is added at the end. */
void strbuf_add(struct strbuf *buf, const void *bytes, size_t n);
void strbuf_add_text(struct strbuf *buf, struct text t);
void strbuf_puts(struct strbuf *buf, const char *s);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Makes room for n bytes after `len` and returns where they go. The caller writes up to that
 * many and adds their number to `len`.
 */
char *strbuf_reserve(struct strbuf *buf, size_t n);

/* The contents; never TEXT_NONE. Borrowed until the next change. */
static inline struct text
strbuf_view(const struct strbuf *buf)
{
	return (struct text){buf->ptr ? buf->ptr : "", buf->len};
}

/* Frees the memory; the buffer is empty and may be used again. */
void strbuf_clear(struct strbuf *buf);

#endif
