/*
 * Who is in a room, in order of arrival, and the sessions that hear it. Knows nothing
 * of what is said.
 */
#include <assert.h>

#include "core/core_internal.h"

enum { ROOM_FIRST = 4 };

struct membership *
room_membership(const struct room *room, const struct user *user)
{
	for (size_t i = 0; i < user->n_memberships; i++)
		if (user->memberships[i].room == room)
			return &user->memberships[i];
	return NULL;
}

/* Closes the gaps left by former members: amortized constant cost, since half were gaps. */
static void
room_compact(struct room *room)
{
	size_t to = 0;
	for (size_t from = 0; from < room->n; from++) {
		struct user *user = room->members[from].user;
		if (!user)
			continue;
		struct membership *membership = room_membership(room, user);
		assert(membership);
		membership->index = to;
		room->members[to++] = room->members[from];
	}
	room->n = to;
}

void
room_add_audience(struct room *room, struct session *session)
{
	if (room->n_audience == room->audience_cap) {
		room->audience_cap = room->audience_cap ? room->audience_cap * 2 : ROOM_FIRST;
		room->audience =
			xrealloc(room->audience, room->audience_cap * sizeof(struct session *));
	}
	room->audience[room->n_audience++] = session;
}

/*
 * The order of the array does not matter. Searching it is cheaper than an index in each
 * session.
 */
void
room_remove_audience(struct room *room, const struct session *session)
{
	size_t i = 0;
	while (room->audience[i] != session)
		i++;
	room->audience[i] = room->audience[--room->n_audience];
}

void
room_add_member(struct room *room, struct user *user)
{
	if (room->n == room->cap) {
		room->cap = room->cap ? room->cap * 2 : ROOM_FIRST;
		room->members = xrealloc(room->members, room->cap * sizeof *room->members);
	}
	user->memberships =
		xrealloc(user->memberships, (user->n_memberships + 1) * sizeof *user->memberships);
	user->memberships[user->n_memberships++] = (struct membership){room, room->n};
	room->members[room->n++] = (struct member){user, ++room->arrivals};
	room->users++;
	for (struct session *session = user->sessions; session; session = session->sibling)
		room_add_audience(room, session);
}

void
room_remove_member(struct room *room, struct user *user)
{
	struct membership *membership = room_membership(room, user);
	assert(membership);
	for (struct session *session = user->sessions; session; session = session->sibling)
		room_remove_audience(room, session);
	room->members[membership->index].user = NULL;
	room->users--;
	size_t behind = --user->n_memberships - (size_t)(membership - user->memberships);
	memmove(membership, membership + 1, behind * sizeof *membership);
	if (room->n > 2 * room->users + ROOM_FIRST)
		room_compact(room);
}

void
event_add_members(struct event *event, const struct room *room, const struct user *except,
	struct item others[SHOWN_MEMBERS])
{
	event->items = others;
	event->total = room->users;
	for (size_t i = 0; i < room->n && event->n_items < SHOWN_MEMBERS; i++) {
		const struct user *user = room->members[i].user;
		if (user && user != except)
			others[event->n_items++] = (struct item){.name = user_nick(user)};
	}
}
