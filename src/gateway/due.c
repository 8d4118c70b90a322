/* A binary heap of deadlines. Knows nothing of what is due. */
#include "gateway/due.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { DUES_FIRST = 16 };

static void
due_put(struct dues *dues, struct due *due, size_t place)
{
	dues->heap[place] = due;
	due->place = place;
}

static void
due_rise(struct dues *dues, struct due *due)
{
	size_t place = due->place;
	for (; place > 1 && dues->heap[place / 2]->at > due->at; place /= 2)
		due_put(dues, dues->heap[place / 2], place);
	due_put(dues, due, place);
}

static void
due_sink(struct dues *dues, struct due *due)
{
	size_t place = due->place;
	for (size_t child; (child = 2 * place) <= dues->n; place = child) {
		if (child < dues->n && dues->heap[child + 1]->at < dues->heap[child]->at)
			child++;
		if (dues->heap[child]->at >= due->at)
			break;
		due_put(dues, dues->heap[child], place);
	}
	due_put(dues, due, place);
}

static void
due_add(struct dues *dues, struct due *due)
{
	if (dues->n + 1 >= dues->cap) {
		dues->cap = dues->cap ? dues->cap * 2 : DUES_FIRST;
		dues->heap = xrealloc(dues->heap, dues->cap * sizeof(struct due *));
	}
	due_put(dues, due, ++dues->n);
	due_rise(dues, due);
}

static void
due_remove(struct dues *dues, struct due *due)
{
	struct due *last = dues->heap[dues->n--];
	if (last != due) {
		due_put(dues, last, due->place);
		due_rise(dues, last);
		due_sink(dues, last);
	}
	due->place = 0;
}

void
due_set(struct dues *dues, struct due *due, int64_t at)
{
	if (due->at == at)
		return;
	if (due->place)
		due_remove(dues, due);
	due->at = at;
	if (at)
		due_add(dues, due);
}

struct due *
due_first(const struct dues *dues)
{
	return dues->n ? dues->heap[1] : NULL;
}

void
dues_clear(struct dues *dues)
{
	free(dues->heap);
	*dues = (struct dues){0};
}
