/*
 * Copies of the file while the server runs. The command `teahoused --backup` asks for one by an
 * empty file FILE.backup, which it keeps locked; the server's writer answers in that file, and
 * copies to FILE.backup-part a piece at a time. Then the command gives the copy its name: the
 * server may have no rights there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/backup.h"
#include "store/store_internal.h"

enum {
	LOOK_MS = 500,   /* between looks for a request, and between answers */
	STEP_PAGES = 64, /* copied between two commits */
};

struct backup {
	struct strbuf request, part; /* paths, with a NUL */
	int fd;                      /* of the request; -1: there is none */
	struct db_backup *copying;
	int64_t looked_at; /* monotonic ms */
};

void
backup_paths(const char *file, struct strbuf *request, struct strbuf *part)
{
	strbuf_printf(request, "%s.backup", file);
	strbuf_printf(part, "%s.backup-part", file);
	strbuf_add(request, "", 1);
	strbuf_add(part, "", 1);
}

struct backup *
backup_open(const char *file)
{
	struct backup *backup = xcalloc(sizeof *backup);
	backup->fd = -1;
	backup_paths(file, &backup->request, &backup->part);
	unlink(backup->part.ptr);
	return backup;
}

static void
answer(const struct backup *backup, const struct backup_answer *answer)
{
	if (pwrite(backup->fd, answer, sizeof *answer, 0) < 0)
		unlink(backup->request.ptr);
}

/* Whether the command that asked has ended. */
static bool
is_orphaned(const struct backup *backup)
{
	return flock(backup->fd, LOCK_EX | LOCK_NB) == 0;
}

/* The request is answered or of no use any more. */
static void
backup_forget(struct backup *backup)
{
	close(backup->fd);
	backup->fd = -1;
}

static void
backup_end(struct backup *backup)
{
	struct strbuf why = {0};
	struct backup_answer last = {.state = BACKUP_DONE};
	if (!db_backup_end(backup->copying, &why)) {
		last.state = BACKUP_FAILED;
		snprintf(last.why, sizeof last.why, "%.*s", TEXT_ARGS(strbuf_view(&why)));
		unlink(backup->part.ptr);
	}
	backup->copying = NULL;
	answer(backup, &last);
	strbuf_clear(&why);
	backup_forget(backup);
}

static void
backup_begin(struct backup *backup, struct db *db)
{
	struct strbuf why = {0};
	struct backup_answer failed = {.state = BACKUP_FAILED};
	int part =
		open(backup->part.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (part >= 0) {
		close(part);
		backup->copying = db_backup_begin(db, backup->part.ptr, &why);
	} else {
		strbuf_printf(&why, "%s: %s", backup->part.ptr, strerror(errno));
	}
	if (!backup->copying) {
		snprintf(failed.why, sizeof failed.why, "%.*s", TEXT_ARGS(strbuf_view(&why)));
		answer(backup, &failed);
		backup_forget(backup);
	}
	strbuf_clear(&why);
}

/* One that is not empty was answered before. */
static void
backup_look(struct backup *backup, struct db *db)
{
	struct stat found;
	backup->fd = open(backup->request.ptr, O_RDWR | O_CLOEXEC);
	if (backup->fd < 0)
		return;
	if (is_orphaned(backup)) {
		unlink(backup->request.ptr);
		unlink(backup->part.ptr);
		backup_forget(backup);
	} else if (fstat(backup->fd, &found) == 0 && found.st_size == 0) {
		backup_begin(backup, db);
	} else {
		backup_forget(backup);
	}
}

static void
backup_abandon(struct backup *backup)
{
	struct strbuf why = {0};
	db_backup_end(backup->copying, &why);
	strbuf_clear(&why);
	backup->copying = NULL;
	unlink(backup->part.ptr);
}

bool
backup_step(struct backup *backup, struct db *db, int64_t now)
{
	bool look = now - backup->looked_at >= LOOK_MS;
	if (look)
		backup->looked_at = now;
	if (!backup->copying && look)
		backup_look(backup, db);
	if (!backup->copying)
		return false;
	struct backup_answer under_way = {.state = BACKUP_COPIES};
	enum db_result result =
		db_backup_step(backup->copying, STEP_PAGES, &under_way.left, &under_way.all);
	if (result != DB_OK || under_way.left == 0) {
		backup_end(backup);
	} else if (look && is_orphaned(backup)) {
		backup_abandon(backup);
		unlink(backup->request.ptr);
		backup_forget(backup);
	} else if (look) {
		answer(backup, &under_way);
	}
	return backup->copying;
}

void
backup_close(struct backup *backup)
{
	const struct backup_answer failed = {
		.state = BACKUP_FAILED, .why = "the server is stopping"};
	if (backup->copying) {
		backup_abandon(backup);
		answer(backup, &failed);
		backup_forget(backup);
	}
	strbuf_clear(&backup->request);
	strbuf_clear(&backup->part);
	free(backup);
}
