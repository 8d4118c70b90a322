/*
 * A core without a gateway: guests who type lines, the events that each was sent, one per
 * line, and a clock that the test sets.
 */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "teahouse/core.h"

enum { GUESTS_MAX = 2100 };

struct guest {
	struct session session; /* first: a session is cast to its guest */
	struct strbuf told;     /* since the last check */
	bool gone;
	int resumed;
	uint64_t last_id;
	enum reason why;
	char secret[33]; /* of its welcome */
	char stay[65];   /* likewise, to log in with */
};

struct fixture {
	struct core *core;
	int64_t time;       /* ms */
	int64_t entry_time; /* that events must have if it is not the current time; or 0 */
	int stops;
	bool telling;
	struct history *history; /* or NULL */
	int secrets;             /* given */
	struct guest *guests[GUESTS_MAX];
	size_t n;
};

static inline void
guest_note(struct guest *guest, const char *before, struct text t)
{
	if (t.ptr)
		strbuf_printf(&guest->told, "%s%.*s", before, TEXT_ARGS(t));
}

static inline void
guest_note_entries(struct guest *guest, const struct event *event)
{
	bool list = event->kind == EVENT_NAMES || event->kind == EVENT_ROOMS ||
		    event->kind == EVENT_WHO;
	if (!list)
		return;
	if (!event->first)
		strbuf_puts(&guest->told, " ..");
	for (size_t i = 0; i < event->n_items; i++) {
		const struct item *item = &event->items[i];
		guest_note(guest, " ", item->name);
		if (event->kind == EVENT_ROOMS)
			strbuf_printf(&guest->told, "(%zu)", item->users);
		if (event->kind == EVENT_ROOMS && item->detail.len)
			guest_note(guest, "=", item->detail);
		if (event->kind != EVENT_WHO)
			continue;
		guest_note(guest, "(", item->detail);
		for (size_t j = 0; j < item->n_rooms; j++)
			guest_note(guest, j ? "," : " ", item->rooms[j]);
		strbuf_printf(&guest->told, " %llds%s)", (long long)item->idle,
			item->away ? " away" : "");
	}
	if (event->more)
		strbuf_puts(&guest->told, " ..");
}

static inline void
guest_note_page(struct guest *guest, const struct history_page *page)
{
	for (size_t i = 0; i < page->n; i++) {
		const struct event *past = &page->events[i];
		strbuf_printf(&guest->told, " %llu", (unsigned long long)past->id);
		guest_note(guest, "@", past->room);
		guest_note(guest, ":", past->body);
	}
	if (page->more)
		strbuf_puts(&guest->told, " ..");
}

/* `1 telnet 5s this`; of a secret, `1001 stay`. */
static inline void
guest_note_sessions(struct guest *guest, const struct event *event)
{
	for (size_t i = 0; i < event->n_sessions; i++) {
		const struct session_item *item = &event->sessions[i];
		strbuf_printf(&guest->told, "%s %u %.*s", i ? "," : "", item->number,
			TEXT_ARGS(item->protocol));
		if (!item->until)
			strbuf_printf(&guest->told, " %llds", (long long)item->idle);
		strbuf_puts(&guest->told, item->own ? " this" : "");
	}
}

/* `account`, and for what is not read `main<5:2!1`: read up to 5, 2 are unread, 1 mentions. */
static inline void
guest_note_account(struct guest *guest, const struct event *event)
{
	strbuf_puts(&guest->told, event->account ? " account" : "");
	for (size_t i = 0; i < event->n_unread; i++) {
		const struct unread_item *item = &event->unread[i];
		strbuf_printf(&guest->told, " %s%.*s<%llu:%zu", item->direct ? "@" : "",
			TEXT_ARGS(item->name), (unsigned long long)item->read, item->unread);
		if (item->mentions)
			strbuf_printf(&guest->told, "!%zu", item->mentions);
	}
	if (event->stay)
		snprintf(guest->stay, sizeof guest->stay, "%s", event->stay);
}

/*
 * Writes an event as a line: chat# ROOM ACTOR TARGET: BODY, without the fields that it does
 * not have, or error CODE: SENTENCE. The entries of a listing follow, with .. where other
 * pieces precede or follow, and /REF in the sender's copy. The # marks an event of a room,
 * which has an id.
 */
static inline void
fixture_deliver(void *ctx, const struct event *event, struct session *const to[], size_t n)
{
	struct fixture *fixture = ctx;
	assert_false(fixture->telling);
	fixture->telling = true;
	assert_true(event->snapshot || event->past
			    ? event->time <= fixture->time
			    : event->time ==
				      (fixture->entry_time ? fixture->entry_time : fixture->time));
	for (size_t i = 0; i < n; i++) {
		struct guest *guest = (struct guest *)to[i];
		/* Nothing is sent to a closed session, and no session is sent an event twice. */
		assert_false(guest->gone || guest->session.ended);
		for (size_t j = 0; j < i && n < 100; j++)
			assert_ptr_not_equal(to[i], to[j]);
		strbuf_puts(&guest->told,
			event->kind == EVENT_MISSED ? "missed" : event_word(event->kind));
		/* Ids rise for each session, over all rooms; what is told later has older ones. */
		if (event->id && !event->told) {
			assert_true(event->id >= guest->last_id);
			guest->last_id = event->id;
		}
		if (event->id && event->in_room)
			strbuf_puts(&guest->told, "#");
		if (event->kind == EVENT_REFUSED) {
			strbuf_printf(&guest->told, " %s", reason_word(event->reason));
		} else {
			guest_note(guest, " ", event->room);
			guest_note(guest, " ", event->actor);
			guest_note(guest, " ", event->target);
		}
		guest_note(guest, ": ", event->body);
		if (event->secret)
			snprintf(guest->secret, sizeof guest->secret, "%s", event->secret);
		strbuf_puts(&guest->told, event->resumed ? " resumed" : "");
		strbuf_puts(&guest->told, event->told ? " past" : "");
		if (event->kind == EVENT_WELCOME || event->kind == EVENT_ACCOUNT)
			guest_note_account(guest, event);
		guest_note_sessions(guest, event);
		if (event->until)
			strbuf_printf(&guest->told, " %llu", (unsigned long long)event->until);
		if (event->kind == EVENT_MISSED)
			strbuf_printf(&guest->told, " %zu", event->total);
		strbuf_puts(&guest->told, event->gap ? " gap" : "");
		if (event->kind == EVENT_PRESENCE)
			strbuf_printf(&guest->told, " +%zu -%zu =%zu", event->joined, event->left,
				event->total);
		guest_note_entries(guest, event);
		if (event->page)
			guest_note_page(guest, event->page);
		if (event->ref.ptr && to[i] == event->by)
			guest_note(guest, " /", event->ref);
		strbuf_puts(&guest->told, "\n");
	}
	fixture->telling = false;
}

static inline void
fixture_close_session(void *ctx, struct session *session, enum reason why)
{
	(void)ctx;
	struct guest *guest = (struct guest *)session;
	assert_false(guest->gone);
	guest->gone = true;
	guest->why = why;
}

static inline int64_t
fixture_time(void *ctx)
{
	const struct fixture *fixture = ctx;
	return fixture->time;
}

static inline void
fixture_stop(void *ctx, const struct event *event)
{
	struct fixture *fixture = ctx;
	(void)event;
	fixture->stops++;
}

static inline void
fixture_resume(void *ctx, struct session *session)
{
	(void)ctx;
	((struct guest *)session)->resumed++;
}

/* Another byte each time. */
static inline void
fixture_random(void *ctx, void *bytes, size_t n)
{
	struct fixture *fixture = ctx;
	memset(bytes, ++fixture->secrets, n);
}

static inline struct core_host
fixture_host(struct fixture *fixture)
{
	return (struct core_host){
		.ctx = fixture,
		.deliver = fixture_deliver,
		.stop = fixture_stop,
		.close = fixture_close_session,
		.resume = fixture_resume,
		.wall_ms = fixture_time,
		.monotonic_ms = fixture_time,
		.random = fixture_random,
		.history = fixture ? fixture->history : NULL,
	};
}

static inline void
fixture_open_all(struct fixture *fixture, struct core_settings settings, struct log *log,
	struct history *history)
{
	*fixture = (struct fixture){.time = 1000000, .history = history};
	const struct core_host host = fixture_host(fixture);
	fixture->core = core_open(&settings, &host, log);
	assert_non_null(fixture->core);
}

static inline void
fixture_open_log(struct fixture *fixture, struct core_settings settings, struct log *log)
{
	fixture_open_all(fixture, settings, log, NULL);
}

static inline void
fixture_open_with(struct fixture *fixture, struct core_settings settings)
{
	fixture_open_log(fixture, settings, NULL);
}

static inline struct core_settings
fixture_settings(void)
{
	return (struct core_settings){
		.name = text_of("Teahouse"), .room = text_of("main"), .message = 4000};
}

static inline void
fixture_open(struct fixture *fixture)
{
	fixture_open_with(fixture, fixture_settings());
}

/* Ends all sessions, after which no user and no other room may be left. */
static inline void
fixture_close(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->n; i++) {
		session_end(&fixture->guests[i]->session);
		strbuf_clear(&fixture->guests[i]->told);
		free(fixture->guests[i]);
	}
	assert_int_equal(core_users(fixture->core), 0);
	assert_int_equal(core_rooms(fixture->core), 1);
	core_close(fixture->core);
}

/* A session without a nick. */
static inline struct guest *
guest_connect(struct fixture *fixture)
{
	assert_true(fixture->n < GUESTS_MAX);
	struct guest *guest = calloc(1, sizeof *guest);
	assert_non_null(guest);
	fixture->guests[fixture->n++] = guest;
	session_open(&guest->session, fixture->core, "test", "main");
	return guest;
}

static inline enum reason
type(struct guest *guest, const char *line)
{
	return session_command_line(&guest->session, text_of(line), TEXT_NONE, TEXT_NONE);
}

/* Checks what the guest was sent since the last check, line for line. */
static inline void
told_must_be(struct guest *guest, const char *wanted, const char *file, int line)
{
	text_must_be(strbuf_view(&guest->told), text_of(wanted), file, line);
	guest->told.len = 0;
}

#define assert_told(guest, wanted) told_must_be((guest), (wanted), __FILE__, __LINE__)

/* Drops what the guest was sent. */
static inline void
guest_forget(struct guest *guest)
{
	guest->told.len = 0;
}

/* Connects and logs in; what was sent at that is kept for the test to check. */
static inline struct guest *
guest_login(struct fixture *fixture, const char *nick)
{
	struct guest *guest = guest_connect(fixture);
	struct strbuf line = {0};
	strbuf_printf(&line, "/login %s%c", nick, 0);
	assert_int_equal(type(guest, line.ptr), REASON_OK);
	strbuf_clear(&line);
	return guest;
}

/* For a test that needs no settings of its own: *state is a fixture, open before it and closed after it. */
static inline int
fixture_setup(void **state)
{
	struct fixture *fixture = malloc(sizeof *fixture);
	assert_non_null(fixture);
	fixture_open(fixture);
	*state = fixture;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

#define core_test(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif
