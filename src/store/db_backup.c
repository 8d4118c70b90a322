/* Copies of the file while it is written to. */
#include <stdlib.h>

#include "store/db_internal.h"

struct db_backup {
	struct db *copy;
	sqlite3_backup *backup;
	int code;
};

struct db_backup *
db_backup_begin(struct db *db, const char *copy, struct strbuf *why)
{
	struct db_backup *backup = xcalloc(sizeof *backup);
	backup->copy = db_new(copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	/* A copy that is not complete is of no use: it needs no journal, and is flushed at its end. */
	db_exec(backup->copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
	backup->backup = sqlite3_backup_init(backup->copy->sqlite, "main", db->sqlite, "main");
	if (backup->backup)
		return backup;
	db_explain(backup->copy, why);
	db_close(backup->copy);
	free(backup);
	return NULL;
}

enum db_result
db_backup_step(struct db_backup *backup, int pages, int *left, int *all)
{
	backup->code = sqlite3_backup_step(backup->backup, pages);
	*left = backup->code == SQLITE_DONE ? 0 : sqlite3_backup_remaining(backup->backup);
	*all = sqlite3_backup_pagecount(backup->backup);
	bool busy = backup->code == SQLITE_BUSY || backup->code == SQLITE_LOCKED;
	return busy ? DB_OK : result_of(backup->code);
}

bool
db_backup_end(struct db_backup *backup, struct strbuf *why)
{
	int code = sqlite3_backup_finish(backup->backup);
	bool complete = code == SQLITE_OK && backup->code == SQLITE_DONE;
	if (!complete)
		strbuf_puts(why, sqlite3_errstr(code == SQLITE_OK ? backup->code : code));
	db_close(backup->copy);
	free(backup);
	return complete;
}

bool
db_copy(const char *file, const char *copy, struct strbuf *why)
{
	int left, all;
	struct db *db = db_new(file, SQLITE_OPEN_READWRITE);
	bool ours = db_number(db, "PRAGMA application_id") == db_application_id();
	if (!ours && sqlite3_errcode(db->sqlite) == SQLITE_OK)
		strbuf_puts(why, "is not a history of Teahouse's");
	else if (!ours)
		db_explain(db, why);
	struct db_backup *backup = ours ? db_backup_begin(db, copy, why) : NULL;
	bool copied = false;
	if (backup) {
		db_backup_step(backup, -1, &left, &all);
		copied = db_backup_end(backup, why);
	}
	db_close(db);
	return copied;
}
