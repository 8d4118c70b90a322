/* The character sets of older terminals, by ICU's tables. Knows no terminal and no protocol. */
#include "base/charset.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/alloc.h"
#include "base/cluster.h"
#include "teahouse/diag.h"

enum {
	BYTES = 256,
	ASCII = 128,
	DELETE = 127,
	NO_CHARACTER = 0xfffd,
	UNITS_MAX = 256,
	NAME_BYTES_MAX = 32
};

struct charset {
	UChar characters[BYTES]; /* of each byte */
};

/* As users write them, and ICU's names. */
static const struct {
	const char *name, *converter;
} charsets[CHARSETS] = {
	{"utf-8", "UTF-8"},
	{"latin1", "ISO-8859-1"},
	{"ascii", "US-ASCII"},
	{"cp437", "ibm-437"},
};

const char *
charset_name(size_t i)
{
	return charsets[i].name;
}

size_t
charset_find(struct text name)
{
	char terminated[NAME_BYTES_MAX];
	if (name.len == 0 || name.len >= sizeof terminated)
		return CHARSETS;
	memcpy(terminated, name.ptr, name.len);
	terminated[name.len] = '\0';
	for (size_t i = 0; i < CHARSETS; i++)
		if (text_is_same_word(name, text_of(charsets[i].name)) ||
			ucnv_compareNames(terminated, charsets[i].converter) == 0)
			return i;
	for (size_t i = 0; i < CHARSETS; i++) {
		UErrorCode error = U_ZERO_ERROR;
		uint16_t n = ucnv_countAliases(charsets[i].converter, &error);
		for (uint16_t j = 0; U_SUCCESS(error) && j < n; j++) {
			const char *alias = ucnv_getAlias(charsets[i].converter, j, &error);
			if (alias && ucnv_compareNames(terminated, alias) == 0)
				return i;
		}
	}
	return CHARSETS;
}

static void
icu_must(UErrorCode error)
{
	if (U_SUCCESS(error))
		return;
	diag_line(LOG_LEVEL_ERROR, "ICU: a character set cannot be opened: %s", u_errorName(error));
	abort();
}

struct charset *
charset_open(size_t i)
{
	if (i == 0)
		return NULL;
	struct charset *charset = xcalloc(sizeof *charset);
	UErrorCode error = U_ZERO_ERROR;
	UConverter *converter = ucnv_open(charsets[i].converter, &error);
	icu_must(error);
	char bytes[BYTES];
	UChar characters[BYTES + 1];
	for (int byte = 0; byte < BYTES; byte++)
		bytes[byte] = (char)byte;
	/* Each byte is one character, or U+FFFD. */
	int32_t n = ucnv_toUChars(converter, characters, BYTES + 1, bytes, BYTES, &error);
	icu_must(n == BYTES ? error : U_INTERNAL_PROGRAM_ERROR);
	memcpy(charset->characters, characters, sizeof charset->characters);
	ucnv_close(converter);
	return charset;
}

void
charset_close(struct charset *charset)
{
	free(charset);
}

void
charset_decode(const struct charset *charset, struct text bytes, struct strbuf *out)
{
	for (size_t i = 0; i < bytes.len; i++) {
		UChar c = charset->characters[(unsigned char)bytes.ptr[i]];
		char *at = strbuf_reserve(out, U8_MAX_LENGTH);
		int32_t n = 0;
		U8_APPEND_UNSAFE((uint8_t *)at, n, c);
		out->len += (size_t)n;
	}
}

/* The byte of a character that is not ASCII; 0: there is none. */
static unsigned char
character_byte(const struct charset *charset, UChar c)
{
	for (int byte = ASCII; byte < BYTES; byte++)
		if (charset->characters[byte] == c && c != NO_CHARACTER && c >= 0xa0)
			return (unsigned char)byte;
	return 0;
}

/* Appends the characters that the set has; whether it has all of them. */
static bool
units_encode(const struct charset *charset, const UChar *units, int32_t n, struct strbuf *out)
{
	bool whole = true;
	for (int32_t i = 0; i < n; i++) {
		unsigned char byte = units[i] < ASCII ? (unsigned char)units[i]
						      : character_byte(charset, units[i]);
		if (byte)
			strbuf_add(out, &byte, 1);
		else
			whole = false;
	}
	return whole;
}

/* Letters of ASCII for what Unicode does not decompose. */
static const char *
character_similar(UChar c)
{
	static const struct {
		UChar c;
		const char *similar;
	} table[] = {
		{0xab, "<<"},
		{0xbb, ">>"},
		{0xc6, "AE"},
		{0xd0, "D"},
		{0xd7, "x"},
		{0xd8, "O"},
		{0xde, "Th"},
		{0xdf, "ss"},
		{0xe6, "ae"},
		{0xf0, "d"},
		{0xf7, "/"},
		{0xf8, "o"},
		{0xfe, "th"},
		{0x110, "D"},
		{0x111, "d"},
		{0x131, "i"},
		{0x141, "L"},
		{0x142, "l"},
		{0x152, "OE"},
		{0x153, "oe"},
		{0x2010, "-"},
		{0x2011, "-"},
		{0x2012, "-"},
		{0x2013, "-"},
		{0x2014, "-"},
		{0x2018, "'"},
		{0x2019, "'"},
		{0x201a, ","},
		{0x201c, "\""},
		{0x201d, "\""},
		{0x201e, "\""},
		{0x2022, "*"},
		{0x2039, "<"},
		{0x203a, ">"},
		{0x20ac, "EUR"},
		{0x2190, "<-"},
		{0x2192, "->"},
		{0x2212, "-"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].c == c)
			return table[i].similar;
	return NULL;
}

/* Those of decomposed units that are ASCII, or similar to it. */
static void
units_put_similar(const UChar *units, int32_t n, struct strbuf *out)
{
	for (int32_t i = 0; i < n; i++) {
		const char *similar = character_similar(units[i]);
		const char byte = (char)units[i];
		if (similar)
			strbuf_puts(out, similar);
		else if (units[i] >= ' ' && units[i] < DELETE)
			strbuf_add(out, &byte, 1);
	}
}

/* One character as a reader counts them. */
static void
cluster_encode(const struct charset *charset, struct text cluster, struct strbuf *out)
{
	UChar units[UNITS_MAX], formed[UNITS_MAX];
	UErrorCode error = U_ZERO_ERROR;
	size_t start = out->len;
	int32_t n = 0, m = 0;
	u_strFromUTF8WithSub(units, UNITS_MAX, &n, cluster.ptr, (int32_t)cluster.len, NO_CHARACTER,
		NULL, &error);
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&error);
	if (U_SUCCESS(error))
		m = unorm2_normalize(nfc, units, n, formed, UNITS_MAX, &error);
	if (U_SUCCESS(error) && m > 0 && units_encode(charset, formed, m, out))
		return;
	out->len = start;
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&error);
	if (U_SUCCESS(error))
		m = unorm2_normalize(nfkd, units, n, formed, UNITS_MAX, &error);
	if (U_SUCCESS(error))
		units_put_similar(formed, m, out);
	if (out->len == start)
		strbuf_puts(out, "?");
}

void
charset_encode(const struct charset *charset, struct text t, struct strbuf *out)
{
	while (t.len > 0) {
		size_t n = 0, columns;
		while (n < t.len && (unsigned char)t.ptr[n] < ASCII)
			n++;
		/* A mark may follow the last one. */
		if (n > 0 && n < t.len)
			n--;
		strbuf_add(out, t.ptr, n);
		t = (struct text){t.ptr + n, t.len - n};
		if (t.len == 0)
			return;
		n = cluster_first(t, &columns);
		if (n == 1 && (unsigned char)t.ptr[0] < ASCII)
			strbuf_add(out, t.ptr, 1);
		else
			cluster_encode(charset, (struct text){t.ptr, n}, out);
		t = (struct text){t.ptr + n, t.len - n};
	}
}
