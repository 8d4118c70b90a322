/* The rows of the history: what is kept, and pages of it. */
#include "store/db_internal.h"

static const struct {
	enum event_kind kind;
	int code;
} kind_codes[] = {
	{EVENT_SAID, 1},
	{EVENT_EMOTE, 2},
	{EVENT_TOPIC, 3},
	{EVENT_RENAMED, 4},
	{EVENT_ENTERED, 5},
	{EVENT_LEFT, 6},
	{EVENT_DIRECT, 7},
};

static int
kind_code(enum event_kind kind)
{
	for (size_t i = 0; i < sizeof kind_codes / sizeof kind_codes[0]; i++)
		if (kind_codes[i].kind == kind)
			return kind_codes[i].code;
	return 0;
}

bool
kind_of(int code, enum event_kind *kind)
{
	for (size_t i = 0; i < sizeof kind_codes / sizeof kind_codes[0]; i++)
		if (kind_codes[i].code == code) {
			*kind = kind_codes[i].kind;
			return true;
		}
	return false;
}

bool
row_record(sqlite3_stmt *row, struct record *record)
{
	*record = (struct record){
		.id = (uint64_t)sqlite3_column_int64(row, 0),
		.time = sqlite3_column_int64(row, 1),
		.actor = column_text(row, 3),
		.body = column_text(row, 4),
		.target = column_text(row, 5),
	};
	return kind_of(sqlite3_column_int(row, 2), &record->kind);
}

enum db_result
db_room(struct db *db, struct text casefolded, struct text shown, int64_t *number)
{
	sqlite3_stmt *find = statement_get(db, FIND_ROOM);
	bind_text(find, 1, casefolded);
	*number = 0;
	if (find && sqlite3_step(find) == SQLITE_ROW)
		*number = sqlite3_column_int64(find, 0);
	enum db_result result = find ? result_of(sqlite3_reset(find)) : DB_FAILED;
	if (result != DB_OK || *number != 0)
		return result;
	sqlite3_stmt *add = statement_get(db, ADD_ROOM);
	bind_text(add, 1, casefolded);
	bind_text(add, 2, shown);
	result = statement_run(db, add);
	*number = sqlite3_last_insert_rowid(db->sqlite);
	return result;
}

enum db_result
db_add_record(struct db *db, const struct record *record, int64_t room)
{
	sqlite3_stmt *add = statement_get(db, ADD_EVENT);
	bind_id(add, 1, record->id);
	sqlite3_bind_int64(add, 2, record->time);
	sqlite3_bind_int(add, 3, kind_code(record->kind));
	sqlite3_bind_int64(add, 4, room);
	bind_text(add, 5, record->actor);
	bind_text(add, 6, record->body);
	bind_text(add, 7, record->target);
	return statement_run(db, add);
}

enum db_result
db_add_place(struct db *db, const struct record *record, int64_t room)
{
	sqlite3_stmt *add = statement_get(db, ADD_PLACE);
	sqlite3_bind_int64(add, 1, room);
	sqlite3_bind_int(add, 2, record_sort(record->kind) == RECORD_MOVE);
	bind_id(add, 3, record->id);
	return statement_run(db, add);
}

/* Once a row has come from the disk, those after it are asked for before they are read. */
static enum db_result
rows_read(struct db *db, sqlite3_stmt *read, struct text casefolded,
	const struct history_range *range, db_found *found, void *ctx)
{
	struct history_range rest = *range;
	bool asks = db->ahead >= 0;
	struct record record;
	int64_t began = ahead_clock_us();
	while (sqlite3_step(read) == SQLITE_ROW) {
		bool cold = asks && ahead_is_cold(began);
		if (row_record(read, &record))
			found(ctx, &record);
		if (cold) {
			*(range->oldest ? &rest.after : &rest.before) = record.id;
			ahead_request(db, casefolded, &rest);
			asks = false;
		}
		began = asks ? ahead_clock_us() : 0;
	}
	return result_of(sqlite3_reset(read));
}

enum db_result
db_read(struct db *db, struct text casefolded, const struct history_range *range, db_found *found,
	void *ctx)
{
	sqlite3_stmt *read =
		statement_get(db, range->oldest ? (range->all ? OLDEST_OF_ALL : OLDEST_MESSAGES)
						: (range->all ? NEWEST_OF_ALL : NEWEST_MESSAGES));
	if (!read)
		return result_of(sqlite3_errcode(db->sqlite));
	bind_text(read, 1, casefolded);
	bind_id(read, 2, range->after);
	bind_id(read, 3, range->before ? range->before : UINT64_MAX);
	sqlite3_bind_int64(read, 4, (int64_t)range->limit);
	return rows_read(db, read, casefolded, range, found, ctx);
}
