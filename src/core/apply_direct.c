/* Direct messages: delivered, and kept where one of the two has an account. */
#include <stdlib.h>

#include "core/account.h"

/* Who a message is from and to: a user, an account, or both. */
struct party {
	struct user *user;       /* NULL: is not there */
	struct account *account; /* NULL: a guest */
	const struct name *name;
};

static size_t
sessions_collect(struct session **to, const struct user *user)
{
	size_t n = 0;
	for (struct session *session = user ? user->sessions : NULL; session;
		session = session->sibling)
		to[n++] = session;
	return n;
}

static struct party
party_to(const struct entry *entry)
{
	struct account *account = entry->to ? entry->to->account : entry->account;
	struct user *user = entry->to ? entry->to : account->user;
	return (struct party){user, account, account ? account->named.name : user->named.name};
}

static bool
party_is_here(const struct party *party)
{
	return party->user && user_is_here(party->user);
}

static void
direct_deliver(struct core *core, const struct event *event, const struct party *from,
	const struct party *to)
{
	size_t most = 1 + (size_t)from->user->n_sessions + (to->user ? to->user->n_sessions : 0);
	struct session **sessions = xrealloc(NULL, most * sizeof(struct session *));
	size_t n = sessions_collect(sessions, from->user);
	if (to->user != from->user)
		n += sessions_collect(sessions + n, to->user);
	core->host.deliver(core->host.ctx, event, sessions, n);
	free(sessions);
	/* A connection that has one may be dead already. */
	if (to->user && to->user->resumes)
		user_keep_direct(to->user, event);
	if (to->user != from->user && from->user->resumes)
		user_keep_direct(from->user, event);
}

/* Once in each absence. */
static void
direct_note_absence(
	const struct party *to, struct conversation *conversation, const struct origin *origin)
{
	struct strbuf sentence = {0};
	if (party_is_here(to) || conversation->noted || !origin->session)
		return;
	conversation->noted = true;
	reason_sentence(&sentence, REASON_DIRECT_LATER, to->name->shown);
	struct event event = event_make(origin->session->core, EVENT_NOTICE, origin->session);
	event.reason = REASON_DIRECT_LATER;
	event.target = to->name->shown;
	event.body = strbuf_view(&sentence);
	event.ref = origin->request.ref;
	session_tell(origin->session, &event);
	strbuf_clear(&sentence);
}

static void
direct_keep(struct core *core, const struct event *event, const struct party *from,
	const struct party *to, const struct name *name)
{
	const struct name *rooms[] = {name};
	core->host.history->keep(core->host.history, event, rooms, 1);
	if (from->account) {
		conversation_note(from->account, name, to->name->shown, event->id);
		account_read(from->account, name->casefolded, event->id);
		account_set_told(from->account, event->id);
	}
	if (to->account && to->account != from->account && to->user && to->user->n_sessions > 0)
		account_note_told(to->account, event->id);
}

enum reason
apply_direct(struct core *core, const struct entry *entry, const struct origin *origin)
{
	if (entry->to && !named_is_listed(&entry->to->named))
		return origin_refuse(origin, REASON_NO_SUCH_NICK, user_nick(entry->to));
	const struct party to = party_to(entry);
	const struct party from = {entry->user, entry->user->account, entry->user->named.name};
	struct event event = entry_event(core, entry, EVENT_DIRECT, origin);
	event.target = to.name->shown;
	event.body = entry->body;
	struct name *name =
		conversation_name(from.account, to.account, from.account ? to.name : from.name);
	if (name)
		direct_keep(core, &event, &from, &to, name);
	direct_deliver(core, &event, &from, &to);
	if (name && to.account && to.account != from.account)
		direct_note_absence(&to,
			conversation_note(to.account, name, from.name->shown, event.id), origin);
	free(name);
	core_note_said(core);
	return REASON_OK;
}
