/* Setting up the screen by curses, and giving the terminal back. */
#include "client/ui/view.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>
/* Macros of term.h. */
#undef bell
#undef columns

#include "base/alloc.h"
#include "client/model/nick_colours.h"
#include "client/ui/colour.h"
#include "client/ui/terminal.h"
#include "client/ui/view_internal.h"

static const char pastes_on[] = "\033[?2004h", pastes_off[] = "\033[?2004l";
/* Arrow keys for the wheel; how the terminal had it is saved and restored. */
static const char wheel_on[] = "\033[?1007s\033[?1007h", wheel_off[] = "\033[?1007r";
/* Clicks and the wheel, in decimal numbers. */
static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1000l\033[?1006l";
static const char focus_on[] = "\033[?1004h", focus_off[] = "\033[?1004l";

static void
size_read(int *rows, int *columns)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		*rows = size.ws_row;
		*columns = size.ws_col;
	}
}

/* Prepares the bytes that undo the screen for when curses cannot be called: in a signal handler. */
static void
view_prepare_undo(void)
{
	static const char *const names[] = {"sgr0", "op", "cnorm", "rmcup"};
	terminal_undo(pastes_off, sizeof pastes_off - 1);
	terminal_undo(focus_off, sizeof focus_off - 1);
	terminal_undo(mouse_off, sizeof mouse_off - 1);
	terminal_undo(wheel_off, sizeof wheel_off - 1);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *s = tigetstr((char *)(uintptr_t)names[i]);
		if (!s || s == (const char *)-1)
			continue;
		for (const char *delay; (delay = strstr(s, "$<")) != NULL;) {
			terminal_undo(s, (size_t)(delay - s));
			const char *end = strchr(delay, '>');
			s = end ? end + 1 : delay + strlen(delay);
		}
		terminal_undo(s, strlen(s));
	}
}

/* Whether terminals of the kind that TERM names have a screen. */
static bool
kind_is_usable(struct strbuf *why)
{
	int error;
	const char *name = getenv("TERM");
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK) {
		strbuf_printf(why, "unknown type \"%s\" (TERM); try --plain", name ? name : "");
		return false;
	}
	if (!tigetstr("cup") || !tigetstr("clear")) {
		strbuf_printf(why, "type \"%s\" (TERM) cannot show a screen; try --plain",
			name ? name : "");
		return false;
	}
	view_prepare_undo();
	return true;
}

/* Whether a screen can be shown. Changes nothing. */
static bool
terminal_is_usable(struct strbuf *why)
{
	int rows = VIEW_LEAST_ROWS, columns = VIEW_LEAST_COLUMNS;
	TERMINAL *before = cur_term;
	bool good = kind_is_usable(why);
	TERMINAL *examined = set_curterm(before);
	if (examined && examined != before)
		del_curterm(examined);
	if (!good)
		return false;
	size_read(&rows, &columns);
	if (rows >= VIEW_LEAST_ROWS && columns >= VIEW_LEAST_COLUMNS)
		return true;
	strbuf_printf(why, "%d columns and %d rows are too few; at least %d and %d are needed",
		columns, rows, VIEW_LEAST_COLUMNS, VIEW_LEAST_ROWS);
	return false;
}

static void
view_open_colours(struct view *view)
{
	const char *refused = getenv("NO_COLOR");
	view->has_colours = has_colors() && !(refused && *refused) && start_color() == OK;
	if (!view->has_colours)
		return;
	use_default_colors();
	init_extended_pair(PAIR_REFUSED, colour_refused(COLORS), -1);
	for (int i = 0; i < NICK_COLOURS; i++)
		init_extended_pair(PAIR_NICKS + i, colour_nick(COLORS, i), -1);
}

static void
view_send(const char *bytes)
{
	fputs(bytes, stdout);
	fflush(stdout);
}

/* Asks the terminal to report pasted text and whether it has the focus. */
static void
view_start_reports(const struct view *view)
{
	if (view->pastes)
		view_send(pastes_on);
	if (view->mouse)
		view_send(mouse_on);
	view_send(focus_on);
	view_send(wheel_on);
}

static void
view_stop_reports(const struct view *view)
{
	if (view->pastes)
		view_send(pastes_off);
	if (view->mouse)
		view_send(mouse_off);
	view_send(focus_off);
	view_send(wheel_off);
}

struct view *
view_open(bool pastes, struct strbuf *why)
{
	if (!terminal_is_usable(why))
		return NULL;
	TERMINAL *before = cur_term;
	SCREEN *screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		strbuf_puts(why, "curses cannot set it up");
		return NULL;
	}
	struct view *view = xcalloc(sizeof *view);
	view->screen = screen;
	view->before = before;
	view->pastes = pastes;
	cbreak();
	noecho();
	nonl();
	terminal_take_keys();
	def_prog_mode();
	view_open_colours(view);
	view_start_reports(view);
	return view;
}

void
view_suspend(struct view *view)
{
	view_stop_reports(view);
	endwin();
	terminal_restore(false);
}

void
view_resume(struct view *view)
{
	reset_prog_mode();
	terminal_take_keys();
	view_start_reports(view);
	clearok(curscr, TRUE);
}

void
view_close(struct view *view)
{
	view_suspend(view);
	delscreen(view->screen);
	if (view->before)
		del_curterm(view->before);
	free(view);
}

void
view_resize(void)
{
	int rows = LINES, columns = COLS;
	size_read(&rows, &columns);
	resizeterm(rows, columns);
	clearok(curscr, TRUE);
}

void
view_redraw(void)
{
	clearok(curscr, TRUE);
}

void
view_bell(void)
{
	beep();
}

void
view_use_colours(struct view *view, bool wanted)
{
	view->colour = view->has_colours && wanted;
}

void
view_use_mouse(struct view *view, bool wanted)
{
	if (view->mouse != wanted)
		view_send(wanted ? mouse_on : mouse_off);
	view->mouse = wanted;
}

void
view_show_sides(struct view *view, bool rooms, bool people)
{
	view->rooms = rooms;
	view->people = people;
}

void
view_show_help(struct view *view, bool shown)
{
	view->help = shown;
	view->help_page = 0;
}

bool
view_next_help(struct view *view)
{
	bool more = view->help && view->help_more;
	view->help_page += more;
	return more;
}

int
view_side_columns(const struct view *view, bool wanted)
{
	return wanted && view->in_room && COLS >= VIEW_WIDE_COLUMNS ? SIDE_COLUMNS : 0;
}

int
view_columns(const struct view *view)
{
	return COLS - view_side_columns(view, view->rooms) - view_side_columns(view, view->people);
}

int
view_top(const struct view *view)
{
	return view->in_room && LINES >= VIEW_BAR_ROWS ? TOPIC_ROWS : 0;
}

int
view_rows(const struct view *view)
{
	return LINES - view_top(view) - STATUS_ROWS - INPUT_ROWS;
}
