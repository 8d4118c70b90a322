/* Searching: the index of words, which is written after the messages. */
#include "store/db_internal.h"
#include "store/db_words.h"

uint64_t
db_indexed(struct db *db)
{
	int64_t id = db_number(db, "SELECT value FROM meta WHERE key = 'indexed'");
	return id > 0 ? (uint64_t)id : 0;
}

bool
code_is_message(int code)
{
	enum event_kind kind;
	return kind_of(code, &kind) && record_is_searched(kind);
}

/* Of the row that the statement is at. */
static enum db_result
words_add(struct db *db, sqlite3_stmt *row)
{
	if (!code_is_message(sqlite3_column_int(row, 1)))
		return DB_OK;
	struct strbuf text = {0};
	sqlite3_stmt *add = statement_get(db, ADD_WORDS);
	words_text(&text, sqlite3_column_int64(row, 2), column_text(row, 3));
	sqlite3_bind_int64(add, 1, sqlite3_column_int64(row, 0));
	bind_text(add, 2, strbuf_view(&text));
	enum db_result result = statement_run(db, add);
	strbuf_clear(&text);
	return result;
}

static enum db_result
events_index(struct db *db, size_t most, size_t *n, int64_t *last)
{
	sqlite3_stmt *rows = statement_get(db, TO_INDEX);
	if (!rows)
		return result_of(sqlite3_errcode(db->sqlite));
	enum db_result result = DB_OK;
	sqlite3_bind_int64(rows, 1, *last);
	sqlite3_bind_int64(rows, 2, (int64_t)most);
	while (result == DB_OK && sqlite3_step(rows) == SQLITE_ROW) {
		*last = sqlite3_column_int64(rows, 0);
		result = words_add(db, rows);
		++*n;
	}
	enum db_result end = result_of(sqlite3_reset(rows));
	return result == DB_OK ? end : result;
}

enum db_result
db_index(struct db *db, size_t most, uint64_t *indexed, bool *left)
{
	int64_t last = (int64_t)db_indexed(db);
	size_t n = 0;
	*left = false;
	enum db_result result = db_begin(db);
	if (result == DB_OK)
		result = events_index(db, most, &n, &last);
	if (result == DB_OK) {
		sqlite3_stmt *set = statement_get(db, SET_INDEXED);
		sqlite3_bind_int64(set, 1, last);
		result = statement_run(db, set);
	}
	if (result == DB_OK)
		result = statement_run(db, statement_get(db, COMMIT));
	if (result != DB_OK) {
		db_rollback(db);
		return result;
	}
	*left = n == most;
	*indexed = (uint64_t)last;
	return DB_OK;
}

enum db_result
db_merge_words(struct db *db, int pages, bool *left)
{
	sqlite3_stmt *merge = statement_get(db, MERGE_WORDS);
	int64_t before = sqlite3_total_changes64(db->sqlite);
	sqlite3_bind_int(merge, 1, pages);
	enum db_result result = statement_run(db, merge);
	/* See "The 'merge' Command" in the documentation of FTS5. */
	*left = result == DB_OK && sqlite3_total_changes64(db->sqlite) - before >= 2;
	return result;
}

/* The query for all rooms of the search that have a history. */
static enum db_result
search_query(struct db *db, const struct db_search *search, struct strbuf *query)
{
	sqlite3_stmt *find = statement_get(db, FIND_ROOM);
	if (!find)
		return result_of(sqlite3_errcode(db->sqlite));
	for (size_t i = 0; i < search->n_rooms; i++) {
		bind_text(find, 1, search->rooms[i]);
		if (sqlite3_step(find) == SQLITE_ROW)
			words_query(query, sqlite3_column_int64(find, 0), search->typed);
		enum db_result result = result_of(sqlite3_reset(find));
		if (result != DB_OK)
			return result;
	}
	return DB_OK;
}

static enum db_result
search_run(struct db *db, const struct db_search *search, db_hit *found, void *ctx)
{
	struct strbuf query = {0};
	enum db_result result = search_query(db, search, &query);
	sqlite3_stmt *hits = statement_get(db, SEARCH);
	if (result != DB_OK || query.len == 0 || !hits) {
		strbuf_clear(&query);
		return hits ? result : DB_FAILED;
	}
	bind_text(hits, 1, strbuf_view(&query));
	bind_id(hits, 2, search->before ? search->before : UINT64_MAX);
	bind_text(hits, 3, search->from);
	sqlite3_bind_int64(hits, 4, (int64_t)search->limit);
	struct record record;
	while (sqlite3_step(hits) == SQLITE_ROW)
		if (row_record(hits, &record))
			found(ctx, &record, column_text(hits, 6));
	result = result_of(sqlite3_reset(hits));
	strbuf_clear(&query);
	return result;
}

/* In one transaction: between two, the number of a room that is erased may become another's. */
enum db_result
db_search(struct db *db, const struct db_search *search, db_hit *found, void *ctx)
{
	enum db_result result = db_exec(db, "BEGIN");
	if (result == DB_OK)
		result = search_run(db, search, found, ctx);
	if (result == DB_OK)
		result = statement_run(db, statement_get(db, COMMIT));
	if (result != DB_OK)
		db_rollback(db);
	return result;
}
