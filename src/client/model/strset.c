/* Sets of strings as sorted arrays, searched by halving. */
#include "client/model/strset.h"

#include <stdlib.h>

#include "base/alloc.h"

static int
strset_compare(const char *a, struct text b)
{
	int order = b.len ? strncmp(a, b.ptr, b.len) : 0;
	return order ? order : a[b.len] != '\0';
}

/* The index of the string, or the one at which it would be inserted. */
static size_t
strset_find(const struct strset *set, struct text string, bool *found)
{
	size_t low = 0, high = set->n;
	*found = false;
	while (low < high && !*found) {
		size_t middle = low + (high - low) / 2;
		int order = strset_compare(set->items[middle], string);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
		if (order == 0) {
			*found = true;
			low = middle;
		}
	}
	return low;
}

bool
strset_add(struct strset *set, struct text string)
{
	bool found;
	size_t i = strset_find(set, string, &found);
	if (found || string.len == 0)
		return false;
	if (set->n == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 8;
		set->items = xrealloc(set->items, set->cap * sizeof(char *));
	}
	memmove(set->items + i + 1, set->items + i, (set->n - i) * sizeof(char *));
	set->n++;
	set->items[i] = xstrndup(string.ptr, string.len);
	return true;
}

bool
strset_remove(struct strset *set, struct text string)
{
	bool found;
	size_t i = strset_find(set, string, &found);
	if (!found)
		return false;
	free(set->items[i]);
	memmove(set->items + i, set->items + i + 1, (--set->n - i) * sizeof(char *));
	return true;
}

bool
strset_has(const struct strset *set, struct text string)
{
	bool found;
	strset_find(set, string, &found);
	return found;
}

void
strset_clear(struct strset *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->items[i]);
	free(set->items);
	*set = (struct strset){0};
}
