/* Lists ordered by time, without a search. */
#include "net/timeout_list.h"

void
timeout_list_remove(struct timeout_entry *entry)
{
	struct timeout_list *list = entry->list;
	if (!list)
		return;
	*(entry->prev ? &entry->prev->next : &list->first) = entry->next;
	*(entry->next ? &entry->next->prev : &list->last) = entry->prev;
	list->n--;
	entry->list = NULL;
	entry->prev = entry->next = NULL;
}

void
timeout_list_add(struct timeout_list *list, struct timeout_entry *entry, int64_t now)
{
	timeout_list_remove(entry);
	entry->list = list;
	entry->due = now + list->timeout;
	entry->prev = list->last;
	*(list->last ? &list->last->next : &list->first) = entry;
	list->last = entry;
	list->n++;
}

struct timeout_entry *
timeout_list_due(struct timeout_list *list, int64_t now)
{
	struct timeout_entry *entry = list->first;
	if (!entry || entry->due > now)
		return NULL;
	timeout_list_remove(entry);
	return entry;
}

int64_t
timeout_list_wait(const struct timeout_list *list, int64_t now, int64_t wait)
{
	if (!list->first)
		return wait;
	int64_t due = list->first->due > now ? list->first->due - now : 0;
	return wait < 0 || due < wait ? due : wait;
}
