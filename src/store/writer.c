/*
 * Two threads: one writes all turns that wait in one transaction, the other makes
 * checkpoints, which take milliseconds and must delay no commit. Knows no rings.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <utlist.h>

#include "store/backup.h"
#include "store/chores.h"
#include "store/store_internal.h"

enum {
	RETRY_MS = 250,    /* until a failed commit is tried again */
	CLOSING_TRIES = 3, /* when the server stops */
	DAY_MS = 86400000,
	/*
	 * Ids are reserved in the file this far ahead, so that not every commit has to write the
	 * last one, and that ids of events that are not kept, such as direct messages, are not
	 * reused after a crash.
	 */
	IDS_AHEAD = 1000000,
	CHECKPOINT_PAGES = 4000, /* of the write-ahead log: 16 MB */
	CHECKPOINT_PASSES = 3,   /* at most, .. */
	CHECKPOINT_REST = 50,    /* .. while there are more pages left than that */
	LOOK_MS = 1000,          /* between looks at the space on the disk */
	/*
	 * Free bytes below which messages are refused, so that the queued ones still fit; and above
	 * which they are accepted again.
	 */
	SPACE_LEAST = 64 << 20,
	SPACE_ENOUGH = 72 << 20,
};

struct writer {
	struct db *db, *checkpointer;
	struct store_settings settings;
	uint64_t last_id;  /* when the file was opened */
	uint64_t reserved; /* ids up to this are written down as given; the thread's */
	pthread_t thread, checkpoint_thread;
	pthread_mutex_t mutex;
	pthread_cond_t work, checkpoint; /* there is some; one is due, or it stops */
	pthread_cond_t indexed;          /* more words are */
	struct chores chores;            /* the thread's, as is .. */
	struct backup *backup;           /* .. this */
	uint64_t written, words;         /* ids: all up to this is, and its words are */
	bool words_wanted, words_fail;   /* a search waits for them; they cannot be indexed */
	struct turn *waiting, *done;
	bool stopping, checkpoint_due;
	struct writer_status status;
	int64_t looked_at;        /* monotonic ms; the thread's */
	atomic_bool checkpointed; /* what is left of it can be finished by the writer */
};

/* The number of a new room is valid only once the transaction is committed. */
static enum db_result
place_add(struct db *db, const struct place *place, const struct record *before)
{
	struct store_room *room = place->room;
	bool in_several = place->record->kind == EVENT_RENAMED;
	enum db_result result = DB_OK;
	if (!room->number || room->removed != db_rooms_removed(db)) {
		result = db_room(db, room->casefolded, room->shown, &room->number);
		room->removed = db_rooms_removed(db);
	}
	if (result == DB_OK && place->record != before)
		result = db_add_record(db, place->record, in_several ? 0 : room->number);
	return result == DB_OK ? db_add_place(db, place->record, room->number) : result;
}

static enum db_result
turn_write(struct db *db, const struct turn *turn)
{
	enum db_result result = DB_OK;
	const struct record *before = NULL;
	for (size_t i = 0; i < turn->n && result == DB_OK; i++) {
		result = place_add(db, &turn->places[i], before);
		before = turn->places[i].record;
	}
	const struct change *change = turn->changes;
	for (; change && result == DB_OK; change = change->next)
		result = db_change_account(db, &change->change, change->casefolded);
	for (size_t i = 0; i < turn->n_erasures && result == DB_OK; i++)
		result = db_add_erasure(db, &turn->erasures[i]->what);
	return result;
}

static bool
turns_are_empty(const struct turn *turns)
{
	for (const struct turn *turn = turns; turn; turn = turn->next)
		if (turn->n > 0 || turn->changes || turn->n_erasures > 0)
			return false;
	return true;
}

static enum db_result
turns_write(struct writer *writer, const struct turn *turns)
{
	struct db *db = writer->db;
	/* Such turns only wait for earlier ones. */
	if (turns_are_empty(turns))
		return DB_OK;
	enum db_result result = db_begin(db);
	uint64_t last_id = 0;
	for (const struct turn *turn = turns; turn && result == DB_OK; turn = turn->next) {
		result = turn_write(db, turn);
		last_id = turn->last_id;
		if (turn->n_erasures > 0)
			writer->chores.erasing = true;
	}
	bool reserves = last_id + IDS_AHEAD / 2 > writer->reserved;
	if (result == DB_OK)
		result = db_commit(db, reserves ? last_id + IDS_AHEAD : 0);
	if (result != DB_OK)
		return result;
	if (reserves)
		writer->reserved = last_id + IDS_AHEAD;
	writer->chores.written = last_id;
	return DB_OK;
}

static void
turns_undo(struct writer *writer, const struct turn *turns, enum db_result result)
{
	pthread_mutex_lock(&writer->mutex);
	if (result == DB_FAILED)
		db_error(writer->db, writer->status.error, sizeof writer->status.error);
	writer->status.failing = true;
	writer->status.damaged = result == DB_CORRUPT;
	pthread_mutex_unlock(&writer->mutex);
	db_rollback(writer->db);
	for (const struct turn *turn = turns; turn; turn = turn->next)
		for (size_t i = 0; i < turn->n; i++)
			turn->places[i].room->number = 0;
	writer->settings.wake(writer->settings.ctx);
}

/* Checks the free space from time to time. */
static void
writer_look(struct writer *writer, int64_t now)
{
	if (writer->looked_at && now - writer->looked_at < LOOK_MS)
		return;
	writer->looked_at = now;
	int64_t space = db_space(writer->db);
	bool low = space >= 0 && space < (writer->status.low ? SPACE_ENOUGH : SPACE_LEAST);
	pthread_mutex_lock(&writer->mutex);
	bool changed = low != writer->status.low;
	writer->status.low = low;
	writer->status.free = space;
	pthread_mutex_unlock(&writer->mutex);
	if (changed)
		writer->settings.wake(writer->settings.ctx);
}

static void
checkpoint_request(struct writer *writer)
{
	if (atomic_exchange(&writer->checkpointed, false))
		db_checkpoint(writer->db, NULL);
	if (db_log_pages(writer->db) < CHECKPOINT_PAGES)
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->checkpoint_due = true;
	pthread_cond_signal(&writer->checkpoint);
	pthread_mutex_unlock(&writer->mutex);
}

/* The mutex is locked. False on timeout; otherwise the condition may have been signalled. */
static bool
wait_ms(struct writer *writer, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return pthread_cond_timedwait(&writer->work, &writer->mutex, &until) != ETIMEDOUT;
}

/* Sleeps until the next attempt, or until the server stops. The mutex is locked. */
static void
retry_wait(struct writer *writer)
{
	while (!writer->stopping && wait_ms(writer, RETRY_MS))
		;
}

/* The mutex is locked. */
static void
turns_written(struct writer *writer, struct turn *turns, int64_t began)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	writer->status.failing = false;
	if (now - began > writer->status.slowest)
		writer->status.slowest = now - began;
	writer->chores.written_at = now;
	writer->written = writer->chores.written;
	DL_CONCAT(writer->done, turns);
	pthread_mutex_unlock(&writer->mutex);
	writer->settings.wake(writer->settings.ctx);
	checkpoint_request(writer);
	backup_step(writer->backup, writer->db, now);
	pthread_mutex_lock(&writer->mutex);
}

/* The mutex is locked; it is not while the turns are written. False: the writer must stop. */
static bool
writer_step(struct writer *writer, int *tries)
{
	struct turn *turns = writer->waiting;
	writer->waiting = NULL;
	pthread_mutex_unlock(&writer->mutex);
	int64_t began = clock_ms(CLOCK_MONOTONIC);
	writer_look(writer, began);
	enum db_result result = turns_write(writer, turns);
	if (result != DB_OK)
		turns_undo(writer, turns, result);
	pthread_mutex_lock(&writer->mutex);
	if (result == DB_OK) {
		turns_written(writer, turns, began);
		return true;
	}
	DL_CONCAT(turns, writer->waiting);
	writer->waiting = turns;
	if (result == DB_CORRUPT || (writer->stopping && ++*tries == CLOSING_TRIES))
		return false;
	retry_wait(writer);
	return true;
}

/* The queue is empty: does a chore, or sleeps. The mutex is locked. False: see writer_step. */
static bool
writer_idle(struct writer *writer)
{
	struct chores *chores = &writer->chores;
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	chores->index_wanted = writer->words_wanted;
	writer->words_wanted = false;
	pthread_mutex_unlock(&writer->mutex);
	writer_look(writer, now);
	int64_t wait = chores_step(chores, writer->db, now, clock_ms(CLOCK_REALTIME));
	if (backup_step(writer->backup, writer->db, now))
		wait = 0;
	if (chores->damaged)
		turns_undo(writer, NULL, DB_CORRUPT);
	else if (wait == 0)
		checkpoint_request(writer);
	pthread_mutex_lock(&writer->mutex);
	writer->words = chores->indexed;
	writer->words_fail = chores->index_fails;
	pthread_cond_broadcast(&writer->indexed);
	if (writer->status.erased != chores->erased) {
		writer->status.erased = chores->erased;
		writer->settings.wake(writer->settings.ctx);
	}
	bool more = writer->waiting || writer->stopping || writer->words_wanted;
	if (wait != 0 && !more && !chores->damaged)
		wait_ms(writer, wait > 0 && wait < LOOK_MS ? wait : LOOK_MS);
	return !chores->damaged;
}

static void *
writer_run(void *ctx)
{
	struct writer *writer = ctx;
	int tries = 0;
	prctl(PR_SET_NAME, "history-write");
	bool useful = true;
	pthread_mutex_lock(&writer->mutex);
	while (useful && (writer->waiting || !writer->stopping)) {
		if (writer->waiting)
			useful = writer_step(writer, &tries);
		else
			useful = writer_idle(writer);
	}
	pthread_cond_broadcast(&writer->indexed);
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

/* In several passes, so that little is left to the writer, which commits meanwhile. */
static bool
checkpoint_make(struct db *db)
{
	int left = CHECKPOINT_PAGES;
	enum db_result result = DB_OK;
	for (int pass = 0; pass < CHECKPOINT_PASSES && left > CHECKPOINT_REST; pass++) {
		result = db_checkpoint(db, &left);
		if (result != DB_OK)
			break;
	}
	return result == DB_OK;
}

static void *
checkpoint_run(void *ctx)
{
	struct writer *writer = ctx;
	prctl(PR_SET_NAME, "history-move");
	pthread_mutex_lock(&writer->mutex);
	while (!writer->stopping) {
		if (!writer->checkpoint_due) {
			pthread_cond_wait(&writer->checkpoint, &writer->mutex);
			continue;
		}
		writer->checkpoint_due = false;
		pthread_mutex_unlock(&writer->mutex);
		/* Commits continue meanwhile; the writer checkpoints what they add. */
		bool moved = checkpoint_make(writer->checkpointer);
		atomic_store(&writer->checkpointed, moved);
		pthread_mutex_lock(&writer->mutex);
		if (!moved)
			db_error(writer->checkpointer, writer->status.moving,
				sizeof writer->status.moving);
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

struct writer *
writer_open(const struct store_settings *settings, struct strbuf *why)
{
	struct db *db = db_open(settings->file, settings->sync, why);
	struct db *checkpointer = db ? db_open_checkpointer(settings->file, why) : NULL;
	if (!checkpointer) {
		db_close(db);
		return NULL;
	}
	struct writer *writer = xcalloc(sizeof *writer);
	writer->db = db;
	writer->checkpointer = checkpointer;
	writer->settings = *settings;
	writer->last_id = db_last_id(db);
	writer->backup = backup_open(settings->file);
	writer->chores = (struct chores){
		.keep = settings->keep,
		.keep_ms = (int64_t)settings->keep_days * DAY_MS,
		.written = writer->last_id,
		.indexed = db_indexed(db),
		.merging = true,
		.erasing = true,
	};
	writer->written = writer->chores.written;
	writer->words = writer->chores.indexed;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->work, &monotonic);
	pthread_cond_init(&writer->indexed, NULL);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_init(&writer->checkpoint, NULL);
	if (pthread_create(&writer->thread, NULL, writer_run, writer) != 0 ||
		pthread_create(&writer->checkpoint_thread, NULL, checkpoint_run, writer) != 0)
		abort();
	return writer;
}

uint64_t
writer_last_id(const struct writer *writer)
{
	return writer->last_id;
}

int
writer_descriptor(const struct writer *writer)
{
	return db_descriptor(writer->db);
}

void
writer_add(struct writer *writer, struct turn *turn)
{
	pthread_mutex_lock(&writer->mutex);
	bool idle = !writer->waiting;
	DL_APPEND(writer->waiting, turn);
	if (idle)
		pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->mutex);
}

void
writer_index(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	uint64_t wanted = writer->written;
	/* It may have failed before, and work now. */
	writer->words_fail = false;
	while (!writer->stopping && !writer->status.failing && !writer->words_fail &&
		writer->words < wanted) {
		writer->words_wanted = true;
		pthread_cond_signal(&writer->work);
		pthread_cond_wait(&writer->indexed, &writer->mutex);
	}
	pthread_mutex_unlock(&writer->mutex);
}

struct turn *
writer_take(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	struct turn *done = writer->done;
	writer->done = NULL;
	pthread_mutex_unlock(&writer->mutex);
	return done;
}

void
writer_status(struct writer *writer, struct writer_status *status)
{
	pthread_mutex_lock(&writer->mutex);
	*status = writer->status;
	writer->status.slowest = 0;
	writer->status.moving[0] = '\0';
	pthread_mutex_unlock(&writer->mutex);
}

struct turn *
writer_close(struct writer *writer, uint64_t last_id, struct turn **unwritten)
{
	pthread_mutex_lock(&writer->mutex);
	writer->stopping = true;
	pthread_cond_signal(&writer->work);
	pthread_cond_signal(&writer->checkpoint);
	pthread_mutex_unlock(&writer->mutex);
	pthread_join(writer->thread, NULL);
	pthread_join(writer->checkpoint_thread, NULL);
	struct turn *written = writer->done;
	*unwritten = writer->waiting;
	backup_close(writer->backup);
	if (writer->status.damaged || db_begin(writer->db) != DB_OK ||
		db_commit(writer->db, last_id) != DB_OK)
		db_rollback(writer->db);
	db_close(writer->checkpointer);
	db_close(writer->db);
	pthread_cond_destroy(&writer->checkpoint);
	pthread_cond_destroy(&writer->work);
	pthread_cond_destroy(&writer->indexed);
	pthread_mutex_destroy(&writer->mutex);
	free(writer);
	return written;
}
