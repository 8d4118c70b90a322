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
	room_set_topic(room, TEXT_NONE);
	return room;
}

void
room_close(struct room *room)
{
	free(room->name);
	free(room->topic);
	free(room->draft);
	nick_colours_clear(&room->colours);
	fold_clear(&room->fold);
	strset_clear(&room->members);
	scrollback_clear(&room->scroll);
	free(room);
}

static void
room_set_string(char **string, struct text text)
{
	struct strbuf clean = {0};
	line_add_clean(&clean, text, true);
	free(*string);
	*string = xstrndup(clean.ptr, clean.len);
	strbuf_clear(&clean);
}

void
room_set_name(struct room *room, struct text name)
{
	room_set_string(&room->name, name);
}

void
room_set_topic(struct room *room, struct text topic)
{
	room_set_string(&room->topic, topic);
}

static void
room_add_separator(struct room *room, enum line_kind kind, int64_t time, const char *title)
{
	struct line_parts parts = {.prefix = text_of(title)};
	struct line *line = line_make(kind, time, &parts);
	scrollback_add(&room->scroll, line);
	line_unref(line);
}

/* Whether the time is of a later day than the newest line; if so, *now is that time. */
static bool
room_day_ends(const struct room *room, int64_t time, struct tm *now)
{
	const struct line *last = scrollback_newest(&room->scroll);
	time_t seconds = (time_t)(time / 1000), before = last ? (time_t)(last->time / 1000) : 0;
	struct tm then;
	if (!last || time <= last->time || !localtime_r(&seconds, now) ||
		!localtime_r(&before, &then))
		return false;
	return now->tm_yday != then.tm_yday || now->tm_year != then.tm_year;
}

/* Puts the date before the first line of another day. */
static void
room_add_day(struct room *room, int64_t time)
{
	struct tm now;
	char day[64];
	if (room_day_ends(room, time, &now) && strftime(day, sizeof day, "%A, %e %B %Y", &now) > 0)
		room_add_separator(room, LINE_DAY, time, day);
}

static void
room_fold(struct room *room, struct line *line)
{
	struct strbuf words = {0};
	if (room->fold.n == 0) {
		scrollback_remove(&room->scroll, room->scroll.last);
		room->fold_line = NULL;
		return;
	}
	fold_describe(&room->fold, &words);
	struct line_parts parts = {.prefix = text_of("*** "), .body = strbuf_view(&words)};
	struct line *told = line_make(LINE_PRESENCE, line->time, &parts);
	told->id = line->id;
	scrollback_replace_newest(&room->scroll, told);
	room->fold_line = told;
	line_unref(told);
	strbuf_clear(&words);
}

void
room_add_move(struct room *room, struct line *line, struct text nick, bool joined)
{
	struct tm now;
	bool goes_on = room->fold_line && scrollback_newest(&room->scroll) == room->fold_line &&
		       !room_day_ends(room, line->time, &now);
	if (!goes_on)
		fold_clear(&room->fold);
	fold_add(&room->fold, nick, joined);
	if (goes_on) {
		room_fold(room, line);
		return;
	}
	room_add_read_line(room, line);
	room->fold_line = line;
}

void
room_merge(struct room *room, struct room *from)
{
	room_clear_mark(room);
	room_clear_mark(from);
	scrollback_merge(&room->scroll, &from->scroll);
	room->unread += from->unread;
	room->mentioned |= from->mentioned;
	if (room->draft)
		return;
	room->draft = from->draft;
	room->draft_pasted = from->draft_pasted;
	from->draft = NULL;
}

void
room_add_line(struct room *room, struct line *line, bool shown)
{
	room_add_day(room, line->time);
	room->fold_line = NULL;
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
	room->fold_line = NULL;
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
