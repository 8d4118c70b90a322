/*
 * A history in memory that also keeps accounts, as a list of changes, and a host that compares
 * passwords when it is told to. A core that is opened on it again finds all of that.
 */
#ifndef KEPT_ACCOUNTS_H
#define KEPT_ACCOUNTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "teahouse/core.h"
#include "teahouse/store.h"

enum { CHANGES_MAX = 4096, PASSWORDS_WAITING = 64 };

struct kept_accounts {
	struct history history; /* first: the one is the other's address */
	struct history *inner;
	struct account_change changes[CHANGES_MAX];
	size_t n;
	unsigned erased;
	struct {
		char password[300], hash[320];
		bool known, make;
		password_done *done;
		void *ctx;
	} waiting[PASSWORDS_WAITING];
	size_t n_waiting;
	bool busy; /* nothing more is taken */
};

static inline void
kept_keep(struct history *history, const struct event *event, const struct name *const rooms[],
	size_t n)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	kept->inner->keep(kept->inner, event, rooms, n);
	history->kept++;
}

static inline uint64_t
kept_end_turn(struct history *history)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	return kept->inner->end_turn(kept->inner);
}

static inline uint64_t
kept_committed(struct history *history)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	return kept->inner->committed(kept->inner);
}

static inline bool
kept_is_failing(const struct history *history)
{
	const struct kept_accounts *kept = (const struct kept_accounts *)history;
	return kept->inner->is_failing(kept->inner);
}

static inline bool
kept_is_slow(const struct history *history)
{
	const struct kept_accounts *kept = (const struct kept_accounts *)history;
	return kept->inner->is_slow(kept->inner);
}

static inline bool
kept_is_full(const struct history *history)
{
	const struct kept_accounts *kept = (const struct kept_accounts *)history;
	return kept->inner->is_full(kept->inner);
}

static inline void
kept_read(struct history *history, const struct name *room, const struct history_range *range,
	history_read_done *done, void *ctx)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	kept->inner->read(kept->inner, room, range, done, ctx);
}

static inline bool
kept_recent(struct history *history, const struct name *room, uint64_t after,
	void (*found)(void *ctx, const struct event *event), void *ctx)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	return kept->inner->recent(kept->inner, room, after, found, ctx);
}

static inline void
kept_search(struct history *history, const struct history_search *search, history_read_done *done,
	void *ctx)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	kept->inner->search(kept->inner, search, done, ctx);
}

static inline struct text
text_own(struct text t)
{
	return t.ptr ? (struct text){xstrndup(t.ptr, t.len), t.len} : TEXT_NONE;
}

static inline void
kept_account(struct history *history, const struct account_change *change)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	struct account_change *own = &kept->changes[kept->n++];
	if (kept->n > CHANGES_MAX || change->account == 0)
		abort();
	*own = *change;
	own->name = text_own(change->name);
	own->value = change->value.ptr
			     ? (struct text){memcpy(xrealloc(NULL, change->value.len + 1),
						     change->value.ptr, change->value.len),
				       change->value.len}
			     : TEXT_NONE;
}

static inline bool
kept_is_removed(const struct kept_accounts *kept, uint64_t account)
{
	for (size_t i = 0; i < kept->n; i++)
		if (kept->changes[i].kind == ACCOUNT_REMOVED && kept->changes[i].account == account)
			return true;
	return false;
}

static inline void
kept_drop(struct account_change *change)
{
	free((char *)(uintptr_t)change->name.ptr);
	free((char *)(uintptr_t)change->value.ptr);
	*change = (struct account_change){.account = 0};
}

static inline bool
change_is(const struct account_change *change, uint64_t account, enum account_change_kind kind)
{
	return change->account == account && change->kind == kind;
}

/* What a later change has replaced, as a table would. */
static inline void
kept_tidy(struct kept_accounts *kept)
{
	for (size_t i = 0; i < kept->n; i++) {
		struct account_change *later = &kept->changes[i];
		for (size_t j = 0; later->account && j < i; j++) {
			struct account_change *change = &kept->changes[j];
			bool same = change_is(change, later->account, later->kind);
			if (later->kind == ACCOUNT_NICK &&
				change_is(change, later->account, ACCOUNT_ADDED)) {
				free((char *)(uintptr_t)change->name.ptr);
				change->name = text_own(later->name);
			} else if (later->kind == ACCOUNT_PASSWORD &&
				   change_is(change, later->account, ACCOUNT_ADDED)) {
				free((char *)(uintptr_t)change->value.ptr);
				change->value = text_own(later->value);
			} else if (later->kind == ACCOUNT_ROOM_LEFT &&
				   change_is(change, later->account, ACCOUNT_ROOM_ENTERED) &&
				   text_is_same_word(change->name, later->name)) {
				kept_drop(change);
			} else if (later->kind == ACCOUNT_STAY_ENDED &&
				   change_is(change, later->account, ACCOUNT_STAY) &&
				   text_is(change->value, later->value)) {
				kept_drop(change);
			} else if (same && (later->kind == ACCOUNT_CURRENT ||
						   later->kind == ACCOUNT_TOLD)) {
				kept_drop(change);
			} else if (same && text_is(change->name, later->name) &&
				   (later->kind == ACCOUNT_READ ||
					   later->kind == ACCOUNT_CONVERSATION)) {
				kept_drop(change);
			}
		}
	}
}

static inline bool
kept_load(struct history *history, void (*found)(void *ctx, const struct account_change *change),
	void *ctx)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	kept_tidy(kept);
	for (size_t i = 0; i < kept->n; i++)
		if (kept->changes[i].account && !kept_is_removed(kept, kept->changes[i].account))
			found(ctx, &kept->changes[i]);
	return true;
}

static inline void
kept_erase(struct history *history, const struct name *nick,
	const struct name *const conversations[], size_t n)
{
	struct kept_accounts *kept = (struct kept_accounts *)history;
	(void)nick;
	(void)conversations;
	kept->erased += 1 + (unsigned)n;
}

static inline bool
kept_check_password(struct kept_accounts *kept, const struct password_request *request)
{
	if (kept->busy || kept->n_waiting == PASSWORDS_WAITING)
		return false;
	size_t i = kept->n_waiting++;
	kept->waiting[i].known = request->hash;
	kept->waiting[i].make = request->make;
	kept->waiting[i].done = request->done;
	kept->waiting[i].ctx = request->ctx;
	snprintf(kept->waiting[i].password, sizeof kept->waiting[i].password, "#%.*s",
		TEXT_ARGS(request->password));
	snprintf(kept->waiting[i].hash, sizeof kept->waiting[i].hash, "%s",
		request->hash ? request->hash : "");
	return true;
}

/* The hash of a password is the password behind a #. */
static inline void
kept_settle(struct kept_accounts *kept)
{
	for (size_t i = 0; i < kept->n_waiting; i++) {
		const char *password = kept->waiting[i].password;
		bool right = kept->waiting[i].known && strcmp(password, kept->waiting[i].hash) == 0;
		if (kept->waiting[i].make)
			kept->waiting[i].done(kept->waiting[i].ctx, false, password);
		else
			kept->waiting[i].done(kept->waiting[i].ctx, right, NULL);
	}
	kept->n_waiting = 0;
}

/* Not the digest, but as long, and another for each secret. */
static inline void
kept_digest(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n)
{
	const unsigned char *bytes = secret;
	memset(digest, 0x55, SECRET_DIGEST_BYTES);
	for (size_t i = 0; i < n; i++)
		digest[i % SECRET_DIGEST_BYTES] =
			(unsigned char)(digest[i % SECRET_DIGEST_BYTES] * 31 + bytes[i]);
}

/* Keeps the rest in `inner`, which is closed with it. */
static inline void
kept_accounts_open(struct kept_accounts *kept, struct history *inner)
{
	memset(kept, 0, sizeof *kept);
	kept->inner = inner;
	kept->history = (struct history){
		.keep = kept_keep,
		.end_turn = kept_end_turn,
		.committed = kept_committed,
		.is_failing = kept_is_failing,
		.is_slow = kept_is_slow,
		.is_full = kept_is_full,
		.read = kept_read,
		.recent = kept_recent,
		.search = kept_search,
		.keep_account = kept_account,
		.load_accounts = kept_load,
		.erase = kept_erase,
	};
}

/* Without what is inside. */
static inline void
kept_accounts_forget(struct kept_accounts *kept)
{
	for (size_t i = 0; i < kept->n; i++)
		kept_drop(&kept->changes[i]);
}

static inline void
kept_accounts_close(struct kept_accounts *kept)
{
	kept_accounts_forget(kept);
	store_close(kept->inner);
}

#endif
