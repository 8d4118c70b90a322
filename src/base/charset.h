/*
 * The character sets of older terminals: one byte for each character, of which the first 128 are
 * ASCII. Knows no terminal and no protocol.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "teahouse/strbuf.h"

struct charset;

enum { CHARSETS = 4 };

/* utf-8 first, as users write them. */
const char *charset_name(size_t i);

/* The one of that name, or one of its registered names, in any case; CHARSETS: it is not known. */
size_t charset_find(struct text name);

/* NULL for utf-8, which needs no conversion. */
struct charset *charset_open(size_t i);

/* NULL is allowed. */
void charset_close(struct charset *charset);

/* Appends the bytes as UTF-8. */
void charset_decode(const struct charset *charset, struct text bytes, struct strbuf *out);

/*
 * Appends UTF-8 as bytes of the set. A character that it does not have becomes similar letters of
 * ASCII, or a question mark; no control character comes of it.
 */
void charset_encode(const struct charset *charset, struct text t, struct strbuf *out);

#endif
