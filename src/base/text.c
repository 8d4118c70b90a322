/* What may be said and what one may be called, by Unicode's rules. The only part that knows ICU. */
#include "teahouse/text.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include "base/memory.h"
#include "teahouse/buffer.h"
#include "teahouse/log.h"

enum {
	MARKS_MAX = 8,
	/* A name of NAME_BYTES, folded and taken apart as far as Unicode ever does. */
	UNITS_MAX = 18 * NAME_BYTES,
	BYTES_MAX = 3 * UNITS_MAX,
	GIVEN_BYTES = 3 * NAME_BYTES, /* NFC hardly ever makes text shorter than a third */
	FORBIDDEN = 0xfffd,
};

static bool
byte_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text
text_trim(struct text t)
{
	while (t.len > 0 && byte_is_space(t.at[0])) {
		t.at++;
		t.len--;
	}
	while (t.len > 0 && byte_is_space(t.at[t.len - 1]))
		t.len--;
	return t;
}

struct text
text_word(struct text *rest)
{
	*rest = text_trim(*rest);
	struct text word = {rest->at, 0};
	while (word.len < rest->len && !byte_is_space(word.at[word.len]))
		word.len++;
	rest->at += word.len;
	rest->len -= word.len;
	*rest = text_trim(*rest);
	return word;
}

struct text
text_line(struct text *rest)
{
	const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
	struct text line = *rest;
	if (!end) {
		*rest = (struct text){NULL, 0};
		return line;
	}
	line.len = (size_t)(end - line.at);
	*rest = (struct text){end + 1, rest->len - line.len - 1};
	return line;
}

size_t
text_lines(struct text t)
{
	size_t lines = 0;
	for (struct text rest = t; rest.at; lines++)
		text_line(&rest);
	return lines;
}

size_t
text_last(struct text t)
{
	if (t.len == 0)
		return 0;
	int32_t at = (int32_t)t.len;
	U8_BACK_1((const uint8_t *)t.at, 0, at);
	return (size_t)at;
}

/* How many of t's first bytes are ASCII that is shown as it is: most of what most people say. */
static size_t
text_plain(struct text t)
{
	size_t n = 0;
	while (n < t.len && t.at[n] >= ' ' && t.at[n] < 0x7f)
		n++;
	return n;
}

bool
text_is_valid(struct text t)
{
	const uint8_t *at = (const uint8_t *)t.at;
	int32_t len = (int32_t)t.len;
	for (int32_t i = (int32_t)text_plain(t); i < len;) {
		UChar32 c;
		U8_NEXT(at, i, len, c);
		if (c < 0)
			return false;
	}
	return true;
}

static bool
character_is_bidi_control(UChar32 c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool
character_is_mark(UChar32 c)
{
	return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

bool
character_shows(int32_t code)
{
	int8_t type = u_charType(code);
	bool formats =
		type == U_FORMAT_CHAR || type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR;
	/* Some signs in front of Arabic numbers count as formats, and show. */
	return !u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
	       (!formats || u_hasBinaryProperty(code, UCHAR_PREPENDED_CONCATENATION_MARK));
}

static void
ink_character(struct ink *out, UChar32 c)
{
	char *at = ink_space(out, U8_MAX_LENGTH);
	int32_t n = 0;
	U8_APPEND_UNSAFE((uint8_t *)at, n, c);
	out->len += (size_t)n;
}

/* Everything but the blank lines at either end. */
static void
text_clean_characters(struct ink *out, struct text said)
{
	const uint8_t *at = (const uint8_t *)said.at;
	int32_t len = (int32_t)said.len;
	int marks = 0;
	for (int32_t i = 0; i < len;) {
		size_t plain = text_plain((struct text){said.at + i, said.len - (size_t)i});
		if (plain > 0) {
			ink_add(out, said.at + i, plain);
			i += (int32_t)plain;
			marks = 0;
			continue;
		}
		UChar32 c;
		U8_NEXT_OR_FFFD(at, i, len, c);
		if (c == '\r') {
			if (i < len && at[i] == '\n')
				i++;
			c = '\n';
		}
		if ((u_charType(c) == U_CONTROL_CHAR && c != '\t' && c != '\n') ||
			character_is_bidi_control(c))
			continue;
		bool mark = character_is_mark(c);
		/* What shows nothing does not part a mark from what it sits on. */
		if (mark)
			marks++;
		else if (marks > 0 && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
			marks = 0;
		if (!mark || marks <= MARKS_MAX)
			ink_character(out, c);
	}
}

static bool
text_is_blank(struct text line)
{
	const uint8_t *at = (const uint8_t *)line.at;
	int32_t len = (int32_t)line.len;
	for (int32_t i = 0; i < len;) {
		UChar32 c;
		U8_NEXT_OR_FFFD(at, i, len, c);
		if (!u_isUWhiteSpace(c))
			return false;
	}
	return true;
}

void
text_clean(struct ink *out, struct text said)
{
	size_t start = out->len;
	text_clean_characters(out, said);
	if (out->len == start)
		return;
	struct text clean = {out->at + start, out->len - start};
	size_t from = 0, to = 0, at = 0;
	bool any = false;
	for (struct text rest = clean; rest.at;) {
		struct text line = text_line(&rest);
		at = (size_t)(line.at - clean.at);
		if (text_is_blank(line))
			continue;
		if (!any)
			from = at;
		any = true;
		to = at + line.len;
	}
	if (from > 0)
		memmove(out->at + start, out->at + start + from, to - from);
	out->len = start + to - from;
}

struct spelling {
	UBreakIterator *clusters;
	USpoofChecker *likeness;
	const UNormalizer2 *nfc;
};

static void *
icu_take(const void *context, size_t bytes)
{
	(void)context;
	return memory_take(bytes);
}

static void *
icu_resize(const void *context, void *old, size_t bytes)
{
	(void)context;
	return memory_resize(old, bytes);
}

static void
icu_free(const void *context, void *at)
{
	(void)context;
	free(at);
}

struct spelling *
spelling_open(void)
{
	struct spelling *s = memory_new(sizeof *s);
	UErrorCode error = U_ZERO_ERROR;
	/* So that it never seems, for want of memory, that there is no such name. */
	u_setMemoryFunctions(NULL, icu_take, icu_resize, icu_free, &error);
	s->clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &error);
	s->likeness = uspoof_open(&error);
	s->nfc = unorm2_getNFCInstance(&error);
	if (U_FAILURE(error)) {
		log_line(LOG_ERROR, "ICU's rules cannot be opened: %s", u_errorName(error));
		abort();
	}
	return s;
}

void
spelling_close(struct spelling *s)
{
	ubrk_close(s->clusters);
	uspoof_close(s->likeness);
	free(s);
}

static size_t
units_characters(struct spelling *s, const UChar *units, int32_t n)
{
	UErrorCode error = U_ZERO_ERROR;
	ubrk_setText(s->clusters, units, n, &error);
	size_t characters = 0;
	if (U_SUCCESS(error))
		while (ubrk_next(s->clusters) != UBRK_DONE)
			characters++;
	return characters;
}

size_t
text_characters(struct spelling *s, struct text t)
{
	UErrorCode error = U_ZERO_ERROR;
	int32_t n = 0;
	UChar *units = memory_grow(NULL, (t.len + 1) * sizeof *units);
	u_strFromUTF8WithSub(
		units, (int32_t)t.len + 1, &n, t.at, (int32_t)t.len, 0xfffd, NULL, &error);
	size_t characters = U_SUCCESS(error) ? units_characters(s, units, n) : 0;
	free(units);
	return characters;
}

size_t
text_cut(struct text t, size_t most)
{
	if (t.len <= most)
		return t.len;
	UErrorCode error = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, t.at, (int64_t)t.len, &error);
	UBreakIterator *clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &error);
	ubrk_setUText(clusters, text, &error);
	int32_t cut = U_SUCCESS(error) ? ubrk_preceding(clusters, (int32_t)most + 1) : 0;
	/* A chain of emoji may be one cluster without end: then it is cut between its parts. */
	if (cut <= 0) {
		cut = (int32_t)most;
		U8_SET_CP_START((const uint8_t *)t.at, 0, cut);
	}
	ubrk_close(clusters);
	utext_close(text);
	return (size_t)cut;
}

static bool
character_fits_name(UChar32 c)
{
	static const char reserved[] = "#@:,*!/\"<>";
	if (c < 0x80 && (c <= ' ' || c == 0x7f || strchr(reserved, (int)c)))
		return false;
	uint32_t unfit = U_GC_C_MASK | U_GC_Z_MASK;
	if ((U_GET_GC_MASK(c) & unfit & ~U_GC_CO_MASK) || c == FORBIDDEN || u_isUWhiteSpace(c))
		return false;
	/* Fillers and the braille blank are letters and symbols that show nothing. */
	bool selector = u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR);
	bool unseen = u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || c == 0x2800;
	return selector || !unseen;
}

static bool
units_fit_name(const UChar *units, int32_t n)
{
	int marks = 0;
	for (int32_t i = 0; i < n;) {
		bool first = i == 0;
		UChar32 c;
		U16_NEXT(units, i, n, c);
		marks = character_is_mark(c) ? marks + 1 : 0;
		/* A mark at the start would sit on whatever stands before the name. */
		if (!character_fits_name(c) || (first && marks) || marks > MARKS_MAX)
			return false;
	}
	return n > 0;
}

/* One of a name's three spellings, as units and as bytes. */
struct spelled {
	UChar units[UNITS_MAX];
	int32_t n;
	char bytes[BYTES_MAX];
	int32_t len;
};

static void
spelled_bytes(struct spelled *to, UErrorCode *error)
{
	u_strToUTF8(to->bytes, sizeof to->bytes, &to->len, to->units, to->n, error);
}

static void
spelled_fold(struct spelling *s, struct spelled *to, const struct spelled *from, UErrorCode *error)
{
	UChar folded[UNITS_MAX];
	int32_t n =
		u_strFoldCase(folded, UNITS_MAX, from->units, from->n, U_FOLD_CASE_DEFAULT, error);
	to->n = unorm2_normalize(s->nfc, folded, n, to->units, UNITS_MAX, error);
	spelled_bytes(to, error);
}

static void
spelled_likeness(
	struct spelling *s, struct spelled *to, const struct spelled *from, UErrorCode *error)
{
	struct spelled seen, like;
	seen.n = 0;
	for (int32_t i = 0; i < from->n;) {
		UChar32 c;
		U16_NEXT(from->units, i, from->n, c);
		/* The only characters of a name that show nothing of their own. */
		if (!u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR))
			U16_APPEND_UNSAFE(seen.units, seen.n, c);
	}
	/* Folded afterwards, so that neither case nor likeness hides behind the other. */
	like.n = uspoof_getSkeleton(
		s->likeness, 0, seen.units, seen.n, like.units, UNITS_MAX, error);
	if (U_SUCCESS(*error))
		spelled_fold(s, to, &like, error);
}

static struct text
name_keep(char **at, const struct spelled *spelled)
{
	struct text kept = {*at, (size_t)spelled->len};
	memcpy(*at, spelled->bytes, kept.len);
	(*at)[kept.len] = '\0';
	*at += kept.len + 1;
	return kept;
}

struct name *
name_make(struct spelling *s, struct text t, size_t max_characters)
{
	if (!t.at || t.len == 0 || t.len > GIVEN_BYTES)
		return NULL;
	UErrorCode error = U_ZERO_ERROR;
	struct spelled shown, folded, likeness;
	UChar raw[GIVEN_BYTES];
	int32_t n;
	u_strFromUTF8(raw, GIVEN_BYTES, &n, t.at, (int32_t)t.len, &error);
	if (U_FAILURE(error))
		return NULL;
	shown.n = unorm2_normalize(s->nfc, raw, n, shown.units, UNITS_MAX, &error);
	if (U_FAILURE(error) || !units_fit_name(shown.units, shown.n) ||
		units_characters(s, shown.units, shown.n) > max_characters)
		return NULL;
	spelled_bytes(&shown, &error);
	if (U_FAILURE(error) || shown.len > NAME_BYTES)
		return NULL;
	spelled_fold(s, &folded, &shown, &error);
	spelled_likeness(s, &likeness, &shown, &error);
	if (U_FAILURE(error))
		return NULL;
	size_t bytes = (size_t)shown.len + (size_t)folded.len + (size_t)likeness.len + 3;
	struct name *name = memory_new(sizeof *name + bytes);
	char *at = name->bytes;
	name->shown = name_keep(&at, &shown);
	name->folded = name_keep(&at, &folded);
	name->likeness = name_keep(&at, &likeness);
	name->plain = true;
	for (int32_t i = 0; i < shown.len; i++)
		name->plain = name->plain && (unsigned char)shown.bytes[i] < 0x80;
	return name;
}
