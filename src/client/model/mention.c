/* Finds nicks as words. The page has the same rules. */
#include "client/model/mention.h"

#include <ctype.h>
#include <strings.h>
#include <wctype.h>

#include "client/model/utf8.h"

/* From this code point on, scripts are written without spaces between words. */
enum { SPACELESS = 0x2E80 };

/* What lies before a place in a text. */
struct before {
	wchar_t last, second; /* the characters before it, nearest first; spaces at the start */
};

static bool
code_is_letter(wchar_t code)
{
	return code < SPACELESS && (iswalnum((wint_t)code) || code == '_');
}

/* Whether the character joins two letters to a word, as nicks may have it inside. */
static bool
code_joins(wchar_t code)
{
	return wcschr(L"-.'|^~+&=$%\\`", code) != NULL || code == 0x2019;
}

/* Whether the word goes on after the nick: `ann2`, `ann-marie`, `ann.b`, but not `ann.` or `ann's`. */
static bool
word_goes_on(struct text rest)
{
	if (rest.len == 0)
		return false;
	wchar_t first = utf8_next(&rest);
	if (code_is_letter(first))
		return true;
	if (!code_joins(first) || rest.len == 0)
		return false;
	wchar_t second = utf8_next(&rest);
	bool possessive = (first == '\'' || first == 0x2019) && second == 's' &&
			  (rest.len == 0 || !code_is_letter(utf8_next(&rest)));
	return code_is_letter(second) && !possessive;
}

static bool
word_has_begun(struct before before)
{
	if (code_is_letter(before.last))
		return true;
	return code_joins(before.last) && code_is_letter(before.second);
}

static wchar_t
text_last_code(struct text t)
{
	wchar_t code = L' ';
	while (t.len > 0)
		code = utf8_next(&t);
	return code;
}

static bool
part_mentions(struct text text, struct text nick)
{
	struct before before = {L' ', L' '};
	struct text first = nick;
	bool begins = code_is_letter(utf8_next(&first)),
	     ends = code_is_letter(text_last_code(nick));
	while (text.len > 0) {
		struct text rest;
		if (utf8_starts_with(text, nick, &rest) && !(begins && word_has_begun(before)) &&
			!(ends && word_goes_on(rest)))
			return true;
		before = (struct before){utf8_next(&text), before.last};
	}
	return false;
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

bool
text_mentions(struct text text, struct text nick)
{
	const char *end = text.ptr + text.len, *at = text.ptr, *from = text.ptr;
	if (nick.len == 0)
		return false;
	/* The parts between addresses, each of which takes the rest of its word. */
	while (at < end) {
		const char *stop = at;
		while (stop < end && *stop != ' ' && *stop != '\n' && *stop != '\t')
			stop++;
		size_t length = (size_t)(stop - at);
		size_t skip = address_start((struct text){at, length});
		if (skip < length) {
			const char *address = at + skip;
			if (part_mentions((struct text){from, (size_t)(address - from)}, nick))
				return true;
			from = stop;
		}
		at = stop < end ? stop + 1 : end;
	}
	return part_mentions((struct text){from, (size_t)(end - from)}, nick);
}
