/*
 * The lines of a room and its history: a simulated server, whose events reach the client live, in
 * pages or after a lost connection, in any order that can happen.
 */
#include "unit.h"

#include <stdlib.h>

#include "client/model/event_line.h"
#include "client/session/loading.h"

enum { EVENTS = 20000, PAGE = 200 };

/* The server's log of the room main: the ids of its messages. */
static struct {
	uint64_t ids[EVENTS];
	size_t n;
	uint64_t last;
	bool connected, asked, newer;
	uint64_t id;
	size_t limit;
	unsigned long number;
} server;

static void
request_past(struct session *session, const struct past_request *request)
{
	(void)session;
	assert_text(request->room, BYTES("main"));
	assert_true(server.connected);
	server.asked = true;
	server.newer = request->newer;
	server.id = request->id;
	server.limit = request->limit;
	server.number = request->number;
}

static const struct protocol protocol = {.name = "fake", .request_past = request_past};

static struct session
online(void)
{
	struct session session = {
		.state = SESSION_ONLINE,
		.model = model_open(text_of("ann")),
		.protocol = &protocol,
		.interactive = true,
	};
	server.n = 0;
	server.last = 0;
	server.connected = true;
	server.asked = false;
	return session;
}

static struct room *
main_room(const struct session *session)
{
	return model_room(session->model, text_of("main"));
}

static struct text
words(uint64_t id, char words[static 32])
{
	snprintf(words, 32, "message %d", (int)id);
	return text_of(words);
}

static void
deliver(const struct session *session, uint64_t id, bool past)
{
	struct model *model = session->model;
	char buf[32];
	model->event_id = id;
	model->past = past;
	model_add_message(model, LINE_MESSAGE, text_of("main"), text_of("bob"), words(id, buf),
		(int64_t)id * 3600000);
	model->event_id = 0;
	model->past = false;
}

static void
server_says(const struct session *session)
{
	if (server.n == EVENTS)
		return;
	server.last += 1 + (uint64_t)(rand() % 3);
	server.ids[server.n++] = server.last;
	if (server.connected)
		deliver(session, server.last, false);
}

static void
enter(struct session *session)
{
	session->model->event_id = ++server.last;
	model_entered(session->model, text_of("main"), text_of("ann"), 1, true);
	loading_enter(session, text_of("main"), server.last);
	session->model->event_id = 0;
}

static void
server_answers(struct session *session)
{
	struct page page = {.more = false};
	struct room *room = loading_room(session, server.number);
	size_t from = 0, to = server.n;
	if (!server.asked)
		return;
	server.asked = false;
	while (server.newer && from < server.n && server.ids[from] <= server.id)
		from++;
	while (!server.newer && server.id > 0 && to > 0 && server.ids[to - 1] >= server.id)
		to--;
	if (to - from > server.limit) {
		page.more = true;
		if (server.newer)
			to = from + server.limit;
		else
			from = to - server.limit;
	}
	for (size_t i = from; i < to && room; i++) {
		char buf[32];
		struct line *line =
			event_line_message(session->model, room, LINE_MESSAGE, text_of("bob"),
				words(server.ids[i], buf), (int64_t)server.ids[i] * 3600000);
		line->id = server.ids[i];
		line->past = true;
		page_add(&page, line);
	}
	if (room)
		loading_answered(session, room, &page);
	page_clear(&page);
}

static void
lose(struct session *session)
{
	server.connected = server.asked = false;
	session->state = SESSION_OFFLINE;
	past_lose(session->model);
}

/* What the client has missed, if the server has it in memory. */
static void
resume(struct session *session, uint64_t after)
{
	struct room *room = main_room(session);
	size_t missed = 0;
	server.connected = true;
	session->state = SESSION_ONLINE;
	while (missed < server.n && server.ids[server.n - missed - 1] > after)
		missed++;
	bool gap = missed > PAGE;
	if (gap)
		loading_fill(session, text_of("main"));
	for (size_t i = server.n - (gap ? PAGE : missed); i < server.n; i++)
		deliver(session, server.ids[i], true);
	if (!gap && past_has_newer(room))
		loading_newer(session, room);
	else if (!gap)
		past_end_absence(room);
}

/* The lines are a part of the server's log without gaps, each once and in order, and not too many. */
static void
is_window(const struct session *session)
{
	const struct scrollback *scroll = &main_room(session)->scroll;
	size_t i = 0;
	bool begun = false;
	assert_true(scroll->n <= SCROLLBACK_LINES);
	assert_true(scroll->bottom == 0 || scrollback_line(scroll, scroll->bottom));
	for (uint64_t n = scrollback_first(scroll); n <= scroll->last; n++) {
		const struct line *line = scrollback_line(scroll, n);
		if (line->kind != LINE_MESSAGE)
			continue;
		while (!begun && i < server.n && server.ids[i] != line->id)
			i++;
		begun = true;
		assert_true(i < server.n);
		assert_int_equal(line->id, server.ids[i++]);
	}
}

static void
user_scrolls(struct session *session)
{
	struct room *room = main_room(session);
	struct scrollback *scroll = &room->scroll;
	switch (rand() % 4) {
	case 0:
		scroll->bottom = scrollback_first(scroll) + (uint64_t)(rand() % 50);
		scroll->bottom = scroll->bottom > scroll->last ? scroll->last : scroll->bottom;
		if (server.connected)
			loading_older(session, room);
		break;
	case 1:
		scroll->bottom = scroll->last;
		if (server.connected)
			loading_newer(session, room);
		break;
	case 2:
		if (server.connected && !room->past.away_from && past_to_end(room))
			loading_older(session, room);
		break;
	case 3:
		break;
	}
}

static void
step(struct session *session, uint64_t *known)
{
	int what = rand() % 100;
	if (what < 40)
		for (int i = rand() % 40; i >= 0; i--)
			server_says(session);
	else if (what < 65)
		server_answers(session);
	else if (what < 95)
		user_scrolls(session);
	else if (server.connected)
		lose(session);
	else if (rand() % 2)
		resume(session, *known);
	else {
		server.connected = true;
		session->state = SESSION_ONLINE;
		enter(session);
	}
	if (server.connected)
		*known = server.last;
}

/* The user scrolls to the beginning of all, and back to the end. */
static void
reads_everything(struct session *session)
{
	struct room *room = main_room(session);
	struct scrollback *scroll = &room->scroll;
	size_t pages = 0;
	while (past_has_older(room) && pages++ < EVENTS) {
		scroll->bottom = scrollback_first(scroll);
		loading_older(session, room);
		server_answers(session);
		is_window(session);
	}
	assert_int_equal(scrollback_line(scroll, scrollback_first(scroll))->kind, LINE_BEGIN);
	while (past_has_newer(room) && pages++ < EVENTS) {
		scroll->bottom = scroll->last;
		loading_newer(session, room);
		server_answers(session);
		is_window(session);
	}
	assert_int_equal(scrollback_last_id(scroll), server.ids[server.n - 1]);
}

static void
any_order_of_pages_and_losses_leaves_no_gap(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 6; seed++) {
		struct session session = online();
		srand(seed);
		for (int i = rand() % 300; i >= 0; i--)
			server.ids[server.n++] = server.last += 2;
		enter(&session);
		uint64_t known = server.last;
		for (int i = 0; i < 1500; i++) {
			step(&session, &known);
			is_window(&session);
		}
		if (!server.connected)
			resume(&session, known);
		for (int i = 0; server.asked && i < EVENTS; i++)
			server_answers(&session);
		reads_everything(&session);
		model_close(session.model);
	}
}

static void
what_was_said_before_is_neither_unread_nor_rings(void **state)
{
	(void)state;
	struct session session = online();
	for (int i = 0; i < 60; i++)
		server.ids[server.n++] = ++server.last;
	enter(&session);
	model_entered(session.model, text_of("tea"), text_of("ann"), 1, true);
	session.model->bell = false;
	server_answers(&session);
	const struct room *room = main_room(&session);
	assert_int_equal(room->unread, 0);
	assert_false(session.model->bell);
	assert_int_equal(scrollback_first_id(&room->scroll), 11);
	assert_true(past_has_older(room));
	model_close(session.model);
}

/* The number of lines of a kind, and the line before the first of them. */
static size_t
count_kind(const struct room *room, enum line_kind kind, const struct line **before)
{
	const struct scrollback *scroll = &room->scroll;
	size_t count = 0;
	for (uint64_t n = scrollback_first(scroll); n <= scroll->last; n++) {
		if (scrollback_line(scroll, n)->kind != kind)
			continue;
		if (count++ == 0)
			*before = scrollback_line(scroll, n - 1);
	}
	return count;
}

static void
what_was_missed_is_behind_a_line(void **state)
{
	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		struct session session = online();
		const struct line *before = NULL;
		enter(&session);
		server_answers(&session);
		server_says(&session);
		uint64_t last = server.last;
		lose(&session);
		server_says(&session);
		server_says(&session);
		if (resumed) {
			resume(&session, last);
		} else {
			server.connected = true;
			session.state = SESSION_ONLINE;
			enter(&session);
			server_says(&session);
			server_answers(&session);
		}
		server_says(&session);
		const struct room *room = main_room(&session);
		assert_int_equal(count_kind(room, LINE_AWAY, &before), 1);
		assert_int_equal(before->id, last);
		assert_int_equal(count_kind(room, LINE_MESSAGE, &before), resumed ? 4 : 5);
		is_window(&session);
		model_close(session.model);
	}
}

static void
a_server_that_counts_anew_is_not_mixed_up(void **state)
{
	(void)state;
	struct session session = online();
	enter(&session);
	server_answers(&session);
	for (int i = 0; i < 30; i++)
		server_says(&session);
	const struct room *room = main_room(&session);
	lose(&session);
	server.n = 0;
	server.last = 1;
	server_says(&session);
	server.connected = true;
	session.state = SESSION_ONLINE;
	enter(&session);
	server_says(&session);
	server_answers(&session);
	server_says(&session);
	const struct line *before;
	assert_int_equal(count_kind(room, LINE_MESSAGE, &before), 33);
	assert_false(past_has_newer(room));
	assert_int_equal(scrollback_newest(&room->scroll)->id, server.last);
	model_close(session.model);
}

static void
a_history_that_cannot_be_read_holds_nothing_back(void **state)
{
	(void)state;
	struct session session = online();
	enter(&session);
	server_answers(&session);
	server_says(&session);
	lose(&session);
	server_says(&session);
	server.connected = true;
	session.state = SESSION_ONLINE;
	enter(&session);
	server_says(&session);
	struct room *room = main_room(&session);
	assert_true(past_has_newer(room));
	loading_failed(&session, room, text_of("The history cannot be read."));
	assert_false(past_has_newer(room));
	assert_string_equal(
		scrollback_newest(&room->scroll)->text, "*** The history cannot be read.");
	server_says(&session);
	assert_int_equal(scrollback_newest(&room->scroll)->id, server.last);
	model_close(session.model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_pages_and_losses_leaves_no_gap),
		cmocka_unit_test(what_was_said_before_is_neither_unread_nor_rings),
		cmocka_unit_test(what_was_missed_is_behind_a_line),
		cmocka_unit_test(a_server_that_counts_anew_is_not_mixed_up),
		cmocka_unit_test(a_history_that_cannot_be_read_holds_nothing_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
