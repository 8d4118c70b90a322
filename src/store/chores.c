/* What the writer does while nothing waits to be written. Knows no threads. */
#include "store/chores.h"

enum {
	STEP = 500,          /* events deleted at once, or left unindexed: some milliseconds */
	INDEX_STEP = 100,    /* indexed at once, while a commit may have to wait */
	MERGE_PAGES = 16,    /* of the index, put together at once */
	SHRINK_PAGES = 64,   /* given back to the file system after a step that deleted */
	INDEX_AFTER = 5000,  /* ms of silence after which fewer are indexed, too */
	PRUNE_EVERY = 60000, /* ms */
	RETRY_AFTER = 1000,  /* ms after a failure */
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int64_t
chore_failed(struct chores *chores, enum db_result result)
{
	chores->damaged = chores->damaged || result == DB_CORRUPT;
	return RETRY_AFTER;
}

static int64_t
merge_step(struct chores *chores, struct db *db)
{
	if (!chores->merging)
		return -1;
	enum db_result result = db_merge_words(db, MERGE_PAGES, &chores->merging);
	return result == DB_OK ? 0 : chore_failed(chores, result);
}

static int64_t
index_step(struct chores *chores, struct db *db, int64_t now)
{
	bool left;
	if (chores->indexed >= chores->written) {
		chores->index_wanted = false;
		return -1;
	}
	int64_t wait = chores->written_at + INDEX_AFTER - now;
	if (!chores->index_wanted && chores->written - chores->indexed < STEP && wait > 0)
		return wait;
	enum db_result result = db_index(db, INDEX_STEP, &chores->indexed, &left);
	chores->index_fails = result != DB_OK;
	if (result != DB_OK) {
		chores->index_wanted = false;
		return chore_failed(chores, result);
	}
	if (!left)
		chores->indexed = chores->written;
	chores->merging = true;
	return 0;
}

static enum db_result
prune_old(struct chores *chores, struct db *db, int64_t wall)
{
	bool left = false;
	enum db_result result = DB_OK;
	if (chores->keep_ms)
		result = db_prune_old(db, wall - chores->keep_ms, STEP, &left);
	if (result == DB_OK && !left)
		chores->pruning = chores->keep ? PRUNING_ROOMS : PRUNING_NOTHING;
	return result;
}

static enum db_result
prune_rooms(struct chores *chores, struct db *db)
{
	bool left;
	enum db_result result = db_prune_room(db, &chores->room, chores->keep, STEP, &left);
	if (result == DB_OK && !left && chores->room == 0)
		chores->pruning = PRUNING_NOTHING;
	return result;
}

static int64_t
prune_step(struct chores *chores, struct db *db, int64_t now, int64_t wall)
{
	if (!chores->keep && !chores->keep_ms)
		return -1;
	if (chores->pruning == PRUNING_NOTHING) {
		int64_t wait = chores->pruned_at + PRUNE_EVERY - now;
		if (chores->pruned_at && wait > 0)
			return wait;
		chores->pruning = PRUNING_OLD;
	}
	enum db_result result = chores->pruning == PRUNING_OLD ? prune_old(chores, db, wall)
							       : prune_rooms(chores, db);
	if (result == DB_OK)
		result = db_shrink(db, SHRINK_PAGES);
	if (result != DB_OK)
		return chore_failed(chores, result);
	chores->merging = true;
	if (chores->pruning != PRUNING_NOTHING)
		return 0;
	chores->pruned_at = now;
	/* The file becomes shorter when the log is moved into it. */
	db_checkpoint(db, NULL);
	return PRUNE_EVERY;
}

static int64_t
erase_step(struct chores *chores, struct db *db)
{
	if (!chores->erasing)
		return -1;
	enum db_result result = db_erase(db, STEP, &chores->erased, &chores->erasing);
	if (result == DB_OK)
		result = db_shrink(db, SHRINK_PAGES);
	if (result == DB_OK) {
		chores->merging = true;
		return 0;
	}
	chores->erasing = true;
	return chore_failed(chores, result);
}

int64_t
chores_step(struct chores *chores, struct db *db, int64_t now, int64_t wall)
{
	chores->index_fails = false;
	int64_t wait = merge_step(chores, db);
	if (wait != 0)
		wait = least(wait, index_step(chores, db, now));
	if (wait != 0)
		wait = least(wait, erase_step(chores, db));
	return wait == 0 ? 0 : least(wait, prune_step(chores, db, now, wall));
}
