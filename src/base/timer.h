/* The timers of one thread, in a binary heap: the earliest is found at once. */
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in the structure that it belongs to. Zeroed: not set. */
struct timer {
	int64_t at;   /* monotonic ms; 0: not set */
	size_t index; /* in the heap, from 1; 0: not set */
};

/* Zeroed: empty. Does not own the timers, only the array. */
struct timers {
	struct timer **heap; /* [1] is the earliest */
	size_t n, cap;
};

/* Sets the timer to `at`, monotonic ms; 0 unsets it. O(log n). */
void timer_set(struct timers *timers, struct timer *timer, int64_t at);

/* The earliest timer; NULL: none is set. O(1). */
struct timer *timers_first(const struct timers *timers);

/* Frees the heap. Timers that are still set must not be used afterwards. */
void timers_clear(struct timers *timers);

#endif
