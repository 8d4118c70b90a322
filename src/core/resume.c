/*
 * Resuming a session over another connection: the user continues in the same rooms and receives
 * the missed events.
 */
#include <stdlib.h>

#include "core/core_internal.h"

int64_t
core_end_lingering(struct core *core, bool all)
{
	struct user *user;
	if (!core->lingering)
		return -1;
	int64_t now = core->host.monotonic_ms(core->host.ctx);
	while ((user = core->lingering) && (all || user->linger_until <= now)) {
		user_hold(user);
		user_stop_lingering(user);
		user_drop_resumes(user);
		core_publish(core, &(struct entry){.kind = ENTRY_LOGOUT, .user = user});
		user_release(user);
	}
	return user ? user->linger_until - now : -1;
}

/* The missed events of all rooms. Borrows the history's text. */
struct missed {
	struct event *events;
	size_t n, cap;
	struct room *room; /* that is being read */
};

static void
missed_add(void *ctx, const struct event *event)
{
	struct missed *missed = ctx;
	if (missed->n == missed->cap) {
		missed->cap = missed->cap ? missed->cap * 2 : 64;
		missed->events = xrealloc(missed->events, missed->cap * sizeof *missed->events);
	}
	struct event *copy = &missed->events[missed->n++];
	*copy = *event;
	copy->past = true;
	if (event->kind == EVENT_RENAMED || event->kind == EVENT_DIRECT)
		return;
	copy->in_room = missed->room;
	copy->room = room_name(missed->room);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* A change of nick is in the history of several rooms, but is delivered once. */
static void
missed_tell(struct missed *missed, struct session *session)
{
	uint64_t last = 0;
	if (missed->n > 0)
		qsort(missed->events, missed->n, sizeof *missed->events, compare_ids);
	for (size_t i = 0; i < missed->n; i++) {
		if (missed->events[i].id != last)
			session_tell(session, &missed->events[i]);
		last = missed->events[i].id;
	}
	free(missed->events);
}

static void
session_catch_up(struct session *session, uint64_t after)
{
	struct history *history = session->core->host.history;
	const struct user *user = session->user;
	struct missed missed = {.n = 0};
	for (size_t i = 0; i < user->n_memberships; i++) {
		struct room *room = user->memberships[i].room;
		missed.room = room;
		bool all = history &&
			   history->recent(history, room->named.name, after, missed_add, &missed);
		session_show_room(session, room, TEXT_NONE, !all);
	}
	user_each_direct(user, after, missed_add, &missed);
	missed_tell(&missed, session);
}

/* The old connection may be dead without having been noticed. */
static void
session_replace(struct session *old)
{
	const struct core_host *host = &old->core->host;
	request_refuse(
		old, REASON_RESUMED_ELSEWHERE, TEXT_NONE, &(struct request){.ref = TEXT_NONE});
	old->ended = true;
	session_forget_pending(old);
	session_forget_awaited(old);
	user_remove_session(old->user, old);
	host->close(host->ctx, old, REASON_RESUMED_ELSEWHERE);
}

/* resume, after */
enum reason
command_resume(struct session *session, const struct request *request)
{
	if (session->user)
		return request_refuse(session, REASON_HELLO_AGAIN, TEXT_NONE, request);
	struct resumed who;
	if (!resume_take(session, request->arg[0], &who))
		return request_refuse(session, REASON_RESUME_FAILED, TEXT_NONE, request);
	struct user *user = who.user;
	struct session *old = who.session;
	struct room *current = who.current;
	uint64_t after;
	request_number(request->arg[1], 0, &after);
	if (old)
		session_replace(old);
	user_add_session(user, session);
	if (!current || !room_membership(current, user))
		current = user->memberships[0].room;
	session->current = current;
	session->stay = who.stay;
	session_welcome(session, current, request->ref, true);
	session_catch_up(session, after);
	return REASON_OK;
}
