/* Reference-counted buffers. Does not know what the bytes mean. */
#include "teahouse/buffer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

struct buffer *
buffer_open(size_t cap)
{
	assert(cap < UINT32_MAX);
	struct buffer *b = xrealloc(NULL, sizeof *b + cap);
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
		memcpy(b->bytes + b->len, t.ptr, t.len);
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
