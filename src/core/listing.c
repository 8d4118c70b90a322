/* Long listings, sent in pages from a cursor that survives comings and goings. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <utlist.h>

#include "core/core_internal.h"

enum { PROTOCOLS_BYTES = 128 };

/* A page while it is being filled. */
struct page {
	struct item items[LISTING_PAGE];
	struct text *rooms;            /* of all WHO items, one after the other */
	char *protocols[LISTING_PAGE]; /* of users who may have several sessions */
	size_t n, n_rooms, n_protocols;
	uint64_t last;
	bool more;
};

/* The next item; NULL: the page is full. */
static struct item *
page_add(struct page *page, uint64_t number)
{
	page->more = page->n == LISTING_PAGE || page->n_rooms >= PAGE_ROOMS;
	if (page->more)
		return NULL;
	page->last = number;
	struct item *item = &page->items[page->n++];
	*item = (struct item){0};
	return item;
}

/* The index of the first member whose number is over `after`. */
static size_t
room_after(const struct room *room, uint64_t after)
{
	size_t low = 0, high = room->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (room->members[middle].since > after)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void
page_names(struct page *page, const struct listing *listing)
{
	const struct room *room = listing->room;
	assert(room);
	for (size_t i = room_after(room, listing->after); i < room->n; i++) {
		const struct member *member = &room->members[i];
		if (!member->user)
			continue;
		if (listing->most && page->n == listing->most)
			return;
		struct item *item = page_add(page, member->since);
		if (!item)
			return;
		item->name = user_nick(member->user);
		item->away = !user_is_here(member->user);
	}
}

static void
page_rooms(struct page *page, const struct core *core, uint64_t after)
{
	for (const struct room *room = core->first_room; room; room = room->next) {
		/* One without members is about to be entered, or is the default room. */
		if (room->made <= after || (room->users == 0 && room != core->default_room))
			continue;
		struct item *item = page_add(page, room->made);
		if (!item)
			return;
		item->name = room_name(room);
		item->detail = text_of(room->topic ? room->topic : "");
		item->users = room->users;
	}
}

static void
protocols_add(void *ctx, const char *protocol)
{
	char *protocols = ctx;
	size_t n = strlen(protocols);
	if (!strstr(protocols, protocol))
		snprintf(protocols + n, PROTOCOLS_BYTES - n, "%s%s", n ? ", " : "", protocol);
}

/* Of all its sessions, each once. */
static struct text
page_protocols(struct page *page, const struct user *user)
{
	const struct session *first = user->sessions;
	if (user->n_sessions < 2 && !user->attachments)
		return text_of(first ? first->protocol : "");
	char *protocols = page->protocols[page->n_protocols++] = xcalloc(PROTOCOLS_BYTES);
	for (const struct session *session = first; session; session = session->sibling)
		protocols_add(protocols, session->protocol);
	user_each_elsewhere(user, protocols_add, protocols);
	return text_of(protocols);
}

static void
page_who(struct page *page, const struct core *core, const struct listing *listing)
{
	const struct room *room = listing->room;
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	page->rooms = xcalloc((PAGE_ROOMS + USER_ROOMS) * sizeof *page->rooms);
	for (const struct user *user = core->users; user; user = user->next) {
		if (listing->until && user->arrived > listing->until)
			return;
		if (user->arrived <= listing->after || (room && !room_membership(room, user)))
			continue;
		struct item *item = page_add(page, user->arrived);
		if (!item)
			return;
		item->name = user_nick(user);
		item->detail = page_protocols(page, user);
		item->away = !user_is_here(user);
		item->account = user->account != NULL;
		item->idle = (now - user->active) / 1000;
		item->rooms = page->rooms + page->n_rooms;
		item->n_rooms = user->n_memberships;
		for (size_t i = 0; i < user->n_memberships; i++)
			page->rooms[page->n_rooms++] = room_name(user->memberships[i].room);
	}
}

/* Ends the first listing; the next one in the queue follows. */
static void
listing_drop(struct session *session)
{
	struct listing *listing = session->listing;
	session->listing = listing->next;
	room_drop(listing->room);
	free(listing->ref);
	free(listing);
	if (!session->listing)
		session_resume(session, PENDING_LISTING);
}

void
listing_next(struct session *session)
{
	struct listing *listing = session->listing;
	struct core *core = session->core;
	struct page page = {.n = 0};
	if (listing->kind == EVENT_NAMES)
		page_names(&page, listing);
	else if (listing->kind == EVENT_ROOMS)
		page_rooms(&page, core, listing->after);
	else
		page_who(&page, core, listing);
	struct event event = event_make(core, listing->kind, session);
	if (listing->room) {
		event.in_room = listing->room;
		event.room = room_name(listing->room);
	}
	event.ref = text_of(listing->ref);
	event.items = page.items;
	event.n_items = page.n;
	event.total = listing->room ? listing->room->users : core->n_rooms;
	event.first = listing->first;
	event.more = page.more;
	event.snapshot = listing->snapshot;
	event.gap = listing->gap;
	session_tell(session, &event);
	free(page.rooms);
	while (page.n_protocols > 0)
		free(page.protocols[--page.n_protocols]);
	listing->first = false;
	listing->after = page.last;
	listing->most -= listing->most ? page.n : 0;
	if (!page.more)
		listing_drop(session);
}

void
listing_start(struct session *session, const struct listing *wanted, struct text ref)
{
	struct listing *listing = xcalloc(sizeof *listing);
	*listing = *wanted;
	listing->first = true;
	listing->ref = ref.ptr ? xstrndup(ref.ptr, ref.len) : NULL;
	room_hold(listing->room);
	bool waits = session->listing != NULL;
	LL_APPEND(session->listing, listing);
	session_suspend(session, PENDING_LISTING);
	if (!waits)
		listing_next(session);
}

void
session_drop_listings(struct session *session)
{
	while (session->listing)
		listing_drop(session);
}
