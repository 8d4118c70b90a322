/* How the disk of disk.c is; all 0: well. */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

/* disk.py has the same layout. */
struct disk_control {
	volatile int write_fails, flush_fails, read_fails; /* errno; 0: it works */
	volatile int write_ms, flush_ms, read_ms;          /* that it takes */
	volatile int free_mib;                             /* said to be free; 0: as it is */
	volatile int flushes;                              /* how many there were */
};

struct disk_control *disk_control(void);

/* Begins a record of FILE.undo; then come `n` bytes. */
struct disk_undo {
	uint64_t from, size; /* where they were, and how long the file was */
	uint64_t n;
};

#endif
