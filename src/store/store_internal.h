/* What the files of the store share: rooms, turns, and the threads that write and read. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* uthash aborts, too, when no memory is left. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/alloc.h"
#include "store/db.h"
#include "store/record.h"
#include "teahouse/store.h"
#include "teahouse/strbuf.h"

struct store;

/* A room's newest records of one sort: complete from the id `from` on. */
struct ring {
	struct record **at; /* `cap` places, a power of two */
	uint32_t head, n, cap;
	uint64_t from; /* id */
};

/* A room of which some history is in memory. */
struct store_room {
	UT_hash_handle hh; /* by casefolded */
	struct text casefolded, shown;
	uint32_t refs;    /* turns and reads that point to it */
	size_t bytes;     /* of what is in its rings */
	int64_t number;   /* in the file; the writer's, as is the next. 0: not known */
	unsigned removed; /* number: see db_rooms_removed */
	struct ring rings[RECORD_SORTS];
	struct store_room *prev, *next; /* the one that was used last first */
	char names[];
};

/* A record's place in the history of a room. */
struct place {
	struct record *record;
	struct store_room *room;
};

/* A change of an account. */
struct change {
	struct change *prev, *next;
	UT_hash_handle hh;
	struct account_change change;
	struct text casefolded; /* its name in that form */
	struct {
		uint64_t kind, account;
	} key;
	char bytes[]; /* first the name */
};

/* Something that is not erased in the file yet. Owned by the loop, and immutable. */
struct erasure {
	struct erasure *prev, *next;
	struct db_erasure what;
	char bytes[];
};

/* What one loop turn keeps. Owned by the writer while it is queued, otherwise by the loop. */
struct turn {
	struct turn *prev, *next;
	uint64_t ticket, last_id;
	struct place *places; /* those of one record stand together */
	size_t n, cap;
	struct change *changes;
	struct change *markers; /* of those, READ and TOLD; the newest for each name stays */
	const struct erasure **erasures;
	size_t n_erasures;
	bool must_wait; /* it has erasures, or changes other than markers */
	size_t bytes;   /* at most, of a packet for each event, and of the changes */
};

/* turn.c */

/* The turn under way. */
struct turn *turn_get(struct store *store);
void turn_add(struct turn *turn, struct store_room *room, struct record *record);
void turn_change(struct turn *turn, const struct account_change *change, struct text casefolded);
void turn_erase(struct turn *turn, const struct erasure *erasure);

/* Nothing but how far accounts have read: while commits fail, the next turn can add to it. */
bool turn_has_markers_only(const struct turn *turn);
void turn_free(struct turn *turn);

/* writer.c: the thread that writes, and the one that makes checkpoints */

struct writer;

/* NULL: `why` says what is wrong. The threads call settings->wake. */
struct writer *writer_open(const struct store_settings *settings, struct strbuf *why);
uint64_t writer_last_id(const struct writer *writer);

/* Of the file, valid until the writer is closed. */
int writer_descriptor(const struct writer *writer);

/* Hands over a turn. */
void writer_add(struct writer *writer, struct turn *turn);

/* Blocks until everything written so far is indexed, or cannot be. Any thread. */
void writer_index(struct writer *writer);

/* The turns that were written since the last call, in order; NULL: none were. */
struct turn *writer_take(struct writer *writer);

/* The state of the disk. */
struct writer_status {
	bool failing;     /* the last attempt to write failed */
	bool low;         /* there is little space on the disk */
	bool damaged;     /* the file is: nothing is written any more */
	uint64_t erased;  /* all erasures up to this number are done */
	int64_t free;     /* bytes on the disk */
	int64_t slowest;  /* ms that a commit took since the last call */
	char error[256];  /* failing: what SQLite said of it */
	char moving[256]; /* why the last checkpoint failed; "": it did not */
};
void writer_status(struct writer *writer, struct writer_status *status);

/*
 * Writes what waits, if the disk takes it within a few seconds, and the last id that was
 * given. Returns the turns that were written; the others are in *unwritten.
 */
struct turn *writer_close(struct writer *writer, uint64_t last_id, struct turn **unwritten);

/* jobs.c: threads that read what is not in memory */

struct jobs;

/* Work for one of the threads. Must be the first member of its struct. */
struct job {
	struct job *prev, *next;
	void (*run)(struct job *job, struct db *db);          /* by a thread; db NULL: no file */
	void (*finish)(struct store *store, struct job *job); /* then by the loop */
	void (*free)(struct job *job); /* by the loop, also without the others */
};

/*
 * descriptor: see writer_descriptor. Without a file, and -1, it cannot fail. NULL: `why` says what
 * is wrong.
 */
struct jobs *jobs_open(const struct store_settings *settings, int descriptor, struct strbuf *why);

/* False: too many wait. */
bool jobs_add(struct jobs *jobs, struct job *job);
struct job *jobs_take(struct jobs *jobs);

/* Frees one that was taken. */
void jobs_free(struct jobs *jobs, struct job *job);

/* Whether there is any that was added and is not freed. */
bool jobs_are_there(const struct jobs *jobs);

/* Returns the unfinished jobs. */
struct job *jobs_close(struct jobs *jobs);

/* ring.c */

void ring_push(struct ring *ring, struct record *record);

/* Inserts before the oldest. The ring is then complete from `from` on. */
void ring_unshift(struct ring *ring, struct record *record, uint64_t from);
struct record *ring_at(const struct ring *ring, uint32_t i);

/* Where that one is, to replace it by another with the same id. */
struct record **ring_slot(const struct ring *ring, uint32_t i);

/* Drops the oldest. */
void ring_shift(struct ring *ring);
void ring_clear(struct ring *ring);

/* The number of records with an id lower than this. */
uint32_t ring_below(const struct ring *ring, uint64_t id);

struct store {
	struct history history; /* first: what the loop knows of it */
	struct store_settings settings;
	struct store_settings thread_settings; /* the same, with a wake of the store's own */
	char *file;                            /* NULL: there is none */
	struct writer *writer;
	struct jobs *jobs;
	struct turn *turn;              /* the one under way, or NULL */
	struct store_room *rooms;       /* by name */
	struct store_room *recently;    /* the one used last first */
	size_t bytes;                   /* in all rings */
	uint64_t tickets;               /* given out */
	uint64_t committed;             /* ticket */
	uint64_t kept_id, committed_id; /* of the last event that is kept; that is stored */
	size_t waiting;                 /* bytes that are not committed yet */
	int64_t progress_at; /* monotonic ms: when the last was committed, or began to wait */
	int64_t told_slow, told_moving; /* monotonic ms: when that was logged last; 0: never */
	struct name_rules *rules;       /* opened when first used */
	struct erasure *erasures;       /* those that are not done, or whose end is not noted */
	uint64_t last_erasure;          /* number */
	uint64_t erased;                /* all up to this number are done */
	bool read_uncommitted;          /* in this turn */
	bool failing, full, damaged;
	atomic_bool woken; /* by a thread: there is something for the loop */
};

static inline int64_t
clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline bool
store_has_file(const struct store_settings *settings)
{
	return settings->file && *settings->file;
}

/* check.c: see store_check; without the file's name. */
bool file_check(const char *file, struct strbuf *why);

/* disk.c: what the loop says and does about a disk that is slow, full or broken */

/* Logs changes. */
void store_note_disk(struct store *store);
bool store_is_slow(const struct history *history);
bool store_is_full(const struct history *history);
bool store_is_failing(const struct history *history);

/* Counts the bytes that wait to be committed. */
void store_add_waiting(struct store *store, size_t bytes);
void store_end_waiting(struct store *store, size_t bytes);

/* rooms.c */

struct store_room *store_room_get(struct store *store, const struct name *name);
void store_room_free(struct store *store, struct store_room *room);

/* Adds (sign 1) or removes (-1) a record of the room's rings in the memory count. */
void store_room_count_bytes(
	struct store *store, struct store_room *room, const struct record *record, int sign);

/* Drop records beyond the limits: of one room, or of the least recently used rooms. */
void store_room_trim(struct store *store, struct store_room *room);
void store_rooms_trim(struct store *store);

/* reading.c, searching.c: see struct history */
void store_read(struct history *history, const struct name *name, const struct history_range *range,
	history_read_done *done, void *ctx);
bool store_recent(struct history *history, const struct name *name, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx);
void store_search(struct history *history, const struct history_search *search,
	history_read_done *done, void *ctx);

/* accounts.c: see struct history */
void store_keep_account(struct history *history, const struct account_change *change);
bool store_load_accounts(struct history *history,
	void (*found)(void *ctx, const struct account_change *change), void *ctx);
struct name_rules *store_rules(struct store *store);

/* erasing.c */

/* Reads what was not finished when the file was used last. False: `why` says what is wrong. */
bool store_load_erasures(struct store *store, struct strbuf *why);
void store_erase(struct history *history, const struct name *nick,
	const struct name *const conversations[], size_t n);

/* The id up to which all of the room is erased. */
uint64_t store_erased_room(const struct store *store, struct text casefolded);

/* Replaces a record that was read, if a nick in it is erased. Returns whether it did. */
bool store_erase_record(struct store *store, struct record **record);

/* Forgets the erasures that are done. */
void store_end_erasures(struct store *store);
void store_free_erasures(struct store *store);

#endif
