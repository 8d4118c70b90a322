/* Allocation that ends the program when memory runs out. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "teahouse/diag.h"

_Noreturn static void
out_of_memory(void)
{
	diag_line(LOG_LEVEL_ERROR, "memory: none left");
	abort();
}

void *
xcalloc(size_t bytes)
{
	void *new = calloc(1, bytes);
	if (!new)
		out_of_memory();
	return new;
}

void *
xrealloc(void *old, size_t bytes)
{
	void *new = realloc(old, bytes);
	if (!new)
		out_of_memory();
	return new;
}

void *
alloc_resize(void *old, size_t bytes)
{
	if (bytes > 0)
		return xrealloc(old, bytes);
	free(old);
	return NULL;
}

void *
alloc_take(size_t bytes)
{
	return alloc_resize(NULL, bytes);
}

char *
xstrndup(const char *at, size_t len)
{
	char *copy = xcalloc(len + 1);
	if (len > 0)
		memcpy(copy, at, len);
	return copy;
}

void *
xnonnull(void *created)
{
	if (!created)
		out_of_memory();
	return created;
}
