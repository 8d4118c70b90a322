/*
 * Text as it is borrowed, and Unicode's rules for what people say and what
 * they are called (SPEC 4). Nothing else knows ICU.
 */
#ifndef TEAHOUSE_TEXT_H
#define TEAHOUSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ink;

/* Borrowed, not NUL-terminated. at == NULL: no text at all, which is not the empty text. */
struct text {
	const char *at;
	size_t len; /* bytes */
};

static inline struct text
text_of(const char *s)
{
	return (struct text){s, s ? strlen(s) : 0};
}

static inline bool
text_is(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* For "%.*s". */
#define TEXT_ARGS(t) (int)(t).len, ((t).at ? (t).at : "")

/* Without white space (ASCII) at either end. */
struct text text_trim(struct text t);

/* Takes the first word off *rest, and the white space around it; empty when there is none. */
struct text text_word(struct text *rest);

/* Takes the first line off *rest, without its LF. *rest is {NULL, 0} after the last. */
struct text text_line(struct text *rest);

/* Lines in t: one more than it has LFs. */
size_t text_lines(struct text t);

/* Where the last whole UTF-8 character of t starts, for taking it back; 0 when t is empty. */
size_t text_last(struct text t);

/* Whether t is UTF-8. */
bool text_is_valid(struct text t);

/*
 * Adds what SPEC 4 lets through of said text: valid UTF-8 with LF line ends,
 * without controls, bidirectional controls, blank lines at either end and
 * combining marks past the eighth. May add nothing.
 */
void text_clean(struct ink *out, struct text said);

/*
 * Whether a code point has a picture, or is a mark on another's: no format, no variation
 * selector, nothing that Unicode lets be ignored (UAX #44, Default_Ignorable_Code_Point).
 */
bool character_shows(int32_t code);

enum { NAME_BYTES = 128, NICK_CHARACTERS = 32, ROOM_CHARACTERS = 64 };

/*
 * A nick's or a room's name. Two names are the same when their `folded` are,
 * or when their `likeness` are and not both are `plain` (SPEC 4, UTS #39).
 */
struct name {
	struct text shown;    /* NFC, as it was first spelt; NUL-terminated as a courtesy */
	struct text folded;   /* without differences of case */
	struct text likeness; /* what it looks like */
	bool plain;           /* ASCII only */
	char bytes[];
};

/* ICU's opened rules; one a core, since ICU objects may not be shared by threads. */
struct spelling;

struct spelling *spelling_open(void);
void spelling_close(struct spelling *s);

/* The name, to be freed with free(), or NULL when t cannot be one. */
struct name *name_make(struct spelling *s, struct text t, size_t max_characters);

/*
 * How many of t's first bytes are at most `most`, and whole characters as a reader counts
 * them; at least whole in UTF-8. most is at least 4.
 */
size_t text_cut(struct text t, size_t most);

/* Characters as a reader counts them (grapheme clusters, UAX #29). */
size_t text_characters(struct spelling *s, struct text t);

#endif
