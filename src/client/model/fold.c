/* Moves as an array, and as words. */
#include "client/model/fold.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { NAMED = 3 }; /* more users are counted, all but the first two */

void
fold_add(struct fold *fold, struct text nick, bool joined)
{
	for (size_t i = 0; i < fold->n; i++) {
		if (!text_is(text_of(fold->moves[i].nick), nick))
			continue;
		free(fold->moves[i].nick);
		memmove(fold->moves + i, fold->moves + i + 1,
			(--fold->n - i) * sizeof *fold->moves);
		return;
	}
	if (fold->n == fold->cap) {
		fold->cap = fold->cap ? 2 * fold->cap : 4;
		fold->moves = xrealloc(fold->moves, fold->cap * sizeof *fold->moves);
	}
	fold->moves[fold->n++] = (struct move){xstrndup(nick.ptr, nick.len), joined};
}

/* Adds the users who moved that way; returns how many they are. */
static size_t
fold_describe_users(const struct fold *fold, bool joined, struct strbuf *out)
{
	size_t total = 0, done = 0;
	for (size_t i = 0; i < fold->n; i++)
		total += fold->moves[i].joined == joined;
	size_t named = total > NAMED ? NAMED - 1 : total;
	for (size_t i = 0; i < fold->n && done < named; i++) {
		if (fold->moves[i].joined != joined)
			continue;
		bool last = ++done == total;
		strbuf_printf(out, "%s%s",
			done == 1 ? ""
			: last    ? " and "
				  : ", ",
			fold->moves[i].nick);
	}
	if (total > named)
		strbuf_printf(out, " and %zu others", total - named);
	return total;
}

void
fold_describe(const struct fold *fold, struct strbuf *out)
{
	size_t joined = fold_describe_users(fold, true, out);
	if (joined > 0)
		strbuf_printf(out, " %s joined the chat", joined == 1 ? "has" : "have");
	if (joined > 0 && joined < fold->n)
		strbuf_puts(out, ", ");
	size_t left = fold_describe_users(fold, false, out);
	if (left > 0)
		strbuf_printf(out, " %s left%s", left == 1 ? "has" : "have",
			joined > 0 ? "" : " the chat");
}

void
fold_clear(struct fold *fold)
{
	for (size_t i = 0; i < fold->n; i++)
		free(fold->moves[i].nick);
	free(fold->moves);
	*fold = (struct fold){0};
}
