/* Sets of strings, kept sorted. */
#include "client/strset.h"

#include <stdlib.h>

#include "base/alloc.h"

char *
text_copy(struct text word)
{
	char *copy = xcalloc(word.len + 1);
	if (word.len > 0)
		memcpy(copy, word.ptr, word.len);
	return copy;
}

static int
strset_compare(const char *a, struct text b)
{
	int order = b.len ? strncmp(a, b.ptr, b.len) : 0;
	return order ? order : a[b.len] != '\0';
}

/* Where the word is, or would be. */
static size_t
strset_find(const struct strset *words, struct text word, bool *there)
{
	size_t low = 0, high = words->n;
	*there = false;
	while (low < high && !*there) {
		size_t middle = low + (high - low) / 2;
		int order = strset_compare(words->items[middle], word);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
		if (order == 0) {
			*there = true;
			low = middle;
		}
	}
	return low;
}

bool
strset_add(struct strset *words, struct text word)
{
	bool there;
	size_t i = strset_find(words, word, &there);
	if (there || word.len == 0)
		return false;
	if (words->n == words->cap) {
		words->cap = words->cap ? words->cap * 2 : 8;
		words->items = xrealloc(words->items, words->cap * sizeof(char *));
	}
	memmove(words->items + i + 1, words->items + i, (words->n - i) * sizeof(char *));
	words->n++;
	words->items[i] = text_copy(word);
	return true;
}

bool
strset_remove(struct strset *words, struct text word)
{
	bool there;
	size_t i = strset_find(words, word, &there);
	if (!there)
		return false;
	free(words->items[i]);
	memmove(words->items + i, words->items + i + 1, (--words->n - i) * sizeof(char *));
	return true;
}

bool
strset_has(const struct strset *words, struct text word)
{
	bool there;
	strset_find(words, word, &there);
	return there;
}

void
strset_clear(struct strset *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct strset){0};
}
