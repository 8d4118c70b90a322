/* A binary heap of timers. Does not know what they are for. */
#include "base/timer.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { TIMERS_FIRST = 16 };

static void
timer_put(struct timers *timers, struct timer *timer, size_t index)
{
	timers->heap[index] = timer;
	timer->index = index;
}

static void
timer_sift_up(struct timers *timers, struct timer *timer)
{
	size_t index = timer->index;
	for (; index > 1 && timers->heap[index / 2]->at > timer->at; index /= 2)
		timer_put(timers, timers->heap[index / 2], index);
	timer_put(timers, timer, index);
}

static void
timer_sift_down(struct timers *timers, struct timer *timer)
{
	size_t index = timer->index;
	for (size_t child; (child = 2 * index) <= timers->n; index = child) {
		if (child < timers->n && timers->heap[child + 1]->at < timers->heap[child]->at)
			child++;
		if (timers->heap[child]->at >= timer->at)
			break;
		timer_put(timers, timers->heap[child], index);
	}
	timer_put(timers, timer, index);
}

static void
timer_add(struct timers *timers, struct timer *timer)
{
	if (timers->n + 1 >= timers->cap) {
		timers->cap = timers->cap ? timers->cap * 2 : TIMERS_FIRST;
		timers->heap = xrealloc(timers->heap, timers->cap * sizeof(struct timer *));
	}
	timer_put(timers, timer, ++timers->n);
	timer_sift_up(timers, timer);
}

static void
timer_remove(struct timers *timers, struct timer *timer)
{
	struct timer *last = timers->heap[timers->n--];
	if (last != timer) {
		timer_put(timers, last, timer->index);
		timer_sift_up(timers, last);
		timer_sift_down(timers, last);
	}
	timer->index = 0;
}

void
timer_set(struct timers *timers, struct timer *timer, int64_t at)
{
	if (timer->at == at)
		return;
	if (timer->index)
		timer_remove(timers, timer);
	timer->at = at;
	if (at)
		timer_add(timers, timer);
}

struct timer *
timers_first(const struct timers *timers)
{
	return timers->n ? timers->heap[1] : NULL;
}

void
timers_clear(struct timers *timers)
{
	free(timers->heap);
	*timers = (struct timers){0};
}
