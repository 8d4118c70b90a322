/* Deleting what is not to be kept any more: a few rows at a time, between two commits. */
#include "store/db_internal.h"
#include "store/db_words.h"

/* The statement is at the row of an event: id, kind, room, body. */
static enum db_result
words_remove(struct db *db, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0);
	if (!code_is_message(sqlite3_column_int(row, 1)) || (uint64_t)id > db_indexed(db))
		return DB_OK;
	struct strbuf text = {0};
	sqlite3_stmt *remove = statement_get(db, REMOVE_WORDS);
	words_text(&text, sqlite3_column_int64(row, 2), column_text(row, 3));
	sqlite3_bind_int64(remove, 1, id);
	bind_text(remove, 2, strbuf_view(&text));
	enum db_result result = statement_run(db, remove);
	strbuf_clear(&text);
	return result;
}

static enum db_result
event_remove(struct db *db, sqlite3_stmt *row)
{
	sqlite3_stmt *remove = statement_get(db, REMOVE_EVENT);
	enum db_result result = words_remove(db, row);
	if (result != DB_OK)
		return result;
	sqlite3_bind_int64(remove, 1, sqlite3_column_int64(row, 0));
	return statement_run(db, remove);
}

static enum db_result
places_remove(struct db *db, int64_t room, bool moves, int64_t before)
{
	sqlite3_stmt *remove = statement_get(db, REMOVE_PLACES);
	sqlite3_bind_int64(remove, 1, room);
	sqlite3_bind_int(remove, 2, moves);
	sqlite3_bind_int64(remove, 3, before);
	return statement_run(db, remove);
}

/* 0: there is none after it; -1: it cannot be read. */
static int64_t
room_next(struct db *db, int64_t room)
{
	sqlite3_stmt *next = statement_get(db, NEXT_ROOM);
	int64_t found = 0;
	if (!next)
		return -1;
	sqlite3_bind_int64(next, 1, room);
	if (sqlite3_step(next) == SQLITE_ROW)
		found = sqlite3_column_int64(next, 0);
	return result_of(sqlite3_reset(next)) == DB_OK ? found : -1;
}

enum db_result
transaction_end(struct db *db, enum db_result result)
{
	if (result == DB_OK)
		result = statement_run(db, statement_get(db, COMMIT));
	if (result != DB_OK)
		db_rollback(db);
	return result;
}

/*
 * The statement is at the row of an event, the oldest: removes its place and those before it. That
 * of an event in several rooms goes with the next of each room; to look for it in all rooms would
 * take longer than everything else.
 */
static enum db_result
place_remove(struct db *db, sqlite3_stmt *row)
{
	enum event_kind kind;
	int64_t room = sqlite3_column_int64(row, 2);
	if (room == 0 || !kind_of(sqlite3_column_int(row, 1), &kind))
		return DB_OK;
	return places_remove(
		db, room, record_sort(kind) == RECORD_MOVE, sqlite3_column_int64(row, 0) + 1);
}

enum db_result
db_prune_old(struct db *db, int64_t time, size_t most, bool *left)
{
	sqlite3_stmt *rows = statement_get(db, OLDEST_EVENTS);
	size_t n = 0;
	*left = false;
	enum db_result result = rows ? db_begin(db) : DB_FAILED;
	if (result != DB_OK)
		return result;
	sqlite3_bind_int64(rows, 1, (int64_t)most);
	while (result == DB_OK && sqlite3_step(rows) == SQLITE_ROW &&
		sqlite3_column_int64(rows, 4) < time) {
		result = place_remove(db, rows);
		if (result == DB_OK)
			result = event_remove(db, rows);
		n++;
	}
	sqlite3_reset(rows);
	*left = n == most;
	return transaction_end(db, result);
}

/* The id from which on the room's messages are kept; 0: all of them are. */
static int64_t
room_kept_from(struct db *db, int64_t room, size_t keep)
{
	sqlite3_stmt *from = statement_get(db, KEPT_FROM);
	int64_t id = 0;
	if (!from)
		return 0;
	sqlite3_bind_int64(from, 1, room);
	sqlite3_bind_int64(from, 2, (int64_t)keep - 1);
	if (sqlite3_step(from) == SQLITE_ROW)
		id = sqlite3_column_int64(from, 0);
	sqlite3_reset(from);
	return id;
}

/*
 * Of one sort, at most `most`. An event that is in several rooms loses its place in this one
 * only.
 */
static enum db_result
room_prune(struct db *db, int64_t room, bool moves, int64_t before, size_t most, bool *left)
{
	sqlite3_stmt *rows = statement_get(db, OLDEST_OF_ROOM);
	enum db_result result = DB_OK;
	int64_t last = 0;
	size_t n = 0;
	if (!rows)
		return DB_FAILED;
	sqlite3_bind_int64(rows, 1, room);
	sqlite3_bind_int(rows, 2, moves);
	sqlite3_bind_int64(rows, 3, before);
	sqlite3_bind_int64(rows, 4, (int64_t)most);
	while (result == DB_OK && sqlite3_step(rows) == SQLITE_ROW) {
		last = sqlite3_column_int64(rows, 0);
		if (sqlite3_column_int64(rows, 2) == room)
			result = event_remove(db, rows);
		n++;
	}
	sqlite3_reset(rows);
	*left = *left || n == most;
	return result == DB_OK && n > 0 ? places_remove(db, room, moves, last + 1) : result;
}

enum db_result
db_prune_room(struct db *db, int64_t *room, size_t keep, size_t most, bool *left)
{
	*left = false;
	int64_t next = room_next(db, *room);
	if (next <= 0) {
		*room = 0;
		return next < 0 ? DB_FAILED : DB_OK;
	}
	int64_t before = room_kept_from(db, next, keep);
	if (before == 0) {
		*room = next;
		return DB_OK;
	}
	enum db_result result = db_begin(db);
	if (result == DB_OK)
		result = room_prune(db, next, false, before, most, left);
	if (result == DB_OK)
		result = room_prune(db, next, true, before, most, left);
	if (!*left)
		*room = next;
	return transaction_end(db, result);
}

/* Its number may be given to another room later. */
static enum db_result
room_remove(struct db *db, int64_t room)
{
	sqlite3_stmt *remove = statement_get(db, REMOVE_ROOM);
	sqlite3_bind_int64(remove, 1, room);
	db->rooms_removed++;
	return statement_run(db, remove);
}

enum db_result
db_empty_room(struct db *db, int64_t room, int64_t before, size_t most, bool *left)
{
	*left = false;
	enum db_result result = room_prune(db, room, false, before, most, left);
	if (result == DB_OK)
		result = room_prune(db, room, true, before, most, left);
	return result == DB_OK && !*left ? room_remove(db, room) : result;
}

enum db_result
db_shrink(struct db *db, int pages)
{
	char pragma[64];
	snprintf(pragma, sizeof pragma, "PRAGMA incremental_vacuum(%d)", pages);
	return db_exec(db, pragma);
}
