/*
 * Preloaded, it makes allocations fail: by FAULT_AT the one of that number, and by FAULT_EACH
 * each of them, in a child process of its own that must abort after exactly that last line.
 * FAULT_AT=0 and FAULT_EACH say at the end how many there were. What is tested needs no change.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What dlsym itself needs before it has found the real ones. */
static char early[4096];
static size_t early_used;

static long fault_at = -1, fault_count;
static const char *fault_line; /* what a child must write last, or NULL: no children */
static int fault_output;       /* what a child has written */
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static void
fault_tell(void)
{
	fprintf(stderr, "allocations: %ld\n", fault_count);
}

static void
fault_find(void)
{
	real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
}

/* Allocations count when the libraries are there, and main is about to begin. */
__attribute__((constructor)) static void
fault_arm(void)
{
	const char *at = getenv("FAULT_AT");
	fault_line = getenv("FAULT_EACH");
	if (fault_line) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		fault_output = memfd_create("output", 0);
		at = "0";
	}
	if (at && strcmp(at, "0") == 0)
		atexit(fault_tell);
	fault_count = 0;
	fault_at = at ? atol(at) : -1;
}

/* Says how the child ended, unless it was as it must be. What this allocates does not count. */
static void
fault_judge(int status)
{
	static char text[4096];
	ssize_t n = pread(fault_output, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	size_t len = strlen(text), wanted = strlen(fault_line);
	int last = len > wanted && text[len - 1] == '\n' &&
		   memcmp(text + len - 1 - wanted, fault_line, wanted) == 0;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !last)
		dprintf(STDERR_FILENO, "allocation %ld failed: status %#x, output: %s\n",
			fault_count, (unsigned)status, text);
}

/* Whether this is the child, in which the allocation fails. */
static int
fault_fork(void)
{
	int status;
	if (ftruncate(fault_output, 0) != 0 || lseek(fault_output, 0, SEEK_SET) != 0)
		_exit(9);
	pid_t child = fork();
	if (child == 0) {
		fault_at = -1;
		alarm(20);
		dup2(fault_output, STDOUT_FILENO);
		dup2(fault_output, STDERR_FILENO);
		return 1;
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		_exit(9);
	fault_at = -1;
	fault_judge(status);
	fault_at = 0;
	return 0;
}

static int
fault_is_now(void)
{
	if (fault_at < 0)
		return 0;
	fault_count++;
	if (fault_line ? !fault_fork() : fault_count != fault_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	if (!real_malloc)
		fault_find();
	return fault_is_now() ? NULL : real_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (!real_calloc) {
		void *at = early + early_used;
		early_used += (n * size + 15) / 16 * 16;
		return early_used <= sizeof early ? at : NULL;
	}
	return fault_is_now() ? NULL : real_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	if (!real_realloc)
		fault_find();
	return fault_is_now() ? NULL : real_realloc(old, size);
}

void
free(void *at)
{
	if ((char *)at >= early && (char *)at < early + sizeof early)
		return;
	if (!real_free)
		fault_find();
	real_free(at);
}
