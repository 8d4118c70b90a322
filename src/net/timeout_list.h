/*
 * Connections that wait equally long each, so that the first in the list is the first that
 * is due.
 */
#ifndef NET_TIMEOUT_LIST_H
#define NET_TIMEOUT_LIST_H

#include <stddef.h>
#include <stdint.h>

struct timeout_entry {
	struct timeout_list *list; /* NULL: in none */
	struct timeout_entry *prev, *next;
	int64_t due; /* ms */
};

struct timeout_list {
	struct timeout_entry *first, *last;
	size_t n;
	int timeout; /* ms */
};

/* Appends it; it leaves the list that it is in. */
void timeout_list_add(struct timeout_list *list, struct timeout_entry *entry, int64_t now);
void timeout_list_remove(struct timeout_entry *entry);

/* Removes and returns the first entry that is due; NULL: none is. */
struct timeout_entry *timeout_list_due(struct timeout_list *list, int64_t now);

/* Ms until the first is due, or `wait` when that is less; -1: never. */
int64_t timeout_list_wait(const struct timeout_list *list, int64_t now, int64_t wait);

#endif
