/* What was shown to sessions that read all that they are sent is noted as read, a little later. */
#include <utlist.h>

#include "core/account.h"

enum { SHOWN_MS = 500 }; /* after a message */

/* Whether a session of the account reads all that it is sent. */
static bool
account_reads_all(const struct account *account)
{
	for (const struct session *session = account->user->sessions; session;
		session = session->sibling)
		if (session->reads_all)
			return true;
	return false;
}

static void
publish_read(struct account *account, const struct name *name, uint64_t id)
{
	if (id <= account_marker(account, name->casefolded))
		return;
	struct entry entry = {.kind = ENTRY_READ, .account = account, .name = name, .id = id};
	core_publish(account->core, &entry);
}

static void
account_note_shown(struct account *account)
{
	const struct user *user = account->user;
	struct conversation *conversation, *next;
	for (size_t i = 0; i < user->n_memberships; i++) {
		const struct room *room = user->memberships[i].room;
		publish_read(account, room->named.name, room->said);
	}
	if (!account->told_moved)
		return;
	account->told_moved = false;
	HASH_ITER(hh, account->conversations, conversation, next)
	if (conversation->last <= account->told)
		publish_read(account, conversation->name, conversation->last);
}

void
core_note_said(struct core *core)
{
	if (core->online && !core->show_at)
		core->show_at = core->host.monotonic_ms(core->host.ctx) + SHOWN_MS;
}

int64_t
core_note_shown(struct core *core, bool all)
{
	struct account *account, *next;
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	if (!core->show_at)
		return -1;
	if (!all && core->show_at > now)
		return core->show_at - now;
	core->show_at = 0;
	DL_FOREACH_SAFE2(core->online, account, next, next_online)
	if (account_reads_all(account))
		account_note_shown(account);
	return -1;
}
