/* Opening the file of the history, its versions, and transactions. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/db_internal.h"
#include "store/db_words.h"

enum { BUSY_MS = 1000 }; /* waited for a lock, such as that of a backup tool */

#define OF_ROOM "room = (SELECT room FROM room WHERE casefolded = ?1)"
/* In this form SQLite merges what is in order already, and reads no event that is not wanted. */
#define EVENTS(moves)                                                                     \
	"SELECT p.id, e.time, e.kind, e.actor, e.body, e.target FROM place AS p"          \
	" CROSS JOIN event AS e ON e.id = p.id WHERE p." OF_ROOM " AND p.moves = " #moves \
	" AND p.id > ?2 AND p.id < ?3"
#define READ_MESSAGES(order) EVENTS(0) " ORDER BY p.id " order " LIMIT ?4"
#define READ_ALL(order)      EVENTS(0) " UNION ALL " EVENTS(1) " ORDER BY 1 " order " LIMIT ?4"
#define READ_IDS(order)                                                                 \
	"SELECT id FROM place WHERE " OF_ROOM " AND moves = ?5 AND id > ?2 AND id < ?3" \
	" ORDER BY id " order " LIMIT ?4"

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[LAST_ID] = "SELECT value FROM meta WHERE key = 'last_id'",
	[SET_LAST_ID] = "UPDATE meta SET value = ?1 WHERE key = 'last_id'",
	[FIND_ROOM] = "SELECT room FROM room WHERE casefolded = ?1",
	[ADD_ROOM] = "INSERT INTO room (casefolded, shown) VALUES (?1, ?2)",
	[ADD_EVENT] = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[ADD_PLACE] = "INSERT INTO place VALUES (?1, ?2, ?3)",
	[NEWEST_MESSAGES] = READ_MESSAGES("DESC"),
	[NEWEST_OF_ALL] = READ_ALL("DESC"),
	[OLDEST_MESSAGES] = READ_MESSAGES("ASC"),
	[OLDEST_OF_ALL] = READ_ALL("ASC"),
	[NEWEST_IDS] = READ_IDS("DESC"),
	[OLDEST_IDS] = READ_IDS("ASC"),
	[SET_INDEXED] = "UPDATE meta SET value = ?1 WHERE key = 'indexed'",
	[TO_INDEX] = "SELECT id, kind, room, body FROM event WHERE id > ?1 ORDER BY id LIMIT ?2",
	[ADD_WORDS] = "INSERT INTO word (rowid, body) VALUES (?1, ?2)",
	[REMOVE_WORDS] = "INSERT INTO word (word, rowid, body) VALUES ('delete', ?1, ?2)",
	[MERGE_WORDS] = "INSERT INTO word (word, rank) VALUES ('merge', ?1)",
	[OLDEST_EVENTS] = "SELECT id, kind, room, body, time FROM event ORDER BY id LIMIT ?1",
	[OLDEST_OF_ROOM] =
		"SELECT e.id, e.kind, e.room, e.body FROM place AS p"
		" CROSS JOIN event AS e ON e.id = p.id"
		" WHERE p.room = ?1 AND p.moves = ?2 AND p.id < ?3 ORDER BY p.id LIMIT ?4",
	[KEPT_FROM] = "SELECT id FROM place WHERE room = ?1 AND moves = 0 ORDER BY id DESC"
		      " LIMIT 1 OFFSET ?2",
	[NEXT_ROOM] = "SELECT room FROM room WHERE room > ?1 ORDER BY room LIMIT 1",
	[REMOVE_EVENT] = "DELETE FROM event WHERE id = ?1",
	[REMOVE_PLACES] = "DELETE FROM place WHERE room = ?1 AND moves = ?2 AND id < ?3",
	[SEARCH] = "SELECT e.id, e.time, e.kind, e.actor, e.body, e.target, r.casefolded FROM word"
		   " CROSS JOIN event AS e ON e.id = word.rowid"
		   " CROSS JOIN room AS r ON r.room = e.room"
		   " WHERE word MATCH ?1 AND word.rowid < ?2"
		   " AND (?3 = '' OR e.actor = ?3 COLLATE NOCASE)"
		   " ORDER BY word.rowid DESC LIMIT ?4",
	/* Of a change: ?1 account, ?2 name, ?3 value, ?4 id, ?5 time, ?6 name, casefolded */
	[ADD_ACCOUNT] = "INSERT OR REPLACE INTO account (account, nick, password, time)"
			" VALUES (?1, ?2, ?3, ?5)",
	[REMOVE_ACCOUNT] = "DELETE FROM account WHERE account = ?1",
	[REMOVE_ACCOUNT_ROOMS] = "DELETE FROM account_room WHERE account = ?1",
	[REMOVE_ACCOUNT_READ] = "DELETE FROM account_read WHERE account = ?1",
	[REMOVE_ACCOUNT_CONVERSATIONS] = "DELETE FROM account_conversation WHERE account = ?1",
	[REMOVE_ACCOUNT_STAY] = "DELETE FROM account_stay WHERE account = ?1",
	[SET_ACCOUNT_NICK] = "UPDATE account SET nick = ?2 WHERE account = ?1",
	[SET_ACCOUNT_PASSWORD] = "UPDATE account SET password = ?3 WHERE account = ?1",
	[SET_ACCOUNT_CURRENT] = "UPDATE account SET current = ?2 WHERE account = ?1",
	[SET_ACCOUNT_TOLD] = "UPDATE account SET told = ?4 WHERE account = ?1 AND told < ?4",
	[ADD_ACCOUNT_ROOM] = "INSERT OR REPLACE INTO account_room VALUES (?1, ?6, ?2, ?4)",
	[END_ACCOUNT_ROOM] = "DELETE FROM account_room WHERE account = ?1 AND casefolded = ?6",
	[SET_ACCOUNT_READ] = "INSERT INTO account_read VALUES (?1, ?6, ?4, ?5)"
			     " ON CONFLICT DO UPDATE SET id = ?4, time = ?5 WHERE id < ?4",
	[SET_ACCOUNT_CONVERSATION] =
		"INSERT INTO account_conversation VALUES (?1, ?6, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET nick = ?3, last = ?4 WHERE last <= ?4",
	[ADD_ACCOUNT_STAY] = "INSERT OR REPLACE INTO account_stay VALUES (?1, ?3, ?5, ?4)",
	[END_ACCOUNT_STAY] = "DELETE FROM account_stay WHERE account = ?1 AND digest = ?3",
	[ADD_ERASURE] = "INSERT OR REPLACE INTO erasure (erasure, nick, room, last)"
			" VALUES (?1, ?2, ?3, ?4)",
	[NEXT_ERASURE] = "SELECT erasure, nick, room, last, done FROM erasure"
			 " WHERE erasure > ?1 ORDER BY erasure LIMIT 1",
	[SET_ERASURE] = "UPDATE erasure SET done = ?2 WHERE erasure = ?1",
	[REMOVE_ERASURE] = "DELETE FROM erasure WHERE erasure = ?1",
	[EVENTS_AFTER] = "SELECT id, time, kind, actor, body, target FROM event"
			 " WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
	[SET_NAMES] = "UPDATE event SET actor = ?2, body = ?3 WHERE id = ?1",
	[REMOVE_ROOM] = "DELETE FROM room WHERE room = ?1"
			" AND NOT EXISTS (SELECT 1 FROM place WHERE room = ?1)",
};

int64_t
db_space(const struct db *db)
{
	struct statvfs found;
	const char *file = sqlite3_db_filename(db->sqlite, "main");
	if (statvfs(file, &found) != 0 || found.f_blocks == 0)
		return -1;
	return (int64_t)found.f_bavail * (int64_t)found.f_frsize;
}

sqlite3_stmt *
statement_get(struct db *db, enum statement which)
{
	sqlite3_stmt **statement = &db->statements[which];
	if (!*statement)
		sqlite3_prepare_v3(
			db->sqlite, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return *statement;
}

enum db_result
statement_run(struct db *db, sqlite3_stmt *statement)
{
	if (!statement)
		return result_of(sqlite3_errcode(db->sqlite));
	sqlite3_step(statement);
	return result_of(sqlite3_reset(statement));
}

void
bind_text(sqlite3_stmt *statement, int at, struct text t)
{
	sqlite3_bind_text(statement, at, t.ptr ? t.ptr : "", (int)t.len, SQLITE_STATIC);
}

void
bind_id(sqlite3_stmt *statement, int at, uint64_t id)
{
	sqlite3_bind_int64(statement, at, id > INT64_MAX ? INT64_MAX : (int64_t)id);
}

struct text
column_text(sqlite3_stmt *statement, int at)
{
	const char *bytes = (const char *)sqlite3_column_text(statement, at);
	return (struct text){bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, at)};
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

/* Counting what is allocated would take a lock, of all threads, each time. */
static void
sqlite_begin(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct db *
db_new(const char *file, int flags)
{
	static pthread_once_t begun = PTHREAD_ONCE_INIT;
	struct db *db = xcalloc(sizeof *db);
	pthread_once(&begun, sqlite_begin);
	db->lock = db->ahead = -1;
	sqlite3_open_v2(file, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
	xnonnull(db->sqlite);
	sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	words_register(db->sqlite);
	/* Nothing of a file that is refused is to change, nor of what is beside it. */
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
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
	if (db->rules)
		name_rules_close(db->rules);
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
		strbuf_puts(why,
			"is in use by another server; stop that one, or give this one another file "
			"(history.file)");
	else
		strbuf_printf(why, "cannot be locked: %s", strerror(errno));
	close(fd);
	return -1;
}

/*
 * Has the index of words merged by db_merge_words alone. By itself it would do so in a step now and
 * then, while commits wait for tens of milliseconds.
 */
static void
words_configure(struct db *db)
{
	/* Tests have files without the table. */
	if (db_number(db, "SELECT count(*) FROM word_config WHERE k = 'automerge' AND v = 0") != 0)
		return;
	db_exec(db, "BEGIN IMMEDIATE; INSERT INTO word (word, rank) VALUES ('automerge', 0);"
		    "INSERT INTO word (word, rank) VALUES ('usermerge', 8); COMMIT");
	if (!sqlite3_get_autocommit(db->sqlite))
		db_exec(db, "ROLLBACK");
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
	words_configure(db);
	sqlite3_wal_hook(db->sqlite, on_commit, db);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return true;
}

struct db *
db_open_version(const char *file, enum store_sync sync, const char *const versions[], int version,
	struct strbuf *why)
{
	int lock = lock_take(file, why);
	if (lock < 0)
		return NULL;
	struct db *db = db_new(file, SQLITE_OPEN_READWRITE);
	db->lock = lock;
	/* The version first: nothing of a file that is refused may change. */
	if (db_upgrade(db, versions, version, why) && db_configure(db, sync, why))
		return db;
	db_close(db);
	return NULL;
}

struct db *
db_open(const char *file, enum store_sync sync, struct strbuf *why)
{
	return db_open_version(file, sync, db_versions, DB_VERSION, why);
}

struct db *
db_open_memory(void)
{
	struct strbuf why = {0};
	struct db *db = db_new(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	db_upgrade(db, db_versions, DB_VERSION, &why);
	strbuf_clear(&why);
	return db;
}

struct db *
db_open_reader(const char *file, struct strbuf *why)
{
	struct db *db = db_new(file, SQLITE_OPEN_READONLY);
	/* No mmap: the kernel would read 128 KB for each page of 4 KB that is not in memory. */
	if (db_exec(db, "PRAGMA query_only = ON; PRAGMA cache_size = -16384;"
			"PRAGMA trusted_schema = OFF") == DB_OK)
		return db;
	db_explain(db, why);
	db_close(db);
	return NULL;
}

int
db_descriptor(const struct db *db)
{
	return db->lock;
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
	enum db_result result = DB_OK;
	if (last_id) {
		sqlite3_stmt *statement = statement_get(db, SET_LAST_ID);
		bind_id(statement, 1, last_id);
		result = statement_run(db, statement);
	}
	return result == DB_OK ? statement_run(db, statement_get(db, COMMIT)) : result;
}

void
db_rollback(struct db *db)
{
	/* After some failures SQLite has done it already. */
	if (!sqlite3_get_autocommit(db->sqlite))
		statement_run(db, statement_get(db, ROLLBACK));
}

unsigned
db_rooms_removed(const struct db *db)
{
	return db->rooms_removed;
}

int
db_log_pages(const struct db *db)
{
	return db->log_pages;
}

enum db_result
db_checkpoint(struct db *db, int *left)
{
	int all = 0, moved = 0;
	int code = sqlite3_wal_checkpoint_v2(
		db->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &moved);
	if (left)
		*left = all - moved;
	/* Busy: another connection makes one. */
	return (code & 0xff) == SQLITE_BUSY ? DB_OK : result_of(code);
}
