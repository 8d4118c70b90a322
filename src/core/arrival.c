/*
 * Logging in to an account: the password is compared elsewhere, then what is unread is read from
 * the history, a room after the other, and only then is the login published. Meanwhile the
 * session is pending.
 */
#include <stdlib.h>
#include <utlist.h>

#include "base/mention.h"
#include "core/account.h"

enum { CONVERSATIONS_SHOWN = 50 }; /* in the welcome: the newest */

/* What is unread of a room, or of a conversation. */
struct unread {
	struct name *name;
	bool direct, account; /* account: the other has one */
	bool outdated;        /* .. has none, and the name is another's now */
	uint64_t read;        /* id */
	uint64_t last;        /* of the last message; conversations only */
	size_t n, mentions;
	bool more;
	int64_t since;           /* when the first of them was said */
	struct kept_event *kept; /* those that are to be told */
	size_t n_kept;
};

struct arrival {
	struct session *session;  /* NULL: has ended */
	struct account *account;  /* held; NULL: there is none, and the password will be wrong */
	char *ref, *about, *room; /* of the request; or NULL */
	unsigned stay;            /* the number of the secret that it logs in by; 0: a password */
	bool stays;               /* wants a secret */
	char secret[STAY_DIGITS + 1];
	struct unread *unread;
	size_t n, at; /* the one that is being read */
	bool reading, found;
	bool published;
};

static void
kept_free(struct kept_event *kept)
{
	struct kept_event *next;
	for (; kept; kept = next) {
		next = kept->next;
		free(kept);
	}
}

/* Forgets what was read. */
static void
arrival_clear(struct arrival *arrival)
{
	for (size_t i = 0; i < arrival->n; i++) {
		kept_free(arrival->unread[i].kept);
		free(arrival->unread[i].name);
	}
	arrival->n = arrival->at = 0;
}

static void
arrival_free(struct arrival *arrival)
{
	arrival_clear(arrival);
	if (arrival->account)
		account_release(arrival->account);
	free(arrival->unread);
	free(arrival->ref);
	free(arrival->about);
	free(arrival->room);
	free(arrival);
}

/* It is freed once nothing is under way for it elsewhere. */
void
session_forget_arrival(struct session *session)
{
	struct arrival *arrival = session->arrival;
	if (!arrival)
		return;
	session->arrival = NULL;
	arrival->session = NULL;
	if (arrival->published)
		arrival_free(arrival);
	session_resume(session, PENDING_LOGIN);
}

static struct arrival *
arrival_new(struct session *session, const struct request *request, struct account *account)
{
	struct arrival *arrival = xcalloc(sizeof *arrival);
	arrival->session = session;
	arrival->account = account;
	if (account)
		account_hold(account);
	arrival->ref = text_keep(request->ref);
	arrival->about = text_keep(request->about);
	arrival->room = text_keep(request->room);
	session->arrival = arrival;
	session_suspend(session, PENDING_LOGIN);
	return arrival;
}

static void
arrival_refuse(struct arrival *arrival, enum reason reason)
{
	struct session *session = arrival->session;
	const struct request request = {
		.ref = text_of(arrival->ref), .about = text_of(arrival->about)};
	arrival->published = true;
	request_refuse(session, reason, TEXT_NONE, &request);
	session_forget_arrival(session);
}

static struct unread *
arrival_add(struct arrival *arrival, const struct name *name)
{
	arrival->unread = xrealloc(arrival->unread, (arrival->n + 1) * sizeof *arrival->unread);
	struct unread *unread = &arrival->unread[arrival->n++];
	*unread = (struct unread){.name = name_copy(name),
		.read = account_marker(arrival->account, name->casefolded)};
	return unread;
}

static int
conversation_order(const struct conversation *a, const struct conversation *b)
{
	return (b->last > a->last) - (b->last < a->last);
}

/* What is to be read: the rooms, and the conversations with something new. */
static void
arrival_list(struct arrival *arrival)
{
	struct account *account = arrival->account;
	const struct remembered *remembered;
	struct conversation *conversation, *next;
	size_t n = 0;
	DL_FOREACH(account->rooms, remembered)
	arrival_add(arrival, remembered->name);
	HASH_SORT(account->conversations, conversation_order);
	HASH_ITER(hh, account->conversations, conversation, next)
	{
		conversation->noted = false;
		bool untold = conversation->last > account->told;
		if (n++ >= CONVERSATIONS_SHOWN && !untold)
			continue;
		struct unread *unread = arrival_add(arrival, conversation->name);
		unread->direct = true;
		unread->account = conversation->other != 0;
		unread->outdated = !unread->account &&
				   account_find(account->core, conversation->name->shown, false);
		unread->last = conversation->last;
	}
}

static bool
event_is_unread(const struct event *event, struct text nick)
{
	bool said = event->kind == EVENT_SAID || event->kind == EVENT_EMOTE ||
		    event->kind == EVENT_DIRECT;
	return said && !text_is(event->actor, nick);
}

static void
unread_keep(struct unread *unread, const struct event *event, size_t most)
{
	struct kept_event *first = unread->kept, *last = event_keep(event);
	LL_APPEND(unread->kept, last);
	if (unread->n_kept++ < most)
		return;
	LL_DELETE(unread->kept, first);
	free(first);
	unread->n_kept--;
}

/* Of a conversation: what no session was told, and all that is unread to one that cannot ask for it. */
static bool
direct_is_news(const struct arrival *arrival, const struct unread *unread, uint64_t id)
{
	const struct account *account = arrival->account;
	return id > account->told ||
	       (arrival->session->reads_all &&
		       id > account_marker(account, unread->name->casefolded));
}

static void
unread_add(const struct arrival *arrival, struct unread *unread, const struct event *event)
{
	const struct account *account = arrival->account;
	struct text nick = account->named.name->shown;
	if (!event_is_unread(event, nick))
		return;
	if (unread->direct && direct_is_news(arrival, unread, event->id))
		unread_keep(unread, event, UNREAD_MAX);
	if (event->id <= unread->read)
		return;
	if (unread->n++ == 0)
		unread->since = event->time;
	unread->mentions += text_mention(event->body, nick).ptr != NULL;
	if (!unread->direct && arrival->session->catch_up > 0)
		unread_keep(unread, event, arrival->session->catch_up);
}

static void arrival_go_on(struct arrival *arrival);

static void
on_unread(void *ctx, const struct history_page *page)
{
	struct arrival *arrival = ctx;
	struct unread *unread = &arrival->unread[arrival->at];
	for (size_t i = 0; arrival->session && page && i < page->n; i++)
		unread_add(arrival, unread, &page->events[i]);
	unread->more = page && page->more;
	arrival->at++;
	arrival->found = true;
	if (!arrival->reading)
		arrival_go_on(arrival);
}

/* False: the answer comes later. */
static bool
arrival_read(struct arrival *arrival)
{
	struct history *history = arrival->account->core->host.history;
	const struct unread *unread = &arrival->unread[arrival->at];
	struct history_range range = {.after = unread->read, .limit = UNREAD_MAX};
	if (unread->direct && arrival->account->told < range.after)
		range.after = arrival->account->told;
	arrival->found = false;
	arrival->reading = true;
	history->read(history, unread->name, &range, on_unread, arrival);
	arrival->reading = false;
	return arrival->found;
}

/* Whether direct messages have come since the list was made. */
static bool
arrival_is_stale(const struct arrival *arrival)
{
	const struct account *account = arrival->account;
	const struct conversation *conversation;
	uint64_t last = account->told, read = account->told;
	for (conversation = account->conversations; conversation;
		conversation = conversation->hh.next)
		last = conversation->last > last ? conversation->last : last;
	for (size_t i = 0; i < arrival->n; i++)
		read = arrival->unread[i].last > read ? arrival->unread[i].last : read;
	return last > read;
}

static void
arrival_publish(struct arrival *arrival)
{
	struct session *session = arrival->session;
	struct core *core = session->core;
	unsigned char digest[SECRET_DIGEST_BYTES];
	struct entry entry = {.kind = ENTRY_ARRIVE,
		.account = arrival->account,
		.protocol = text_of(session->protocol)};
	const struct request request = {
		.ref = text_of(arrival->ref), .about = text_of(arrival->about)};
	if (arrival->stays) {
		stay_secret_make(core, arrival->secret);
		core->host.digest(digest, arrival->secret, STAY_DIGITS);
		entry.digest = (struct text){(const char *)digest, sizeof digest};
	}
	entry.user = session->user ? session->user : user_new(core, NULL);
	if (session->user)
		user_hold(session->user);
	entry.room = arrival->room ? room_get(core, text_of(arrival->room)) : NULL;
	entry.into = room_get(core, text_of(session->default_room));
	arrival->published = true;
	room_hold(entry.room);
	room_hold(entry.into);
	session_publish(session, &request, &entry);
	room_drop(entry.room);
	room_drop(entry.into);
	user_release(entry.user);
}

static void
arrival_go_on(struct arrival *arrival)
{
	if (!arrival->session) {
		arrival_free(arrival);
		return;
	}
	if (arrival->account->removed) {
		arrival_refuse(arrival, REASON_PASSWORD_WRONG);
		return;
	}
	do {
		if (arrival->at == arrival->n && arrival_is_stale(arrival))
			arrival_clear(arrival);
		if (arrival->n == 0)
			arrival_list(arrival);
		while (arrival->at < arrival->n)
			if (!arrival_read(arrival))
				return;
	} while (arrival_is_stale(arrival));
	arrival_publish(arrival);
}

static void
on_password(void *ctx, bool right, const char *hash)
{
	struct arrival *arrival = ctx;
	(void)hash;
	if (!arrival->session || (right && arrival->account))
		arrival_go_on(arrival);
	else
		arrival_refuse(arrival, REASON_PASSWORD_WRONG);
}

enum reason
session_arrive(struct session *session, const struct request *request, struct account *account,
	struct text password, bool stay)
{
	const struct core_host *host = &session->core->host;
	struct arrival *arrival = arrival_new(session, request, account);
	arrival->stays = stay;
	const struct password_request wanted = {.password = password,
		.hash = account ? account->password : NULL,
		.done = on_password,
		.ctx = arrival};
	if (host->check_password(host->ctx, session, &wanted))
		return REASON_OK;
	arrival_refuse(arrival, REASON_BUSY);
	return REASON_BUSY;
}

enum reason
session_arrive_by_stay(struct session *session, const struct request *request, struct stay *stay)
{
	struct arrival *arrival = arrival_new(session, request, stay->account);
	arrival->stay = stay->number;
	arrival_go_on(arrival);
	return REASON_OK;
}

unsigned
arrival_stay(const struct session *session)
{
	return session->arrival ? session->arrival->stay : 0;
}

static struct unread_item
unread_item(const struct unread *unread)
{
	return (struct unread_item){.name = unread->name->shown,
		.direct = unread->direct,
		.account = unread->account,
		.more = unread->more,
		.read = unread->read,
		.last = unread->last,
		.unread = unread->n,
		.mentions = unread->mentions};
}

void
arrival_welcome(struct session *session, struct event *event)
{
	const struct arrival *arrival = session->arrival;
	event->account = session->user->account != NULL;
	if (!arrival)
		return;
	struct unread_item *items = xcalloc((arrival->n + 1) * sizeof *items);
	for (size_t i = 0; i < arrival->n; i++)
		if (!arrival->unread[i].outdated)
			items[event->n_unread++] = unread_item(&arrival->unread[i]);
	event->unread = items;
	event->stay = arrival->stays ? arrival->secret : NULL;
}

void
arrival_welcome_done(struct event *event)
{
	free((struct unread_item *)(uintptr_t)event->unread);
	event->unread = NULL;
}

static void
tell_past(struct session *session, const struct event *kept, struct room *room)
{
	const struct core_host *host = &session->core->host;
	struct event event = *kept;
	event.past = true;
	event.told = host->wall_ms(host->ctx);
	if (room) {
		event.in_room = room;
		event.room = room_name(room);
	}
	session_tell(session, &event);
}

/* How many are new in a room, and the last of them. */
static void
tell_unread(struct session *session, const struct unread *unread)
{
	struct room *room = room_find(session->core, unread->name->shown);
	if (unread->direct || unread->n == 0 || session->catch_up == 0 || !room)
		return;
	struct event event = event_make(session->core, EVENT_MISSED, session);
	const struct kept_event *kept;
	event.in_room = room;
	event.room = room_name(room);
	event.total = unread->n;
	event.more = unread->more;
	event.since = unread->since;
	session_tell(session, &event);
	LL_FOREACH(unread->kept, kept)
	tell_past(session, &kept->event, room);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct event *const *x = a, *const *y = b;
	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* Those of all conversations, in order, but for what was told or read meanwhile. */
static void
tell_directs(struct session *session, const struct arrival *arrival)
{
	struct account *account = arrival->account;
	const struct kept_event *kept;
	size_t n = 0, all = 1;
	for (size_t i = 0; i < arrival->n; i++)
		all += arrival->unread[i].direct ? arrival->unread[i].n_kept : 0;
	const struct event **events = xcalloc(all * sizeof(const struct event *));
	for (size_t i = 0; i < arrival->n; i++)
		LL_FOREACH((arrival->unread[i].direct ? arrival->unread[i].kept : NULL), kept)
	if (direct_is_news(arrival, &arrival->unread[i], kept->event.id))
		events[n++] = &kept->event;
	qsort(events, n, sizeof *events, compare_ids);
	if (n > 0) {
		struct event event = event_make(session->core, EVENT_MISSED, session);
		event.total = n;
		session_tell(session, &event);
	}
	for (size_t i = 0; i < n; i++) {
		tell_past(session, events[i], NULL);
		account_note_told(account, events[i]->id);
	}
	account->told_moved |= n > 0;
	free(events);
}

void
arrival_done(struct session *session)
{
	const struct arrival *arrival = session->arrival;
	for (size_t i = 0; i < arrival->n; i++)
		tell_unread(session, &arrival->unread[i]);
	tell_directs(session, arrival);
	session_forget_arrival(session);
	core_note_said(session->core);
}
