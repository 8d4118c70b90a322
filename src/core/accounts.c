/* All accounts with what belongs to them: read from the history, and their end. */
#include <stdlib.h>

#include "core/account.h"

/* Takes it out of all tables. */
static void
account_drop(struct account *account)
{
	struct core *core = account->core;
	account_drop_rooms(account);
	account_drop_conversations(account);
	while (account->stays)
		stay_drop(account->stays);
	names_remove(&core->registered, &account->named);
	HASH_DELETE(hh, core->accounts, account);
	account->removed = true;
	account_free_if_unused(account);
}

void
account_remove(struct account *account)
{
	struct core *core = account->core;
	struct history *history = core->host.history;
	size_t n = 0;
	const struct name **conversations =
		xcalloc((HASH_COUNT(account->conversations) + 1) * sizeof(const struct name *));
	struct conversation *conversation, *next;
	HASH_ITER(hh, account->conversations, conversation, next)
	{
		struct account *other = account_by_number(core, conversation->other);
		if (other)
			conversation_forget(other, conversation->name);
		conversations[n++] = conversation->name;
	}
	account_keep(account, (struct account_change){.kind = ACCOUNT_REMOVED});
	history->erase(history, account->named.name, conversations, n);
	free(conversations);
	if (account->user)
		account->user->account = NULL;
	account_drop(account);
}

static void
account_load(void *ctx, const struct account_change *change)
{
	struct core *core = ctx;
	struct account *account = account_by_number(core, change->account);
	if (change->kind == ACCOUNT_ADDED) {
		struct name *name = name_make(core->rules, change->name, NAME_NICK);
		if (name && !account && !names_find(&core->registered, name))
			account_new(core, name, change->account, change->value);
		else
			free(name);
		return;
	}
	if (!account)
		return;
	account_load_rooms(account, change);
	account_load_conversation(account, change);
	stay_load(account, change);
}

bool
core_load_accounts(struct core *core)
{
	struct history *history = core->host.history;
	return !core_has_accounts(core) || history->load_accounts(history, account_load, core);
}

void
core_free_accounts(struct core *core)
{
	struct account *account, *next;
	HASH_ITER(hh, core->accounts, account, next)
	account_drop(account);
}
