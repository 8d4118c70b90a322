/* CSI, OSC, DCS and the other sequences that begin with ESC or with a C1 control. */
#include "client/model/escape.h"

enum { BEL = 0x07, ESC = 0x1b };

/* The sequence's bytes of these ranges, from t.ptr[n] on. */
static size_t
skip_range(struct text t, size_t n, char first, char last)
{
	while (n < t.len && t.ptr[n] >= first && t.ptr[n] <= last)
		n++;
	return n;
}

static size_t
csi_length(struct text t, size_t n)
{
	n = skip_range(t, n, '0', '?');
	n = skip_range(t, n, ' ', '/');
	return n < t.len && t.ptr[n] >= '@' && t.ptr[n] <= '~' ? n + 1 : n;
}

/* Up to BEL, ST, or the end of the line: a sequence that has no end must not take all that follows. */
static size_t
string_length(struct text t, size_t n)
{
	for (; n < t.len && t.ptr[n] != '\n'; n++) {
		if (t.ptr[n] == BEL)
			return n + 1;
		if (t.ptr[n] == ESC)
			return n + 1 < t.len && t.ptr[n + 1] == '\\' ? n + 2 : n;
		if (t.ptr[n] == '\xc2' && n + 1 < t.len && t.ptr[n + 1] == '\x9c')
			return n + 2;
	}
	return n;
}

/* From the byte after ESC, or its C1 equivalent, on. */
static size_t
sequence_length(struct text t, size_t n, char kind)
{
	if (kind == '[')
		return csi_length(t, n);
	if (kind != '\0' && strchr("]PX^_", kind))
		return string_length(t, n);
	return n;
}

size_t
escape_length(struct text t)
{
	size_t n = skip_range(t, 1, ' ', '/');
	if (n > 1 || n == t.len)
		return n < t.len && t.ptr[n] >= '0' && t.ptr[n] <= '~' ? n + 1 : n;
	bool letter = t.ptr[n] >= '0' && t.ptr[n] <= '~';
	return letter ? sequence_length(t, n + 1, t.ptr[n]) : n;
}

/* A C1 control in UTF-8, U+0080 to U+009F. */
static bool
is_c1(struct text t)
{
	return t.len >= 2 && t.ptr[0] == '\xc2' && (unsigned char)t.ptr[1] >= 0x80 &&
	       (unsigned char)t.ptr[1] <= 0x9f;
}

void
escape_drop_all(struct strbuf *out, struct text t)
{
	while (t.len > 0) {
		size_t n = 1;
		if (t.ptr[0] == ESC)
			n = escape_length(t);
		else if (is_c1(t))
			n = sequence_length(t, 2, (char)((unsigned char)t.ptr[1] - 0x40));
		else
			strbuf_add(out, t.ptr, 1);
		t.ptr += n;
		t.len -= n;
	}
}
