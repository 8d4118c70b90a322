/*
 * Sets of strings: people, commands, names of rooms. Knows nothing of what
 * they mean.
 */
#ifndef CLIENT_WORDS_H
#define CLIENT_WORDS_H

#include "teahouse/text.h"

/* Strings in the order of their bytes, each once. Zeroed is empty. */
struct words {
	char **at;
	size_t n, cap;
};

/* NUL-terminated, to be freed with free(). */
char *word_copy(struct text word);

bool words_add(struct words *words, struct text word);
bool words_remove(struct words *words, struct text word);
bool words_has(const struct words *words, struct text word);
void words_clear(struct words *words);

#endif
