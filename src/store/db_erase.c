/* Erasing what an account has left: a few rows at a time, between two commits. */
#include "store/db_internal.h"

enum { LOOK = 4 }; /* for each event that may be changed, so many are looked at */

/* An erasure's row. */
struct task {
	int64_t number, last, done;
	struct strbuf nick, room;
};

enum db_result
db_add_erasure(struct db *db, const struct db_erasure *erasure)
{
	sqlite3_stmt *add = statement_get(db, ADD_ERASURE);
	bind_id(add, 1, erasure->number);
	bind_text(add, 2, erasure->nick);
	bind_text(add, 3, erasure->room);
	bind_id(add, 4, erasure->last);
	return statement_run(db, add);
}

uint64_t
db_last_erasure(struct db *db)
{
	int64_t number = db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'erasure'");
	return number > 0 ? (uint64_t)number : 0;
}

/* The first whose number is higher. *there: there is one. */
static enum db_result
task_next(struct db *db, int64_t after, struct task *task, bool *there)
{
	sqlite3_stmt *next = statement_get(db, NEXT_ERASURE);
	*there = false;
	if (!next)
		return result_of(sqlite3_errcode(db->sqlite));
	sqlite3_bind_int64(next, 1, after);
	if (sqlite3_step(next) == SQLITE_ROW) {
		*there = true;
		task->number = sqlite3_column_int64(next, 0);
		strbuf_add_text(&task->nick, column_text(next, 1));
		strbuf_add_text(&task->room, column_text(next, 2));
		task->last = sqlite3_column_int64(next, 3);
		task->done = sqlite3_column_int64(next, 4);
	}
	return result_of(sqlite3_reset(next));
}

static void
task_clear(struct task *task)
{
	strbuf_clear(&task->nick);
	strbuf_clear(&task->room);
}

enum db_result
db_load_erasures(
	struct db *db, void (*found)(void *ctx, const struct db_erasure *erasure), void *ctx)
{
	struct task task = {0};
	bool there = true;
	enum db_result result = DB_OK;
	while (result == DB_OK && there) {
		task_clear(&task);
		result = task_next(db, task.number, &task, &there);
		const struct db_erasure erasure = {(uint64_t)task.number, (uint64_t)task.last,
			strbuf_view(&task.nick), strbuf_view(&task.room)};
		if (result == DB_OK && there)
			found(ctx, &erasure);
	}
	task_clear(&task);
	return result;
}

/* Of the row that the statement is at. *n is raised if it is changed. */
static enum db_result
event_erase(struct db *db, sqlite3_stmt *row, struct text nick, size_t *n)
{
	struct record record;
	/* An event of a later version's kind cannot be here, since such a file is not opened. */
	struct record *erased =
		row_record(row, &record) ? record_erase(db->rules, &record, nick) : NULL;
	if (!erased)
		return DB_OK;
	sqlite3_stmt *set = statement_get(db, SET_NAMES);
	bind_id(set, 1, erased->id);
	bind_text(set, 2, erased->actor);
	bind_text(set, 3, erased->body);
	enum db_result result = statement_run(db, set);
	record_drop(erased);
	++*n;
	return result;
}

static enum db_result
nick_erase(struct db *db, struct task *task, size_t most, bool *left)
{
	sqlite3_stmt *rows = statement_get(db, EVENTS_AFTER);
	enum db_result result = DB_OK;
	size_t changed = 0, seen = 0;
	if (!rows)
		return result_of(sqlite3_errcode(db->sqlite));
	if (!db->rules)
		db->rules = name_rules_open();
	sqlite3_bind_int64(rows, 1, task->done);
	sqlite3_bind_int64(rows, 2, task->last);
	sqlite3_bind_int64(rows, 3, (int64_t)(most * LOOK));
	while (result == DB_OK && changed < most && sqlite3_step(rows) == SQLITE_ROW) {
		task->done = sqlite3_column_int64(rows, 0);
		result = event_erase(db, rows, strbuf_view(&task->nick), &changed);
		seen++;
	}
	enum db_result end = result_of(sqlite3_reset(rows));
	*left = changed == most || seen == most * LOOK;
	return result == DB_OK ? end : result;
}

static enum db_result
room_erase(struct db *db, const struct task *task, size_t most, bool *left)
{
	sqlite3_stmt *find = statement_get(db, FIND_ROOM);
	int64_t room = 0;
	*left = false;
	if (!find)
		return result_of(sqlite3_errcode(db->sqlite));
	bind_text(find, 1, strbuf_view(&task->room));
	if (sqlite3_step(find) == SQLITE_ROW)
		room = sqlite3_column_int64(find, 0);
	enum db_result result = result_of(sqlite3_reset(find));
	if (result != DB_OK || room == 0)
		return result;
	return db_empty_room(db, room, task->last + 1, most, left);
}

static enum db_result
task_note(struct db *db, const struct task *task, bool left)
{
	sqlite3_stmt *note = statement_get(db, left ? SET_ERASURE : REMOVE_ERASURE);
	sqlite3_bind_int64(note, 1, task->number);
	if (left)
		sqlite3_bind_int64(note, 2, task->done);
	return statement_run(db, note);
}

static enum db_result
task_step(struct db *db, struct task *task, size_t most, bool *left)
{
	enum db_result result = db_begin(db);
	if (result == DB_OK)
		result = task->room.len > 0 ? room_erase(db, task, most, left)
					    : nick_erase(db, task, most, left);
	if (result == DB_OK)
		result = task_note(db, task, *left);
	return transaction_end(db, result);
}

enum db_result
db_erase(struct db *db, size_t most, uint64_t *erased, bool *left)
{
	struct task task = {0};
	bool there, more = false;
	enum db_result result = task_next(db, 0, &task, &there);
	if (result == DB_OK && there)
		result = task_step(db, &task, most, &more);
	if (result == DB_OK && there && !more)
		*erased = (uint64_t)task.number;
	*left = there;
	task_clear(&task);
	return result;
}
