/* Translates SQLite's result codes. */
#include "store/db_internal.h"

void
db_error(const struct db *db, char *why, size_t size)
{
	int code = sqlite3_extended_errcode(db->sqlite);
	int n = snprintf(why, size, "%s", sqlite3_errmsg(db->sqlite));
	/* It says whether reading, writing or flushing failed. */
	if ((code & 0xff) == SQLITE_IOERR && n >= 0 && (size_t)n < size)
		snprintf(why + n, size - (size_t)n, " (SQLite's code %d)", code);
}

enum db_result
result_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DB_OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return DB_CORRUPT;
	case SQLITE_NOMEM:
		return xnonnull(NULL), DB_FAILED;
	default:
		return DB_FAILED;
	}
}

enum db_result
db_exec(struct db *db, const char *statements)
{
	return result_of(sqlite3_exec(db->sqlite, statements, NULL, NULL, NULL));
}

int64_t
db_number(struct db *db, const char *query)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	sqlite3_prepare_v2(db->sqlite, query, -1, &statement, NULL);
	if (statement && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

bool
db_explain(struct db *db, struct strbuf *why)
{
	char error[256];
	db_error(db, error, sizeof error);
	strbuf_puts(why, error);
	if (result_of(sqlite3_errcode(db->sqlite)) == DB_CORRUPT)
		strbuf_puts(
			why, "; move it away to begin a new history, or put a backup in its place");
	return false;
}
