/* Borrowed text, and the Unicode rules for text that users send (SPEC 4). */
#ifndef TEAHOUSE_TEXT_H
#define TEAHOUSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct strbuf;

/* Borrowed bytes, not NUL-terminated. ptr == NULL: no text, which differs from empty text. */
struct text {
	const char *ptr;
	size_t len; /* bytes */
};

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

/* The arguments of "%.*s". */
#define TEXT_ARGS(t) (int)(t).len, ((t).ptr ? (t).ptr : "")

/* Without ASCII white space at either end. */
struct text text_trim(struct text t);

/* Removes the first word from *rest, and the white space around it; empty: there is none. */
struct text text_word(struct text *rest);

/* Removes and returns what stands before the byte, and the byte; all, if it is not there. */
struct text text_until(struct text *rest, char end);

/* Removes the first line from *rest; its LF is not returned. After the last, *rest is TEXT_NONE. */
struct text text_line(struct text *rest);

/* The number of lines: one more than that of LFs. */
size_t text_lines(struct text t);

/* The offset of the last UTF-8 character, for deleting it; 0 when t is empty. */
size_t text_last(struct text t);

/* Whether t is valid UTF-8 (RFC 3629). */
bool text_is_valid(struct text t);

enum { TEXT_MARKS = 8 }; /* the most combining marks on one character */

/*
 * Appends what SPEC 4 allows of text that a user sent: valid UTF-8, bytes that are not
 * becoming U+FFFD, and lines that end with LF; without control characters, bidirectional
 * controls, blank lines at either end, and combining marks past the eighth. May append
 * nothing.
 */
void text_clean(struct strbuf *out, struct text said);

/*
 * Whether a code point is visible by itself or as a mark on another: not a format character,
 * a variation selector or anything else that is ignored where it is not supported (UAX #44,
 * Default_Ignorable_Code_Point).
 */
bool character_shows(int32_t code);

/*
 * How many bytes to keep of t so that they are at most `max`, which is at least 4, and end
 * between two characters as a reader counts them (UAX #29). Where one such character is
 * longer than that, they end between two code points.
 */
size_t text_cut(struct text t, size_t max);

#endif
