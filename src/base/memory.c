/* Allocation that ends the program, with a sentence, when there is none left. */
#include "base/memory.h"

#include <stdlib.h>

#include "teahouse/log.h"

static void
memory_gone(size_t bytes)
{
	log_line(LOG_ERROR, "memory: none left for %zu bytes", bytes);
	abort();
}

void *
memory_new(size_t bytes)
{
	void *new = calloc(1, bytes);
	if (!new)
		memory_gone(bytes);
	return new;
}

void *
memory_grow(void *old, size_t bytes)
{
	void *new = realloc(old, bytes);
	if (!new)
		memory_gone(bytes);
	return new;
}
