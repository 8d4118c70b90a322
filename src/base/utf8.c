/* Decodes UTF-8 (RFC 3629) a code point at a time. */
#include "base/utf8.h"

#include <wctype.h>

enum { REPLACEMENT = 0xFFFD };

wchar_t
utf8_next(struct text *rest)
{
	static const wchar_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)rest->ptr;
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	wchar_t code = n == 1 ? s[0] : s[0] & (0x7F >> n);
	bool good = n > 0 && s[0] < 0xF5 && n <= rest->len;
	for (size_t i = 1; good && i < n; i++) {
		good = (s[i] & 0xC0) == 0x80;
		code = (wchar_t)(code << 6 | (s[i] & 0x3F));
	}
	if (good && n > 1)
		good = code >= least[n] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
	if (!good) {
		n = 1;
		code = REPLACEMENT;
	}
	rest->ptr += n;
	rest->len -= n;
	return code;
}

bool
utf8_starts_with(struct text t, struct text prefix, struct text *rest)
{
	while (prefix.len > 0) {
		if (t.len == 0)
			return false;
		wint_t a = (wint_t)utf8_next(&t), b = (wint_t)utf8_next(&prefix);
		if (a != b && towlower(a) != towlower(b))
			return false;
	}
	*rest = t;
	return true;
}
