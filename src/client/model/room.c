/* Rooms, and the separators between their lines. */
#include "client/model/room.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"

struct room *
room_open(struct text name)
{
	struct room *room = xcalloc(sizeof *room);
	room_set_name(room, name);
	return room;
}

void
room_close(struct room *room)
{
	free(room->name);
	strset_clear(&room->members);
	scrollback_clear(&room->scroll);
	free(room);
}

void
room_set_name(struct room *room, struct text name)
{
	struct strbuf clean = {0};
	line_add_clean(&clean, name, true);
	free(room->name);
	room->name = xstrndup(clean.ptr, clean.len);
	strbuf_clear(&clean);
}

static void
room_add_separator(struct room *room, enum line_kind kind, int64_t time, const char *title)
{
	struct line_parts parts = {.prefix = text_of(title)};
	struct line *line = line_make(kind, time, &parts);
	scrollback_add(&room->scroll, line);
	line_unref(line);
}

/* Puts the date before the first line of another day. */
static void
room_add_day(struct room *room, int64_t time)
{
	const struct line *last = scrollback_newest(&room->scroll);
	time_t seconds = (time_t)(time / 1000), before = last ? (time_t)(last->time / 1000) : 0;
	struct tm now, then;
	char day[64];
	if (!last || !localtime_r(&seconds, &now) || !localtime_r(&before, &then))
		return;
	bool same = now.tm_yday == then.tm_yday && now.tm_year == then.tm_year;
	if (!same && time > last->time && strftime(day, sizeof day, "%A, %e %B %Y", &now) > 0)
		room_add_separator(room, LINE_DAY, time, day);
}

void
room_add_line(struct room *room, struct line *line, bool shown)
{
	room_add_day(room, line->time);
	if (!shown && line_counts_as_unread(line)) {
		if (!room->unread_mark) {
			room_add_separator(room, LINE_UNREAD, line->time, "new");
			room->unread_mark = room->scroll.last;
		}
		room->unread++;
		room->mentioned |= line->mentions;
	}
	scrollback_add(&room->scroll, line);
}

void
room_add_read_line(struct room *room, struct line *line)
{
	room_add_day(room, line->time);
	scrollback_add(&room->scroll, line);
}

void
room_set_read(struct room *room)
{
	room->unread = 0;
	room->mentioned = false;
}

void
room_clear_mark(struct room *room)
{
	if (room->unread_mark)
		scrollback_remove(&room->scroll, room->unread_mark);
	room->unread_mark = 0;
}
