/*
 * What is measured: latencies, counted in steps of 1/64 of their own size, and the time
 * and the memory that a process takes, by what /proc says of it.
 */
#ifndef BENCH_GAUGE_H
#define BENCH_GAUGE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

enum {
	STEPS_BITS = 6,
	STEPS = 1 << STEPS_BITS, /* to each doubling */
	LATENCY_STEPS = 64 * STEPS,
};

static const int64_t SECOND = 1000000000; /* ns */

struct latencies {
	uint64_t counts[LATENCY_STEPS], all;
};

/* The server and the clocks at an end of what is measured. */
struct mark {
	int64_t at;
	double server_cpu, own_cpu; /* seconds */
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

/* The latency, in microseconds, that the given part of them had at most. */
static inline double
latency_of(const struct latencies *latencies, double part)
{
	uint64_t passed = 0;
	for (size_t i = 0; i < LATENCY_STEPS; i++) {
		passed += latencies->counts[i];
		if (passed > 0 && (double)passed >= part * (double)latencies->all)
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

/* What /proc says of the server. */
static inline void
proc_read(long pid, const char *name, char *out, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (n <= 0)
		fail("%s: %s", path, strerror(errno));
	out[n] = '\0';
	close(fd);
}

/* Seconds that the server has run, to the nanosecond: it is one thread. */
static inline double
cpu_read(long pid)
{
	char stat[128];
	unsigned long long ns = 0;
	if (pid == 0)
		return 0;
	proc_read(pid, "schedstat", stat, sizeof stat);
	if (sscanf(stat, "%llu", &ns) != 1)
		fail("/proc/%ld/schedstat: what is this?", pid);
	return (double)ns / (double)SECOND;
}

/* Resident bytes. VmRSS is kept a processor at a time and may be off by some hundred KiB. */
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
	return (struct mark){clock_now(), cpu_read(pid), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

#endif
