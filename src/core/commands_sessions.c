/* The command about the sessions of a user, and the secrets that it stays logged in with. */
#include <stdlib.h>
#include <utlist.h>

#include "core/account.h"

static void
session_item_fill(
	struct session_item *item, const struct session *session, const struct session *own)
{
	const struct core_host *host = &session->core->host;
	*item = (struct session_item){.number = session->number,
		.protocol = text_of(session->protocol),
		.since = session->since,
		.idle = (host->monotonic_ms(host->ctx) - session->active) / 1000,
		.own = session == own};
}

static void
sessions_tell(struct session *own, const struct request *request)
{
	const struct user *user = own->user;
	const struct stay *stay;
	size_t n = 0, most = user->n_sessions;
	DL_FOREACH((user->account ? user->account->stays : NULL), stay)
	most++;
	struct session_item *items = xcalloc(most * sizeof *items);
	for (const struct session *session = user->sessions; session; session = session->sibling)
		session_item_fill(&items[n++], session, own);
	DL_FOREACH((user->account ? user->account->stays : NULL), stay)
	items[n++] = (struct session_item){.number = stay->number,
		.protocol = text_of("stay"),
		.since = stay->since,
		.until = stay->until,
		.own = stay->number == own->stay};
	struct event event = event_make(own->core, EVENT_SESSIONS, own);
	event.ref = request->ref;
	event.sessions = items;
	event.n_sessions = n;
	session_tell(own, &event);
	free(items);
}

static struct session *
session_numbered(const struct user *user, uint64_t number)
{
	struct session *session = user->sessions;
	while (session && session->number != number)
		session = session->sibling;
	return session;
}

/* It cannot come back by itself. */
static void
session_end_by_other(struct session *session)
{
	const struct core_host *host = &session->core->host;
	request_refuse(
		session, REASON_SESSION_ENDED, TEXT_NONE, &(struct request){.ref = TEXT_NONE});
	session->logged_out = true;
	session_end(session);
	host->close(host->ctx, session, REASON_SESSION_ENDED);
}

/* end */
enum reason
command_sessions(struct session *session, const struct request *request)
{
	uint64_t number;
	struct text end = request->arg[0];
	if (!request_number(end, 0, &number))
		return request_refuse(session, REASON_NO_SUCH_SESSION, end, request);
	struct session *ended = end.ptr ? session_numbered(session->user, number) : NULL;
	const struct account *account = end.ptr ? session->user->account : NULL;
	struct stay *stay = account ? account_stay(account, (unsigned)number) : NULL;
	if (end.ptr && !ended && !stay)
		return request_refuse(session, REASON_NO_SUCH_SESSION, end, request);
	if (stay)
		stay_publish_end(stay);
	if (ended)
		session_end_by_other(ended);
	if (ended != session)
		sessions_tell(session, request);
	return REASON_OK;
}
