/* An account: found by its nick or number, and kept in the history. Knows nothing of what belongs to it. */
#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

bool
core_has_accounts(const struct core *core)
{
	return core->host.history && core->host.history->keep_account && core->host.check_password;
}

void
account_keep(struct account *account, struct account_change change)
{
	struct history *history = account->core->host.history;
	change.account = account->number;
	history->keep_account(history, &change);
}

struct account *
account_by_number(struct core *core, uint64_t number)
{
	struct account *account;
	HASH_FIND(hh, core->accounts, &number, sizeof number, account);
	return account;
}

struct account *
account_new(struct core *core, struct name *name, uint64_t number, struct text password)
{
	struct account *account = xcalloc(sizeof *account);
	account->core = core;
	account->number = number;
	account->named.name = name;
	account->password = xstrndup(password.ptr, password.len);
	HASH_ADD(hh, core->accounts, number, sizeof account->number, account);
	names_add(&core->registered, &account->named);
	return account;
}

void
account_free_if_unused(struct account *account)
{
	if (account->refs > 0 || !account->removed)
		return;
	free(account->named.name);
	free(account->password);
	free(account->current);
	free(account);
}

void
account_hold(struct account *account)
{
	account->refs++;
}

void
account_release(struct account *account)
{
	assert(account->refs > 0);
	account->refs--;
	account_free_if_unused(account);
}

struct account *
account_add(
	struct core *core, struct name *name, uint64_t number, struct text password, int64_t time)
{
	struct account *account = account_new(core, name, number, password);
	account_keep(account, (struct account_change){.kind = ACCOUNT_ADDED,
				      .name = name->shown,
				      .value = password,
				      .time = time});
	return account;
}

struct account *
account_find(struct core *core, struct text nick, bool confusable)
{
	struct name *name = name_make(core->rules, nick, NAME_NICK);
	if (!name)
		return NULL;
	struct named *named = names_find(&core->registered, name);
	if (named && !confusable && !text_is(named->name->casefolded, name->casefolded))
		named = NULL;
	free(name);
	return (struct account *)named;
}

struct text
account_nick(struct core *core, uint64_t number)
{
	const struct account *account = number ? account_by_number(core, number) : NULL;
	return account ? account->named.name->shown : TEXT_NONE;
}

bool
core_is_account(struct core *core, struct text nick)
{
	return account_find(core, nick, false) != NULL;
}

bool
session_has_account(const struct session *session)
{
	return session->user && session->user->account;
}

void
account_set_nick(struct account *account, const struct name *name)
{
	struct core *core = account->core;
	names_remove(&core->registered, &account->named);
	free(account->named.name);
	account->named.name = name_copy(name);
	names_add(&core->registered, &account->named);
	account_keep(account, (struct account_change){.kind = ACCOUNT_NICK, .name = name->shown});
}

void
account_set_password(struct account *account, struct text hash)
{
	free(account->password);
	account->password = xstrndup(hash.ptr, hash.len);
	account_keep(account, (struct account_change){.kind = ACCOUNT_PASSWORD, .value = hash});
}

void
account_bind(struct account *account, struct user *user)
{
	user->account = account;
	account->user = user;
	DL_APPEND2(account->core->online, account, prev_online, next_online);
}

void
account_unbind(struct user *user)
{
	struct account *account = user->account;
	if (!account)
		return;
	user->account = NULL;
	account->user = NULL;
	DL_DELETE2(account->core->online, account, prev_online, next_online);
}
