/* Long answers, told in pieces from a cursor that survives comings and goings. */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/core_internal.h"

/* A piece of an answer as it is put together. */
struct page {
	struct entry entries[LISTING_PAGE];
	struct text *rooms; /* of all WHO entries, one after the other */
	size_t n, n_rooms;
	uint64_t last;
	bool more;
};

/* Whether there is room for another; if not, the answer goes on later. */
static struct entry *
page_entry(struct page *page, uint64_t number)
{
	page->more = page->n == LISTING_PAGE || page->n_rooms >= PAGE_ROOMS;
	if (page->more)
		return NULL;
	page->last = number;
	struct entry *entry = &page->entries[page->n++];
	*entry = (struct entry){0};
	return entry;
}

/* The first place whose number is over `after`. */
static size_t
room_after(const struct room *room, uint64_t after)
{
	size_t low = 0, high = room->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (room->arrived[middle] > after)
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
		if (!room->sessions[i])
			continue;
		if (listing->most && page->n == listing->most)
			return;
		struct entry *entry = page_entry(page, room->arrived[i]);
		if (!entry)
			return;
		entry->name = user_nick(room->sessions[i]->user);
	}
}

static void
page_rooms(struct page *page, const struct core *core, uint64_t after)
{
	for (const struct room *room = core->first_room; room; room = room->next) {
		if (room->made <= after)
			continue;
		struct entry *entry = page_entry(page, room->made);
		if (!entry)
			return;
		entry->name = room_name(room);
		entry->detail = text_of(room->topic ? room->topic : "");
		entry->users = room->users;
	}
}

static void
page_who(struct page *page, const struct core *core, uint64_t after)
{
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	page->rooms = xcalloc((PAGE_ROOMS + USER_ROOMS) * sizeof *page->rooms);
	for (const struct user *user = core->users; user; user = user->next) {
		if (user->arrived <= after)
			continue;
		struct entry *entry = page_entry(page, user->arrived);
		if (!entry)
			return;
		entry->name = user_nick(user);
		entry->detail = text_of(user->session->protocol);
		entry->idle = (now - user->active) / 1000;
		entry->rooms = page->rooms + page->n_rooms;
		entry->n_rooms = user->n_memberships;
		for (size_t i = 0; i < user->n_memberships; i++)
			page->rooms[page->n_rooms++] = room_name(user->memberships[i].room);
	}
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
		page_who(&page, core, listing->after);
	struct event event = event_make(core, listing->kind, session);
	if (listing->room) {
		event.in_room = listing->room;
		event.room = room_name(listing->room);
	}
	if (listing->ref)
		event.ref = (struct text){listing->ref->bytes, listing->ref->len};
	event.entries = page.entries;
	event.n_entries = page.n;
	event.total = listing->room ? listing->room->users : core->n_rooms;
	event.first = listing->first;
	event.more = page.more;
	event.snapshot = listing->snapshot;
	session_tell(session, &event);
	free(page.rooms);
	listing->first = false;
	listing->after = page.last;
	listing->most -= listing->most ? page.n : 0;
	if (!page.more)
		listing_drop(session);
}

void
listing_start(struct session *session, const struct listing *wanted, struct text ref)
{
	listing_drop(session);
	struct listing *listing = xcalloc(sizeof *listing);
	*listing = *wanted;
	listing->first = true;
	listing->ref = ref.ptr ? buffer_make(ref) : NULL;
	if (listing->room)
		listing->room->refs++;
	session->listing = listing;
	listing_next(session);
}

void
listing_drop(struct session *session)
{
	struct listing *listing = session->listing;
	if (!listing)
		return;
	session->listing = NULL;
	if (listing->room) {
		listing->room->refs--;
		room_release(listing->room);
	}
	if (listing->ref)
		buffer_drop(listing->ref);
	free(listing);
}

void
session_drop_listing(struct session *session)
{
	listing_drop(session);
}
