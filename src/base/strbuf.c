/* Buffers that grow as they are appended to. Does not know what the bytes mean. */
#include "teahouse/strbuf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { STRBUF_FIRST = 128 };

char *
strbuf_reserve(struct strbuf *buf, size_t n)
{
	if (buf->cap - buf->len < n) {
		size_t cap = buf->cap ? buf->cap : STRBUF_FIRST;
		while (cap - buf->len < n)
			cap *= 2;
		buf->ptr = xrealloc(buf->ptr, cap);
		buf->cap = cap;
	}
	return buf->ptr + buf->len;
}

void
strbuf_add(struct strbuf *buf, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	memcpy(strbuf_reserve(buf, n), bytes, n);
	buf->len += n;
}

void
strbuf_add_text(struct strbuf *buf, struct text t)
{
	strbuf_add(buf, t.ptr, t.len);
}

void
strbuf_puts(struct strbuf *buf, const char *s)
{
	strbuf_add(buf, s, strlen(s));
}

void
strbuf_printf(struct strbuf *buf, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	size_t space = STRBUF_FIRST;
	int n = vsnprintf(strbuf_reserve(buf, space), space, format, args);
	assert(n >= 0);
	if ((size_t)n >= space)
		vsnprintf(strbuf_reserve(buf, (size_t)n + 1), (size_t)n + 1, format, again);
	buf->len += (size_t)n;
	va_end(again);
	va_end(args);
}

void
strbuf_clear(struct strbuf *buf)
{
	free(buf->ptr);
	*buf = (struct strbuf){0};
}
