/* What the files of the database share: its statements, and how results are told. */
#ifndef STORE_DB_INTERNAL_H
#define STORE_DB_INTERNAL_H

#include <sqlite3.h>

#include "base/alloc.h"
#include "store/db.h"
#include "teahouse/strbuf.h"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	LAST_ID,
	SET_LAST_ID,
	FIND_ROOM,
	ADD_ROOM,
	ADD_EVENT,
	ADD_PLACE,
	NEWEST_MESSAGES,
	NEWEST_OF_ALL,
	OLDEST_MESSAGES,
	OLDEST_OF_ALL,
	NEWEST_IDS,
	OLDEST_IDS,
	SET_INDEXED,
	TO_INDEX,
	ADD_WORDS,
	REMOVE_WORDS,
	MERGE_WORDS,
	OLDEST_EVENTS,
	OLDEST_OF_ROOM,
	KEPT_FROM,
	NEXT_ROOM,
	REMOVE_EVENT,
	REMOVE_PLACES,
	SEARCH,
	ADD_ACCOUNT,
	REMOVE_ACCOUNT,
	REMOVE_ACCOUNT_ROOMS,
	REMOVE_ACCOUNT_READ,
	REMOVE_ACCOUNT_CONVERSATIONS,
	REMOVE_ACCOUNT_STAY,
	SET_ACCOUNT_NICK,
	SET_ACCOUNT_PASSWORD,
	SET_ACCOUNT_CURRENT,
	SET_ACCOUNT_TOLD,
	ADD_ACCOUNT_ROOM,
	END_ACCOUNT_ROOM,
	SET_ACCOUNT_READ,
	SET_ACCOUNT_CONVERSATION,
	ADD_ACCOUNT_STAY,
	END_ACCOUNT_STAY,
	ADD_ERASURE,
	NEXT_ERASURE,
	SET_ERASURE,
	REMOVE_ERASURE,
	EVENTS_AFTER,
	SET_NAMES,
	REMOVE_ROOM,
	STATEMENTS,
};

struct db {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared when first used */
	int lock;                 /* descriptor whose lock keeps a second server out; -1: none */
	int ahead;                /* descriptor of the file, to read ahead; -1: none */
	int log_pages;            /* in the write-ahead log, after the last commit */
	struct name_rules *rules; /* opened when first used */
	unsigned rooms_removed;   /* how often a room was */
};

struct db *db_new(const char *file, int flags);

/* Appends what SQLite says, and what helps. False. */
bool db_explain(struct db *db, struct strbuf *why);

/* db_version.c: makes the file's tables, or brings them up to date after copying the file. */
bool db_upgrade(struct db *db, const char *const versions[], int newest, struct strbuf *why);

enum db_result result_of(int code);

/* Prepared when it is first needed. NULL: it cannot be. */
sqlite3_stmt *statement_get(struct db *db, enum statement which);

/* Runs a statement without rows; NULL: it could not be prepared. */
enum db_result statement_run(struct db *db, sqlite3_stmt *statement);
void bind_text(sqlite3_stmt *statement, int at, struct text t);
void bind_id(sqlite3_stmt *statement, int at, uint64_t id);

/* Borrowed until the next step. */
struct text column_text(sqlite3_stmt *statement, int at);

enum db_result db_exec(struct db *db, const char *statements);

/* The number that a PRAGMA or a SELECT answers with; -1: it failed. */
int64_t db_number(struct db *db, const char *query);

/* db_prune.c: commits if the result is DB_OK, and else undoes the transaction. */
enum db_result transaction_end(struct db *db, enum db_result result);

/*
 * Within a transaction: deletes at most `most` of the room's events with lower ids; when none is
 * left, the room, unless it has others.
 */
enum db_result db_empty_room(struct db *db, int64_t room, int64_t before, size_t most, bool *left);

/* db_search.c: whether the code is that of a message, whose words are indexed. */
bool code_is_message(int code);

/* db_events.c: the numbers that kinds of events have in the file; false: it is of a later version */
bool kind_of(int code, enum event_kind *kind);

/*
 * The row's event: its first columns are id, time, kind, actor, body and target. False: it is of a kind that
 * a later version has made, and is left out. Borrowed until the next step.
 */
bool row_record(sqlite3_stmt *row, struct record *record);

/*
 * db_ahead.c: a row that was read since the time `began` came from the disk, so that it is worth
 * asking the system for the others of the range.
 */
int64_t ahead_clock_us(void);
bool ahead_is_cold(int64_t began);
void ahead_request(struct db *db, struct text casefolded, const struct history_range *range);

#endif
