/* Finds nicks as words. The page has the same rules. */
#include "base/mention.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

#include "base/utf8.h"

/* From this code point on, scripts are written without spaces between words. */
enum { SPACELESS = 0x2E80 };

/* So many characters may join two letters to a word: `ann-.-marie`. */
enum { JOINERS = 8 };

/* The characters before a place in a text, the nearest first; spaces at the start. */
struct before {
	wchar_t codes[JOINERS + 1];
};

static bool
code_is_mark(wchar_t code)
{
	return code >= 0x300 && !(code >= 0x200B && code <= 0x200F) && wcwidth(code) == 0;
}

static bool
code_is_letter(wchar_t code)
{
	return code < SPACELESS && (iswalnum((wint_t)code) || code == '_' || code_is_mark(code));
}

/* Whether the character joins two letters to a word: those that nicks cannot have do not. */
static bool
code_joins(wchar_t code)
{
	static const wchar_t ends[] = L"#@:,*!/\"<>;?\u2026\u2013\u2014\u00a0\u2007\u202f";
	return code < SPACELESS && !code_is_letter(code) && !iswspace((wint_t)code) &&
	       !wcschr(ends, code);
}

/* Two full stops or more end a sentence. */
static bool
are_stops(wchar_t one, wchar_t next)
{
	return one == '.' && next == '.';
}

/* Whether 's follows, which does not change who is meant. */
static bool
is_possessive(struct text rest)
{
	wchar_t first = rest.len > 0 ? utf8_next(&rest) : L' ';
	return (first == '\'' || first == 0x2019) && rest.len > 0 && utf8_next(&rest) == 's' &&
	       (rest.len == 0 || !code_is_letter(utf8_next(&rest)));
}

/* Whether the word goes on after the nick: `ann2`, `ann-marie`, `ann.b`, but not `ann.` or `ann's`. */
static bool
word_goes_on(struct text rest)
{
	wchar_t codes[JOINERS + 1] = {L' '};
	size_t n = 0;
	if (is_possessive(rest))
		return false;
	while (rest.len > 0 && n <= JOINERS) {
		codes[n] = utf8_next(&rest);
		if (!code_joins(codes[n]))
			return code_is_letter(codes[n]) &&
			       !(n > 1 && are_stops(codes[0], codes[1]));
		n++;
	}
	return false;
}

static bool
word_has_begun(const struct before *before)
{
	const wchar_t *codes = before->codes;
	size_t n = 0;
	while (n < JOINERS && code_joins(codes[n]))
		n++;
	return code_is_letter(codes[n]) && !(n > 1 && are_stops(codes[n - 1], codes[n - 2]));
}

static struct text
part_mention(struct text text, struct text nick)
{
	struct before before;
	for (size_t i = 0; i <= JOINERS; i++)
		before.codes[i] = L' ';
	while (text.len > 0) {
		struct text rest;
		if (utf8_starts_with(text, nick, &rest) && !word_has_begun(&before) &&
			!word_goes_on(rest))
			return (struct text){text.ptr, text.len - rest.len};
		memmove(before.codes + 1, before.codes, JOINERS * sizeof *before.codes);
		before.codes[0] = utf8_next(&text);
	}
	return TEXT_NONE;
}

/* Where an address (`https://..`, `www...`, `x@example.org`) begins in the word; its length: there is none. */
static size_t
address_start(struct text word)
{
	for (size_t i = 0; i < word.len; i++) {
		struct text rest = {word.ptr + i, word.len - i};
		bool mail = rest.ptr[0] == '@' && i > 0 && rest.len > 1 &&
			    isalnum((unsigned char)rest.ptr[-1]) && memchr(rest.ptr, '.', rest.len);
		if (mail || (i == 0 && rest.len > 4 && strncasecmp(rest.ptr, "www.", 4) == 0))
			return 0;
		if (rest.len < 3 || memcmp(rest.ptr, "://", 3) != 0)
			continue;
		while (i > 0 && isalnum((unsigned char)word.ptr[i - 1]))
			i--;
		return i;
	}
	return word.len;
}

struct text
text_mention(struct text text, struct text nick)
{
	const char *end = text.ptr + text.len, *at = text.ptr, *from = text.ptr;
	if (nick.len == 0)
		return TEXT_NONE;
	/* The parts between addresses, each of which takes the rest of its word. */
	while (at < end) {
		const char *stop = at;
		while (stop < end && *stop != ' ' && *stop != '\n' && *stop != '\t')
			stop++;
		size_t length = (size_t)(stop - at);
		size_t skip = address_start((struct text){at, length});
		if (skip < length) {
			struct text part = {from, (size_t)(at + skip - from)};
			struct text found = part_mention(part, nick);
			if (found.ptr)
				return found;
			from = stop;
		}
		at = stop < end ? stop + 1 : end;
	}
	return part_mention((struct text){from, (size_t)(end - from)}, nick);
}
