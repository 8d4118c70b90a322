/* Drawing: the log, the rooms and people beside it, the status line, the input line. */
#include "client/ui/view_draw.h"

#include <stdint.h>
#include <time.h>
#include <wctype.h>

#include "client/model/utf8.h"
#include "client/ui/scroll.h"
#include "client/ui/view_internal.h"

static void
draw_glyph(int y, int x, const struct glyph *glyph, attr_t attributes, short pair)
{
	cchar_t cell;
	if (glyph->columns > 0 && setcchar(&cell, glyph->show, attributes, pair, NULL) == OK)
		mvadd_wch(y, x, &cell);
}

/* Returns the column after the text. */
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

/* The colour pair of a nick: always the same, and the same for each spelling in letter case. */
static short
nick_pair(const struct view *view, struct text nick)
{
	if (!view->colour)
		return 0;
	uint32_t hash = 2166136261;
	while (nick.len > 0)
		hash = (hash ^ (uint32_t)towlower((wint_t)utf8_next(&nick))) * 16777619;
	return (short)(PAIR_NICKS + (int)(hash % (uint32_t)view->nick_colours));
}

static attr_t
line_attributes(const struct line *line)
{
	if (line->mentions)
		return A_BOLD;
	if (line->waiting)
		return A_DIM;
	return line->kind == LINE_PRESENCE || line->kind == LINE_LOCAL ? A_DIM : A_NORMAL;
}

/* A row of the line's text: the nick in its own colour, the rest in the line's. */
static void
draw_row(const struct view *view, const struct line *line, struct text row, int y, int x)
{
	attr_t attributes = line_attributes(line);
	short pair = view->colour && line->kind == LINE_REFUSED ? PAIR_REFUSED : 0;
	const char *who = line->text + line->nick_at, *end = who + line->nick_len;
	const char *row_end = row.ptr + row.len;
	const char *from = who < row.ptr ? row.ptr : who > row_end ? row_end : who;
	const char *to = end < from ? from : end > row_end ? row_end : end;
	struct text nick = {who, line->nick_len};
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

/* `--- Thursday, 26 November 2026 ---`, centred. */
static void
draw_separator(const struct view *view, const struct line *line, int y)
{
	int left = view_side_columns(view, view->rooms), columns = view_columns(view);
	struct text words = width_cut((struct text){line->text, line->len}, columns - 2);
	int at = (columns - width_of(words) - 2) / 2;
	attr_t attributes = line->kind == LINE_UNREAD ? A_BOLD : A_DIM;
	for (int x = 0; x < columns; x++)
		if (x < at || x >= at + width_of(words) + 2)
			draw_text(y, left + x, text_of("-"), attributes, 0);
	draw_text(y, left + at + 1, words, attributes, 0);
}

/* The rows of the line that are on the screen; its first row is at y, which may be above it. */
static void
draw_line(const struct view *view, const struct line *line, int y)
{
	int left = view_side_columns(view, view->rooms), columns = view_columns(view);
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

/* Unless the user has scrolled up. Returns the row of the first. */
static int
draw_waiting(
	const struct view *view, const struct scrollback *scroll, const struct waiting *waiting)
{
	int y = view_rows();
	for (size_t i = scroll->bottom ? 0 : waiting->n; y > 0 && i > 0; i--) {
		y -= line_rows(waiting->lines[i - 1], view_columns(view));
		draw_line(view, waiting->lines[i - 1], y);
	}
	return y;
}

static void
draw_log(const struct view *view, const struct scrollback *scroll, const struct waiting *waiting)
{
	int hidden, columns = view_columns(view);
	uint64_t number = scroll_bottom(scroll, columns, &hidden);
	int y = draw_waiting(view, scroll, waiting) + hidden;
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

/* The rooms, each with its number for Alt and how many lines are unread. */
static void
draw_rooms(const struct model *model)
{
	int width = SIDE_COLUMNS - 2;
	size_t rows = (size_t)view_rows();
	/* The current room is always among those shown. */
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
	/* The last row counts those who do not fit, and those whose nicks are not known. */
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

static void
draw_hint(struct text hint)
{
	int y = LINES - STATUS_ROWS - INPUT_ROWS;
	for (int x = 0; x < COLS; x++)
		draw_text(y, x, text_of(" "), A_REVERSE, 0);
	draw_text(y, 0, width_cut(hint, COLS), A_REVERSE | A_BOLD, 0);
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
		draw_log(view, &model_current(model)->scroll, waiting);
		if (view_side_columns(view, view->rooms))
			draw_rooms(model);
		if (view_side_columns(view, view->people))
			draw_people(view, model_current(model));
		if (typed->hint.len > 0)
			draw_hint(typed->hint);
		else
			draw_status(model, connection);
		draw_typed(typed);
	}
	refresh();
}
