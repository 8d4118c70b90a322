/* Finds nicks as words. */
#include "client/model/mention.h"

#include <wctype.h>

#include "client/model/utf8.h"

/* From this code point on, scripts are written without spaces between words. */
enum { SPACELESS = 0x2E80 };

/* Whether two adjacent characters are part of one word. */
static bool
codes_join(wchar_t a, wchar_t b)
{
	return a < SPACELESS && b < SPACELESS && iswalnum((wint_t)a) && iswalnum((wint_t)b);
}

static wchar_t
text_last_code(struct text t)
{
	wchar_t code = L' ';
	while (t.len > 0)
		code = utf8_next(&t);
	return code;
}

bool
text_mentions(struct text text, struct text nick)
{
	wchar_t before = L' ', last = text_last_code(nick);
	while (nick.len > 0 && text.len > 0) {
		struct text rest, first = nick;
		if (utf8_starts_with(text, nick, &rest) && !codes_join(before, utf8_next(&first)) &&
			(rest.len == 0 || !codes_join(last, utf8_next(&rest))))
			return true;
		before = utf8_next(&text);
	}
	return false;
}
