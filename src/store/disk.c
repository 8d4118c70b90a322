/* What the loop knows, logs and does about a disk that is slow, full or broken. */
#include "store/store_internal.h"
#include "teahouse/diag.h"

enum {
	SLOW_MS = 200,         /* without progress, after which answers do not wait any more */
	SLOW_COMMIT_MS = 1000, /* that a commit takes is worth a line .. */
	TOLD_EVERY_MS = 60000, /* .. once in so long */
	WAITING_MAX = 4 << 20, /* bytes, unless the settings say otherwise */
	MEBIBYTE = 1 << 20,
};

bool
store_is_failing(const struct history *history)
{
	return ((const struct store *)history)->failing;
}

bool
store_is_slow(const struct history *history)
{
	const struct store *store = (const struct store *)history;
	if (store->failing)
		return true;
	return store->waiting > 0 && clock_ms(CLOCK_MONOTONIC) - store->progress_at > SLOW_MS;
}

bool
store_is_full(const struct history *history)
{
	const struct store *store = (const struct store *)history;
	/* Messages are refused then, and their senders must receive the refusal. */
	return store->full && !store->failing;
}

static size_t
waiting_max(const struct store *store)
{
	return store->settings.waiting ? store->settings.waiting : WAITING_MAX;
}

void
store_add_waiting(struct store *store, size_t bytes)
{
	if (store->waiting == 0)
		store->progress_at = clock_ms(CLOCK_MONOTONIC);
	store->waiting += bytes;
	if (store->waiting > waiting_max(store))
		store->full = true;
}

void
store_end_waiting(struct store *store, size_t bytes)
{
	store->progress_at = clock_ms(CLOCK_MONOTONIC);
	store->waiting -= bytes;
	if (store->waiting <= waiting_max(store) / 4)
		store->full = false;
}

/* Whether the line may be logged now: limits its rate. */
static bool
may_tell(int64_t *told)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	if (*told && now - *told < TOLD_EVERY_MS)
		return false;
	*told = now;
	return true;
}

static void
note_failing(struct store *store, const struct writer_status *status)
{
	bool failing = status->failing || status->low;
	if (failing == store->failing)
		return;
	store->failing = failing;
	if (!failing)
		diag_line(LOG_LEVEL_ERROR, "history: %s: stores again", store->file);
	else if (status->failing)
		diag_line(LOG_LEVEL_ERROR,
			"history: %s: cannot store: %s; messages are refused until it can",
			store->file, status->error);
	else
		diag_line(LOG_LEVEL_ERROR,
			"history: %s: only %lld MiB are free on the disk; messages are refused "
			"until there is more",
			store->file, (long long)(status->free / MEBIBYTE));
}

static void
note_damage(struct store *store)
{
	if (store->damaged)
		return;
	store->damaged = true;
	store->failing = true;
	diag_line(LOG_LEVEL_ERROR,
		"history: %s: the file is damaged; stopping: move it away to begin a new history, "
		"or put a backup in its place",
		store->file);
	if (store->settings.damaged)
		store->settings.damaged(store->settings.ctx);
}

void
store_note_disk(struct store *store)
{
	struct writer_status status;
	writer_status(store->writer, &status);
	store->erased = status.erased;
	if (status.slowest >= SLOW_COMMIT_MS && may_tell(&store->told_slow))
		diag_line(LOG_LEVEL_INFO, "history: %s: storing took %lld.%lld s: the disk is slow",
			store->file, (long long)(status.slowest / 1000),
			(long long)(status.slowest / 100 % 10));
	if (status.moving[0] && may_tell(&store->told_moving))
		diag_line(LOG_LEVEL_ERROR,
			"history: %s: the log beside it (-wal) grows, since the file cannot be "
			"written: %s",
			store->file, status.moving);
	if (status.damaged)
		note_damage(store);
	else
		note_failing(store, &status);
}
