/* Secrets with which a session logs in again, for as long as `stay_days`. Only their digests are kept. */
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

void
stay_secret_make(struct core *core, char secret[static STAY_DIGITS + 1])
{
	unsigned char bytes[STAY_BYTES];
	core->host.random(core->host.ctx, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		secret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		secret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	secret[STAY_DIGITS] = '\0';
}

static struct stay *
stay_new(struct account *account, const void *digest, int64_t since, int64_t until)
{
	struct core *core = account->core;
	struct stay *stay = xcalloc(sizeof *stay);
	memcpy(stay->digest, digest, sizeof stay->digest);
	stay->account = account;
	stay->number = STAY_FIRST + account->stay_numbers++;
	stay->since = since;
	stay->until = until;
	HASH_ADD(hh, core->stays, digest, sizeof stay->digest, stay);
	DL_APPEND(account->stays, stay);
	return stay;
}

struct text
stay_text(const struct stay *stay)
{
	return (struct text){(const char *)stay->digest, sizeof stay->digest};
}

struct stay *
stay_add(struct account *account, struct text digest, int64_t since)
{
	int64_t until = since + account->core->settings.stay;
	struct stay *stay = stay_new(account, digest.ptr, since, until);
	account_keep(account, (struct account_change){.kind = ACCOUNT_STAY,
				      .value = stay_text(stay),
				      .time = until,
				      .id = (uint64_t)since});
	return stay;
}

struct stay *
stay_by_digest(struct core *core, struct text digest)
{
	struct stay *stay = NULL;
	if (digest.len == SECRET_DIGEST_BYTES)
		HASH_FIND(hh, core->stays, digest.ptr, digest.len, stay);
	return stay;
}

struct stay *
stay_find(struct core *core, struct text secret)
{
	unsigned char digest[SECRET_DIGEST_BYTES];
	if (secret.len != STAY_DIGITS || !core->host.digest)
		return NULL;
	core->host.digest(digest, secret.ptr, secret.len);
	struct stay *stay =
		stay_by_digest(core, (struct text){(const char *)digest, sizeof digest});
	if (!stay || stay->until > core->host.wall_ms(core->host.ctx))
		return stay;
	stay_end(stay);
	return NULL;
}

void
stay_drop(struct stay *stay)
{
	struct account *account = stay->account;
	HASH_DELETE(hh, account->core->stays, stay);
	DL_DELETE(account->stays, stay);
	free(stay);
}

struct stay *
account_stay(const struct account *account, unsigned number)
{
	struct stay *stay = account->stays;
	while (stay && stay->number != number)
		stay = stay->next;
	return stay;
}

void
stay_end(struct stay *stay)
{
	account_keep(stay->account,
		(struct account_change){.kind = ACCOUNT_STAY_ENDED, .value = stay_text(stay)});
	stay_drop(stay);
}

void
stay_publish_end(struct stay *stay)
{
	struct account *account = stay->account;
	core_publish(account->core,
		&(struct entry){
			.kind = ENTRY_STAY_ENDED, .account = account, .digest = stay_text(stay)});
}

void
account_end_stays(struct account *account, const struct stay *except)
{
	struct stay *stay, *next;
	DL_FOREACH_SAFE(account->stays, stay, next)
	if (stay != except)
		stay_end(stay);
}

void
stay_load(struct account *account, const struct account_change *change)
{
	const struct core_host *host = &account->core->host;
	if (change->kind != ACCOUNT_STAY || change->value.len != SECRET_DIGEST_BYTES)
		return;
	if (change->time > host->wall_ms(host->ctx))
		stay_new(account, change->value.ptr, (int64_t)change->id, change->time);
	else
		account_keep(account, (struct account_change){
					      .kind = ACCOUNT_STAY_ENDED, .value = change->value});
}
