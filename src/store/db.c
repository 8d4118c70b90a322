/* The file of the history, by SQLite. */
#include "store/db.h"
#include "teahouse/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
	APPLICATION_ID = 0x54656121, /* `Tea!`, in the file's header */
	BUSY_MS = 1000,              /* waited for a lock, such as that of a backup tool */
};

/*
 * What brings a file from each version to the next. The kinds of events are numbers of the
 * file's own (kind_codes), so that the order of enum event_kind may change.
 *
 * An event is a row, in order of arrival. A place is where it is in the history of a room: a
 * new nick is in several. Who came and went (moves) is apart, since it is seldom asked for.
 */
static const char *const versions[] = {
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE room (room INTEGER PRIMARY KEY, casefolded TEXT NOT NULL UNIQUE,"
	" shown TEXT NOT NULL);"
	"CREATE TABLE event (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" actor TEXT NOT NULL, body TEXT NOT NULL);"
	"CREATE TABLE place (room INTEGER NOT NULL, moves INTEGER NOT NULL, id INTEGER NOT NULL,"
	" PRIMARY KEY (room, moves, id)) WITHOUT ROWID;"
	"INSERT INTO meta VALUES ('last_id', 0);",
};

enum { VERSION = sizeof versions / sizeof versions[0] };

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
};

#define PLACES(moves, order)                                                              \
	"SELECT id FROM place WHERE room = (SELECT room FROM room WHERE casefolded = ?1)" \
	" AND moves = " #moves " AND id > ?2 AND id < ?3 ORDER BY id " order " LIMIT ?4"
#define EVENTS(places, order)                                                 \
	"SELECT e.id, e.time, e.kind, e.actor, e.body FROM (" places ") AS p" \
	" CROSS JOIN event AS e ON e.id = p.id ORDER BY p.id " order " LIMIT ?4"
#define READ_MESSAGES(order) EVENTS(PLACES(0, order), order)
#define READ_ALL(order)                                                                   \
	EVENTS("SELECT id FROM (" PLACES(0, order) ") UNION ALL SELECT id FROM (" PLACES( \
		       1, order) ")",                                                     \
		order)

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
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[LAST_ID] = "SELECT value FROM meta WHERE key = 'last_id'",
	[SET_LAST_ID] = "UPDATE meta SET value = ?1 WHERE key = 'last_id'",
	[FIND_ROOM] = "SELECT room FROM room WHERE casefolded = ?1",
	[ADD_ROOM] = "INSERT INTO room (casefolded, shown) VALUES (?1, ?2)",
	[ADD_EVENT] = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5)",
	[ADD_PLACE] = "INSERT INTO place VALUES (?1, ?2, ?3)",
	[NEWEST_MESSAGES] = READ_MESSAGES("DESC"),
	[NEWEST_OF_ALL] = READ_ALL("DESC"),
	[OLDEST_MESSAGES] = READ_MESSAGES("ASC"),
	[OLDEST_OF_ALL] = READ_ALL("ASC"),
};

struct db {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared when first used */
	int lock;      /* descriptor whose lock keeps a second server out; -1: none */
	int log_pages; /* in the write-ahead log, after the last commit */
};

const char *
db_error(const struct db *db)
{
	return sqlite3_errmsg(db->sqlite);
}

static enum db_result
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

/* NULL: it cannot be prepared. */
static sqlite3_stmt *
statement_get(struct db *db, enum statement which)
{
	sqlite3_stmt **statement = &db->statements[which];
	if (!*statement)
		sqlite3_prepare_v3(
			db->sqlite, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return *statement;
}

static enum db_result
statement_run(struct db *db, sqlite3_stmt *statement)
{
	if (!statement)
		return result_of(sqlite3_errcode(db->sqlite));
	sqlite3_step(statement);
	return result_of(sqlite3_reset(statement));
}

static void
bind_text(sqlite3_stmt *statement, int at, struct text t)
{
	sqlite3_bind_text(statement, at, t.ptr ? t.ptr : "", (int)t.len, SQLITE_STATIC);
}

static void
bind_id(sqlite3_stmt *statement, int at, uint64_t id)
{
	sqlite3_bind_int64(statement, at, id > INT64_MAX ? INT64_MAX : (int64_t)id);
}

static struct text
column_text(sqlite3_stmt *statement, int at)
{
	const char *bytes = (const char *)sqlite3_column_text(statement, at);
	return (struct text){bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, at)};
}

static enum db_result
db_exec(struct db *db, const char *statements)
{
	return result_of(sqlite3_exec(db->sqlite, statements, NULL, NULL, NULL));
}

/* The number that a PRAGMA or a SELECT answers with; -1: it failed. */
static int64_t
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

static int
on_commit(void *ctx, sqlite3 *sqlite, const char *name, int pages)
{
	struct db *db = ctx;
	(void)sqlite;
	(void)name;
	db->log_pages = pages;
	return SQLITE_OK;
}

static struct db *
db_new(const char *file, int flags)
{
	struct db *db = xcalloc(sizeof *db);
	db->lock = -1;
	sqlite3_open_v2(file, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
	xnonnull(db->sqlite);
	sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	return db;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->sqlite);
	/* Not before: to close any descriptor of a file drops the locks that SQLite has on it. */
	if (db->lock >= 0)
		close(db->lock);
	free(db);
}

/* Takes the lock that only one server can have. A new file is the server's alone to read. */
static int
lock_take(const char *file, struct strbuf *why)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		strbuf_printf(why, "cannot be opened for writing: %s", strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		strbuf_puts(why, "is in use by another server");
	else
		strbuf_printf(why, "cannot be locked: %s", strerror(errno));
	close(fd);
	return -1;
}

static bool
db_explain(struct db *db, struct strbuf *why)
{
	strbuf_printf(why, "%s", db_error(db));
	if (result_of(sqlite3_errcode(db->sqlite)) == DB_CORRUPT)
		strbuf_puts(
			why, "; move it away to begin a new history, or put a backup in its place");
	return false;
}

/* A copy of the file as it is, beside it, before its version changes. */
static bool
db_copy_version(struct db *db, int64_t version, struct strbuf *why)
{
	const char *file = sqlite3_db_filename(db->sqlite, "main");
	char *statement = sqlite3_mprintf("VACUUM INTO '%q.version%lld'", file, (long long)version);
	enum db_result result = db_exec(db, xnonnull(statement));
	sqlite3_free(statement);
	return result == DB_OK || db_explain(db, why);
}

static bool
db_upgrade(struct db *db, struct strbuf *why)
{
	int64_t version = db_number(db, "PRAGMA user_version");
	int64_t tables = db_number(db, "SELECT count(*) FROM sqlite_master");
	int64_t application = db_number(db, "PRAGMA application_id");
	if (version < 0 || tables < 0)
		return db_explain(db, why);
	if (tables > 0 && application != APPLICATION_ID) {
		strbuf_puts(why, "is a database, but not a history of Teahouse's");
		return false;
	}
	if (version > VERSION) {
		strbuf_printf(why,
			"was written by a newer version of teahoused (%lld; this one knows %d)",
			(long long)version, VERSION);
		return false;
	}
	if (version > 0 && version < VERSION && !db_copy_version(db, version, why))
		return false;
	for (; version < VERSION; version++) {
		char set[96];
		snprintf(set, sizeof set,
			"PRAGMA application_id = %d; PRAGMA user_version = %lld; COMMIT",
			APPLICATION_ID, (long long)version + 1);
		if (db_exec(db, "BEGIN IMMEDIATE") != DB_OK ||
			db_exec(db, versions[version]) != DB_OK || db_exec(db, set) != DB_OK)
			return db_explain(db, why);
	}
	return true;
}

static bool
db_configure(struct db *db, enum store_sync sync, struct strbuf *why)
{
	static const char *const synchronous[] = {
		[STORE_SYNC_OFF] = "PRAGMA synchronous = OFF",
		[STORE_SYNC_NORMAL] = "PRAGMA synchronous = NORMAL",
		[STORE_SYNC_FULL] = "PRAGMA synchronous = FULL",
	};
	/* Checkpoints are made by a thread of their own, since they take milliseconds. */
	static const char pragmas[] =
		"PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
		"PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;"
		"PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF";
	if (db_exec(db, pragmas) != DB_OK || db_exec(db, synchronous[sync]) != DB_OK)
		return db_explain(db, why);
	sqlite3_wal_hook(db->sqlite, on_commit, db);
	return true;
}

struct db *
db_open(const char *file, enum store_sync sync, struct strbuf *why)
{
	int lock = lock_take(file, why);
	if (lock < 0)
		return NULL;
	struct db *db = db_new(file, SQLITE_OPEN_READWRITE);
	db->lock = lock;
	/* The version first: nothing of a file that is refused may change. */
	if (db_upgrade(db, why) && db_configure(db, sync, why))
		return db;
	db_close(db);
	return NULL;
}

struct db *
db_open_reader(const char *file, struct strbuf *why)
{
	struct db *db = db_new(file, SQLITE_OPEN_READONLY);
	if (db_exec(db, "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824;"
			"PRAGMA trusted_schema = OFF") == DB_OK)
		return db;
	db_explain(db, why);
	db_close(db);
	return NULL;
}

struct db *
db_open_checkpointer(const char *file, struct strbuf *why)
{
	struct db *db = db_new(file, SQLITE_OPEN_READWRITE);
	if (db_exec(db, "PRAGMA wal_autocheckpoint = 0") == DB_OK)
		return db;
	db_explain(db, why);
	db_close(db);
	return NULL;
}

uint64_t
db_last_id(struct db *db)
{
	int64_t id = db_number(db, sql[LAST_ID]);
	return id > 0 ? (uint64_t)id : 0;
}

enum db_result
db_begin(struct db *db)
{
	return statement_run(db, statement_get(db, BEGIN));
}

enum db_result
db_commit(struct db *db, uint64_t last_id)
{
	sqlite3_stmt *statement = statement_get(db, SET_LAST_ID);
	bind_id(statement, 1, last_id);
	enum db_result result = statement_run(db, statement);
	return result == DB_OK ? statement_run(db, statement_get(db, COMMIT)) : result;
}

void
db_rollback(struct db *db)
{
	/* After some failures SQLite has done it already. */
	if (!sqlite3_get_autocommit(db->sqlite))
		statement_run(db, statement_get(db, ROLLBACK));
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

static int
kind_code(enum event_kind kind)
{
	for (size_t i = 0; i < sizeof kind_codes / sizeof kind_codes[0]; i++)
		if (kind_codes[i].kind == kind)
			return kind_codes[i].code;
	return 0;
}

static bool
kind_of(int code, enum event_kind *kind)
{
	for (size_t i = 0; i < sizeof kind_codes / sizeof kind_codes[0]; i++)
		if (kind_codes[i].code == code) {
			*kind = kind_codes[i].kind;
			return true;
		}
	return false;
}

enum db_result
db_add_record(struct db *db, const struct record *record)
{
	sqlite3_stmt *add = statement_get(db, ADD_EVENT);
	bind_id(add, 1, record->id);
	sqlite3_bind_int64(add, 2, record->time);
	sqlite3_bind_int(add, 3, kind_code(record->kind));
	bind_text(add, 4, record->actor);
	bind_text(add, 5, record->body);
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
	while (sqlite3_step(read) == SQLITE_ROW) {
		struct record record = {
			.id = (uint64_t)sqlite3_column_int64(read, 0),
			.time = sqlite3_column_int64(read, 1),
			.actor = column_text(read, 3),
			.body = column_text(read, 4),
		};
		/* A kind that a later version has made is left out. */
		if (kind_of(sqlite3_column_int(read, 2), &record.kind))
			found(ctx, &record);
	}
	return result_of(sqlite3_reset(read));
}

int
db_log_pages(const struct db *db)
{
	return db->log_pages;
}

enum db_result
db_checkpoint(struct db *db)
{
	return result_of(
		sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}
