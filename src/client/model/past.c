/* Pages are merged with the lines by making those anew; the position stays on its line. */
#include "client/model/past.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/day.h"

void
page_add(struct page *page, struct line *line)
{
	if (page->n == page->cap) {
		page->cap = page->cap ? page->cap * 2 : 64;
		page->lines = xrealloc(page->lines, page->cap * sizeof *page->lines);
	}
	page->lines[page->n++] = line;
}

void
page_clear(struct page *page)
{
	for (size_t i = 0; i < page->n; i++)
		line_unref(page->lines[i]);
	free(page->lines);
	*page = (struct page){0};
}

uint64_t
past_before(const struct room *room)
{
	return scrollback_first_id(&room->scroll);
}

uint64_t
past_after(const struct room *room)
{
	return scrollback_last_id(&room->scroll);
}

bool
past_has_older(const struct room *room)
{
	const struct scrollback *scroll = &room->scroll;
	const struct line *first = scrollback_line(scroll, scrollback_first(scroll));
	return room->past.known && (!first || first->kind != LINE_BEGIN);
}

bool
past_has_newer(const struct room *room)
{
	return room->past.detached;
}

static bool
scrollback_has(const struct scrollback *scroll, uint64_t id)
{
	for (uint64_t i = scrollback_first(scroll); i <= scroll->last; i++)
		if (scrollback_line(scroll, i)->id == id)
			return true;
	return false;
}

bool
past_has(const struct room *room, uint64_t id)
{
	return scrollback_has(&room->scroll, id) || scrollback_has(&room->past.ahead, id);
}

/* The lines of a room while they are made anew. The numbers are of the new ones; 0: not known yet. */
struct merge {
	struct scrollback lines;
	uint64_t bottom, seen, mark;
	int64_t time;   /* of the last line, but for answers; 0: there is none */
	int64_t newest; /* of the newest line of all */
};

static void
merge_add_day(struct merge *merge, int64_t time)
{
	/* Above lines of today no day is needed. */
	bool begins = merge->time == 0 && day_is_later(time, merge->newest);
	if (begins || day_is_later(merge->time, time)) {
		struct line *day = day_line(time);
		scrollback_append(&merge->lines, day);
		line_unref(day);
	}
	if (time > merge->time)
		merge->time = time;
}

static void
merge_take(struct merge *merge, struct line *line)
{
	if (!line->answer && !line_is_separator(line))
		merge_add_day(merge, line->time);
	scrollback_append(&merge->lines, line);
}

/* Takes over a line of a page; the separator goes before the first one that is unread. */
static void
merge_take_page(struct merge *merge, const struct room *room, struct line *line)
{
	if (room->marker.wanted && !merge->mark && line->id > room->marker.from &&
		line_counts_as_unread(line)) {
		struct line_parts parts = {.prefix = text_of("new")};
		struct line *separator = line_make(LINE_UNREAD, line->time, &parts);
		merge_add_day(merge, line->time);
		scrollback_append(&merge->lines, separator);
		merge->mark = merge->lines.last;
		line_unref(separator);
	}
	merge_take(merge, line);
}

/* Takes over a line of the room and what is known of its number. */
static void
merge_take_own(struct merge *merge, const struct room *room, uint64_t number, struct line *line)
{
	const struct scrollback *scroll = &room->scroll;
	bool made_anew = (line->kind == LINE_DAY && !line->answer) || line->kind == LINE_BEGIN;
	/* Older lines are unread, too. */
	bool moved = line->kind == LINE_UNREAD && merge->mark;
	if (made_anew || moved)
		return;
	merge_take(merge, line);
	if (!merge->bottom && scroll->bottom && scroll->bottom <= number)
		merge->bottom = merge->lines.last;
	if (!merge->seen && scroll->seen <= number)
		merge->seen = merge->lines.last;
	if (room->unread_mark == number)
		merge->mark = merge->lines.last;
}

static void
merge_begin(struct merge *merge, const struct room *room, const struct page *page)
{
	int64_t last = page->n > 0 ? page->lines[page->n - 1]->time : 0;
	merge->newest = room->newest_time > last ? room->newest_time : last;
}

/*
 * A line without an id belongs to the one before it that has an id; those at the top belong to the
 * one after them.
 */
static void
merge_all(struct merge *merge, const struct room *room, const struct page *page)
{
	const struct scrollback *scroll = &room->scroll;
	uint64_t id = scrollback_first_id(scroll);
	size_t i = 0;
	if (id == 0)
		id = UINT64_MAX;
	for (uint64_t n = scrollback_first(scroll); n <= scroll->last && scroll->n > 0; n++) {
		struct line *line = scrollback_get(scroll, n);
		if (line->id)
			id = line->id;
		while (i < page->n && page->lines[i]->id < id)
			merge_take_page(merge, room, page->lines[i++]);
		while (i < page->n && page->lines[i]->id == id)
			i++;
		merge_take_own(merge, room, n, line);
	}
	while (i < page->n)
		merge_take_page(merge, room, page->lines[i++]);
}

/* Drops what is too much. Returns whether lines at the end were dropped. */
static bool
merge_limit(struct merge *merge, bool keep_old)
{
	struct scrollback *lines = &merge->lines;
	size_t n = lines->n;
	while (keep_old && lines->n > SCROLLBACK_LINES && merge->bottom &&
		lines->last > merge->bottom)
		scrollback_drop_newest(lines);
	bool cut = lines->n < n;
	while (lines->n > SCROLLBACK_LINES)
		scrollback_drop_oldest(lines);
	return cut;
}

static void
merge_end(struct merge *merge, struct room *room)
{
	struct scrollback *lines = &merge->lines;
	uint64_t first = scrollback_first(lines);
	lines->bottom = merge->bottom && merge->bottom < first ? first : merge->bottom;
	lines->hidden = lines->bottom ? room->scroll.hidden : 0;
	lines->seen = merge->seen && merge->seen < lines->last && lines->bottom ? merge->seen
										: lines->last;
	bool kept = merge->mark >= first && merge->mark <= lines->last;
	room->unread_mark = kept ? merge->mark : 0;
	room->newest_time = merge->time;
	scrollback_clear(&room->scroll);
	room->scroll = *lines;
}

static void
merge_add_begin(struct merge *merge, int64_t time)
{
	struct line_parts parts = {.prefix = text_of("This is where the history begins.")};
	struct line *line = line_make(LINE_BEGIN, time, &parts);
	scrollback_append(&merge->lines, line);
	line_unref(line);
}

void
past_add_older(struct model *model, struct room *room, const struct page *page)
{
	struct merge merge = {.time = 0};
	bool begins = !page->more || !past_has_older(room);
	merge_begin(&merge, room, page);
	if (begins)
		merge_add_begin(&merge, page->n > 0 ? page->lines[0]->time : 0);
	merge_all(&merge, room, page);
	if (merge_limit(&merge, true))
		room->past.detached = true;
	merge_end(&merge, room);
	model->changed = true;
}

/* A line that was missed: unread, as if it had just come. */
static void
past_announce(struct model *model, struct room *room, const struct line *line)
{
	if (room != model_current(model) && room_is_unread(room, line, true)) {
		room->unread++;
		room->mentioned |= line->mentions;
	}
	model->bell |= line->mentions;
	if (model->on_line)
		model->on_line(model->ctx, room, line);
}

/* Those of a page that no other way has told. */
static void
past_announce_all(struct model *model, struct room *room, const struct page *page)
{
	const struct past *past = &room->past;
	uint64_t from = past->away_from > past->dropped ? past->away_from : past->dropped;
	for (size_t i = 0; i < page->n && past->away_from; i++) {
		struct line *line = page->lines[i];
		if (line->id <= from || past_has(room, line->id))
			continue;
		if (past->away)
			room_mark_away(room, line->time);
		past_announce(model, room, line);
	}
}

/* What has arrived meanwhile follows the lines. */
static void
past_attach(struct model *model, struct room *room)
{
	struct scrollback ahead = room->past.ahead;
	uint64_t last = scrollback_last_id(&room->scroll);
	room->past.ahead = (struct scrollback){0};
	room->past.detached = false;
	room->past.dropped = 0;
	for (uint64_t i = scrollback_first(&ahead); i <= ahead.last && ahead.n > 0; i++) {
		struct line *line = scrollback_get(&ahead, i);
		if (line->id && line->id <= last && scrollback_has(&room->scroll, line->id))
			continue;
		room_add_read_line(room, line);
		if (model->on_line)
			model->on_line(model->ctx, room, line);
	}
	scrollback_clear(&ahead);
	past_end_absence(room);
}

void
past_add_newer(struct model *model, struct room *room, const struct page *page)
{
	struct merge merge = {.time = 0};
	bool begins = room->past.known && !past_has_older(room);
	past_announce_all(model, room, page);
	merge_begin(&merge, room, page);
	if (begins)
		merge_add_begin(&merge, 0);
	merge_all(&merge, room, page);
	merge_limit(&merge, false);
	merge_end(&merge, room);
	if (!page->more && room->past.dropped <= scrollback_last_id(&room->scroll))
		past_attach(model, room);
	model->changed = true;
}

bool
past_to_end(struct room *room)
{
	bool jumps = room->past.detached;
	if (jumps) {
		scrollback_clear(&room->scroll);
		room->scroll = room->past.ahead;
		room->past.ahead = (struct scrollback){0};
		room->past.detached = false;
		room->past.dropped = 0;
		room->past.request = 0;
		room->unread_mark = 0;
		room->fold_line = NULL;
		past_end_absence(room);
	}
	scrollback_to_end(&room->scroll);
	return jumps;
}

void
past_lose(struct model *model)
{
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		struct past *past = &room->past;
		uint64_t last = scrollback_last_id(&past->ahead);
		past->request = 0;
		past->loaded = 0;
		/* What comes next does not follow those lines without a gap. */
		if (last > past->dropped)
			past->dropped = last;
		scrollback_clear(&past->ahead);
		if (last == 0)
			last = scrollback_last_id(&room->scroll);
		if (!past->away_from)
			past->away_from = last;
		past->away = past->away_from != 0;
	}
}

static void
scrollback_forget_ids(struct scrollback *scroll)
{
	for (uint64_t i = scrollback_first(scroll); i <= scroll->last && scroll->n > 0; i++)
		scrollback_get(scroll, i)->id = 0;
}

/* The server counts anew: the lines are older than all that it knows. */
static void
past_forget_ids(struct room *room)
{
	scrollback_forget_ids(&room->scroll);
	scrollback_forget_ids(&room->past.ahead);
	room->past.dropped = 0;
	if (room->scroll.n > 0)
		scrollback_get(&room->scroll, room->scroll.last)->id = 1;
	room->past.away_from = 1;
}

void
past_return(struct room *room, uint64_t id)
{
	if (id && id <= room->past.away_from)
		past_forget_ids(room);
	room->past.detached = true;
}

void
past_end_absence(struct room *room)
{
	room->past.away = false;
	room->past.away_from = 0;
}

void
past_give_up(struct model *model, struct room *room)
{
	if (room->past.detached)
		past_attach(model, room);
	past_end_absence(room);
	model->changed = true;
}
