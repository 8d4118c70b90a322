/* Text cut into strings, and strings taken apart. */
#include "client/protocol/text_lines.h"

static struct text
text_from(struct text t, size_t n)
{
	return (struct text){t.ptr + n, t.len - n};
}

void
text_lines_send(struct session *session, const char *word, struct text text, size_t most)
{
	struct strbuf buf = {0};
	strbuf_puts(&buf, word);
	text.len = text_cut(text, most - 1 - buf.len);
	for (size_t i = 0; i < text.len; i++)
		strbuf_add(&buf, text.ptr[i] == '\n' ? " " : text.ptr + i, 1);
	strbuf_puts(&buf, "\n");
	session_send(session, strbuf_view(&buf));
	strbuf_clear(&buf);
}

static bool
piece_begins(struct text piece, char c)
{
	piece = text_trim(piece);
	return c && piece.len > 0 && piece.ptr[0] == c;
}

/* How much of the line fits into one string such that the next does not begin with `never`. */
static size_t
piece_length(struct text line, size_t most, char never)
{
	size_t n = text_cut(line, most);
	while (n > 0 && piece_begins(text_from(line, n), never))
		n = text_last((struct text){line.ptr, n});
	return n;
}

static bool
text_lines_add_one(
	struct strbuf *out, struct text prefix, struct text line, size_t most, char never)
{
	if (piece_begins(line, never))
		return false;
	while (text_trim(line).len > 0) {
		size_t n = piece_length(line, most, never);
		struct text piece = {line.ptr, n};
		if (n == 0)
			return false;
		if (text_trim(piece).len > 0) {
			strbuf_add_text(out, prefix);
			strbuf_add_text(out, piece);
			strbuf_puts(out, "\n");
		}
		line = text_from(line, n);
	}
	return true;
}

bool
text_lines_add(struct strbuf *out, struct text prefix, struct text text, size_t most, char never)
{
	size_t start = out->len, overhead = prefix.len + 1;
	/* Space for one character of any length. */
	if (overhead + 4 > most)
		return false;
	while (text.ptr) {
		struct text line = text_line(&text);
		if (!text_lines_add_one(out, prefix, line, most - overhead, never)) {
			out->len = start;
			return false;
		}
	}
	return true;
}

bool
text_split(struct text *rest, char at, struct text *before)
{
	const char *found = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
	if (!found)
		return false;
	*before = (struct text){rest->ptr, (size_t)(found - rest->ptr)};
	*rest = text_from(*rest, before->len + 1);
	return true;
}

bool
text_skip_prefix(struct text t, const char *prefix, struct text *rest)
{
	size_t n = strlen(prefix);
	if (t.len < n || memcmp(t.ptr, prefix, n) != 0)
		return false;
	*rest = text_from(t, n);
	return true;
}

void
text_lines_learn_manual(struct model *model, const char *help)
{
	struct text rest = text_of(help);
	model_forget_manual(model);
	text_line(&rest);
	while (rest.len > 0) {
		struct text line = text_line(&rest);
		const char *gap = strstr(line.ptr, "  ");
		size_t usage =
			gap && gap < line.ptr + line.len ? (size_t)(gap - line.ptr) : line.len;
		struct text does = {line.ptr + usage, line.len - usage};
		model_learn_manual(model, (struct text){line.ptr, usage}, text_trim(does));
	}
}
