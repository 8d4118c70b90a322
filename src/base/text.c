/* Text as users send it, cleaned by Unicode's rules. Knows nothing of names. */
#include "teahouse/text.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include "teahouse/strbuf.h"

static bool
byte_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text
text_trim(struct text t)
{
	while (t.len > 0 && byte_is_space(t.ptr[0])) {
		t.ptr++;
		t.len--;
	}
	while (t.len > 0 && byte_is_space(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

struct text
text_word(struct text *rest)
{
	*rest = text_trim(*rest);
	struct text word = {rest->ptr, 0};
	while (word.len < rest->len && !byte_is_space(word.ptr[word.len]))
		word.len++;
	rest->ptr += word.len;
	rest->len -= word.len;
	*rest = text_trim(*rest);
	return word;
}

struct text
text_until(struct text *rest, char end)
{
	const char *at = rest->len > 0 ? memchr(rest->ptr, end, rest->len) : NULL;
	size_t n = at ? (size_t)(at - rest->ptr) : rest->len, past = at ? n + 1 : n;
	struct text part = {rest->ptr, n};
	*rest = (struct text){rest->ptr + past, rest->len - past};
	return part;
}

struct text
text_line(struct text *rest)
{
	const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
	struct text line = *rest;
	if (!end) {
		*rest = TEXT_NONE;
		return line;
	}
	line.len = (size_t)(end - line.ptr);
	*rest = (struct text){end + 1, rest->len - line.len - 1};
	return line;
}

size_t
text_lines(struct text t)
{
	size_t lines = 0;
	for (struct text rest = t; rest.ptr; lines++)
		text_line(&rest);
	return lines;
}

size_t
text_last(struct text t)
{
	if (t.len == 0)
		return 0;
	int32_t at = (int32_t)t.len;
	U8_BACK_1((const uint8_t *)t.ptr, 0, at);
	return (size_t)at;
}

/* How many of the first bytes are printable ASCII: the common case, which needs no ICU. */
static size_t
text_printable_ascii(struct text t)
{
	size_t n = 0;
	while (n < t.len && t.ptr[n] >= ' ' && t.ptr[n] < 0x7f)
		n++;
	return n;
}

bool
text_is_valid(struct text t)
{
	const uint8_t *at = (const uint8_t *)t.ptr;
	int32_t len = (int32_t)t.len;
	for (int32_t i = (int32_t)text_printable_ascii(t); i < len;) {
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
	/* Signs that precede Arabic numbers are format characters, but visible. */
	return !u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
	       (!formats || u_hasBinaryProperty(code, UCHAR_PREPENDED_CONCATENATION_MARK));
}

static void
strbuf_add_character(struct strbuf *out, UChar32 c)
{
	char *at = strbuf_reserve(out, U8_MAX_LENGTH);
	int32_t n = 0;
	U8_APPEND_UNSAFE((uint8_t *)at, n, c);
	out->len += (size_t)n;
}

/* All of text_clean but the removal of blank lines at either end. */
static void
text_clean_characters(struct strbuf *out, struct text said)
{
	const uint8_t *at = (const uint8_t *)said.ptr;
	int32_t len = (int32_t)said.len;
	int marks = 0;
	for (int32_t i = 0; i < len;) {
		size_t plain =
			text_printable_ascii((struct text){said.ptr + i, said.len - (size_t)i});
		if (plain > 0) {
			strbuf_add(out, said.ptr + i, plain);
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
		/* An invisible character does not separate a mark from its base. */
		if (mark)
			marks++;
		else if (marks > 0 && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
			marks = 0;
		if (!mark || marks <= TEXT_MARKS)
			strbuf_add_character(out, c);
	}
}

static bool
text_is_blank(struct text line)
{
	const uint8_t *at = (const uint8_t *)line.ptr;
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
text_clean(struct strbuf *out, struct text said)
{
	size_t start = out->len;
	text_clean_characters(out, said);
	if (out->len == start)
		return;
	struct text clean = {out->ptr + start, out->len - start};
	size_t from = 0, to = 0, at = 0;
	bool any = false;
	for (struct text rest = clean; rest.ptr;) {
		struct text line = text_line(&rest);
		at = (size_t)(line.ptr - clean.ptr);
		if (text_is_blank(line))
			continue;
		if (!any)
			from = at;
		any = true;
		to = at + line.len;
	}
	if (from > 0)
		memmove(out->ptr + start, out->ptr + start + from, to - from);
	out->len = start + to - from;
}

size_t
text_cut(struct text t, size_t max)
{
	if (t.len <= max)
		return t.len;
	UErrorCode error = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, t.ptr, (int64_t)t.len, &error);
	UBreakIterator *clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &error);
	ubrk_setUText(clusters, text, &error);
	int32_t cut = U_SUCCESS(error) ? ubrk_preceding(clusters, (int32_t)max + 1) : 0;
	/* A grapheme cluster has no maximum length, such as a chain of emoji. */
	if (cut <= 0) {
		cut = (int32_t)max;
		U8_SET_CP_START((const uint8_t *)t.ptr, 0, cut);
	}
	ubrk_close(clusters);
	utext_close(text);
	return (size_t)cut;
}
