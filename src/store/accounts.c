/* What is kept of accounts, as the loop sees it. */
#include <stdlib.h>

#include "store/store_internal.h"
#include "teahouse/diag.h"

struct name_rules *
store_rules(struct store *store)
{
	if (!store->rules)
		store->rules = name_rules_open();
	return store->rules;
}

void
store_keep_account(struct history *history, const struct account_change *change)
{
	struct store *store = (struct store *)history;
	struct name *room = NULL;
	if (change->kind == ACCOUNT_ADDED && change->account > history->last_account)
		history->last_account = change->account;
	/* A room is left by its casefolded name. */
	if (change->kind == ACCOUNT_ROOM_ENTERED)
		room = name_make(store_rules(store), change->name, NAME_ROOM);
	turn_change(turn_get(store), change, room ? room->casefolded : change->name);
	free(room);
}

bool
store_load_accounts(struct history *history,
	void (*found)(void *ctx, const struct account_change *change), void *ctx)
{
	const struct store *store = (const struct store *)history;
	struct strbuf why = {0};
	struct db *db = db_open_reader(store->file, &why);
	bool loaded = db && db_load_accounts(db, found, ctx) == DB_OK;
	if (!loaded && db) {
		char error[256];
		db_error(db, error, sizeof error);
		strbuf_puts(&why, error);
	}
	if (!loaded)
		diag_line(LOG_LEVEL_ERROR, "history: %s: accounts cannot be read: %.*s",
			store->file, TEXT_ARGS(strbuf_view(&why)));
	db_close(db);
	strbuf_clear(&why);
	return loaded;
}
