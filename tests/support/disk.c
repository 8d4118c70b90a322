/*
 * Preloaded, or linked to a unit test: a disk for SQLite's files that is full, broken or slow when
 * the test says so, and that can forget what was not flushed, as in a power failure.
 *
 * DISK_CONTROL names a file that is mapped as the struct below; DISK_UNDO, if it is set, lets
 * FILE.undo have what was in each file before what is not flushed yet was written (disk.py).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"

enum { FDS = 4096, FILES = 32 };

/* A file of which it is kept what was not flushed. */
struct undo {
	char path[PATH_MAX];
	int fd; /* of its .undo; -1: none is kept */
};

static struct disk_control own, *control = &own;
static struct undo files[FILES];
static int n_files, undoes;
static unsigned char file_of[FDS]; /* 1 + its number among `files`; 0: another's */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

struct disk_control *
disk_control(void)
{
	return control;
}

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* The real function `name`, of this type, with these arguments. */
#define REAL(type, name, ...) (((type)(uintptr_t)real(name))(__VA_ARGS__))
typedef ssize_t read_fn(int, void *, size_t, off64_t);
typedef ssize_t write_fn(int, const void *, size_t, off64_t);
typedef int fd_fn(int);
typedef int truncate_fn(int, off64_t);

__attribute__((constructor)) static void
disk_begin(void)
{
	const char *path = getenv("DISK_CONTROL");
	undoes = getenv("DISK_UNDO") != NULL;
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		control = at;
	close(fd);
}

static int
ends_with(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);
	return n >= m && strcmp(path + n - m, end) == 0;
}

/* The file's number among those that are watched, or -1. The mutex is locked. */
static int
file_find(const char *path)
{
	if (!ends_with(path, ".db") && !ends_with(path, ".db-wal"))
		return -1;
	for (int i = 0; i < n_files; i++)
		if (strcmp(files[i].path, path) == 0)
			return i;
	if (n_files == FILES)
		abort();
	struct undo *file = &files[n_files];
	char name[PATH_MAX + 8];
	snprintf(file->path, sizeof file->path, "%s", path);
	snprintf(name, sizeof name, "%s.undo", path);
	file->fd = undoes ? open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	return n_files++;
}

static int
is_watched(int fd)
{
	return fd >= 0 && fd < FDS && file_of[fd];
}

int
open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	int fd = REAL(int (*)(const char *, int, ...), "open64", path, flags, mode);
	if (fd < 0 || fd >= FDS)
		return fd;
	pthread_mutex_lock(&mutex);
	file_of[fd] = (unsigned char)(file_find(path) + 1);
	pthread_mutex_unlock(&mutex);
	return fd;
}

int
close(int fd)
{
	if (is_watched(fd))
		file_of[fd] = 0;
	return REAL(fd_fn *, "close", fd);
}

static void
wait_ms(int ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
	if (ms > 0)
		nanosleep(&time, NULL);
}

/* Whether the call fails now, with this number. */
static int
fails(int number)
{
	if (number)
		errno = number;
	return number != 0;
}

/* Notes what the file has from `from` on, for `n` bytes, and how long it is. The mutex is locked. */
static void
undo_note(int fd, uint64_t from, size_t n)
{
	struct stat found;
	const struct undo *file = &files[file_of[fd] - 1];
	if (file->fd < 0 || n == 0 || fstat(fd, &found) < 0)
		return;
	struct disk_undo head = {.from = from, .size = (uint64_t)found.st_size, .n = n};
	char *record = calloc(1, sizeof head + n);
	memcpy(record, &head, sizeof head);
	REAL(read_fn *, "pread64", fd, record + sizeof head, n, (off64_t)from);
	if (write(file->fd, record, sizeof head + n) < 0)
		abort();
	free(record);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	if (is_watched(fd)) {
		wait_ms(control->write_ms);
		if (fails(control->write_fails))
			return -1;
	}
	/* Nothing is flushed between the note and the write. */
	pthread_mutex_lock(&mutex);
	if (is_watched(fd))
		undo_note(fd, (uint64_t)at, n);
	ssize_t written = REAL(write_fn *, "pwrite64", fd, bytes, n, at);
	pthread_mutex_unlock(&mutex);
	return written;
}

ssize_t
pread64(int fd, void *bytes, size_t n, off64_t at)
{
	if (is_watched(fd)) {
		wait_ms(control->read_ms);
		if (fails(control->read_fails))
			return -1;
	}
	return REAL(read_fn *, "pread64", fd, bytes, n, at);
}

int
ftruncate64(int fd, off64_t size)
{
	struct stat found;
	if (is_watched(fd) && fails(control->write_fails))
		return -1;
	pthread_mutex_lock(&mutex);
	if (is_watched(fd) && fstat(fd, &found) == 0 && found.st_size > size)
		undo_note(fd, (uint64_t)size, (size_t)(found.st_size - size));
	int result = REAL(truncate_fn *, "ftruncate64", fd, size);
	pthread_mutex_unlock(&mutex);
	return result;
}

static int
flush(int fd, const char *name)
{
	if (!is_watched(fd))
		return REAL(fd_fn *, name, fd);
	wait_ms(control->flush_ms);
	control->flushes++;
	if (fails(control->flush_fails))
		return -1;
	/* Nothing is flushed in truth: what counts is what is forgotten. */
	pthread_mutex_lock(&mutex);
	const struct undo *file = &files[file_of[fd] - 1];
	int result = file->fd < 0 ? 0 : REAL(truncate_fn *, "ftruncate64", file->fd, 0);
	pthread_mutex_unlock(&mutex);
	return result;
}

int
fsync(int fd)
{
	return flush(fd, "fsync");
}

int
fdatasync(int fd)
{
	return flush(fd, "fdatasync");
}

int
statvfs(const char *path, struct statvfs *found)
{
	int result = REAL(int (*)(const char *, struct statvfs *), "statvfs", path, found);
	if (control->free_mib > 0)
		found->f_bavail = ((uint64_t)control->free_mib << 20) / found->f_frsize;
	return result;
}
