/* Lines broken at words, for a number of columns. Does not know where they are shown. */
#include "base/wrap.h"

#include "base/cluster.h"

enum { TAB_COLUMNS = 8 };

/*
 * The bytes of the line that fit: up to the last space before the limit, else to the last whole
 * cluster; at least one.
 */
static size_t
wrap_fit(struct text line, size_t columns)
{
	size_t used = 0, at = 0, space = 0;
	bool word = false; /* a word has begun, so that a space ends it */
	while (at < line.len) {
		size_t own, n = cluster_first((struct text){line.ptr + at, line.len - at}, &own);
		bool is_space = line.ptr[at] == ' ' || line.ptr[at] == '\t';
		if (line.ptr[at] == '\t')
			own = TAB_COLUMNS;
		if (is_space && word)
			space = at;
		if (used + own > columns)
			return space > 0 ? space : at > 0 ? at : n;
		word = word || !is_space;
		used += own;
		at += n;
	}
	return line.len;
}

void
text_wrap(struct strbuf *out, struct text line, size_t columns, size_t indent, const char *ending)
{
	size_t before = 0;
	do {
		size_t n = wrap_fit(line, columns - before);
		strbuf_printf(out, "%*s%.*s%s", (int)before, "", (int)n, line.ptr, ending);
		line = (struct text){line.ptr + n, line.len - n};
		while (line.len > 0 && line.ptr[0] == ' ')
			line = (struct text){line.ptr + 1, line.len - 1};
		before = indent;
	} while (line.len > 0);
}
