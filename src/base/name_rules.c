/*
 * Which names are valid, and which are the same to a reader (SPEC 4, UTS #39). Knows
 * nothing of who has which name.
 */
#include "teahouse/name_rules.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "base/alloc.h"
#include "teahouse/diag.h"

enum {
	/* UTF-16 units of any name of NAME_BYTES, case-folded and decomposed. */
	UNITS_MAX = 18 * NAME_BYTES,
	BYTES_MAX = 3 * UNITS_MAX,
	GIVEN_BYTES = 3 * NAME_BYTES, /* NFC rarely makes text shorter than a third */
};

struct name_rules {
	UBreakIterator *clusters;
	USpoofChecker *skeleton;
	const UNormalizer2 *nfc;
};

static void *
icu_take(const void *context, size_t bytes)
{
	(void)context;
	return alloc_take(bytes);
}

static void *
icu_resize(const void *context, void *old, size_t bytes)
{
	(void)context;
	return alloc_resize(old, bytes);
}

static void
icu_free(const void *context, void *at)
{
	(void)context;
	free(at);
}

struct name_rules *
name_rules_open(void)
{
	struct name_rules *rules = xcalloc(sizeof *rules);
	UErrorCode error = U_ZERO_ERROR;
	/* So that a name is never taken for invalid because memory ran out. */
	u_setMemoryFunctions(NULL, icu_take, icu_resize, icu_free, &error);
	rules->clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &error);
	rules->skeleton = uspoof_open(&error);
	rules->nfc = unorm2_getNFCInstance(&error);
	if (U_FAILURE(error)) {
		diag_line(
			LOG_LEVEL_ERROR, "ICU: its rules cannot be opened: %s", u_errorName(error));
		abort();
	}
	return rules;
}

void
name_rules_close(struct name_rules *rules)
{
	ubrk_close(rules->clusters);
	uspoof_close(rules->skeleton);
	free(rules);
}

static size_t
units_characters(struct name_rules *rules, const UChar *units, int32_t n)
{
	UErrorCode error = U_ZERO_ERROR;
	ubrk_setText(rules->clusters, units, n, &error);
	size_t characters = 0;
	if (U_SUCCESS(error))
		while (ubrk_next(rules->clusters) != UBRK_DONE)
			characters++;
	return characters;
}

size_t
text_characters(struct name_rules *rules, struct text t)
{
	UErrorCode error = U_ZERO_ERROR;
	int32_t n = 0;
	UChar *units = xrealloc(NULL, (t.len + 1) * sizeof *units);
	u_strFromUTF8WithSub(
		units, (int32_t)t.len + 1, &n, t.ptr, (int32_t)t.len, 0xfffd, NULL, &error);
	size_t characters = U_SUCCESS(error) ? units_characters(rules, units, n) : 0;
	free(units);
	return characters;
}

/* Letters and symbols that show nothing, or that stand for something that is not there. */
static bool
character_is_placeholder(UChar32 c)
{
	static const UChar32 placeholders[] = {
		0x2800,           /* BRAILLE PATTERN BLANK */
		0x16fe4,          /* KHITAN SMALL SCRIPT FILLER */
		0x13441, 0x13442, /* EGYPTIAN HIEROGLYPH FULL BLANK, HALF BLANK */
		0x1d159,          /* MUSICAL SYMBOL NULL NOTEHEAD */
		0xfffc, 0xfffd,   /* OBJECT REPLACEMENT CHARACTER, REPLACEMENT CHARACTER */
	};
	for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
		if (c == placeholders[i])
			return true;
	return false;
}

static bool
character_fits_name(UChar32 c)
{
	static const char reserved[] = "#@:,*!/\"<>";
	if (c < 0x80 && (c <= ' ' || c == 0x7f || strchr(reserved, (int)c)))
		return false;
	/* Control, format, private use, surrogates and unassigned; and all separators. */
	uint32_t unfit = U_GC_C_MASK | U_GC_Z_MASK;
	if ((U_GET_GC_MASK(c) & unfit) || u_isUWhiteSpace(c) || character_is_placeholder(c))
		return false;
	/* A variation selector belongs to the character before it. */
	return u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR) ||
	       !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* Whether every character may stand where it does. */
static bool
units_fit_name(const UChar *units, int32_t n, enum name_kind kind)
{
	/* Other protocols give these a meaning before a nick, such as IRC's prefixes. */
	static const char not_first[] = "~&%+$-=";
	int marks = 0;
	for (int32_t i = 0; i < n;) {
		bool first = i == 0;
		UChar32 c;
		U16_NEXT(units, i, n, c);
		marks = (U_GET_GC_MASK(c) & U_GC_M_MASK) ? marks + 1 : 0;
		/* A mark at the start would be drawn on whatever precedes the name. */
		if (!character_fits_name(c) || (first && marks) || marks > TEXT_MARKS)
			return false;
		if (first && kind == NAME_NICK && c < 0x80 && strchr(not_first, (int)c))
			return false;
	}
	return n > 0;
}

/* One of a name's three forms, in UTF-16 and in UTF-8. */
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
spelled_fold(
	struct name_rules *rules, struct spelled *to, const struct spelled *from, UErrorCode *error)
{
	UChar casefolded[UNITS_MAX];
	int32_t n = u_strFoldCase(
		casefolded, UNITS_MAX, from->units, from->n, U_FOLD_CASE_DEFAULT, error);
	to->n = unorm2_normalize(rules->nfc, casefolded, n, to->units, UNITS_MAX, error);
	spelled_bytes(to, error);
}

static void
spelled_skeleton(
	struct name_rules *rules, struct spelled *to, const struct spelled *from, UErrorCode *error)
{
	struct spelled seen, like;
	seen.n = 0;
	for (int32_t i = 0; i < from->n;) {
		UChar32 c;
		U16_NEXT(from->units, i, from->n, c);
		/* The only characters of a name that show nothing by themselves. */
		if (!u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR))
			U16_APPEND_UNSAFE(seen.units, seen.n, c);
	}
	/* Case-folded afterwards: confusables that differ in case are the same, too. */
	like.n = uspoof_getSkeleton(
		rules->skeleton, 0, seen.units, seen.n, like.units, UNITS_MAX, error);
	if (U_SUCCESS(*error))
		spelled_fold(rules, to, &like, error);
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
name_make(struct name_rules *rules, struct text t, enum name_kind kind)
{
	size_t max_characters = kind == NAME_NICK ? NICK_CHARACTERS : ROOM_CHARACTERS;
	if (!t.ptr || t.len == 0 || t.len > GIVEN_BYTES)
		return NULL;
	UErrorCode error = U_ZERO_ERROR;
	struct spelled shown, casefolded, skeleton;
	UChar raw[GIVEN_BYTES];
	int32_t n;
	u_strFromUTF8(raw, GIVEN_BYTES, &n, t.ptr, (int32_t)t.len, &error);
	if (U_FAILURE(error))
		return NULL;
	shown.n = unorm2_normalize(rules->nfc, raw, n, shown.units, UNITS_MAX, &error);
	if (U_FAILURE(error) || !units_fit_name(shown.units, shown.n, kind) ||
		units_characters(rules, shown.units, shown.n) > max_characters)
		return NULL;
	spelled_bytes(&shown, &error);
	if (U_FAILURE(error) || shown.len > NAME_BYTES)
		return NULL;
	spelled_fold(rules, &casefolded, &shown, &error);
	spelled_skeleton(rules, &skeleton, &shown, &error);
	if (U_FAILURE(error))
		return NULL;
	size_t bytes = (size_t)shown.len + (size_t)casefolded.len + (size_t)skeleton.len + 3;
	struct name *name = xcalloc(sizeof *name + bytes);
	char *at = name->bytes;
	name->shown = name_keep(&at, &shown);
	name->casefolded = name_keep(&at, &casefolded);
	name->skeleton = name_keep(&at, &skeleton);
	name->ascii = true;
	for (int32_t i = 0; i < shown.len; i++)
		name->ascii = name->ascii && (unsigned char)shown.bytes[i] < 0x80;
	return name;
}
