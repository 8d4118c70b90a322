/* What the tests of accounts in the store share: changes, and the state as text. */
#ifndef STORE_ACCOUNTS_FIXTURE_H
#define STORE_ACCOUNTS_FIXTURE_H

#include "store_fixture.h"

static const char *const change_words[] = {
	[ACCOUNT_ADDED] = "added",
	[ACCOUNT_REMOVED] = "removed",
	[ACCOUNT_NICK] = "nick",
	[ACCOUNT_PASSWORD] = "password",
	[ACCOUNT_ROOM_ENTERED] = "entered",
	[ACCOUNT_ROOM_LEFT] = "left",
	[ACCOUNT_CURRENT] = "current",
	[ACCOUNT_READ] = "read",
	[ACCOUNT_TOLD] = "told",
	[ACCOUNT_CONVERSATION] = "conversation",
	[ACCOUNT_STAY] = "stay",
	[ACCOUNT_STAY_ENDED] = "stay-ended",
};

static inline void
change(struct fixture *f, enum account_change_kind kind, uint64_t account, const char *name,
	const char *value, uint64_t id, int64_t time)
{
	char copies[2][128] = {"", ""};
	struct account_change made = {.kind = kind, .account = account, .id = id, .time = time};
	snprintf(copies[0], sizeof copies[0], "%s", name ? name : "");
	snprintf(copies[1], sizeof copies[1], "%s", value ? value : "");
	made.name = name ? text_of(copies[0]) : TEXT_NONE;
	made.value = value ? text_of(copies[1]) : TEXT_NONE;
	f->store->keep_account(f->store, &made);
	/* It is copied. */
	memset(copies, 'x', sizeof copies);
}

static inline void
on_change(void *ctx, const struct account_change *loaded)
{
	struct strbuf *out = ctx;
	strbuf_printf(out, "%llu %s '%.*s' '%.*s' %llu %lld\n", (unsigned long long)loaded->account,
		change_words[loaded->kind], TEXT_ARGS(loaded->name), TEXT_ARGS(loaded->value),
		(unsigned long long)loaded->id, (long long)loaded->time);
}

static inline void
assert_accounts(struct fixture *f, const char *wanted)
{
	struct strbuf found = {0};
	assert_true(f->store->load_accounts(f->store, on_change, &found));
	assert_text(strbuf_view(&found), text_of(wanted));
	strbuf_clear(&found);
}

/* The same, also when the store is opened again. */
static inline void
assert_kept(struct fixture *f, const char *wanted)
{
	commit(f);
	assert_accounts(f, wanted);
	reopen(f);
	assert_accounts(f, wanted);
}

#endif
