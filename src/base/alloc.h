/*
 * Allocation that does not fail: when memory runs out the program logs it and aborts, since
 * a chat server cannot do better than to stop at once and be restarted.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* The memory is freed with free(). xcalloc zeroes it. */
void *xcalloc(size_t bytes);
void *xrealloc(void *old, size_t bytes);

/*
 * For libraries that take allocation functions, so that none of them mistakes running out of
 * memory for another error. Like malloc and realloc, but 0 bytes return NULL and free what
 * there was.
 */
void *alloc_take(size_t bytes);
void *alloc_resize(void *old, size_t bytes);

/* A copy of len bytes and a NUL. at may be NULL when len is 0. */
char *xstrndup(const char *at, size_t len);

/* Returns what a library created; aborts if that is NULL, which means that memory ran out. */
void *xnonnull(void *created);

#endif
