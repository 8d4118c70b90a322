/* Allocation that ends the program, with a sentence, when there is none left. */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "teahouse/log.h"

_Noreturn static void
memory_gone(void)
{
	log_line(LOG_ERROR, "memory: there is none left");
	abort();
}

void *
memory_new(size_t bytes)
{
	void *new = calloc(1, bytes);
	if (!new)
		memory_gone();
	return new;
}

void *
memory_grow(void *old, size_t bytes)
{
	void *new = realloc(old, bytes);
	if (!new)
		memory_gone();
	return new;
}

void *
memory_resize(void *old, size_t bytes)
{
	if (bytes > 0)
		return memory_grow(old, bytes);
	free(old);
	return NULL;
}

void *
memory_take(size_t bytes)
{
	return memory_resize(NULL, bytes);
}

char *
memory_string(const char *at, size_t len)
{
	char *copy = memory_new(len + 1);
	if (len > 0)
		memcpy(copy, at, len);
	return copy;
}

void *
memory_need(void *made)
{
	if (!made)
		memory_gone();
	return made;
}
