/* Sorted sets of strings: nicks, commands, names of rooms. Knows nothing of what they mean. */
#ifndef CLIENT_MODEL_STRSET_H
#define CLIENT_MODEL_STRSET_H

#include "teahouse/text.h"

/* NUL-terminated strings in byte order, each once. Zeroed is empty. */
struct strset {
	char **items;
	size_t n, cap;
};

/* Adds a copy. False: it is empty, or in the set already. */
bool strset_add(struct strset *set, struct text string);

/* False: it was not in the set. */
bool strset_remove(struct strset *set, struct text string);

bool strset_has(const struct strset *set, struct text string);
void strset_clear(struct strset *set);

#endif
