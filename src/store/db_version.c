/* The versions of the file, and how an older one becomes a newer one. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_internal.h"

/*
 * What brings a file from each version to the next. The kinds of events are numbers of the
 * file's own (kind_codes), so that the order of enum event_kind may change.
 *
 * An event is a row, in order of arrival; `room` is the one that it is in, 0 if there are
 * several. A place is where it is in the history of a room: a new nick is in several. Who came
 * and went (moves) is apart, since it is seldom asked for. The words of messages are indexed
 * later, up to the id `indexed`.
 *
 * An erasure is what is still to be erased, of events up to the id `last`: those of a room, or, if
 * that is empty, a nick in those of all rooms, which is done up to the id `done`.
 */
const char *const db_versions[DB_VERSION] = {
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE room (room INTEGER PRIMARY KEY, casefolded TEXT NOT NULL UNIQUE,"
	" shown TEXT NOT NULL);"
	"CREATE TABLE event (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" room INTEGER NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL);"
	"CREATE TABLE place (room INTEGER NOT NULL, moves INTEGER NOT NULL, id INTEGER NOT NULL,"
	" PRIMARY KEY (room, moves, id)) WITHOUT ROWID;"
	"CREATE VIRTUAL TABLE word USING fts5 (body, content = '', tokenize = 'teahouse');"
	"INSERT INTO meta VALUES ('last_id', 0), ('indexed', 0);",

	"ALTER TABLE event ADD COLUMN target TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE account (account INTEGER PRIMARY KEY AUTOINCREMENT, nick TEXT NOT NULL,"
	" password TEXT NOT NULL, time INTEGER NOT NULL, current TEXT NOT NULL DEFAULT '',"
	" told INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE account_room (account INTEGER NOT NULL, casefolded TEXT NOT NULL,"
	" shown TEXT NOT NULL, entered INTEGER NOT NULL,"
	" PRIMARY KEY (account, casefolded)) WITHOUT ROWID;"
	"CREATE TABLE account_read (account INTEGER NOT NULL, casefolded TEXT NOT NULL,"
	" id INTEGER NOT NULL, time INTEGER NOT NULL,"
	" PRIMARY KEY (account, casefolded)) WITHOUT ROWID;"
	"CREATE TABLE account_conversation (account INTEGER NOT NULL, casefolded TEXT NOT NULL,"
	" nick TEXT NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY (account, casefolded)) WITHOUT ROWID;"
	"CREATE TABLE account_stay (account INTEGER NOT NULL, digest BLOB NOT NULL,"
	" until INTEGER NOT NULL, made INTEGER NOT NULL,"
	" PRIMARY KEY (account, digest)) WITHOUT ROWID;"
	"CREATE TABLE erasure (erasure INTEGER PRIMARY KEY AUTOINCREMENT, nick TEXT NOT NULL,"
	" room TEXT NOT NULL, last INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0);",
};

enum { DB_APPLICATION_ID = 0x54656121 }; /* `Tea!`, in the file's header */

uint32_t
db_application_id(void)
{
	return DB_APPLICATION_ID;
}

void
db_explain_version(int64_t version, int newest, struct strbuf *why)
{
	strbuf_printf(why,
		"was written by a newer version of teahoused (%lld; this one knows %d); install "
		"that one, or put the copy from before it in its place",
		(long long)version, newest);
}

/* An empty file, for its owner alone to read. */
static bool
copy_create(const char *part)
{
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* It is flushed before it has its name. */
static bool
copy_finish(const char *part, const char *copy, struct strbuf *why)
{
	int fd = open(part, O_WRONLY | O_CLOEXEC);
	bool fine = fd >= 0 && fsync(fd) == 0 && rename(part, copy) == 0;
	if (!fine)
		strbuf_printf(why, "cannot be copied to %s: %s", copy, strerror(errno));
	if (fd >= 0)
		close(fd);
	return fine;
}

/* A copy of the file as it is, beside it, before its version changes. */
static bool
db_copy_version(struct db *db, int64_t version, struct strbuf *why)
{
	const char *file = sqlite3_db_filename(db->sqlite, "main");
	struct strbuf copy = {0}, part = {0};
	strbuf_printf(&copy, "%s.version%lld", file, (long long)version);
	strbuf_printf(&part, "%s.part", copy.ptr);
	char *statement = sqlite3_mprintf("VACUUM INTO %Q", part.ptr);
	bool copied = false;
	if (!copy_create(part.ptr))
		strbuf_printf(why, "cannot be copied to %s: %s", part.ptr, strerror(errno));
	else if (db_exec(db, xnonnull(statement)) != DB_OK)
		db_explain(db, why);
	else
		copied = copy_finish(part.ptr, copy.ptr, why);
	sqlite3_free(statement);
	strbuf_clear(&copy);
	strbuf_clear(&part);
	return copied;
}

bool
db_upgrade(struct db *db, const char *const versions[], int newest, struct strbuf *why)
{
	int64_t version = db_number(db, "PRAGMA user_version");
	int64_t tables = db_number(db, "SELECT count(*) FROM sqlite_master");
	int64_t application = db_number(db, "PRAGMA application_id");
	if (version < 0 || tables < 0)
		return db_explain(db, why);
	if (tables > 0 && application != DB_APPLICATION_ID) {
		strbuf_puts(why,
			"is a database, but not a history of Teahouse's; choose another file "
			"(history.file)");
		return false;
	}
	if (version > newest) {
		db_explain_version(version, newest, why);
		return false;
	}
	if (version > 0 && version < newest && !db_copy_version(db, version, why))
		return false;
	/* It can be chosen before there is a table only. */
	if (tables == 0)
		db_exec(db, "PRAGMA auto_vacuum = INCREMENTAL");
	for (; version < newest; version++) {
		char set[96];
		snprintf(set, sizeof set,
			"PRAGMA application_id = %d; PRAGMA user_version = %lld; COMMIT",
			DB_APPLICATION_ID, (long long)version + 1);
		if (db_exec(db, "BEGIN IMMEDIATE") != DB_OK ||
			db_exec(db, versions[version]) != DB_OK || db_exec(db, set) != DB_OK)
			return db_explain(db, why);
	}
	return true;
}
