/*
 * The file of the history: its tables and statements. The only part that knows SQLite. A
 * connection belongs to one thread at a time. Knows no threads and no loop.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/record.h"
#include "teahouse/accounts.h"
#include "teahouse/store.h"

struct db;

enum db_result {
	DB_OK,
	DB_FAILED, /* the disk is full, or cannot be read or written, or is locked: may pass */
	DB_CORRUPT,
};

/*
 * Opens the file for writing: makes it, or brings an older one up to date after copying it.
 * NULL on failure: `why` gets a sentence without the file's name.
 */
struct db *db_open(const char *file, enum store_sync sync, struct strbuf *why);

/* The SQL that upgrades a file from each version to the next. */
enum { DB_VERSION = 2 };
extern const char *const db_versions[DB_VERSION];

uint32_t db_application_id(void);

/* Says that a file is of a version that is too new. */
void db_explain_version(int64_t version, int newest, struct strbuf *why);

/* For tests: the same with other steps, up to `version`. */
struct db *db_open_version(const char *file, enum store_sync sync, const char *const versions[],
	int version, struct strbuf *why);

/*
 * A copy of the file, made in pieces by the connection that writes: another one would have to
 * begin anew after each commit. NULL: as above.
 */
struct db_backup;
struct db_backup *db_backup_begin(struct db *db, const char *copy, struct strbuf *why);

/* Copies the given number of pages. Sets *left, those remaining, and *all. */
enum db_result db_backup_step(struct db_backup *backup, int pages, int *left, int *all);

/* False if the copy is incomplete; `why` gets the reason. */
bool db_backup_end(struct db_backup *backup, struct strbuf *why);

/* Copies a file that no server uses. */
bool db_copy(const char *file, const char *copy, struct strbuf *why);

/* A database in memory, with the same tables. */
struct db *db_open_memory(void);

/* Another connection to a file that is open, for reading only. NULL: as above. */
struct db *db_open_reader(const char *file, struct strbuf *why);

/*
 * A descriptor of the file that stays open as long as this connection: to close any would drop the
 * locks that SQLite has on the file. With it, a reader can ask the system for pages of the file
 * before it reads them; -1: it cannot.
 */
int db_descriptor(const struct db *db);
void db_read_ahead(struct db *db, int descriptor);

/* For checkpoints only. NULL: as above. */
struct db *db_open_checkpointer(const char *file, struct strbuf *why);

void db_close(struct db *db);

/* What SQLite says of the last failure. */
void db_error(const struct db *db, char *why, size_t size);

/* Bytes that are free on the file's disk; -1: not known. */
int64_t db_space(const struct db *db);

/* Ids up to this one must not be reused. */
uint64_t db_last_id(struct db *db);

enum db_result db_begin(struct db *db);

/* last_id: see db_last_id; 0 leaves it unchanged. */
enum db_result db_commit(struct db *db, uint64_t last_id);
void db_rollback(struct db *db);

/*
 * Within a transaction: the number of the room, which is made if there is none. It is valid until
 * db_rooms_removed changes.
 */
enum db_result db_room(struct db *db, struct text casefolded, struct text shown, int64_t *number);
unsigned db_rooms_removed(const struct db *db);

/*
 * Within a transaction. A record is added once, with the room that it is in, or 0 if there are
 * several; and it has a place in each of them.
 */
enum db_result db_add_record(struct db *db, const struct record *record, int64_t room);
enum db_result db_add_place(struct db *db, const struct record *record, int64_t room);

/*
 * Calls `found` for at most range->limit records of the room, the newest of the range first, or
 * with range->oldest the oldest. A record is valid during the call.
 */
typedef void db_found(void *ctx, const struct record *record);
enum db_result db_read(struct db *db, struct text casefolded, const struct history_range *range,
	db_found *found, void *ctx);

/* The id up to which words are indexed. */
uint64_t db_indexed(struct db *db);

/*
 * Indexes the words of at most `most` events that are not indexed yet, in a transaction of its
 * own. Sets *indexed; *left: there are more.
 */
enum db_result db_index(struct db *db, size_t most, uint64_t *indexed, bool *left);

/*
 * Puts pieces of the index of words together, until about so many pages are written, in a
 * transaction of its own. *left: there is more to do.
 */
enum db_result db_merge_words(struct db *db, int pages, bool *left);

/*
 * Deletes what is older than `time`, in ms, at most `most` events, in a transaction of its own.
 * *left: there is more.
 */
enum db_result db_prune_old(struct db *db, int64_t time, size_t most, bool *left);

/*
 * Deletes what the next room after *room has beyond its newest `keep` messages, likewise. *room
 * becomes that room; 0: there was none, and the next call begins with the first.
 */
enum db_result db_prune_room(struct db *db, int64_t *room, size_t keep, size_t most, bool *left);

/* Gives at most `pages` pages that are free back to the file system. */
enum db_result db_shrink(struct db *db, int pages);

/* What is searched for. */
struct db_search {
	struct text typed;
	const struct text *rooms; /* casefolded; n of them */
	size_t n_rooms;
	struct text from; /* a nick, or TEXT_NONE */
	uint64_t before;  /* id; 0: any */
	size_t limit;
};

/*
 * Calls `found` for the messages that have all the words, the newest first, each with the
 * casefolded name of its room.
 */
typedef void db_hit(void *ctx, const struct record *record, struct text room);
enum db_result db_search(struct db *db, const struct db_search *search, db_hit *found, void *ctx);

/*
 * Within a transaction. `casefolded` is the change's name in that form. No order of changes is an
 * error: what cannot be applied changes nothing.
 */
enum db_result db_change_account(
	struct db *db, const struct account_change *change, struct text casefolded);

/* The highest number that an account ever had. */
uint64_t db_last_account(struct db *db);

/* See load_accounts of struct history. */
enum db_result db_load_accounts(
	struct db *db, void (*found)(void *ctx, const struct account_change *change), void *ctx);

/*
 * What is to be erased of events up to the id `last`: all of a conversation, or, where `room` is
 * empty, a nick in the events of rooms. Both are casefolded.
 */
struct db_erasure {
	uint64_t number, last;
	struct text nick, room;
};

/* Within a transaction. */
enum db_result db_add_erasure(struct db *db, const struct db_erasure *erasure);

/* The highest number that an erasure ever had. */
uint64_t db_last_erasure(struct db *db);

/* Calls `found` for what is not erased yet, in order of numbers. */
enum db_result db_load_erasures(
	struct db *db, void (*found)(void *ctx, const struct db_erasure *erasure), void *ctx);

/*
 * Goes on with the oldest erasure: looks at a bounded number of events and changes at most `most`,
 * in a transaction of its own. *erased: all erasures up to this number are done, and `left`: there
 * are more.
 */
enum db_result db_erase(struct db *db, size_t most, uint64_t *erased, bool *left);

/* Pages of the write-ahead log that no checkpoint has moved yet, after the last commit. */
int db_log_pages(const struct db *db);

/*
 * Moves what it can of the write-ahead log into the file, without keeping anybody waiting. *left,
 * unless it is NULL: the pages that it could not.
 */
enum db_result db_checkpoint(struct db *db, int *left);

#endif
