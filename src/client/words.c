/* Sets of strings, kept sorted. */
#include "client/words.h"

#include <stdlib.h>

#include "base/alloc.h"

char *
word_copy(struct text word)
{
	char *copy = xcalloc(word.len + 1);
	if (word.len > 0)
		memcpy(copy, word.ptr, word.len);
	return copy;
}

static int
word_compare(const char *a, struct text b)
{
	int order = b.len ? strncmp(a, b.ptr, b.len) : 0;
	return order ? order : a[b.len] != '\0';
}

/* Where the word is, or would be. */
static size_t
words_find(const struct words *words, struct text word, bool *there)
{
	size_t low = 0, high = words->n;
	*there = false;
	while (low < high && !*there) {
		size_t middle = low + (high - low) / 2;
		int order = word_compare(words->at[middle], word);
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
words_add(struct words *words, struct text word)
{
	bool there;
	size_t i = words_find(words, word, &there);
	if (there || word.len == 0)
		return false;
	if (words->n == words->cap) {
		words->cap = words->cap ? words->cap * 2 : 8;
		words->at = xrealloc(words->at, words->cap * sizeof(char *));
	}
	memmove(words->at + i + 1, words->at + i, (words->n - i) * sizeof(char *));
	words->n++;
	words->at[i] = word_copy(word);
	return true;
}

bool
words_remove(struct words *words, struct text word)
{
	bool there;
	size_t i = words_find(words, word, &there);
	if (!there)
		return false;
	free(words->at[i]);
	memmove(words->at + i, words->at + i + 1, (--words->n - i) * sizeof(char *));
	return true;
}

bool
words_has(const struct words *words, struct text word)
{
	bool there;
	words_find(words, word, &there);
	return there;
}

void
words_clear(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->at[i]);
	free(words->at);
	*words = (struct words){0};
}
