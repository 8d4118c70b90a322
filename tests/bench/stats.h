/*
 * What is measured: latencies, in a histogram with steps of 1/64 of their size, and the time
 * and memory of a process, from /proc.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "protocols.h"

enum {
	STEPS_BITS = 6,
	STEPS = 1 << STEPS_BITS, /* per doubling */
	LATENCY_STEPS = 64 * STEPS,
};

static const int64_t SECOND = 1000000000; /* ns */

struct latencies {
	uint64_t counts[LATENCY_STEPS], all;
};

/* The clock and the CPU times at the start or the end of a measurement. */
struct mark {
	int64_t at;
	double server_cpu, own_cpu; /* seconds */
	double writer_cpu;          /* of the server's thread that stores what is said */
};

static inline int64_t
clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static inline size_t
latency_step(uint64_t ns)
{
	if (ns < STEPS)
		return ns;
	unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - STEPS_BITS;
	return shift * STEPS + (ns >> shift);
}

static inline double
latency_of_step(size_t step)
{
	if (step < STEPS)
		return (double)step;
	return (double)((STEPS + step % STEPS) << (step / STEPS - 1));
}

static inline void
latency_add(struct latencies *latencies, int64_t ns)
{
	latencies->counts[latency_step(ns > 0 ? (uint64_t)ns : 0)]++;
	latencies->all++;
}

/* The quantile, 0 to 1, in microseconds. */
static inline double
latency_quantile(const struct latencies *latencies, double quantile)
{
	uint64_t passed = 0;
	for (size_t i = 0; i < LATENCY_STEPS; i++) {
		passed += latencies->counts[i];
		if (passed > 0 && (double)passed >= quantile * (double)latencies->all)
			return latency_of_step(i) / 1000;
	}
	return 0;
}

static inline double
seconds_of(clockid_t clock)
{
	struct timespec at;
	clock_gettime(clock, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / (double)SECOND;
}

/* Reads a file in the server's folder in /proc. */
static inline void
proc_read(long pid, const char *name, char *out, size_t size)
{
	char path[128];
	snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (n <= 0)
		fail("%s: %s", path, strerror(errno));
	out[n] = '\0';
	close(fd);
}

/* CPU seconds of the server's main thread, to the nanosecond. */
static inline double
cpu_read(long pid)
{
	char stat[128];
	unsigned long long ns = 0;
	if (pid == 0)
		return 0;
	proc_read(pid, "schedstat", stat, sizeof stat);
	if (sscanf(stat, "%llu", &ns) != 1)
		fail("/proc/%ld/schedstat: unknown format", pid);
	return (double)ns / (double)SECOND;
}

/* CPU seconds of the process's thread of this name; 0: there is none. */
static inline double
thread_cpu_read(long pid, const char *name)
{
	char path[64], text[128];
	unsigned long long ns = 0;
	snprintf(path, sizeof path, "/proc/%ld/task", pid);
	DIR *tasks = pid ? opendir(path) : NULL;
	for (struct dirent *task; tasks && (task = readdir(tasks)) && ns == 0;) {
		if (task->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "task/%.20s/comm", task->d_name);
		proc_read(pid, path, text, sizeof text);
		if (strncmp(text, name, strlen(name)) != 0)
			continue;
		snprintf(path, sizeof path, "task/%.20s/schedstat", task->d_name);
		proc_read(pid, path, text, sizeof text);
		ns = strtoull(text, NULL, 10);
	}
	if (tasks)
		closedir(tasks);
	return (double)ns / (double)SECOND;
}

/* Resident bytes. Not VmRSS, which is counted per processor and may be off by 100 KiB and more. */
static inline double
memory_read(long pid)
{
	char rollup[4096];
	proc_read(pid, "smaps_rollup", rollup, sizeof rollup);
	const char *rss = strstr(rollup, "\nRss:");
	return rss ? strtod(rss + strlen("\nRss:"), NULL) * 1024 : 0;
}

static inline struct mark
mark_set(long pid)
{
	return (struct mark){clock_now(), cpu_read(pid), seconds_of(CLOCK_PROCESS_CPUTIME_ID),
		thread_cpu_read(pid, "history-write")};
}

#endif
