/* `teahoused --backup`: has a copy made by the server that uses the file, or makes it. */
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
	POLL_MS = 50,
	SILENCE_MS = 30000, /* after which a server that does not answer is given up */
};

struct taking {
	const char *file, *to;
	struct strbuf request, part; /* paths, with a NUL */
	struct strbuf beside; /* where the copy is made, or brought, before it has its name */
	int lock, fd;         /* of the file, of the request */
	void (*progress)(int percent);
	struct strbuf *why;
};

static bool
fails(struct taking *taking, const char *what)
{
	strbuf_printf(taking->why, "%s: %s", what, strerror(errno));
	return false;
}

/* Flushes the copy, and gives it its name, which no file may have. */
static bool
name_copy(struct taking *taking, const char *copy)
{
	int fd = open(copy, O_RDWR | O_CLOEXEC);
	bool fine = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	if (!fine)
		return fails(taking, copy);
	if (link(copy, taking->to) == 0)
		return unlink(copy) == 0 || fails(taking, copy);
	/* A file system without links. */
	if ((errno == EPERM || errno == ENOSYS || errno == ENOTSUP) &&
		access(taking->to, F_OK) != 0 && rename(copy, taking->to) == 0)
		return true;
	return fails(taking, taking->to);
}

/* From one file system to another. */
static bool
bring_copy(struct taking *taking)
{
	char bytes[65536];
	ssize_t n = 0;
	int from = open(taking->part.ptr, O_RDONLY | O_CLOEXEC);
	int to = open(
		taking->beside.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	bool fine = from >= 0 && to >= 0;
	while (fine && (n = read(from, bytes, sizeof bytes)) > 0)
		fine = write(to, bytes, (size_t)n) == n;
	fine = fine && n == 0;
	if (!fine)
		fails(taking, taking->beside.ptr);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (fine)
		fine = name_copy(taking, taking->beside.ptr);
	if (!fine)
		unlink(taking->beside.ptr);
	return fine;
}

static bool
is_same_file_system(const struct taking *taking)
{
	struct stat part, folder;
	struct strbuf path = {0};
	const char *slash = strrchr(taking->to, '/');
	strbuf_add(&path, taking->to, slash ? (size_t)(slash - taking->to) + 1 : 0);
	strbuf_add(&path, ".", 2);
	bool same = stat(taking->part.ptr, &part) == 0 && stat(path.ptr, &folder) == 0 &&
		    part.st_dev == folder.st_dev;
	strbuf_clear(&path);
	return same;
}

/* Asks the server, by a file that this process keeps locked. */
static bool
request_make(struct taking *taking)
{
	struct stat owner;
	taking->fd = open(taking->request.ptr, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (taking->fd < 0)
		return fails(taking, taking->request.ptr);
	if (flock(taking->fd, LOCK_EX | LOCK_NB) != 0) {
		strbuf_printf(taking->why, "%s: another backup is under way", taking->file);
		return false;
	}
	/* The server has to write to it. */
	if (fstat(taking->lock, &owner) != 0 ||
		(geteuid() == 0 && fchown(taking->fd, owner.st_uid, owner.st_gid) != 0) ||
		ftruncate(taking->fd, 0) != 0)
		return fails(taking, taking->request.ptr);
	return true;
}

/* True: the server has said how it ended. */
static bool
answer_read(struct taking *taking, struct backup_answer *answer)
{
	if (pread(taking->fd, answer, sizeof *answer, 0) != (ssize_t)sizeof *answer)
		answer->state = 0;
	if (answer->state == BACKUP_COPIES && taking->progress && answer->all > 0)
		taking->progress((int)((int64_t)(answer->all - answer->left) * 100 / answer->all));
	return answer->state == BACKUP_DONE || answer->state == BACKUP_FAILED;
}

static bool
await_server(struct taking *taking)
{
	const struct timespec pause = {0, POLL_MS * 1000000L};
	struct backup_answer answer = {0};
	int64_t begun = clock_ms(CLOCK_MONOTONIC);
	while (!answer_read(taking, &answer)) {
		/* Its lock is free: it has stopped. Perhaps after its answer. */
		if (flock(taking->lock, LOCK_EX | LOCK_NB) == 0) {
			if (answer_read(taking, &answer))
				break;
			strbuf_printf(taking->why, "%s: the server has stopped", taking->file);
			return false;
		}
		if (!answer.state && clock_ms(CLOCK_MONOTONIC) - begun > SILENCE_MS) {
			strbuf_printf(taking->why, "%s: the server does not answer", taking->file);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	if (answer.state == BACKUP_FAILED)
		strbuf_printf(taking->why, "%s: cannot be copied: %.*s", taking->file,
			(int)sizeof answer.why, answer.why);
	return answer.state == BACKUP_DONE;
}

static bool
copy_by_server(struct taking *taking)
{
	if (!request_make(taking))
		return false;
	bool copied = await_server(taking);
	if (copied && is_same_file_system(taking))
		copied = name_copy(taking, taking->part.ptr);
	else if (copied)
		copied = bring_copy(taking);
	unlink(taking->part.ptr);
	unlink(taking->request.ptr);
	return copied;
}

static bool
copy_alone(struct taking *taking)
{
	int fd = open(
		taking->beside.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fails(taking, taking->beside.ptr);
	close(fd);
	size_t before = taking->why->len;
	strbuf_printf(taking->why, "%s: ", taking->file);
	bool copied = db_copy(taking->file, taking->beside.ptr, taking->why);
	if (copied) {
		taking->why->len = before;
		copied = name_copy(taking, taking->beside.ptr);
	}
	if (!copied)
		unlink(taking->beside.ptr);
	return copied;
}

static bool
take(struct taking *taking)
{
	struct stat found;
	if (lstat(taking->to, &found) == 0) {
		strbuf_printf(taking->why, "%s: exists already; remove it, or choose another name",
			taking->to);
		return false;
	}
	taking->lock = open(taking->file, O_RDWR | O_CLOEXEC);
	if (taking->lock < 0)
		return fails(taking, taking->file);
	if (flock(taking->lock, LOCK_EX | LOCK_NB) == 0)
		return copy_alone(taking);
	return errno == EWOULDBLOCK ? copy_by_server(taking) : fails(taking, taking->file);
}

bool
store_backup(const char *file, const char *to, void (*progress)(int percent), struct strbuf *why)
{
	struct taking taking = {
		.file = file, .to = to, .lock = -1, .fd = -1, .progress = progress, .why = why};
	backup_paths(file, &taking.request, &taking.part);
	strbuf_printf(&taking.beside, "%s.part", to);
	strbuf_add(&taking.beside, "", 1);
	bool taken = take(&taking);
	if (taking.fd >= 0)
		close(taking.fd);
	if (taking.lock >= 0)
		close(taking.lock);
	strbuf_clear(&taking.request);
	strbuf_clear(&taking.part);
	strbuf_clear(&taking.beside);
	return taken;
}
