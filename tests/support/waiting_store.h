/* A history whose threads a test can wait for: so that a conversation is the same each time. */
#ifndef WAITING_STORE_H
#define WAITING_STORE_H

#include <semaphore.h>

#include "teahouse/store.h"

static sem_t waiting_store_woken;

static inline void
waiting_store_on_wake(void *ctx)
{
	(void)ctx;
	sem_post(&waiting_store_woken);
}

/* Once, before the first is opened. */
static inline void
waiting_store_begin(void)
{
	sem_init(&waiting_store_woken, 0, 0);
}

static inline struct history *
waiting_store_open(void)
{
	static const struct store_settings settings = {
		.recent = 200, .wake = waiting_store_on_wake};
	return store_open(&settings, NULL);
}

/* In a file, with little of it in memory. NULL: `why` says what is wrong. */
static inline struct history *
waiting_store_open_file(const char *file, struct strbuf *why)
{
	const struct store_settings settings = {
		.file = file, .recent = 3, .wake = waiting_store_on_wake};
	return store_open(&settings, why);
}

/* Until a thread has something for the loop. */
static inline void
waiting_store_wait(void)
{
	sem_wait(&waiting_store_woken);
}

#endif
