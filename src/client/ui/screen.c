/* What keys and typed lines do, and the loop. Knows neither curses nor Readline nor the protocol. */
#include "client/ui/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/session/account.h"
#include "client/session/client.h"
#include "client/session/clock.h"
#include "client/session/login.h"
#include "client/session/markers.h"
#include "client/session/status.h"
#include "client/session/waiting.h"
#include "client/ui/candidates.h"
#include "client/ui/input.h"
#include "client/ui/log_scroll.h"
#include "client/ui/settings.h"
#include "client/ui/terminal.h"
#include "client/ui/view.h"
#include "client/ui/view_draw.h"
#include "teahouse/diag.h"

struct screen {
	struct session *session;
	struct view *view;
	int signals;                /* a descriptor, readable when a signal was caught */
	struct strbuf connection;   /* its state as it was last shown */
	struct strbuf asked;        /* the line that the user was last asked to confirm */
	const struct room *doubted; /* asked since its name may be another person's; or NULL */
	const struct room *shown;   /* the room that was last drawn */
	bool help;                  /* is shown, until a key is pressed */
	struct settings settings;
	bool toggled[SETTINGS];      /* a key has toggled what the settings say */
	bool reports_focus, in_back; /* the terminal reports its focus; it does not have it */
	bool changed, lost;          /* lost: the terminal is gone */
};

enum {
	PASTED_LINES = 10, /* sent without asking the user to confirm */
	WAITING_LINES = 64,
	NARROW_COLUMNS = 50,
};

static void
on_end(void *ctx)
{
	struct screen *screen = ctx;
	client_leave(screen->session);
}

static void
on_scroll(void *ctx, int pages)
{
	struct screen *screen = ctx;
	log_scroll_pages(screen->session, screen->view, pages);
	screen->changed = true;
}

static void
on_wheel(void *ctx, int lines)
{
	struct screen *screen = ctx;
	log_scroll_rows(screen->session, screen->view, lines);
	screen->changed = true;
}

static void
on_edge(void *ctx, bool top)
{
	struct screen *screen = ctx;
	if (top)
		log_to_top(screen->session, screen->view);
	else
		log_to_end(screen->session);
	screen->changed = true;
}

static void
on_escape(void *ctx)
{
	const struct screen *screen = ctx;
	on_edge(ctx, false);
	room_clear_mark(model_current(screen->session->model));
}

static void
screen_take_draft(struct screen *screen)
{
	struct room *room = model_current(screen->session->model);
	input_set_draft(
		&(struct draft){text_of(room->draft ? room->draft : ""), room->draft_pasted});
	free(room->draft);
	room->draft = NULL;
	screen->shown = room;
	screen->asked.len = 0;
}

/* Each room has its own line that is being typed. */
static void
screen_keep_draft(struct room *room)
{
	struct draft draft = input_draft();
	free(room->draft);
	room->draft = draft.line.len > 0 ? xstrndup(draft.line.ptr, draft.line.len) : NULL;
	room->draft_pasted = draft.pasted;
}

static void
on_step(void *ctx, int rooms)
{
	struct screen *screen = ctx;
	screen_keep_draft(model_current(screen->session->model));
	model_show_next(screen->session->model, rooms);
	screen_take_draft(screen);
}

static void
on_go(void *ctx, int room)
{
	struct screen *screen = ctx;
	struct model *model = screen->session->model;
	screen_keep_draft(model_current(model));
	if (room > 0)
		model_show_nth(model, (size_t)room);
	else
		model_show_unread(model);
	screen_take_draft(screen);
}

/*
 * Another room is shown now, because of a command or an event. The line that is being typed goes with
 * the user; the draft of the new room is put back only if that line is empty.
 */
static void
screen_follow(struct screen *screen)
{
	struct room *room = model_current(screen->session->model);
	if (screen->shown == room && !room->draft_returned)
		return;
	screen->shown = room;
	room->draft_returned = false;
	if (input_draft().line.len == 0 && room->draft)
		screen_take_draft(screen);
}

static void
screen_apply(struct screen *screen)
{
	const bool *on = screen->settings.on;
	const bool *toggled = screen->toggled;
	view_show_sides(screen->view, on[SET_ROOMS] != toggled[SET_ROOMS],
		on[SET_PEOPLE] != toggled[SET_PEOPLE]);
	view_use_colours(screen->view, on[SET_COLOUR]);
	view_use_mouse(screen->view, on[SET_MOUSE]);
	screen->changed = true;
}

static void
screen_notice(struct screen *screen, enum line_kind kind, struct text text)
{
	model_add_notice(screen->session->model, kind, TEXT_NONE, text, wall_ms());
}

/* Handles /set, the only command of the user interface. False: the line is another one. */
static bool
screen_handle(struct screen *screen, struct text line)
{
	struct text rest = line, command;
	struct strbuf answer = {0};
	if (!command_parse(&rest, &command) || !command_is(command, "set"))
		return false;
	struct settings before = screen->settings;
	bool good = settings_command(&screen->settings, rest, &answer);
	for (int i = 0; i < SETTINGS; i++)
		if (before.on[i] != screen->settings.on[i])
			screen->toggled[i] = false;
	screen_notice(screen, good ? LINE_LOCAL : LINE_REFUSED, strbuf_view(&answer));
	screen_apply(screen);
	strbuf_clear(&answer);
	return true;
}

static bool
on_line(void *ctx, struct text line)
{
	struct screen *screen = ctx;
	bool recalled = !login_may_be_answered(screen->session);
	log_to_end(screen->session);
	if (!screen_handle(screen, line))
		client_input(screen->session, line);
	input_hide(account_label(screen->session));
	screen->changed = true;
	return recalled;
}

static void
on_secret(void *ctx, struct text secret)
{
	struct screen *screen = ctx;
	account_answer(screen->session, secret);
	/* At once: the next keys may have come already. */
	input_hide(account_label(screen->session));
	screen->changed = true;
}

static void
on_cancel(void *ctx)
{
	struct screen *screen = ctx;
	account_cancel(screen->session);
	screen->changed = true;
}

static void
on_side(void *ctx, bool people)
{
	struct screen *screen = ctx;
	bool *toggled = &screen->toggled[people ? SET_PEOPLE : SET_ROOMS];
	*toggled = !*toggled;
	screen_apply(screen);
}

static void
on_help(void *ctx)
{
	struct screen *screen = ctx;
	screen->help = true;
	view_show_help(screen->view, true);
	screen->changed = true;
}

static bool
on_any(void *ctx, bool closes)
{
	struct screen *screen = ctx;
	bool shown = screen->help;
	screen->help = shown && !closes && view_next_help(screen->view);
	if (!screen->help)
		view_show_help(screen->view, false);
	screen->changed |= shown;
	return shown;
}

static void
on_focus(void *ctx, bool in_front)
{
	struct screen *screen = ctx;
	screen->reports_focus = true;
	screen->in_back = !in_front;
}

/* The conversation that the line goes to, if another person may have the name now; else NULL. */
static struct room *
screen_doubt(const struct screen *screen, struct text line)
{
	struct model *model = screen->session->model;
	struct room *room = model_current(model);
	struct text command;
	bool is_command = !input_draft().pasted && command_parse(&line, &command);
	if (is_command && (command_is(command, "msg") || command_is(command, "message")))
		room = model_conversation(model, text_word(&line));
	else if (is_command && !command_is(command, "me") && !command_is(command, "say"))
		return NULL;
	return room && room->direct && room->peer_changed && line.len > 0 ? room : NULL;
}

/*
 * Whether to send the line. A second Enter has to confirm many lines, which mostly are pasted, and
 * what another person than is meant may get.
 */
static bool
on_send(void *ctx, struct text line)
{
	struct screen *screen = ctx;
	struct room *doubted = screen_doubt(screen, line);
	bool confirmed = text_is(line, strbuf_view(&screen->asked));
	screen->asked.len = 0;
	if (confirmed && doubted)
		doubted->peer_changed = false;
	if (confirmed || (text_lines(line) <= PASTED_LINES && !doubted))
		return true;
	screen->doubted = doubted;
	strbuf_add_text(&screen->asked, line);
	screen->changed = true;
	return false;
}

/* What keys do at present, if it is not what they usually do. */
static void
screen_hint(const struct screen *screen, struct strbuf *hint)
{
	if (input_is_interrupted())
		strbuf_puts(hint, " Press Ctrl-C again to quit.");
	else if (screen->asked.len > 0 && screen->doubted)
		strbuf_printf(hint, " %s may be another person now. Enter: send. Ctrl-U: discard.",
			screen->doubted->name);
	else if (screen->asked.len > 0)
		strbuf_printf(hint,
			view_columns(screen->view) < NARROW_COLUMNS
				? " %zu lines: Enter sends, Ctrl-U discards"
				: " %zu lines pasted. Enter: send. Ctrl-U: discard.",
			text_lines(strbuf_view(&screen->asked)));
}

static void
on_redraw(void *ctx)
{
	struct screen *screen = ctx;
	view_redraw();
	screen->changed = true;
}

static char **
on_complete(void *ctx, struct text line, size_t start, size_t end)
{
	const struct screen *screen = ctx;
	return candidates_find(screen->session, line, start, end);
}

static void
on_choices(void *ctx, char *const *words, size_t n)
{
	const struct screen *screen = ctx;
	candidates_show(screen->session, words, n);
}

static void
screen_handle_signals(struct screen *screen)
{
	terminal_drain_signals();
	if (terminal_caught(SIGHUP)) {
		screen->lost = true;
		client_leave(screen->session);
	}
	if (terminal_caught(SIGINT) || terminal_caught(SIGTERM))
		client_leave(screen->session);
	bool stopped = terminal_caught(SIGTSTP);
	if (stopped) {
		view_suspend(screen->view);
		terminal_stop();
	}
	/* In an orphaned process group it was not stopped, and no SIGCONT comes. */
	bool continued = terminal_caught(SIGCONT) || stopped;
	if (continued)
		view_resume(screen->view);
	if (terminal_caught(SIGWINCH) || continued) {
		view_resize();
		screen->changed = true;
	}
}

static void
screen_draw_all(struct screen *screen, struct text connection)
{
	struct line *lines[WAITING_LINES];
	struct waiting waiting = {lines, waiting_lines(screen->session, lines, WAITING_LINES)};
	struct strbuf hint = {0};
	struct typed typed = input_typed();
	screen_hint(screen, &hint);
	typed.hint = strbuf_view(&hint);
	view_draw(screen->view, screen->session->model, &waiting, &typed, connection);
	for (size_t i = 0; i < waiting.n; i++)
		line_unref(lines[i]);
	strbuf_clear(&hint);
}

/* Whether the user sees the log, as far as is known. */
static bool
screen_is_seen(const struct screen *screen)
{
	return !screen->in_back && !screen->help;
}

static void
screen_draw(struct screen *screen)
{
	struct session *session = screen->session;
	struct model *model = session->model;
	struct strbuf prompt = {0}, connection = {0};
	screen_follow(screen);
	log_load(session, screen->view);
	strbuf_printf(&prompt, account_label(session) ? "%s: " : "%s> ", client_prompt(session));
	strbuf_add(&prompt, "", 1);
	input_prompt(prompt.ptr);
	input_hide(account_label(session));
	client_status(session, &connection);
	bool unchanged = text_is(strbuf_view(&connection), strbuf_view(&screen->connection));
	bool typed = input_changed();
	/* A long line that was edited has to be confirmed again. */
	if (typed && !text_is(input_typed().line, strbuf_view(&screen->asked)))
		screen->asked.len = 0;
	if (typed || !unchanged || model->changed || screen->changed)
		screen_draw_all(screen, strbuf_view(&connection));
	if (screen_is_seen(screen))
		markers_see(session);
	/* No bell while the terminal has the focus, as far as it reports that. */
	bool focused = screen->reports_focus && !screen->in_back;
	if (model->bell && !focused && screen->settings.on[SET_BELL])
		view_bell();
	model->changed = model->bell = screen->changed = false;
	strbuf_clear(&prompt);
	strbuf_clear(&screen->connection);
	screen->connection = connection;
}

/* The earlier one of two times, in ms; -1: none. */
static int
earlier(int one, int other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

/* For how many ms nothing is to be done (-1: no limit). */
static int
screen_wait(const struct screen *screen)
{
	const struct session *session = screen->session;
	int wait = earlier(client_timeout(session), input_timeout());
	return screen_is_seen(screen) ? earlier(wait, markers_timeout(session)) : wait;
}

static void
screen_loop(struct screen *screen)
{
	struct session *session = screen->session;
	while (session->state != SESSION_ENDED) {
		screen_draw(screen);
		struct pollfd fds[] = {
			{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = screen->signals, .events = POLLIN},
			{.fd = session->conn.fd, .events = client_poll_events(session)},
		};
		if (poll(fds, sizeof fds / sizeof *fds, screen_wait(screen)) < 0)
			fds[0].revents = fds[2].revents = 0;
		screen_handle_signals(screen);
		client_turn(session, fds[2].revents);
		if (fds[0].revents && session->state != SESSION_ENDED)
			input_read();
		input_tick();
	}
}

static bool
screen_open(struct screen *screen)
{
	struct keys keys = {
		.ctx = screen,
		.line = on_line,
		.secret = on_secret,
		.cancel = on_cancel,
		.end = on_end,
		.escape = on_escape,
		.scroll = on_scroll,
		.wheel = on_wheel,
		.edge = on_edge,
		.step = on_step,
		.go = on_go,
		.side = on_side,
		.help = on_help,
		.any = on_any,
		.focus = on_focus,
		.send = on_send,
		.redraw = on_redraw,
		.complete = on_complete,
		.choices = on_choices,
	};
	struct strbuf why = {0};
	terminal_save();
	screen->signals = terminal_catch_signals();
	if (screen->signals < 0 || !input_open(&keys)) {
		diag_line(LOG_LEVEL_ERROR, "terminal: %s", strerror(errno));
		return false;
	}
	screen->view = view_open(input_takes_pastes(), &why);
	if (!screen->view) {
		diag_line(LOG_LEVEL_ERROR, "terminal: %.*s", TEXT_ARGS(strbuf_view(&why)));
		input_close();
	} else {
		screen_apply(screen);
	}
	strbuf_clear(&why);
	return screen->view != NULL;
}

void
screen_explain(struct session *session)
{
	session_notice(session, LINE_LOCAL,
		"F1 help \xc2\xb7 Tab complete \xc2\xb7 PgUp scroll \xc2\xb7 /q quit", NULL);
}

int
screen_run(struct session *session)
{
	struct screen screen = {.session = session};
	struct strbuf wrong = {0};
	settings_load(&screen.settings, &wrong);
	model_learn_command(session->model, text_of("set"));
	model_learn_command(session->model, text_of("reconnect"));
	for (struct text rest = strbuf_view(&wrong); rest.len > 0;)
		screen_notice(&screen, LINE_REFUSED, text_line(&rest));
	strbuf_clear(&wrong);
	if (!screen_open(&screen))
		return EXIT_FAILURE;
	screen_loop(&screen);
	input_close();
	view_close(screen.view);
	strbuf_clear(&screen.connection);
	strbuf_clear(&screen.asked);
	if (session->error.len > 0)
		diag_line(LOG_LEVEL_ERROR, "%s", session->error.ptr);
	return session->error.len > 0 || screen.lost ? EXIT_FAILURE : EXIT_SUCCESS;
}
