/*
 * The commands that read the history. A session is suspended while its answer is read from the
 * file.
 */
#include <stdlib.h>

#include "core/account.h"

enum {
	TYPED_LIMIT = 20,   /* messages, if no number is typed */
	PAGE = 200,         /* most events in one answer, unless the settings say otherwise */
	PAGE_BYTES = 60000, /* of text, so that an answer fits a packet */
	REPLAY_OTHERS = 20, /* events that are read more than are told */
	EVENT_BYTES = 160,  /* of a packet, but for its text */
};

/* An answer that is under way. */
struct reading {
	struct session *session; /* NULL: has ended */
	struct room *room;       /* HISTORY: counted in its refs; or NULL */
	struct name *with;       /* HISTORY: the conversation; or NULL */
	struct history_range range;
	uint64_t around;   /* id in the middle; 0: there is none */
	bool halved, more; /* the half before that was read; there was more */
	bool replay;       /* what was said is told as it was then */
	enum event_kind kind;
	char *ref, *about; /* or NULL */
};

static void
reading_free(struct reading *reading)
{
	room_drop(reading->room);
	free(reading->with);
	free(reading->ref);
	free(reading->about);
	free(reading);
}

void
session_forget_reading(struct session *session)
{
	if (!session->reading)
		return;
	session->reading->session = NULL;
	session->reading = NULL;
	session_resume(session, PENDING_WORK);
}

/* Two for each byte, since JSON may escape it, as in \n. */
static size_t
event_bytes(const struct event *event)
{
	size_t text = event->actor.len + event->target.len + event->body.len + event->room.len;
	return EVENT_BYTES + 2 * text;
}

/* Drops the events farthest from `centre` that would not fit into a packet. */
static void
page_fit(struct history_page *page, size_t centre)
{
	size_t from = centre, to = centre, bytes = 0, before;
	do {
		before = to - from;
		if (to < page->n && bytes + event_bytes(&page->events[to]) <= PAGE_BYTES)
			bytes += event_bytes(&page->events[to++]);
		if (from > 0 && bytes + event_bytes(&page->events[from - 1]) <= PAGE_BYTES)
			bytes += event_bytes(&page->events[--from]);
	} while (to - from > before);
	page->more = page->more || to - from < page->n;
	page->events += from;
	page->n = to - from;
}

/* The event of the page that must not be dropped. */
static size_t
page_centre(const struct reading *reading, const struct history_page *page)
{
	size_t i = 0;
	if (reading->kind == EVENT_HISTORY && !reading->range.oldest)
		return page->n;
	while (i < page->n && page->events[i].id < reading->around)
		i++;
	return reading->around ? i : 0;
}

/* The room of this casefolded name, if the user is in it. */
static const struct room *
room_of_hit(const struct user *user, struct text casefolded)
{
	for (size_t i = 0; i < user->n_memberships; i++) {
		const struct room *room = user->memberships[i].room;
		if (text_is(room->named.name->casefolded, casefolded))
			return room;
	}
	return NULL;
}

/* Whether the user may still read the hit. */
static bool
hit_name_room(struct event *hit, const struct user *user)
{
	if (hit->kind == EVENT_DIRECT) {
		hit->room = TEXT_NONE;
		return user->account != NULL;
	}
	const struct room *room = room_of_hit(user, hit->room);
	if (room)
		hit->room = room_name(room);
	return room != NULL;
}

/* Removes hits in rooms that the user has left since the request. */
static struct event *
page_name_rooms(struct history_page *page, const struct user *user)
{
	struct event *events = xcalloc((page->n + 1) * sizeof *events);
	size_t n = 0;
	for (size_t i = 0; i < page->n; i++) {
		events[n] = page->events[i];
		n += hit_name_room(&events[n], user);
	}
	page->events = events;
	page->n = n;
	page->more = page->more && n > 0;
	return events;
}

static void
reading_tell(const struct reading *reading, const struct history_page *found)
{
	struct session *session = reading->session;
	struct history_page page = *found;
	struct event *hits = NULL;
	if (reading->kind == EVENT_SEARCH)
		hits = page_name_rooms(&page, session->user);
	page.more = page.more || reading->more;
	page_fit(&page, page_centre(reading, &page));
	struct event event = event_make(session->core, reading->kind, session);
	if (reading->room) {
		event.in_room = reading->room;
		event.room = room_name(reading->room);
	}
	if (reading->with)
		event.target = reading->with->shown;
	event.ref = text_of(reading->ref);
	event.page = &page;
	session_tell(session, &event);
	free(hits);
}

static bool
event_is_message(const struct event *event)
{
	return event->kind == EVENT_SAID || event->kind == EVENT_EMOTE;
}

static void
reading_replay(const struct reading *reading, const struct history_page *page)
{
	const struct core_host *host = &reading->session->core->host;
	int64_t now = host->wall_ms(host->ctx);
	size_t messages = 0, from = page->n;
	while (from > 0 && messages < reading->session->replay)
		messages += event_is_message(&page->events[--from]);
	for (size_t i = from; i < page->n; i++) {
		struct event event = page->events[i];
		if (!event_is_message(&event))
			continue;
		event.in_room = reading->room;
		event.room = room_name(reading->room);
		event.past = true;
		event.told = now;
		session_tell(reading->session, &event);
	}
}

static void
reading_refuse(const struct reading *reading, enum reason reason, struct text target)
{
	const struct request request = {
		.ref = text_of(reading->ref), .about = text_of(reading->about)};
	request_refuse(reading->session, reason, target, &request);
}

static void
reading_answer(const struct reading *reading, const struct history_page *page, bool left)
{
	if (left)
		reading_refuse(reading, REASON_NOT_IN_ROOM, room_name(reading->room));
	else if (page)
		reading_tell(reading, page);
	else
		reading_refuse(reading, REASON_UNREADABLE, TEXT_NONE);
}

static void reading_start(struct reading *reading);

static void
on_page(void *ctx, const struct history_page *page)
{
	struct reading *reading = ctx;
	struct session *session = reading->session;
	const struct room *room = reading->room;
	/* The user may have left the room meanwhile, by another session. */
	bool left = session && room && !room_membership(room, session->user);
	if (session && page && !left && reading->around && !reading->halved) {
		/* The older half is known now: from its first event on, both are one page. */
		uint64_t first = page->n > 0 ? page->events[0].id : reading->around;
		reading->halved = true;
		reading->more = page->more;
		reading->range.after = first - 1;
		reading->range.before = 0;
		reading->range.oldest = true;
		reading_start(reading);
		return;
	}
	if (session && !reading->replay)
		reading_answer(reading, page, left);
	else if (session && page && room && !left)
		reading_replay(reading, page);
	if (session) {
		session->reading = NULL;
		session_resume(session, PENDING_WORK);
	}
	reading_free(reading);
}

static void
reading_start(struct reading *reading)
{
	struct history *history = reading->session->core->host.history;
	struct history_range range = reading->range;
	if (reading->around && !reading->halved) {
		range.before = reading->around < UINT64_MAX ? reading->around + 1 : 0;
		range.limit = (range.limit + 1) / 2;
	}
	const struct name *of = reading->with ? reading->with : reading->room->named.name;
	history->read(history, of, &range, on_page, reading);
}

static struct reading *
reading_new(struct session *session, const struct request *request, enum event_kind kind)
{
	struct reading *reading = xcalloc(sizeof *reading);
	reading->session = session;
	reading->kind = kind;
	reading->ref = text_keep(request->ref);
	reading->about = text_keep(request->about);
	session->reading = reading;
	session_suspend(session, PENDING_WORK);
	return reading;
}

static enum reason
refuse_usage(struct session *session, const struct request *request)
{
	struct strbuf usage = {0};
	command_usage(&usage, request->command);
	enum reason reason = request_refuse(session, REASON_USAGE, strbuf_view(&usage), request);
	strbuf_clear(&usage);
	return reason;
}

static size_t
limit_clamp(const struct core *core, uint64_t limit)
{
	size_t most = core->settings.page ? core->settings.page : PAGE;
	return limit < 1 ? 1 : limit > most ? most : (size_t)limit;
}

/* Whose history is asked for: a room's, or that of a conversation of the user's account. */
static enum reason
request_history_of(struct session *session, const struct request *request, struct room **room,
	struct name **with)
{
	const struct account *account = session->user->account;
	struct text nick = request->arg[0];
	*room = NULL;
	*with = NULL;
	if (!session->core->host.history)
		return request_refuse(session, REASON_UNREADABLE, TEXT_NONE, request);
	if (!nick.ptr) {
		*room = request_room(session, request);
		return *room ? REASON_OK : REASON_NOT_IN_ROOM;
	}
	if (!account)
		return request_refuse(session, REASON_NOT_REGISTERED, TEXT_NONE, request);
	*with = account_conversation_name(account, nick);
	return *with ? REASON_OK : request_refuse(session, REASON_NICK_INVALID, nick, request);
}

/* with, limit, before, after, around, events */
enum reason
command_history(struct session *session, const struct request *request)
{
	struct history_range range = {.all = text_is(request->arg[5], text_of("all"))};
	uint64_t limit, around;
	struct room *room;
	struct name *with;
	if (!request_number(request->arg[1], TYPED_LIMIT, &limit) ||
		!request_number(request->arg[2], 0, &range.before) ||
		!request_number(request->arg[3], 0, &range.after) ||
		!request_number(request->arg[4], 0, &around))
		return refuse_usage(session, request);
	enum reason reason = request_history_of(session, request, &room, &with);
	if (reason != REASON_OK)
		return reason;
	range.limit = limit_clamp(session->core, limit);
	range.oldest = request->arg[3].ptr && !request->arg[2].ptr;
	struct reading *reading = reading_new(session, request, EVENT_HISTORY);
	reading->room = room;
	reading->with = with;
	room_hold(room);
	reading->range = range;
	reading->around = around;
	reading_start(reading);
	return REASON_OK;
}

void
session_replay(struct session *session, struct room *room, uint64_t before)
{
	if (session->replay == 0 || session->reading || !session->core->host.history)
		return;
	const struct request nothing = {.ref = TEXT_NONE};
	struct reading *reading = reading_new(session, &nothing, EVENT_HISTORY);
	reading->room = room;
	room_hold(room);
	reading->replay = true;
	/* Topics and new names may be among them. */
	reading->range = (struct history_range){
		.before = before, .limit = 2 * session->replay + REPLAY_OTHERS};
	reading_start(reading);
}

/* Where is searched: one room or conversation, or all of the user's. */
struct places {
	const struct name **names;
	size_t n;
	struct name *with; /* to be freed; or NULL */
};

static void
places_add_all(struct places *places, const struct user *user, const struct room *room)
{
	struct conversation *all = user->account ? user->account->conversations : NULL;
	size_t most = user->n_memberships + HASH_COUNT(all) + 1;
	struct conversation *conversation, *next;
	places->names = xcalloc(most * sizeof(const struct name *));
	for (size_t i = 0; i < user->n_memberships; i++)
		if (!room || user->memberships[i].room == room)
			places->names[places->n++] = user->memberships[i].room->named.name;
	if (!room)
		HASH_ITER(hh, all, conversation, next)
	places->names[places->n++] = conversation->name;
}

/* False: the request was refused. */
static bool
request_places(struct session *session, const struct request *request, struct places *places)
{
	struct text with = request->arg[4];
	*places = (struct places){.n = 0};
	const struct room *room = request->room.ptr ? request_room(session, request) : NULL;
	if (request->room.ptr && !room)
		return false;
	if (!with.ptr) {
		places_add_all(places, session->user, room);
		return true;
	}
	struct room *none;
	if (request_history_of(session,
		    &(struct request){.arg = {with}, .ref = request->ref, .about = request->about},
		    &none, &places->with) != REASON_OK)
		return false;
	places->names = xcalloc(sizeof(const struct name *));
	places->names[places->n++] = places->with;
	return true;
}

/* text, from, before, limit, with */
enum reason
command_search(struct session *session, const struct request *request)
{
	struct core *core = session->core;
	struct history *history = core->host.history;
	uint64_t limit;
	struct places places;
	struct history_search search = {.typed = request->arg[0], .from = request->arg[1]};
	if (!request_number(request->arg[2], 0, &search.before) ||
		!request_number(request->arg[3], TYPED_LIMIT, &limit))
		return refuse_usage(session, request);
	if (!history)
		return request_refuse(session, REASON_UNREADABLE, TEXT_NONE, request);
	if (!request_places(session, request, &places))
		return REASON_NOT_IN_ROOM;
	search.rooms = places.names;
	search.n_rooms = places.n;
	search.limit = limit_clamp(core, limit);
	history->search(history, &search, on_page, reading_new(session, request, EVENT_SEARCH));
	free(places.names);
	free(places.with);
	return REASON_OK;
}
