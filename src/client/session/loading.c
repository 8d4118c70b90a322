/* Requests pages, one at a time for each room. */
#include "client/session/loading.h"

#include "client/session/clock.h"
#include "client/session/pending.h"

enum {
	FIRST_LINES = 50, /* when a room is opened */
	PAGE_LINES = 200,
	/* A user who follows the newest lines is not shown more than about that many missed ones. */
	MISSED_LINES = 1000,
	NEAR_LINES = 200, /* from the end of the lines: those after it are soon wanted */
};

static void
loading_request(struct session *session, struct room *room, bool newer, size_t limit)
{
	if (!session->protocol->request_past || session->state != SESSION_ONLINE)
		return;
	room->past.request = ++session->last_page;
	room->past.newer = newer;
	room->past.from = newer ? past_after(room) : past_before(room);
	struct past_request request = {
		.room = text_of(room->name),
		.direct = room->direct,
		.newer = newer,
		.id = room->past.from,
		.limit = limit,
		.number = room->past.request,
	};
	session->protocol->request_past(session, &request);
	session->model->changed = true;
}

void
loading_fill(struct session *session, struct text name)
{
	struct room *room = model_room(session->model, name);
	if (!room || !session->protocol->request_past)
		return;
	room->past.known = true;
	/* Without lines, there is nothing between which something could be missing. */
	if (past_after(room) == 0)
		return;
	past_return(room, 0);
	loading_request(session, room, true, PAGE_LINES);
}

void
loading_return(struct session *session, struct room *room)
{
	if (!room->past.away_from || !session->protocol->request_past)
		return;
	past_return(room, UINT64_MAX);
	loading_request(session, room, true, PAGE_LINES);
	room->past.known = true;
}

void
loading_enter(struct session *session, struct text name, uint64_t id)
{
	struct room *room = model_room(session->model, name);
	if (!room || !id || !session->protocol->request_past)
		return;
	if (room->past.away_from) {
		past_return(room, id);
		loading_request(session, room, true, PAGE_LINES);
	} else if (session->interactive && !room->past.known) {
		loading_request(session, room, false, FIRST_LINES);
	}
	room->past.known = true;
}

void
loading_older(struct session *session, struct room *room)
{
	if (!room->past.request && past_has_older(room))
		loading_request(session, room, false, PAGE_LINES);
}

void
loading_newer(struct session *session, struct room *room)
{
	if (!room->past.request && past_has_newer(room))
		loading_request(session, room, true, PAGE_LINES);
}

struct room *
loading_room(const struct session *session, unsigned long number)
{
	const struct model *model = session->model;
	for (size_t i = 0; i < model->n_rooms; i++)
		if (number > 0 && model->rooms[i]->past.request == number)
			return model->rooms[i];
	return NULL;
}

/* What was missed is loaded until all is there, or the lines are full. */
static bool
loading_goes_on(const struct room *room)
{
	const struct scrollback *scroll = &room->scroll;
	if (!past_has_newer(room) || !room->past.away_from)
		return false;
	return scroll->n < SCROLLBACK_LINES || !scroll->bottom ||
	       scroll->bottom + NEAR_LINES > scroll->last;
}

/* Whether so much was missed that a user who follows the newest lines is not to wait for it. */
static bool
loading_is_too_much(const struct session *session, const struct room *room)
{
	return session->interactive && room->past.away_from && past_has_newer(room) &&
	       room->scroll.bottom == 0 && past_after(room) > 0 &&
	       room->past.loaded >= MISSED_LINES;
}

/* Of direct messages, resume.h decides. */
static void
loading_settle(struct session *session, const struct room *room, bool known)
{
	if (!room->direct)
		pending_settle(session, text_of(room->name), known);
}

static void
loading_add_newer(struct session *session, struct room *room, const struct page *page)
{
	bool away = room->past.away_from != 0;
	room->past.loaded += page->n;
	past_add_newer(session->model, room, page);
	if (!past_has_newer(room)) {
		loading_settle(session, room, true);
	} else if (loading_is_too_much(session, room)) {
		past_to_end(room);
		loading_request(session, room, false, FIRST_LINES);
		loading_settle(session, room, false);
	} else if (loading_goes_on(room)) {
		loading_request(session, room, true, PAGE_LINES);
	} else if (away) {
		past_end_absence(room);
		loading_settle(session, room, false);
	}
}

/* Lines that arrive meanwhile may push out those that the page would follow. */
static bool
loading_fits(const struct room *room)
{
	const struct past *past = &room->past;
	return past->from == 0 ||
	       past->from == (past->newer ? past_after(room) : past_before(room));
}

void
loading_answered(struct session *session, struct room *room, const struct page *page)
{
	room->past.request = 0;
	room->past.failed = false;
	/* Nothing was ever kept of it: it does not begin here either. */
	bool empty = room->direct && page->n == 0 && past_before(room) == 0 && !page->more;
	if (empty)
		room->past.known = false;
	if (!loading_fits(room) || empty)
		session->model->changed = true;
	else if (room->past.newer)
		loading_add_newer(session, room, page);
	else
		past_add_older(session->model, room, page);
}

void
loading_failed(struct session *session, struct room *room, struct text sentence)
{
	bool newer = room->past.newer;
	room->past.request = 0;
	room->past.failed = true;
	room->past.known = sentence.len > 0 && !room->direct;
	if (newer) {
		past_give_up(session->model, room);
		loading_settle(session, room, false);
	}
	/* Between guests nothing is kept. */
	if (sentence.len > 0 && !room->direct)
		model_add_notice(
			session->model, LINE_REFUSED, text_of(room->name), sentence, wall_ms());
}
