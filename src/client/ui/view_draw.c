/* Drawing: the log and the input line. */
#include "client/ui/view_draw.h"

#include <time.h>

#include "client/ui/scroll.h"
#include "client/ui/view_internal.h"

static attr_t
line_attributes(const struct line *line)
{
	if (line->mentions)
		return A_BOLD;
	if (line->waiting)
		return A_DIM;
	return line->kind == LINE_PRESENCE || line->kind == LINE_LOCAL ? A_DIM : A_NORMAL;
}

static short
line_pair(const struct view *view, const struct line *line)
{
	return view->colour && line->kind == LINE_REFUSED ? PAIR_REFUSED : 0;
}

/* Of the nick: its own colour, but for users who only come and go. */
static short
line_nick_pair(const struct view *view, const struct line *line)
{
	if (line->kind == LINE_PRESENCE)
		return 0;
	return nick_pair(view, line->colour);
}

/* The part of the row that is in line->text[from..to]. */
static struct text
row_part(const struct line *line, struct text row, size_t from, size_t to)
{
	const char *begin = line->text + from, *end = line->text + to;
	const char *row_end = row.ptr + row.len;
	begin = begin < row.ptr ? row.ptr : begin > row_end ? row_end : begin;
	end = end < begin ? begin : end > row_end ? row_end : end;
	return (struct text){begin, (size_t)(end - begin)};
}

/* A row of the line's text: the nick in its own colour, where the user is mentioned reversed. */
static void
draw_row(const struct view *view, const struct line *line, struct text row, int y, int x)
{
	enum { NICK = 1, MENTION = 3 };
	size_t mention = line->mention_len > 0 ? line->mention_at : line->len;
	const size_t ends[] = {line->nick_at, line->nick_at + line->nick_len, mention,
		mention + line->mention_len, line->len};
	attr_t attributes = line_attributes(line), loud = line->mentions ? A_REVERSE : A_NORMAL;
	size_t from = 0;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; from = ends[i++]) {
		bool marked = i == NICK || i == MENTION;
		short pair = line_pair(view, line);
		if (i == NICK)
			pair = line_nick_pair(view, line);
		x = draw_text(y, x, row_part(line, row, from, ends[i]),
			attributes | (marked ? loud : A_NORMAL), pair);
	}
}

/* What is in the column of names, at its right: `ann:`, `[ann`, `***`. */
static void
draw_label(const struct view *view, const struct line *line, int y, int x, int columns)
{
	struct text label = line_label(line), nick = {line->text + line->nick_at, line->nick_len};
	bool named = line->nick_len > 0 && label.len >= line->nick_at + line->nick_len;
	attr_t attributes = line_attributes(line), loud = line->mentions ? A_REVERSE : A_NORMAL;
	short pair = line_pair(view, line);
	if (!named) {
		draw_text(y, x + columns - width_of(label), label, attributes, pair);
		return;
	}
	struct text before = {label.ptr, line->nick_at};
	struct text after = {nick.ptr + nick.len, label.len - before.len - nick.len};
	int rest = width_of(before) + width_of(after), fit = columns - rest;
	int wide = width_of(nick) > fit ? fit : width_of(nick);
	x = draw_text(y, x + columns - rest - wide, before, attributes, pair);
	int end = draw_cut(y, x, wide, nick, attributes | loud, line_nick_pair(view, line));
	draw_text(y, end, after, attributes, pair);
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

/* `--- Thursday, 26 November 2026 ---`, centred. */
static void
draw_separator(const struct view *view, const struct line *line, int y)
{
	int left = view_side_columns(view, view->rooms), columns = view_columns(view);
	struct text words = width_cut((struct text){line->text, line->len}, columns - 2);
	int at = (columns - width_of(words) - 2) / 2;
	attr_t attributes = line->kind == LINE_UNREAD || line->kind == LINE_AWAY ? A_BOLD : A_DIM;
	for (int x = 0; x < columns; x++)
		if (x < at || x >= at + width_of(words) + 2)
			draw_text(y, left + x, text_of("-"), attributes, 0);
	draw_text(y, left + at + 1, words, attributes, 0);
}

/* The rows of the line that are on the screen; its first row is at y, which may be above the log. */
static void
draw_line(const struct view *view, const struct line *line, int y)
{
	int left = view_side_columns(view, view->rooms), columns = view_columns(view);
	int top = view_top(view), end = top + view_rows(view);
	struct wrap wrap = line_wrap(line, columns);
	struct text row;
	int hang = columns - wrap.later, first = columns - wrap.columns;
	if (y >= top && line_is_separator(line)) {
		draw_separator(view, line, y);
		return;
	}
	if (y >= top)
		draw_time(y, left, line->time);
	int label = line_label_columns(line, columns);
	if (y >= top && label > 0)
		draw_label(view, line, y, left + LINE_INDENT, label);
	for (int x = first; wrap_next(&wrap, &row) && y < end; x = hang, y++)
		if (y >= top)
			draw_row(view, line, row, y, left + x);
}

/* Unless the user has scrolled up. Returns the row of the first. */
static int
draw_waiting(
	const struct view *view, const struct scrollback *scroll, const struct waiting *waiting)
{
	int y = view_top(view) + view_rows(view);
	for (size_t i = scroll->bottom ? 0 : waiting->n; y > view_top(view) && i > 0; i--) {
		y -= line_rows(waiting->lines[i - 1], view_columns(view));
		draw_line(view, waiting->lines[i - 1], y);
	}
	return y;
}

static void
draw_log(const struct view *view, const struct scrollback *scroll, const struct waiting *waiting)
{
	int hidden, columns = view_columns(view), top = view_top(view);
	uint64_t number = scroll_bottom(scroll, columns, &hidden);
	int y = draw_waiting(view, scroll, waiting) + hidden;
	const struct line *line;
	while (y > top && (line = scrollback_line(scroll, number--)) != NULL) {
		y -= line_rows(line, columns);
		draw_line(view, line, y);
	}
}

/* An LF in the input is shown as an arrow. */
static bool
typed_next(struct text *rest, struct glyph *glyph)
{
	if (!width_next(rest, glyph))
		return false;
	if (glyph->bytes.ptr[0] == '\n')
		glyph->show[0] = 0x21B5;
	return true;
}

/* Shows the part of the input with the cursor in it; scrolls by half a screen. */
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

/* The longest of the texts that fits. */
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
view_draw(struct view *view, const struct model *model, const struct waiting *waiting,
	const struct typed *typed, struct text connection)
{
	erase();
	view->in_room = model_current(model)->name[0] != '\0';
	if (LINES < VIEW_LEAST_ROWS || COLS < VIEW_LEAST_COLUMNS) {
		draw_too_small();
	} else {
		if (view_top(view) > 0)
			draw_topic(model);
		if (view->help)
			draw_help(view, model);
		else
			draw_log(view, &model_current(model)->scroll, waiting);
		if (view_side_columns(view, view->rooms) && !view->help)
			draw_rooms(view, model);
		if (view_side_columns(view, view->people) && !view->help)
			draw_people(view, model);
		if (typed->hint.len > 0)
			draw_hint(typed->hint);
		else
			draw_status(model, connection);
		draw_typed(typed);
	}
	refresh();
}
