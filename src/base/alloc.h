/*
 * Allocation that does not fail: without memory there is nothing a chat
 * server could do better than to stop at once and be started again.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Zeroed; freed with free(). */
void *xcalloc(size_t bytes);
void *xrealloc(void *old, size_t bytes);

/*
 * For libraries that can be told what to allocate by, so that none of them takes want of memory
 * for something else: like malloc and realloc, but 0 bytes give NULL, and free what there was.
 */
void *alloc_take(size_t bytes);
void *alloc_resize(void *old, size_t bytes);

/* A copy of its own, NUL-terminated. */
char *xstrndup(const char *at, size_t len);

/* What a library made, which is NULL only when there was no memory for it. */
void *xnonnull(void *made);

#endif
