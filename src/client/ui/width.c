/*
 * Columns and rows of text: wcwidth(3) for each code point, and Unicode's data where that is
 * wrong. Terminals disagree about the width of emoji sequences, so joiners and variation selectors
 * between emoji are not shown: each emoji takes two columns on every terminal. Knows no curses.
 */
#include "client/ui/width.h"

#include <wctype.h>

#include "base/utf8.h"

enum {
	ZERO_WIDTH_NON_JOINER = 0x200C,
	ZERO_WIDTH_JOINER = 0x200D,
	REPLACEMENT = 0xFFFD,
	SKIN_FIRST = 0x1F3FB,
	SKIN_LAST = 0x1F3FF,
};

/* Whether the code point is part of the glyph that begins with base; if so, whether it is shown. */
static bool
code_joins(wchar_t base, wchar_t code, bool *shown)
{
	bool joiner = code == ZERO_WIDTH_JOINER || code == ZERO_WIDTH_NON_JOINER;
	/* Between letters, joiners are part of the spelling, and no terminal gives them a width. */
	*shown = joiner ? iswalpha((wint_t)base) : character_shows(code);
	if (code >= SKIN_FIRST && code <= SKIN_LAST && wcwidth(base) == 2) {
		*shown = false;
		return true;
	}
	return joiner || !*shown || (code != 0 && wcwidth(code) == 0);
}

bool
width_next(struct text *rest, struct glyph *glyph)
{
	if (rest->len == 0)
		return false;
	*glyph = (struct glyph){.bytes = {rest->ptr, 0}};
	wchar_t base = utf8_next(rest);
	int n = 0;
	bool shown;
	if (character_shows(base)) {
		int columns = wcwidth(base);
		glyph->columns = columns == 2 ? 2 : 1;
		if (columns < 0 || base == 0)
			glyph->show[n++] = REPLACEMENT;
		else if (columns == 0)
			/* A combining mark needs a base. */
			glyph->show[n++] = L' ';
		if (columns > 0 ||
			(columns == 0 && base != 0 && code_joins(L' ', base, &shown) && shown))
			glyph->show[n++] = base;
	}
	while (rest->len > 0) {
		struct text after = *rest;
		wchar_t code = utf8_next(&after);
		if (!code_joins(base, code, &shown))
			break;
		if (shown && n > 0 && n < GLYPH_CODES)
			glyph->show[n++] = code;
		*rest = after;
	}
	glyph->bytes.len = (size_t)(rest->ptr - glyph->bytes.ptr);
	return true;
}

int
width_of(struct text t)
{
	struct glyph glyph;
	int columns = 0;
	while (width_next(&t, &glyph))
		columns += glyph.columns;
	return columns;
}

struct text
width_cut(struct text t, int columns)
{
	struct text rest = t;
	struct glyph glyph;
	while (width_next(&rest, &glyph)) {
		columns -= glyph.columns;
		if (columns < 0)
			return (struct text){t.ptr, (size_t)(glyph.bytes.ptr - t.ptr)};
	}
	return t;
}

static bool
glyph_is(const struct glyph *glyph, char c)
{
	return glyph->bytes.ptr[0] == c;
}

/* Ends the row before `end` and begins the next at `next`, both without white space there. */
static void
wrap_break(struct wrap *wrap, struct text *row, const char *end, const char *next)
{
	const char *last = wrap->rest.ptr + wrap->rest.len;
	while (end > wrap->rest.ptr && end[-1] == ' ')
		end--;
	while (next < last && *next == ' ')
		next++;
	*row = (struct text){wrap->rest.ptr, (size_t)(end - wrap->rest.ptr)};
	wrap->rest = (struct text){next, (size_t)(last - next)};
	if (wrap->rest.len == 0)
		wrap->rest.ptr = NULL;
}

/* Whether the word that begins at `at`, after white space, is wider than a whole row. */
static bool
word_is_wide(const struct wrap *wrap, const char *at)
{
	struct text rest = {at, (size_t)(wrap->rest.ptr + wrap->rest.len - at)};
	struct glyph glyph;
	while (rest.len > 0 && rest.ptr[0] == ' ')
		width_next(&rest, &glyph);
	int columns = 0;
	while (columns <= wrap->later && width_next(&rest, &glyph) && glyph.columns < 2 &&
		!glyph_is(&glyph, ' ') && !glyph_is(&glyph, '\n'))
		columns += glyph.columns;
	return columns > wrap->later;
}

bool
wrap_next(struct wrap *wrap, struct text *row)
{
	if (!wrap->rest.ptr)
		return false;
	struct text rest = wrap->rest;
	struct glyph glyph;
	const char *chance = NULL; /* where the row could end */
	int left = wrap->columns;
	wrap->columns = wrap->later;
	while (width_next(&rest, &glyph)) {
		const char *at = glyph.bytes.ptr;
		if (glyph_is(&glyph, '\n')) {
			*row = (struct text){wrap->rest.ptr, (size_t)(at - wrap->rest.ptr)};
			wrap->rest = (struct text){at + 1, wrap->rest.len - row->len - 1};
			return true;
		}
		bool begins = at == wrap->rest.ptr;
		if (!begins && (glyph.columns == 2 || glyph_is(&glyph, ' ')))
			chance = at;
		left -= glyph.columns;
		if (left < 0 && !begins) {
			const char *end = chance && !word_is_wide(wrap, chance) ? chance : at;
			wrap_break(wrap, row, end, end);
			return true;
		}
		if (glyph.columns == 2)
			chance = rest.ptr;
	}
	*row = wrap->rest;
	wrap->rest = TEXT_NONE;
	return true;
}
