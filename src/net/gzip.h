/* Compressing by gzip (RFC 1952), and whether a client accepts that (RFC 9110, 12.5.3). */
#ifndef NET_GZIP_H
#define NET_GZIP_H

#include "teahouse/strbuf.h"

/*
 * Appends the bytes, compressed, to `out`. false, and nothing is appended: they are too long to be
 * compressed at start (over 4 MiB), or would not become a tenth shorter.
 */
bool gzip_compress(struct strbuf *out, struct text bytes);

/* header: the value of Accept-Encoding, or no text. */
bool gzip_is_accepted(struct text header);

#endif
