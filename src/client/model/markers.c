/* Markers only ever move forward. */
#include "client/model/markers.h"

#include "client/model/conversation.h"

static struct room *
remembered_open(struct model *model, const struct remembered *remembered)
{
	struct room *first = model->rooms[0];
	if (remembered->direct)
		return model_open_conversation(model, remembered->name);
	if (first->name[0] != '\0')
		return model_open_room(model, remembered->name, false);
	room_set_name(first, remembered->name);
	return first;
}

struct room *
model_remember(struct model *model, const struct remembered *remembered)
{
	struct room *room = remembered->direct ? model_conversation(model, remembered->name)
					       : model_room(model, remembered->name);
	if (room) {
		model_read_elsewhere(model, room, remembered->read);
		room->registered = remembered->registered;
		return room;
	}
	room = remembered_open(model, remembered);
	room->past.known = true;
	room->registered = remembered->registered;
	if (remembered->direct && !remembered->registered)
		room->peer = PEER_EARLIER;
	room->unread = remembered->unread;
	room->mentioned = remembered->mentions > 0 || (remembered->direct && room->unread > 0);
	room->marker = (struct marker){
		.id = remembered->read,
		.counted = remembered->last,
		.more = remembered->more,
		.wanted = remembered->unread > 0,
		.from = remembered->read,
		.sent = remembered->read,
	};
	model->changed = true;
	return room;
}

/* The first line that is unread; 0: there is none. Counts them. */
static uint64_t
unread_from(const struct room *room, size_t *n, bool *mentions)
{
	const struct scrollback *scroll = &room->scroll;
	uint64_t first = 0;
	*n = 0;
	*mentions = false;
	for (uint64_t i = scrollback_first(scroll); i <= scroll->last && scroll->n > 0; i++) {
		const struct line *line = scrollback_line(scroll, i);
		if (!line->id || line->answer || !room_is_unread(room, line, false))
			continue;
		first = first ? first : i;
		++*n;
		*mentions |= line->mentions;
	}
	return first;
}

/* Whether all lines after the marker are loaded. */
static bool
marker_is_loaded(const struct room *room)
{
	uint64_t first = scrollback_first_id(&room->scroll);
	return !room->past.detached && first && first <= room->marker.id;
}

static void
marker_move(struct room *room)
{
	size_t n;
	bool mentions, had = room->unread_mark != 0;
	room_clear_mark(room);
	uint64_t first = unread_from(room, &n, &mentions);
	if (had && first) {
		struct line_parts parts = {.prefix = text_of("new")};
		struct line *line =
			line_make(LINE_UNREAD, scrollback_line(&room->scroll, first)->time, &parts);
		scrollback_insert(&room->scroll, first, line);
		room->unread_mark = first;
		line_unref(line);
	}
	if (room->unread == 0 || !marker_is_loaded(room))
		return;
	room->unread = n;
	room->mentioned = mentions;
	room->marker.more = false;
}

void
model_read_elsewhere(struct model *model, struct room *room, uint64_t id)
{
	if (id <= room->marker.id)
		return;
	room->marker.id = room->marker.from = id;
	if (room->marker.sent < id)
		room->marker.sent = id;
	bool all = id >= room->marker.counted && scrollback_last_id(&room->scroll) <= id &&
		   !room->past.detached;
	marker_move(room);
	if (all) {
		room_set_read(room);
		room_clear_mark(room);
	}
	model->changed = true;
}

uint64_t
model_read_here(const struct room *room)
{
	bool at_end = !room->scroll.bottom && !room->past.detached;
	return at_end ? scrollback_last_id(&room->scroll) : 0;
}
