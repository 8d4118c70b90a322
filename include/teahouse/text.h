/* Borrowed text, and Unicode's rules for what people say (SPEC 4). */
#ifndef TEAHOUSE_TEXT_H
#define TEAHOUSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct strbuf;

/* Borrowed, not NUL-terminated. ptr == NULL: no text at all, which is not the empty text. */
struct text {
	const char *ptr;
	size_t len; /* bytes */
};

/* No text. */
#define TEXT_NONE ((struct text){NULL, 0})

static inline struct text
text_of(const char *s)
{
	return (struct text){s, s ? strlen(s) : 0};
}

static inline bool
text_is(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Whether they are the same but for the case of ASCII letters. */
static inline bool
text_is_same_word(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* For "%.*s". */
#define TEXT_ARGS(t) (int)(t).len, ((t).ptr ? (t).ptr : "")

/* Without white space (ASCII) at either end. */
struct text text_trim(struct text t);

/* Takes the first word off *rest, and the white space around it; empty when there is none. */
struct text text_word(struct text *rest);

/* Takes the first line off *rest, without its LF. *rest is TEXT_NONE after the last. */
struct text text_line(struct text *rest);

/* Lines in t: one more than it has LFs. */
size_t text_lines(struct text t);

/* Where the last whole UTF-8 character of t starts, for taking it back; 0 when t is empty. */
size_t text_last(struct text t);

/* Whether t is UTF-8. */
bool text_is_valid(struct text t);

enum { TEXT_MARKS = 8 }; /* most combining marks on one character */

/*
 * Adds what SPEC 4 lets through of said text: valid UTF-8 with LF line ends,
 * without controls, bidirectional controls, blank lines at either end and
 * combining marks past the eighth. May add nothing.
 */
void text_clean(struct strbuf *out, struct text said);

/*
 * Whether a code point has a picture, or is a mark on another's: no format, no variation
 * selector, nothing that Unicode lets be ignored (UAX #44, Default_Ignorable_Code_Point).
 */
bool character_shows(int32_t code);

/*
 * How many of t's first bytes are at most `most`, and whole characters as a reader counts
 * them; at least whole in UTF-8. most is at least 4.
 */
size_t text_cut(struct text t, size_t most);

#endif
