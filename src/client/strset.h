/*
 * Sets of strings: people, commands, names of rooms. Knows nothing of what
 * they mean.
 */
#ifndef CLIENT_STRSET_H
#define CLIENT_STRSET_H

#include "teahouse/text.h"

/* Strings in the order of their bytes, each once. Zeroed is empty. */
struct strset {
	char **items;
	size_t n, cap;
};

/* NUL-terminated, to be freed with free(). */
char *text_copy(struct text word);

bool strset_add(struct strset *words, struct text word);
bool strset_remove(struct strset *words, struct text word);
bool strset_has(const struct strset *words, struct text word);
void strset_clear(struct strset *words);

#endif
