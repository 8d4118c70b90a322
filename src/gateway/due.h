/* What is due when: the earliest first, constant-time to look at. */
#ifndef GATEWAY_DUE_H
#define GATEWAY_DUE_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in whatever is due. Zeroed: it is not. */
struct due {
	int64_t at;   /* ticks; 0: never */
	size_t place; /* in the heap, from 1 */
};

struct dues {
	struct due **heap; /* [1] is the earliest */
	size_t n, cap;
};

/* Makes it due then, whatever it was before; at == 0: never. */
void due_set(struct dues *dues, struct due *due, int64_t at);

/* NULL: nothing is due. */
struct due *due_first(const struct dues *dues);

void dues_clear(struct dues *dues);

#endif
