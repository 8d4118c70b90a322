/* Strings of plain text, cut and put together. */
#include "client/plain.h"

static struct text
text_from(struct text t, size_t n)
{
	return (struct text){t.at + n, t.len - n};
}

void
plain_send(struct visit *visit, const char *word, struct text text, size_t most)
{
	struct ink ink = {0};
	ink_puts(&ink, word);
	text.len = text_cut(text, most - 1 - ink.len);
	for (size_t i = 0; i < text.len; i++)
		ink_add(&ink, text.at[i] == '\n' ? " " : text.at + i, 1);
	ink_puts(&ink, "\n");
	visit_send(visit, ink_read(&ink));
	ink_clear(&ink);
}

static bool
piece_begins(struct text piece, char c)
{
	piece = text_trim(piece);
	return c && piece.len > 0 && piece.at[0] == c;
}

/* How much of the line fits into one string, so that the next does not begin with `never`. */
static size_t
piece_length(struct text line, size_t most, char never)
{
	size_t n = text_cut(line, most);
	while (n > 0 && piece_begins(text_from(line, n), never))
		n = text_last((struct text){line.at, n});
	return n;
}

static bool
plain_add_line(struct ink *out, struct text before, struct text line, size_t most, char never)
{
	if (piece_begins(line, never))
		return false;
	while (text_trim(line).len > 0) {
		size_t n = piece_length(line, most, never);
		struct text piece = {line.at, n};
		if (n == 0)
			return false;
		if (text_trim(piece).len > 0) {
			ink_text(out, before);
			ink_text(out, piece);
			ink_puts(out, "\n");
		}
		line = text_from(line, n);
	}
	return true;
}

bool
plain_add(struct ink *out, struct text before, struct text text, size_t most, char never)
{
	size_t start = out->len, around = before.len + 1;
	/* Words that leave no space are no name's. */
	if (around + 4 > most)
		return false;
	while (text.at) {
		struct text line = text_line(&text);
		if (!plain_add_line(out, before, line, most - around, never)) {
			out->len = start;
			return false;
		}
	}
	return true;
}

bool
plain_split(struct text *rest, char at, struct text *before)
{
	const char *found = rest->len ? memchr(rest->at, at, rest->len) : NULL;
	if (!found)
		return false;
	*before = (struct text){rest->at, (size_t)(found - rest->at)};
	*rest = text_from(*rest, before->len + 1);
	return true;
}

bool
plain_begins(struct text t, const char *words, struct text *rest)
{
	size_t n = strlen(words);
	if (t.len < n || memcmp(t.at, words, n) != 0)
		return false;
	*rest = text_from(t, n);
	return true;
}
