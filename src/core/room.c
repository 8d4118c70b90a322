/* The rooms there are. Knows nothing of what is said in them. */
#include <stdlib.h>
#include <utlist.h>

#include "core/core_internal.h"

struct room *
room_find(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, NAME_ROOM);
	if (!made)
		return NULL;
	struct named *named = names_find(&core->rooms, made);
	free(made);
	return (struct room *)named;
}

struct room *
room_get(struct core *core, struct text name)
{
	struct name *made = name_make(core->rules, name, NAME_ROOM);
	if (!made)
		return NULL;
	struct room *room = (struct room *)names_find(&core->rooms, made);
	if (room) {
		free(made);
		return room;
	}
	room = xcalloc(sizeof *room);
	room->core = core;
	room->named.name = made;
	room->made = ++core->arrivals;
	names_add(&core->rooms, &room->named);
	DL_APPEND(core->first_room, room);
	core->n_rooms++;
	return room;
}

void
room_drop_digest(struct room *room)
{
	if (!room->digest_at)
		return;
	DL_DELETE2(room->core->digests, room, digest_prev, digest_next);
	room->digest_at = 0;
	room->joined = room->left = 0;
}

void
room_release(struct room *room)
{
	struct core *core = room->core;
	if (room->users > 0 || room == core->default_room)
		return;
	/* Removed from the tables at once: entering this name now creates a new room. */
	if (named_is_listed(&room->named)) {
		room_drop_digest(room);
		names_remove(&core->rooms, &room->named);
		DL_DELETE(core->first_room, room);
		core->n_rooms--;
	}
	if (room->refs > 0)
		return;
	free(room->named.name);
	free(room->members);
	free(room->audience);
	free(room->topic);
	free(room->topic_by);
	free(room);
}

void
room_hold(struct room *room)
{
	if (room)
		room->refs++;
}

void
room_drop(struct room *room)
{
	if (!room)
		return;
	room->refs--;
	room_release(room);
}
