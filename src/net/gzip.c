/* The includer of zlib. Knows neither files nor answers. */
#define ZLIB_CONST /* so that it takes const bytes */
#include "net/gzip.h"

#include <strings.h>
#include <zlib.h>

enum {
	INPUT_MAX = 4 << 20,   /* bytes */
	WINDOW_GZIP = 15 + 16, /* zlib's largest window, with gzip's header */
	MEMORY_LEVEL = 9,
};

bool
gzip_compress(struct strbuf *out, struct text bytes)
{
	if (bytes.len > INPUT_MAX)
		return false;
	size_t most = bytes.len - bytes.len / 10, before = out->len;
	z_stream stream = {0};
	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	stream.next_in = (const Bytef *)bytes.ptr;
	stream.avail_in = (uInt)bytes.len;
	stream.next_out = (Bytef *)strbuf_reserve(out, most);
	stream.avail_out = (uInt)most;
	bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
	out->len = fits ? before + stream.total_out : before;
	deflateEnd(&stream);
	return fits;
}

/* Removes from *t what stands before the byte, and the byte; returns it without spaces around. */
static struct text
part_next(struct text *t, char end)
{
	const char *at = memchr(t->ptr, end, t->len);
	size_t n = at ? (size_t)(at - t->ptr) : t->len;
	struct text part = text_trim((struct text){t->ptr, n});
	n += at ? 1 : 0;
	*t = (struct text){t->ptr + n, t->len - n};
	return part;
}

/* A weight in thousandths: 1, 0.5, 0.125. 0: it is none. */
static int
weight_read(struct text t)
{
	int weight = 0, unit = 1000;
	for (size_t i = 0; i < t.len; i++) {
		if (i == 1 && t.ptr[i] == '.')
			continue;
		if (t.ptr[i] < '0' || t.ptr[i] > '9' || i > 4 || (i == 1))
			return 0;
		weight += (t.ptr[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= 1000 ? weight : 0;
}

/* Of one element of the list, behind its name: `;q=0.5`. */
static int
element_weight(struct text parameters)
{
	while (parameters.len > 0) {
		struct text parameter = part_next(&parameters, ';');
		if (parameter.len >= 2 && strncasecmp(parameter.ptr, "q=", 2) == 0)
			return weight_read((struct text){parameter.ptr + 2, parameter.len - 2});
	}
	return 1000;
}

static bool
name_is(struct text name, const char *wanted)
{
	return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}

bool
gzip_is_accepted(struct text header)
{
	int gzip = -1, identity = 0, others = 0;
	while (header.len > 0) {
		struct text element = part_next(&header, ',');
		struct text name = element.len > 0 ? part_next(&element, ';') : element;
		int weight = element_weight(element);
		if (name_is(name, "gzip") || name_is(name, "x-gzip"))
			gzip = weight;
		else if (name_is(name, "identity"))
			identity = weight;
		else if (name_is(name, "*"))
			others = weight;
	}
	if (gzip < 0)
		gzip = others;
	return gzip > 0 && gzip >= identity;
}
