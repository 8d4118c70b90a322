/*
 * Code points of text that may not be valid UTF-8, and comparison that ignores case. Knows
 * nothing of how wide a character is.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <wchar.h>

#include "teahouse/text.h"

/* Takes the first code point off *rest, which is not empty; U+FFFD for a byte that is not UTF-8. */
wchar_t utf8_next(struct text *rest);

/* Whether t starts with prefix, ignoring case; if so, *rest is what follows it. */
bool utf8_starts_with(struct text t, struct text prefix, struct text *rest);

#endif
