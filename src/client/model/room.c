/* Rooms, and the separators between their lines. */
#include "client/model/room.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/day.h"

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
	strset_clear(&room->away);
	scrollback_clear(&room->scroll);
	scrollback_clear(&room->past.ahead);
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

/* While newer lines are missing, what arrives is kept beside them. */
static void
room_add_ahead(struct past *past, struct line *line)
{
	struct scrollback *ahead = &past->ahead;
	const struct line *oldest = scrollback_line(ahead, scrollback_first(ahead));
	if (ahead->n == SCROLLBACK_LINES && oldest->id)
		past->dropped = oldest->id;
	scrollback_add(ahead, line);
}

/* What the user reads is not pushed out by what arrives: that can be loaded again. */
static bool
room_reads_old_lines(const struct room *room)
{
	const struct scrollback *scroll = &room->scroll;
	return room->past.known && scroll->n >= SCROLLBACK_LINES && scroll->bottom &&
	       scroll->bottom - scrollback_first(scroll) < SCROLLBACK_LINES / 2;
}

static void
room_push(struct room *room, struct line *line)
{
	room->past.detached |= room_reads_old_lines(room);
	if (room->past.detached)
		room_add_ahead(&room->past, line);
	else
		scrollback_add(&room->scroll, line);
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
room_add_day(struct room *room, const struct line *line)
{
	if (room->past.detached || line->answer)
		return;
	if (day_is_later(room->newest_time, line->time)) {
		struct line *day = day_line(line->time);
		scrollback_add(&room->scroll, day);
		line_unref(day);
	}
	if (line->time > room->newest_time)
		room->newest_time = line->time;
}

/* Whether the line is the first of those that were missed. */
static bool
room_was_away(const struct room *room, const struct line *line)
{
	return line->past && !line->answer && room->past.away && !room->past.detached;
}

void
room_mark_away(struct room *room, int64_t time)
{
	room->past.away = false;
	room_add_separator(room, LINE_AWAY, time, "while you were away");
	if (!room->unread_mark)
		room->unread_mark = room->scroll.last;
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
	told->past = line->past;
	scrollback_replace_newest(&room->scroll, told);
	room->fold_line = told;
	line_unref(told);
	strbuf_clear(&words);
}

void
room_add_move(struct room *room, struct line *line, struct text nick, bool joined)
{
	bool goes_on = room->fold_line && !room->past.detached && !room_was_away(room, line) &&
		       scrollback_newest(&room->scroll) == room->fold_line &&
		       !day_is_later(room->newest_time, line->time);
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

bool
room_return_draft(struct room *room, struct text text)
{
	if (room->draft)
		return false;
	room->draft = xstrndup(text.ptr, text.len);
	room->draft_pasted = false;
	room->draft_returned = true;
	return true;
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

bool
room_is_unread(const struct room *room, const struct line *line, bool counts)
{
	uint64_t from = counts && room->marker.counted > room->marker.id ? room->marker.counted
									 : room->marker.id;
	return line_counts_as_unread(line) && (line->id == 0 || line->id > from);
}

void
room_add_line(struct room *room, struct line *line, bool shown)
{
	bool new = !shown &&room_is_unread(room, line, false);
	bool unread = !shown && room_is_unread(room, line, true);
	if (room_was_away(room, line))
		room_mark_away(room, line->time);
	if (new && !room->unread_mark && !room->past.detached) {
		room_add_day(room, line);
		room_add_separator(room, LINE_UNREAD, line->time, "new");
		room->unread_mark = room->scroll.last;
	}
	room->unread += unread;
	room->mentioned |= unread && line->mentions;
	room_add_read_line(room, line);
}

void
room_add_read_line(struct room *room, struct line *line)
{
	if (room_was_away(room, line))
		room_mark_away(room, line->time);
	room_add_day(room, line);
	room->fold_line = NULL;
	room_push(room, line);
}

size_t
room_unseen(const struct room *room)
{
	const struct scrollback *ahead = &room->past.ahead;
	size_t n = scrollback_unseen(&room->scroll);
	for (uint64_t i = scrollback_first(ahead); i <= ahead->last && ahead->n > 0; i++)
		n += line_counts_as_unread(scrollback_line(ahead, i));
	return n;
}

void
room_set_read(struct room *room)
{
	room->unread = 0;
	room->mentioned = false;
	room->marker.more = false;
}

void
room_clear_mark(struct room *room)
{
	if (!room->unread_mark)
		return;
	scrollback_remove(&room->scroll, room->unread_mark);
	room->unread_mark = 0;
	room->marker.wanted = false;
}
