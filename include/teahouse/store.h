/*
 * A history in a file and, of each room, the newest part in memory. The loop is never kept
 * waiting: a thread writes what the turns keep, and others read what is not in memory.
 */
#ifndef TEAHOUSE_STORE_H
#define TEAHOUSE_STORE_H

#include "teahouse/history.h"
#include "teahouse/strbuf.h"

enum store_sync {
	STORE_SYNC_NORMAL, /* what was told survives the death of the process */
	STORE_SYNC_FULL,   /* and a power failure: each commit is flushed to the disk */
	STORE_SYNC_OFF,    /* neither waited for nor flushed: what was told last may be lost */
};

struct store_settings {
	const char *file; /* NULL or "": only what is recent, in memory */
	enum store_sync sync;
	size_t recent;      /* events of each room kept in memory */
	size_t keep;        /* messages of each room; 0: all */
	unsigned keep_days; /* and for how long; 0: for ever */
	size_t waiting;     /* bytes that may wait to be stored until `is_full`; 0: 4 MiB */
	/* The next turn of the loop is not to wait. Called by any thread. */
	void (*wake)(void *ctx);
	/* The file is damaged, and that was logged: the server is to end. By the loop; may be NULL. */
	void (*damaged)(void *ctx);
	void *ctx;
};

/*
 * Whether the file can be used, as far as that can be told without touching it. False: `why` has
 * a sentence that begins with the file's name.
 */
bool store_check(const char *file, struct strbuf *why);

/*
 * Copies the file to `to`, which must not exist: a server that uses it goes on meanwhile, and
 * makes the copy. `progress` may be NULL. False: `why` has a sentence.
 */
bool store_backup(
	const char *file, const char *to, void (*progress)(int percent), struct strbuf *why);

/*
 * Opens the file, makes it if there is none, and starts the threads. NULL: `why` has a
 * sentence that begins with the file's name. Copies the settings.
 */
struct history *store_open(const struct store_settings *settings, struct strbuf *why);

/* Stores what waits, if the disk takes it within a few seconds; else that is logged. */
void store_close(struct history *history);

#endif
