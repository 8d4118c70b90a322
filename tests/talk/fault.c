/*
 * Preloaded, it makes one allocation fail, the one whose number stands in FAULT_AT;
 * with 0, it says at the end how many there were. What is tested needs no change for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What dlsym itself needs before it has found the real ones. */
static char early[4096];
static size_t early_used;

static long fault_at = -1, fault_count;
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static void
fault_tell(void)
{
	fprintf(stderr, "allocations: %ld\n", fault_count);
}

static void
fault_find(void)
{
	real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
}

/* Allocations count when the libraries are there, and main is about to begin. */
__attribute__((constructor)) static void
fault_arm(void)
{
	const char *at = getenv("FAULT_AT");
	if (at && strcmp(at, "0") == 0)
		atexit(fault_tell);
	fault_count = 0;
	fault_at = at ? atol(at) : -1;
}

static int
fault_is_now(void)
{
	if (fault_at < 0 || ++fault_count != fault_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	if (!real_malloc)
		fault_find();
	return fault_is_now() ? NULL : real_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (!real_calloc) {
		void *at = early + early_used;
		early_used += (n * size + 15) / 16 * 16;
		return early_used <= sizeof early ? at : NULL;
	}
	return fault_is_now() ? NULL : real_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	if (!real_realloc)
		fault_find();
	return fault_is_now() ? NULL : real_realloc(old, size);
}

void
free(void *at)
{
	if ((char *)at >= early && (char *)at < early + sizeof early)
		return;
	if (!real_free)
		fault_find();
	real_free(at);
}
