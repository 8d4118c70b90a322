/* What the unit tests share: cmocka, and what it wants before it; bytes written down and compared. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "teahouse/strbuf.h"

/* The bytes of a string literal, NULs and all. */
#define BYTES(literal) ((struct text){(literal), sizeof(literal) - 1})
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

static inline void
bytes_show(const char *what, struct text t)
{
	struct strbuf shown = {0};
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		strbuf_printf(&shown, c < 0x20 || c > 0x7e ? "\\x%02x" : "%c", c);
	}
	print_error("%s (%zu): %.*s\n", what, t.len, TEXT_ARGS(strbuf_view(&shown)));
	strbuf_clear(&shown);
}

static inline void
text_must_be(struct text got, struct text wanted, const char *file, int line)
{
	if (text_is(got, wanted))
		return;
	bytes_show("got   ", got);
	bytes_show("wanted", wanted);
	_fail(file, line);
}

#define assert_text(got, wanted) text_must_be((got), (wanted), __FILE__, __LINE__)

/* The same numbers in every run (Knuth's MMIX generator). */
static inline uint32_t
random_below(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

#endif
