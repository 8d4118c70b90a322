/* The list of rooms and conversations, as an array. */
#include "client/model/windows.h"

#include "base/alloc.h"

struct room *
model_current(const struct model *model)
{
	return model->rooms[model->current];
}

struct room *
model_room(const struct model *model, struct text name)
{
	for (size_t i = 0; i < model->n_rooms && name.len > 0; i++)
		if (!model->rooms[i]->direct && text_is(text_of(model->rooms[i]->name), name))
			return model->rooms[i];
	return NULL;
}

void
model_show(struct model *model, struct room *room)
{
	if (room != model_current(model))
		room_clear_mark(model_current(model));
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i] == room)
			model->current = i;
	if (!room->direct)
		model->here = room;
	room_set_read(model_current(model));
	model->changed = true;
}

void
model_show_nth(struct model *model, size_t n)
{
	if (n >= 1 && n <= model->n_rooms)
		model_show(model, model->rooms[n - 1]);
}

void
model_show_unread(struct model *model)
{
	struct room *next = NULL;
	for (size_t i = model->n_rooms; i-- > 1;) {
		struct room *room = model->rooms[(model->current + i) % model->n_rooms];
		/* Rooms in which the user is mentioned come first. */
		if (room->unread > 0 && (!next || room->mentioned || !next->mentioned))
			next = room;
	}
	if (next)
		model_show(model, next);
}

void
model_show_next(struct model *model, int rooms)
{
	size_t n = model->n_rooms;
	size_t step = rooms < 0 ? n - (size_t)-rooms % n : (size_t)rooms % n;
	model_show(model, model->rooms[(model->current + step) % n]);
}

bool
model_is_me(const struct model *model, struct text nick)
{
	return text_is(nick, text_of(model->nick));
}

struct room *
model_open_room(struct model *model, struct text name, bool direct)
{
	struct room *room = room_open(name);
	room->direct = direct;
	size_t i = model->n_rooms;
	while (!direct && i > 0 && model->rooms[i - 1]->direct)
		i--;
	model->rooms = xrealloc(model->rooms, (model->n_rooms + 1) * sizeof(struct room *));
	memmove(model->rooms + i + 1, model->rooms + i,
		(model->n_rooms++ - i) * sizeof(struct room *));
	model->rooms[i] = room;
	if (model->n_rooms > 1 && i <= model->current)
		model->current++;
	if (!model->here)
		model->here = room;
	model->changed = true;
	return room;
}

void
model_remove_room(struct model *model, struct room *room)
{
	const struct room *current = model_current(model);
	bool direct = room->direct, shown = room == current;
	size_t i = 0;
	while (model->rooms[i] != room)
		i++;
	memmove(model->rooms + i, model->rooms + i + 1,
		(--model->n_rooms - i) * sizeof(struct room *));
	if (model->current > 0 && (model->current > i || shown))
		model->current--;
	if (model->here == room)
		model->here = model->rooms[0];
	room_close(room);
	/* From a conversation back to the room from which it was opened. */
	model_show(model, direct && shown ? model->here : model_current(model));
}

void
model_add_line(struct model *model, struct room *room, struct line *line)
{
	line->id = model->event_id;
	line->past |= model->past;
	room_add_line(room, line, room == model_current(model));
	model->bell |= line->mentions;
	model->changed = true;
}

void
model_publish(struct model *model, struct room *room, struct line *line)
{
	model_add_line(model, room, line);
	if (model->on_line && !room->past.detached)
		model->on_line(model->ctx, room, line);
	line_unref(line);
}
