/* Long answers, told in pieces from a cursor that survives comings and goings. */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/house.h"

/* A piece of an answer as it is put together. */
struct page {
	struct entry entries[ANSWER_PAGE];
	struct text *rooms; /* of all WHO entries, one after the other */
	size_t n, n_rooms;
	uint64_t last;
	bool more;
};

/* Whether there is room for another; if not, the answer goes on later. */
static struct entry *
page_entry(struct page *page, uint64_t number)
{
	page->more = page->n == ANSWER_PAGE || page->n_rooms >= PAGE_ROOMS;
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
page_names(struct page *page, const struct answer *answer)
{
	const struct room *room = answer->room;
	assert(room);
	for (size_t i = room_after(room, answer->after); i < room->n; i++) {
		if (!room->sessions[i])
			continue;
		if (answer->most && page->n == answer->most)
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
	int64_t now = core->outside.ticks(core->outside.ctx);
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
		entry->n_rooms = user->n_seats;
		for (size_t i = 0; i < user->n_seats; i++)
			page->rooms[page->n_rooms++] = room_name(user->seats[i].room);
	}
}

void
session_continue(struct session *session)
{
	struct answer *answer = session->answer;
	struct core *core = session->core;
	struct page page = {.n = 0};
	if (answer->kind == EVENT_NAMES)
		page_names(&page, answer);
	else if (answer->kind == EVENT_ROOMS)
		page_rooms(&page, core, answer->after);
	else
		page_who(&page, core, answer->after);
	struct event event = event_make(core, answer->kind, session);
	if (answer->room) {
		event.place = answer->room;
		event.room = room_name(answer->room);
	}
	if (answer->ref)
		event.ref = (struct text){answer->ref->bytes, answer->ref->len};
	event.entries = page.entries;
	event.n_entries = page.n;
	event.total = answer->room ? answer->room->users : core->n_rooms;
	event.first = answer->first;
	event.more = page.more;
	event.unasked = answer->unasked;
	session_tell(session, &event);
	free(page.rooms);
	answer->first = false;
	answer->after = page.last;
	answer->most -= answer->most ? page.n : 0;
	if (!page.more)
		answer_drop(session);
}

void
session_answer(struct session *session, const struct answer *wanted, struct text ref)
{
	answer_drop(session);
	struct answer *answer = xcalloc(sizeof *answer);
	*answer = *wanted;
	answer->first = true;
	answer->ref = ref.ptr ? buffer_make(ref) : NULL;
	if (answer->room)
		answer->room->readers++;
	session->answer = answer;
	session_continue(session);
}

void
answer_drop(struct session *session)
{
	struct answer *answer = session->answer;
	if (!answer)
		return;
	session->answer = NULL;
	if (answer->room) {
		answer->room->readers--;
		room_release(answer->room);
	}
	if (answer->ref)
		buffer_drop(answer->ref);
	free(answer);
}
