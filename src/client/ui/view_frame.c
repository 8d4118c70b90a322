/* Drawing what surrounds the log: the topic, the rooms, the people, the status line. */
#include "client/ui/view_draw.h"
#include "client/ui/view_internal.h"

static const char heading[] = "Direct messages";

static void
draw_rule(const struct view *view, int x)
{
	for (int y = 0; y < view_rows(view); y++)
		draw_text(view_top(view) + y, x, text_of("\xe2\x94\x82"), A_DIM, 0);
}

static void
draw_fill(int y, int columns, attr_t attributes)
{
	for (int x = 0; x < columns; x++)
		draw_text(y, x, text_of(" "), attributes, 0);
}

/* A room's row in the list: the conversations have a heading. */
static size_t
room_row(const struct model *model, size_t i)
{
	return i + model->rooms[i]->direct;
}

/* A room, with its number for Alt and how many lines are unread. */
static void
draw_room(const struct model *model, size_t i, int y, int width)
{
	const struct room *room = model->rooms[i];
	bool current = room == model_current(model), offline = room->peer == PEER_OFFLINE;
	attr_t attributes = current ? A_REVERSE : offline ? A_DIM : A_NORMAL;
	struct strbuf buf = {0}, count = {0};
	if (room->unread > 0 && !current)
		attributes = A_BOLD;
	strbuf_printf(&buf, "%zu %s", i + 1, room->name);
	if (room->unread > 0)
		strbuf_printf(&count, " %zu%s%s", room->unread, room->marker.more ? "+" : "",
			room->mentioned && !room->direct ? "!" : "");
	draw_fill(y, width, attributes);
	int left = width - (int)count.len;
	draw_cut(y, 0, left, strbuf_view(&buf), attributes, 0);
	draw_text(y, left, strbuf_view(&count), attributes, 0);
	strbuf_clear(&buf);
	strbuf_clear(&count);
}

void
draw_rooms(const struct view *view, const struct model *model)
{
	int width = SIDE_COLUMNS - 2;
	size_t rows = (size_t)view_rows(view), row = room_row(model, model->current);
	/* The current room is always among those shown. */
	size_t first = row < rows ? 0 : row - rows + 1;
	for (size_t i = 0; i < model->n_rooms; i++) {
		bool begins = model->rooms[i]->direct && (i == 0 || !model->rooms[i - 1]->direct);
		row = room_row(model, i);
		if (begins && row > first && row - 1 - first < rows)
			draw_cut(view_top(view) + (int)(row - 1 - first), 0, width,
				text_of(heading), A_DIM, 0);
		if (row >= first && row - first < rows)
			draw_room(model, i, view_top(view) + (int)(row - first), width);
	}
	draw_rule(view, width);
}

static void
draw_person(const struct view *view, const struct room *room, int row, const char *name)
{
	struct text nick = text_of(name);
	short pair = nick_pair(view, nick_colours_get(&room->colours, nick));
	int y = view_top(view) + row, x = COLS - SIDE_COLUMNS + 3, columns = SIDE_COLUMNS - 3;
	if (!strset_has(&room->away, nick)) {
		draw_cut(y, x, columns, nick, A_NORMAL, pair);
		return;
	}
	struct text away = text_of(" (away)");
	x = draw_cut(y, x, columns - (int)away.len, nick, A_DIM, pair);
	draw_text(y, x, away, A_DIM, 0);
}

void
draw_people(const struct view *view, const struct model *model)
{
	const struct room *room = model_current(model);
	size_t fit = (size_t)view_rows(view), n = room->members.n;
	/* The last row counts those who do not fit, and those whose nicks are not known. */
	size_t shown = n > fit || room->n_users > n ? (fit > n ? n : fit - 1) : n;
	draw_rule(view, COLS - SIDE_COLUMNS + 1);
	if (room->direct && room->peer != PEER_OFFLINE)
		draw_person(view, room, 1, room->name);
	if (room->direct)
		draw_person(view, room, 0, model->nick);
	for (size_t i = 0; i < shown; i++)
		draw_person(view, room, (int)i, room->members.items[i]);
	if (shown >= room->n_users)
		return;
	struct strbuf buf = {0};
	strbuf_printf(&buf, "and %zu more", room->n_users - shown);
	draw_cut(view_top(view) + (int)shown, COLS - SIDE_COLUMNS + 3, SIDE_COLUMNS - 3,
		strbuf_view(&buf), A_DIM, 0);
	strbuf_clear(&buf);
}

void
draw_topic(const struct model *model)
{
	const struct room *room = model_current(model);
	struct strbuf buf = {0};
	if (room->direct)
		strbuf_puts(&buf, room->peer == PEER_OFFLINE ? "offline" : "direct messages");
	else
		strbuf_puts(&buf, room->topic);
	draw_fill(0, COLS, A_REVERSE);
	int x = draw_cut(0, 1, COLS / 2, text_of(room->name), A_REVERSE | A_BOLD, 0);
	if (buf.len > 0)
		x = draw_text(0, x, text_of(BAR_SEPARATOR), A_REVERSE, 0);
	draw_cut(0, x, COLS - x - 1, strbuf_view(&buf), A_REVERSE, 0);
	strbuf_clear(&buf);
}

static void
status_people(struct strbuf *buf, const struct room *room)
{
	if (room->name[0] == '\0')
		return;
	strbuf_printf(
		buf, BAR_SEPARATOR "%.*s", TEXT_ARGS(width_cut(text_of(room->name), COLS / 3)));
	if (room->direct)
		strbuf_puts(buf, room->peer == PEER_OFFLINE ? " is offline" : "");
	else
		strbuf_printf(buf, BAR_SEPARATOR "%zu %s", room->n_users,
			room->n_users == 1 ? "person" : "people");
	size_t below = room_unseen(room);
	if (room->past.request)
		strbuf_puts(buf, BAR_SEPARATOR "loading messages");
	if (below > 0)
		strbuf_printf(buf, BAR_SEPARATOR "%zu new below", below);
	else if (room->scroll.bottom && !room->past.request)
		strbuf_puts(buf, BAR_SEPARATOR "scrolled up");
}

/* The other rooms, those with something new first, for the line may be cut. */
static void
status_others(struct strbuf *buf, const struct model *model)
{
	for (int unread = 1; unread >= 0; unread--) {
		for (size_t i = 0; i < model->n_rooms; i++) {
			const struct room *room = model->rooms[i];
			if (room == model_current(model) || (room->unread > 0) != unread)
				continue;
			strbuf_printf(buf, BAR_SEPARATOR "%s", room->name);
			if (unread)
				strbuf_printf(buf, ": %zu%s new%s", room->unread,
					room->marker.more ? "+" : "",
					room->mentioned && !room->direct ? "!" : "");
		}
	}
}

void
draw_status(const struct model *model, struct text connection)
{
	int y = LINES - STATUS_ROWS - INPUT_ROWS;
	int room = COLS - width_of(connection) - 2;
	struct strbuf buf = {0};
	strbuf_printf(&buf, " %s", model->nick);
	status_people(&buf, model_current(model));
	status_others(&buf, model);
	/* Of what does not fit, the usual state of the connection tells least. */
	if (text_is(connection, text_of("connected")) && width_of(strbuf_view(&buf)) > room)
		connection = (struct text){"", 0};
	room = COLS - width_of(connection) - (connection.len > 0 ? 2 : 0);
	draw_fill(y, COLS, A_REVERSE);
	draw_cut(y, 0, room, strbuf_view(&buf), A_REVERSE, 0);
	draw_cut(y, room > 0 ? room + 1 : 0, COLS, connection, A_REVERSE, 0);
	strbuf_clear(&buf);
}

void
draw_hint(struct text hint)
{
	int y = LINES - STATUS_ROWS - INPUT_ROWS;
	draw_fill(y, COLS, A_REVERSE);
	draw_cut(y, 0, COLS, hint, A_REVERSE | A_BOLD, 0);
}
