/* The only part that knows curses. */
#include "client/view.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wctype.h>

#include <curses.h>
#include <term.h>
/* term.h takes this word for itself. */
#undef columns

#include "base/alloc.h"
#include "client/colour.h"
#include "client/terminal.h"

enum { STATUS_ROWS = 1, INPUT_ROWS = 1, SIDE_COLUMNS = 20, PAIR_REFUSED = 1, PAIR_NICKS };

static const char pastes_on[] = "\033[?2004h", pastes_off[] = "\033[?2004l";
static const char focus_on[] = "\033[?1004h", focus_off[] = "\033[?1004l";

struct view {
	SCREEN *screen;
	TERMINAL *before;          /* another's look at the terminal, for which nobody else cares */
	bool pastes, colour, able; /* colours are used; there are any */
	bool rooms, people;        /* are wanted beside the log */
	bool somewhere;            /* one is in a room */
	int nicks;                 /* how many colours there are for them */
};

static void
size_read(int *rows, int *columns)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		*rows = size.ws_row;
		*columns = size.ws_col;
	}
}

/* What puts the screen away, for a way out on which curses cannot be asked. */
static void
view_prepare_undo(void)
{
	static const char *const names[] = {"sgr0", "op", "cnorm", "rmcup"};
	terminal_undo(pastes_off, sizeof pastes_off - 1);
	terminal_undo(focus_off, sizeof focus_off - 1);
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

/* Whether the kind of terminal that TERM names has a screen. */
static bool
kind_will_do(struct strbuf *why)
{
	int error;
	const char *name = getenv("TERM");
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK) {
		strbuf_printf(why, "nothing is known of the kind \"%s\" (TERM)", name ? name : "");
		return false;
	}
	if (!tigetstr("cup") || !tigetstr("clear")) {
		strbuf_printf(why, "one of the kind \"%s\" (TERM) has no screen", name ? name : "");
		return false;
	}
	view_prepare_undo();
	return true;
}

/* Whether a screen can be shown; looks only. */
static bool
terminal_will_do(struct strbuf *why)
{
	int rows = VIEW_LEAST_ROWS, columns = VIEW_LEAST_COLUMNS;
	TERMINAL *before = cur_term;
	bool good = kind_will_do(why);
	TERMINAL *looked_at = set_curterm(before);
	if (looked_at && looked_at != before)
		del_curterm(looked_at);
	if (!good)
		return false;
	size_read(&rows, &columns);
	if (rows >= VIEW_LEAST_ROWS && columns >= VIEW_LEAST_COLUMNS)
		return true;
	strbuf_printf(why, "%d columns and %d rows are too small; %d and %d are needed", columns,
		rows, VIEW_LEAST_COLUMNS, VIEW_LEAST_ROWS);
	return false;
}

static void
view_open_colours(struct view *view)
{
	const char *refused = getenv("NO_COLOR");
	view->able = has_colors() && !(refused && *refused) && start_color() == OK;
	if (!view->able)
		return;
	use_default_colors();
	init_extended_pair(PAIR_REFUSED, colour_refused(COLORS), -1);
	view->nicks = colour_nicks(COLORS);
	for (int i = 0; i < view->nicks; i++)
		init_extended_pair(PAIR_NICKS + i, colour_nick(COLORS, i), -1);
}

static void
view_send(const char *bytes)
{
	fputs(bytes, stdout);
	fflush(stdout);
}

/* To be told what is pasted, and whether the terminal is in front. */
static void
view_ask(const struct view *view)
{
	if (view->pastes)
		view_send(pastes_on);
	view_send(focus_on);
}

static void
view_ask_no_more(const struct view *view)
{
	if (view->pastes)
		view_send(pastes_off);
	view_send(focus_off);
}

struct view *
view_open(bool pastes, struct strbuf *why)
{
	if (!terminal_will_do(why))
		return NULL;
	TERMINAL *before = cur_term;
	SCREEN *screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		strbuf_puts(why, "it cannot be set up");
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
	view_ask(view);
	return view;
}

void
view_suspend(struct view *view)
{
	view_ask_no_more(view);
	endwin();
	terminal_restore(false);
}

void
view_resume(struct view *view)
{
	reset_prog_mode();
	terminal_take_keys();
	view_ask(view);
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
	view->colour = view->able && wanted;
}

void
view_show_sides(struct view *view, bool rooms, bool people)
{
	view->rooms = rooms;
	view->people = people;
}

/* Columns that the rooms take at the left, or the people at the right. */
static int
side_columns(const struct view *view, bool wanted)
{
	return wanted && view->somewhere && COLS >= VIEW_WIDE_COLUMNS ? SIDE_COLUMNS : 0;
}

int
view_columns(const struct view *view)
{
	return COLS - side_columns(view, view->rooms) - side_columns(view, view->people);
}

int
view_rows(void)
{
	return LINES - STATUS_ROWS - INPUT_ROWS;
}

static void
draw_glyph(int y, int x, const struct glyph *glyph, attr_t attributes, short pair)
{
	cchar_t cell;
	if (glyph->columns > 0 && setcchar(&cell, glyph->show, attributes, pair, NULL) == OK)
		mvadd_wch(y, x, &cell);
}

/* Gives the column behind it. */
static int
draw_text(int y, int x, struct text t, attr_t attributes, short pair)
{
	struct glyph glyph;
	while (width_next(&t, &glyph)) {
		draw_glyph(y, x, &glyph, attributes, pair);
		x += glyph.columns;
	}
	return x;
}

/* The same for a nick in whatever case, and always. */
static short
nick_pair(const struct view *view, struct text nick)
{
	if (!view->colour)
		return 0;
	uint32_t hash = 2166136261;
	while (nick.len > 0)
		hash = (hash ^ (uint32_t)towlower((wint_t)width_code(&nick))) * 16777619;
	return (short)(PAIR_NICKS + (int)(hash % (uint32_t)view->nicks));
}

static attr_t
line_attributes(const struct line *line)
{
	if (line->mentions)
		return A_BOLD;
	return line->kind == LINE_PRESENCE || line->kind == LINE_LOCAL ? A_DIM : A_NORMAL;
}

/* A row of the line's text: the nick in its colour, the rest in the line's. */
static void
draw_row(const struct view *view, const struct line *line, struct text row, int y, int x)
{
	attr_t attributes = line_attributes(line);
	short pair = view->colour && line->kind == LINE_REFUSED ? PAIR_REFUSED : 0;
	const char *who = line->text + line->who, *end = who + line->who_len;
	const char *row_end = row.ptr + row.len;
	const char *from = who < row.ptr ? row.ptr : who > row_end ? row_end : who;
	const char *to = end < from ? from : end > row_end ? row_end : end;
	struct text nick = {who, line->who_len};
	attr_t loud = line->mentions ? A_REVERSE : A_NORMAL;
	x = draw_text(y, x, (struct text){row.ptr, (size_t)(from - row.ptr)}, attributes, pair);
	x = draw_text(y, x, (struct text){from, (size_t)(to - from)}, attributes | loud,
		nick_pair(view, nick));
	draw_text(y, x, (struct text){to, (size_t)(row_end - to)}, attributes, pair);
}

static void
draw_time(int y, int x, int64_t time)
{
	time_t seconds = (time_t)(time / 1000);
	struct tm local;
	char clock[LINE_INDENT + 1];
	if (localtime_r(&seconds, &local) && strftime(clock, sizeof clock, "%H:%M", &local) > 0)
		draw_text(y, x, text_of(clock), A_DIM, 0);
}

/* `--- Thursday, 26 November 2026 ---`, in the middle. */
static void
draw_separator(const struct view *view, const struct line *line, int y)
{
	int left = side_columns(view, view->rooms), columns = view_columns(view);
	struct text words = width_cut((struct text){line->text, line->len}, columns - 2);
	int at = (columns - width_of(words) - 2) / 2;
	attr_t attributes = line->kind == LINE_UNREAD ? A_BOLD : A_DIM;
	for (int x = 0; x < columns; x++)
		if (x < at || x >= at + width_of(words) + 2)
			draw_text(y, left + x, text_of("-"), attributes, 0);
	draw_text(y, left + at + 1, words, attributes, 0);
}

/* Those of the line's rows that are on the screen, the first of them at y. */
static void
draw_line(const struct view *view, const struct line *line, int y)
{
	int left = side_columns(view, view->rooms), columns = view_columns(view);
	struct wrap wrap = line_wrap(line, columns);
	struct text row;
	int rows = view_rows(), hang = columns - wrap.later;
	if (y >= 0 && y < rows && line_is_separator(line)) {
		draw_separator(view, line, y);
		return;
	}
	if (y >= 0 && y < rows)
		draw_time(y, left, line->time);
	for (int x = LINE_INDENT; wrap_next(&wrap, &row) && y < rows; x = hang, y++)
		if (y >= 0)
			draw_row(view, line, row, y, left + x);
}

static void
draw_log(const struct view *view, const struct scrollback *scroll)
{
	int hidden, columns = view_columns(view);
	uint64_t number = scroll_foot(scroll, columns, &hidden);
	int y = view_rows() + hidden;
	const struct line *line;
	while (y > 0 && (line = scrollback_line(scroll, number--)) != NULL) {
		y -= line_rows(line, columns);
		draw_line(view, line, y);
	}
}

static void
draw_rule(int x)
{
	for (int y = 0; y < view_rows(); y++)
		draw_text(y, x, text_of("\xe2\x94\x82"), A_DIM, 0);
}

/* The rooms, each with the number that Alt takes for it, and what is new in it. */
static void
draw_rooms(const struct model *model)
{
	int width = SIDE_COLUMNS - 2;
	size_t rows = (size_t)view_rows();
	/* The one that is shown is always among them. */
	size_t first = model->current < rows ? 0 : model->current - rows + 1;
	for (size_t i = first; i < model->n_rooms && i - first < rows; i++) {
		const struct room *room = model->rooms[i];
		int y = (int)(i - first);
		attr_t attributes = room == model_current(model) ? A_REVERSE
				    : room->unread               ? A_BOLD
								 : A_NORMAL;
		struct strbuf buf = {0}, count = {0};
		strbuf_printf(&buf, "%zu %s", i + 1, room->name);
		if (room->unread > 0)
			strbuf_printf(&count, " %zu%s", room->unread, room->mentioned ? "!" : "");
		for (int x = 0; x < width; x++)
			draw_text(y, x, text_of(" "), attributes, 0);
		int left = width - (int)count.len;
		draw_text(y, 0, width_cut(strbuf_view(&buf), left), attributes, 0);
		draw_text(y, left, strbuf_view(&count), attributes, 0);
		strbuf_clear(&buf);
		strbuf_clear(&count);
	}
	draw_rule(width);
}

static void
draw_people(const struct view *view, const struct room *room)
{
	int left = COLS - SIDE_COLUMNS + 1, rows = view_rows();
	size_t fit = (size_t)rows, n = room->members.n;
	/* Whom there is no room for, and whom nobody has named, are counted in the last row. */
	size_t shown = n > fit || room->n_users > n ? (fit > n ? n : fit - 1) : n;
	draw_rule(left);
	for (size_t i = 0; i < shown; i++) {
		struct text nick = text_of(room->members.items[i]);
		draw_text((int)i, left + 2, width_cut(nick, SIDE_COLUMNS - 3), A_NORMAL,
			nick_pair(view, nick));
	}
	if (shown >= room->n_users)
		return;
	struct strbuf buf = {0};
	strbuf_printf(&buf, "and %zu more", room->n_users - shown);
	draw_text((int)shown, left + 2, width_cut(strbuf_view(&buf), SIDE_COLUMNS - 3), A_DIM, 0);
	strbuf_clear(&buf);
}

static void
status_people(struct strbuf *buf, const struct room *room)
{
	if (room->name[0] == '\0')
		return;
	struct text name = width_cut(text_of(room->name), COLS / 3);
	strbuf_printf(buf, " | %.*s | %zu %s", TEXT_ARGS(name), room->n_users,
		room->n_users == 1 ? "person" : "people");
	size_t below = scrollback_unseen(&room->scroll);
	if (below > 0)
		strbuf_printf(buf, " | %zu new below", below);
	else if (room->scroll.bottom)
		strbuf_puts(buf, " | scrolled up");
}

static void
status_others(struct strbuf *buf, const struct model *model)
{
	for (size_t i = 0; i < model->n_rooms; i++) {
		const struct room *room = model->rooms[i];
		if (room != model_current(model) && room->unread > 0)
			strbuf_printf(buf, " | %s: %zu new%s", room->name, room->unread,
				room->mentioned ? "!" : "");
		else if (room != model_current(model))
			strbuf_printf(buf, " | %s", room->name);
	}
}

static void
draw_status(const struct model *model, struct text connection)
{
	int y = LINES - STATUS_ROWS - INPUT_ROWS;
	int room = COLS - width_of(connection) - 2;
	struct strbuf buf = {0};
	strbuf_printf(&buf, " %s", model->nick);
	status_people(&buf, model_current(model));
	status_others(&buf, model);
	for (int x = 0; x < COLS; x++)
		draw_text(y, x, text_of(" "), A_REVERSE, 0);
	draw_text(y, 0, width_cut(strbuf_view(&buf), room), A_REVERSE, 0);
	draw_text(y, room > 0 ? room + 1 : 0, width_cut(connection, COLS), A_REVERSE, 0);
	strbuf_clear(&buf);
}

/* An LF in what is typed shows as an arrow. */
static bool
typed_next(struct text *rest, struct glyph *glyph)
{
	if (!width_next(rest, glyph))
		return false;
	if (glyph->bytes.ptr[0] == '\n')
		glyph->show[0] = 0x21B5;
	return true;
}

/* Shows the part with the cursor in it, by halves of the screen. */
static void
draw_typed(const struct typed *typed)
{
	struct text parts[] = {typed->prompt, typed->line};
	int cursor =
		width_of(typed->prompt) + width_of((struct text){typed->line.ptr, typed->point});
	int half = COLS / 2, x = 0;
	if (cursor >= COLS)
		x = -((cursor - COLS) / half + 1) * half;
	cursor += x;
	for (int i = 0; i < 2; i++) {
		struct glyph glyph;
		while (x < COLS && typed_next(&parts[i], &glyph)) {
			if (x >= 0 && x + glyph.columns <= COLS)
				draw_glyph(LINES - INPUT_ROWS, x, &glyph, A_NORMAL, 0);
			x += glyph.columns;
		}
	}
	move(LINES - INPUT_ROWS, cursor);
}

/* In as many words as fit. */
static void
draw_too_small(void)
{
	static const char *const words[] = {"The terminal is too small.", "Too small.", "small"};
	size_t i = 0;
	while (i < 2 && width_of(text_of(words[i])) > COLS)
		i++;
	draw_text(0, 0, width_cut(text_of(words[i]), COLS), A_NORMAL, 0);
}

void
view_draw(struct view *view, const struct model *model, const struct typed *typed,
	struct text connection)
{
	erase();
	view->somewhere = model_current(model)->name[0] != '\0';
	if (LINES < VIEW_LEAST_ROWS || COLS < VIEW_LEAST_COLUMNS) {
		draw_too_small();
	} else {
		draw_log(view, &model_current(model)->scroll);
		if (side_columns(view, view->rooms))
			draw_rooms(model);
		if (side_columns(view, view->people))
			draw_people(view, model_current(model));
		draw_status(model, connection);
		draw_typed(typed);
	}
	refresh();
}
