/* A few threads that read pages of history from the file. Knows no rings. */
#include <stdlib.h>
#include <utlist.h>

#include "store/store_internal.h"

enum {
	READERS = 2,
	WAITING_MAX = 64, /* reads that wait for a thread */
};

struct readers {
	struct store_settings settings;
	pthread_t threads[READERS];
	struct reader {
		struct readers *readers;
		struct db *db;
	} each[READERS];
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct reading *waiting, *done;
	size_t n_waiting;
	bool stopping;
};

static void
reading_found(void *ctx, const struct record *record)
{
	struct reading *reading = ctx;
	const struct event event = record_event(record);
	if (reading->n == reading->cap) {
		reading->cap = reading->cap ? reading->cap * 2 : 64;
		reading->records =
			xrealloc(reading->records, reading->cap * sizeof(struct record *));
	}
	reading->records[reading->n++] = record_make(&event);
}

static void *
reader_run(void *ctx)
{
	const struct reader *reader = ctx;
	struct readers *readers = reader->readers;
	pthread_mutex_lock(&readers->mutex);
	while (!readers->stopping) {
		struct reading *reading = readers->waiting;
		if (!reading) {
			pthread_cond_wait(&readers->work, &readers->mutex);
			continue;
		}
		DL_DELETE(readers->waiting, reading);
		readers->n_waiting--;
		pthread_mutex_unlock(&readers->mutex);
		reading->failed = db_read(reader->db, reading->room->casefolded, &reading->range,
					  reading_found, reading) != DB_OK;
		pthread_mutex_lock(&readers->mutex);
		DL_APPEND(readers->done, reading);
		readers->settings.wake(readers->settings.ctx);
	}
	pthread_mutex_unlock(&readers->mutex);
	return NULL;
}

struct readers *
readers_open(const struct store_settings *settings, struct strbuf *why)
{
	struct readers *readers = xcalloc(sizeof *readers);
	readers->settings = *settings;
	for (size_t i = 0; i < READERS; i++) {
		struct db *db = db_open_reader(settings->file, why);
		if (!db) {
			while (i-- > 0)
				db_close(readers->each[i].db);
			free(readers);
			return NULL;
		}
		readers->each[i] = (struct reader){readers, db};
	}
	pthread_mutex_init(&readers->mutex, NULL);
	pthread_cond_init(&readers->work, NULL);
	for (size_t i = 0; i < READERS; i++)
		if (pthread_create(&readers->threads[i], NULL, reader_run, &readers->each[i]) != 0)
			abort();
	return readers;
}

bool
readers_add(struct readers *readers, struct reading *reading)
{
	pthread_mutex_lock(&readers->mutex);
	bool fits = readers->n_waiting < WAITING_MAX;
	if (fits) {
		DL_APPEND(readers->waiting, reading);
		readers->n_waiting++;
		pthread_cond_signal(&readers->work);
	}
	pthread_mutex_unlock(&readers->mutex);
	return fits;
}

struct reading *
readers_take(struct readers *readers)
{
	pthread_mutex_lock(&readers->mutex);
	struct reading *done = readers->done;
	readers->done = NULL;
	pthread_mutex_unlock(&readers->mutex);
	return done;
}

struct reading *
readers_close(struct readers *readers)
{
	pthread_mutex_lock(&readers->mutex);
	readers->stopping = true;
	pthread_cond_broadcast(&readers->work);
	pthread_mutex_unlock(&readers->mutex);
	for (size_t i = 0; i < READERS; i++) {
		pthread_join(readers->threads[i], NULL);
		db_close(readers->each[i].db);
	}
	struct reading *left = readers->done;
	DL_CONCAT(left, readers->waiting);
	pthread_cond_destroy(&readers->work);
	pthread_mutex_destroy(&readers->mutex);
	free(readers);
	return left;
}
