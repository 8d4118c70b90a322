/* Numbers and texts in bytes, in network order, as the log keeps them. */
#include <assert.h>

#include "base/bytes.h"

void
bytes_put(struct strbuf *out, uint64_t value, unsigned n)
{
	unsigned char *at = (unsigned char *)strbuf_reserve(out, n);
	for (unsigned i = n; i > 0; i--, value >>= 8)
		at[i - 1] = (unsigned char)value;
	out->len += n;
}

void
bytes_put_text(struct strbuf *out, struct text t)
{
	assert(t.len <= UINT16_MAX);
	bytes_put(out, t.len, 2);
	strbuf_add_text(out, t);
}

struct text
bytes_take(struct bytes *from, size_t n)
{
	if (from->rest.len < n)
		*from = (struct bytes){.short_of = true};
	if (from->rest.len < n || n == 0)
		return (struct text){"", 0};
	struct text taken = {from->rest.ptr, n};
	from->rest.ptr += n;
	from->rest.len -= n;
	return taken;
}

uint64_t
bytes_get(struct bytes *from, unsigned n)
{
	struct text taken = bytes_take(from, n);
	uint64_t value = 0;
	for (size_t i = 0; i < taken.len; i++)
		value = value << 8 | (unsigned char)taken.ptr[i];
	return value;
}

struct text
bytes_get_text(struct bytes *from)
{
	size_t n = (size_t)bytes_get(from, 2);
	return bytes_take(from, n);
}
