/* Lines, put together from cleaned parts. */
#include "client/model/line.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/nick_colours.h"

void
line_add_clean(struct strbuf *out, struct text t, bool one_line)
{
	struct strbuf clean = {0};
	strbuf_reserve(&clean, t.len + 1);
	text_clean(&clean, t);
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.ptr[i] == '\t')
			strbuf_puts(out, "    ");
		else if (clean.ptr[i] == '\n' && one_line)
			strbuf_puts(out, " ");
		else
			strbuf_add(out, clean.ptr + i, 1);
	}
	strbuf_clear(&clean);
}

struct line *
line_make(enum line_kind kind, int64_t time, const struct line_parts *parts)
{
	struct strbuf buf = {0};
	strbuf_add_text(&buf, parts->prefix);
	size_t nick_at = buf.len;
	line_add_clean(&buf, parts->nick, true);
	size_t nick_len = buf.len - nick_at;
	strbuf_add_text(&buf, parts->verb);
	line_add_clean(&buf, parts->to, true);
	strbuf_add_text(&buf, parts->separator);
	size_t body_at = buf.len;
	line_add_clean(&buf, parts->body, false);
	strbuf_add_text(&buf, parts->suffix);
	struct line *line = xcalloc(sizeof *line + buf.len + 1);
	*line = (struct line){
		.refs = 1,
		.kind = kind,
		.time = time,
		.nick_at = nick_at,
		.nick_len = nick_len,
		.body_at = body_at,
		.colour = nick_colour(parts->nick),
		.len = buf.len,
	};
	if (buf.len > 0)
		memcpy(line->text, buf.ptr, buf.len);
	strbuf_clear(&buf);
	return line;
}

struct line *
line_ref(struct line *line)
{
	line->refs++;
	return line;
}

void
line_unref(struct line *line)
{
	assert(line->refs > 0);
	if (--line->refs == 0)
		free(line);
}

bool
line_is_separator(const struct line *line)
{
	return line->kind == LINE_DAY || line->kind == LINE_UNREAD || line->kind == LINE_AWAY ||
	       line->kind == LINE_BEGIN;
}

bool
line_counts_as_unread(const struct line *line)
{
	assert(line);
	return line->kind != LINE_PRESENCE && line->kind != LINE_LOCAL && !line->mine &&
	       !line_is_separator(line);
}
