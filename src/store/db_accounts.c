/* The rows of accounts: changes to them, and the changes that make up their present state. */
#include "store/db_internal.h"

/* What one kind of change does; further ones are in account_remove. */
static const enum statement statements[] = {
	[ACCOUNT_ADDED] = ADD_ACCOUNT,
	[ACCOUNT_REMOVED] = REMOVE_ACCOUNT,
	[ACCOUNT_NICK] = SET_ACCOUNT_NICK,
	[ACCOUNT_PASSWORD] = SET_ACCOUNT_PASSWORD,
	[ACCOUNT_ROOM_ENTERED] = ADD_ACCOUNT_ROOM,
	[ACCOUNT_ROOM_LEFT] = END_ACCOUNT_ROOM,
	[ACCOUNT_CURRENT] = SET_ACCOUNT_CURRENT,
	[ACCOUNT_READ] = SET_ACCOUNT_READ,
	[ACCOUNT_TOLD] = SET_ACCOUNT_TOLD,
	[ACCOUNT_CONVERSATION] = SET_ACCOUNT_CONVERSATION,
	[ACCOUNT_STAY] = ADD_ACCOUNT_STAY,
	[ACCOUNT_STAY_ENDED] = END_ACCOUNT_STAY,
};

/* Of the statement's parameters, those that it has. */
static void
change_bind(sqlite3_stmt *statement, const struct account_change *change, struct text casefolded)
{
	bool binary = change->kind == ACCOUNT_STAY || change->kind == ACCOUNT_STAY_ENDED;
	int n = sqlite3_bind_parameter_count(statement);
	bind_id(statement, 1, change->account);
	if (n >= 2)
		bind_text(statement, 2, change->name);
	if (n >= 3 && binary)
		sqlite3_bind_blob(
			statement, 3, change->value.ptr, (int)change->value.len, SQLITE_STATIC);
	else if (n >= 3)
		bind_text(statement, 3, change->value);
	if (n >= 4)
		bind_id(statement, 4, change->id);
	if (n >= 5)
		sqlite3_bind_int64(statement, 5, change->time);
	if (n >= 6)
		bind_text(statement, 6, casefolded);
}

static enum db_result
change_run(struct db *db, enum statement which, const struct account_change *change,
	struct text casefolded)
{
	sqlite3_stmt *statement = statement_get(db, which);
	if (statement)
		change_bind(statement, change, casefolded);
	return statement_run(db, statement);
}

enum db_result
db_change_account(struct db *db, const struct account_change *change, struct text casefolded)
{
	static const enum statement others[] = {REMOVE_ACCOUNT_ROOMS, REMOVE_ACCOUNT_READ,
		REMOVE_ACCOUNT_CONVERSATIONS, REMOVE_ACCOUNT_STAY};
	enum db_result result = change_run(db, statements[change->kind], change, casefolded);
	if (change->kind != ACCOUNT_REMOVED)
		return result;
	for (size_t i = 0; i < sizeof others / sizeof others[0] && result == DB_OK; i++)
		result = change_run(db, others[i], change, casefolded);
	return result;
}

uint64_t
db_last_account(struct db *db)
{
	int64_t number = db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'account'");
	return number > 0 ? (uint64_t)number : 0;
}

/*
 * Each with the columns account, name, value, id, time. What is left of an account that is not
 * there is not loaded.
 */
#define OF_ACCOUNTS(columns, table, order) \
	"SELECT account, " columns " FROM " table " JOIN account USING (account) ORDER BY " order

static const struct {
	enum account_change_kind kind;
	const char *query;
} loads[] = {
	{ACCOUNT_ADDED, "SELECT account, nick, password, 0, time FROM account ORDER BY account"},
	{ACCOUNT_ROOM_ENTERED,
		OF_ACCOUNTS("shown, '', entered, 0", "account_room", "account, entered")},
	{ACCOUNT_CURRENT,
		"SELECT account, current, '', 0, 0 FROM account WHERE current <> '' ORDER BY 1"},
	{ACCOUNT_READ, OF_ACCOUNTS("casefolded, '', id, r.time", "account_read AS r", "account")},
	{ACCOUNT_TOLD, "SELECT account, '', '', told, 0 FROM account WHERE told > 0 ORDER BY 1"},
	{ACCOUNT_CONVERSATION, OF_ACCOUNTS("casefolded, c.nick, last, 0",
				       "account_conversation AS c", "account, last")},
	{ACCOUNT_STAY, OF_ACCOUNTS("'', digest, made, until", "account_stay", "account, made")},
};

static struct text
column_bytes(sqlite3_stmt *row, int at)
{
	const char *bytes = sqlite3_column_blob(row, at);
	return (struct text){bytes ? bytes : "", (size_t)sqlite3_column_bytes(row, at)};
}

static void
row_change(sqlite3_stmt *row, struct account_change *change)
{
	change->account = (uint64_t)sqlite3_column_int64(row, 0);
	change->name = column_bytes(row, 1);
	change->value = column_bytes(row, 2);
	change->id = (uint64_t)sqlite3_column_int64(row, 3);
	change->time = sqlite3_column_int64(row, 4);
}

enum db_result
db_load_accounts(
	struct db *db, void (*found)(void *ctx, const struct account_change *change), void *ctx)
{
	enum db_result result = DB_OK;
	for (size_t i = 0; i < sizeof loads / sizeof loads[0] && result == DB_OK; i++) {
		sqlite3_stmt *rows = NULL;
		struct account_change change = {.kind = loads[i].kind};
		result = result_of(sqlite3_prepare_v2(db->sqlite, loads[i].query, -1, &rows, NULL));
		while (result == DB_OK && sqlite3_step(rows) == SQLITE_ROW) {
			row_change(rows, &change);
			found(ctx, &change);
		}
		enum db_result end = result_of(sqlite3_finalize(rows));
		result = result == DB_OK ? end : result;
	}
	return result;
}
