/* A few threads that read, each with a connection to the file of its own. Knows no rings. */
#include <stdlib.h>
#include <sys/prctl.h>
#include <utlist.h>

#include "store/store_internal.h"

enum {
	READERS = 2,
	WAITING_MAX = 64, /* jobs that wait for a thread */
};

struct jobs {
	struct store_settings settings;
	pthread_t threads[READERS];
	struct reader {
		struct jobs *jobs;
		struct db *db;
	} each[READERS];
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct job *waiting, *done;
	size_t n_waiting;
	size_t n; /* added and not freed; the loop's */
	bool stopping;
};

static void *
reader_run(void *ctx)
{
	const struct reader *reader = ctx;
	struct jobs *jobs = reader->jobs;
	prctl(PR_SET_NAME, "history-read");
	pthread_mutex_lock(&jobs->mutex);
	while (!jobs->stopping) {
		struct job *job = jobs->waiting;
		if (!job) {
			pthread_cond_wait(&jobs->work, &jobs->mutex);
			continue;
		}
		DL_DELETE(jobs->waiting, job);
		jobs->n_waiting--;
		pthread_mutex_unlock(&jobs->mutex);
		job->run(job, reader->db);
		pthread_mutex_lock(&jobs->mutex);
		DL_APPEND(jobs->done, job);
		jobs->settings.wake(jobs->settings.ctx);
	}
	pthread_mutex_unlock(&jobs->mutex);
	return NULL;
}

struct jobs *
jobs_open(const struct store_settings *settings, int descriptor, struct strbuf *why)
{
	struct jobs *jobs = xcalloc(sizeof *jobs);
	jobs->settings = *settings;
	for (size_t i = 0; i < READERS; i++) {
		struct db *db = NULL;
		if (store_has_file(settings))
			db = db_open_reader(settings->file, why);
		if (store_has_file(settings) && !db) {
			while (i-- > 0)
				db_close(jobs->each[i].db);
			free(jobs);
			return NULL;
		}
		if (db)
			db_read_ahead(db, descriptor);
		jobs->each[i] = (struct reader){jobs, db};
	}
	pthread_mutex_init(&jobs->mutex, NULL);
	pthread_cond_init(&jobs->work, NULL);
	for (size_t i = 0; i < READERS; i++)
		if (pthread_create(&jobs->threads[i], NULL, reader_run, &jobs->each[i]) != 0)
			abort();
	return jobs;
}

bool
jobs_add(struct jobs *jobs, struct job *job)
{
	pthread_mutex_lock(&jobs->mutex);
	bool fits = jobs->n_waiting < WAITING_MAX;
	if (fits) {
		DL_APPEND(jobs->waiting, job);
		jobs->n_waiting++;
		pthread_cond_signal(&jobs->work);
	}
	pthread_mutex_unlock(&jobs->mutex);
	jobs->n += fits;
	return fits;
}

void
jobs_free(struct jobs *jobs, struct job *job)
{
	job->free(job);
	jobs->n--;
}

bool
jobs_are_there(const struct jobs *jobs)
{
	return jobs->n > 0;
}

struct job *
jobs_take(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->mutex);
	struct job *done = jobs->done;
	jobs->done = NULL;
	pthread_mutex_unlock(&jobs->mutex);
	return done;
}

struct job *
jobs_close(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->mutex);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->work);
	pthread_mutex_unlock(&jobs->mutex);
	for (size_t i = 0; i < READERS; i++) {
		pthread_join(jobs->threads[i], NULL);
		db_close(jobs->each[i].db);
	}
	struct job *left = jobs->done;
	DL_CONCAT(left, jobs->waiting);
	pthread_cond_destroy(&jobs->work);
	pthread_mutex_destroy(&jobs->mutex);
	free(jobs);
	return left;
}
