/* Timers that one thread looks after: a binary heap, the earliest first. */
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in what it belongs to. Zeroed: it is not set. */
struct timer {
	int64_t at;   /* monotonic ms; 0: not set */
	size_t index; /* in the heap, from 1 */
};

/* Zeroed is empty. */
struct timers {
	struct timer **heap; /* [1] is the earliest */
	size_t n, cap;
};

/* Sets the timer to `at`, or with 0 unsets it, whatever it was before. O(log n). */
void timer_set(struct timers *timers, struct timer *timer, int64_t at);

/* The earliest; NULL: none is set. O(1). */
struct timer *timers_first(const struct timers *timers);

void timers_clear(struct timers *timers);

#endif
