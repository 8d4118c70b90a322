/* Applies events to the rooms, and turns each into a line. */
#include "client/model/model.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/mention.h"

static struct room *
model_open_room(struct model *model, struct text name)
{
	struct room *room = room_open(name);
	model->rooms = xrealloc(model->rooms, (model->n_rooms + 1) * sizeof(struct room *));
	model->rooms[model->n_rooms++] = room;
	return room;
}

struct model *
model_open(struct text nick)
{
	struct model *model = xcalloc(sizeof *model);
	model->nick = xstrndup(nick.ptr, nick.len);
	model->changed = true;
	model_open_room(model, TEXT_NONE);
	return model;
}

void
model_close(struct model *model)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		room_close(model->rooms[i]);
	free(model->rooms);
	free(model->nick);
	strset_clear(&model->commands);
	strset_clear(&model->known_rooms);
	strset_clear(&model->direct_peers);
	free(model);
}

struct room *
model_current(const struct model *model)
{
	return model->rooms[model->current];
}

struct room *
model_room(const struct model *model, struct text name)
{
	for (size_t i = 0; i < model->n_rooms && name.len > 0; i++)
		if (text_is(text_of(model->rooms[i]->name), name))
			return model->rooms[i];
	return NULL;
}

void
model_show(struct model *model, const struct room *room)
{
	if (room != model_current(model))
		room_clear_mark(model_current(model));
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i] == room)
			model->current = i;
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
	const struct room *next = NULL;
	for (size_t i = model->n_rooms; i-- > 1;) {
		const struct room *room = model->rooms[(model->current + i) % model->n_rooms];
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

void
model_set_nick(struct model *model, struct text nick)
{
	char *copy = xstrndup(nick.ptr, nick.len);
	free(model->nick);
	model->nick = copy;
	model->changed = true;
}

static bool
model_is_me(const struct model *model, struct text nick)
{
	return text_is(nick, text_of(model->nick));
}

static void
model_add_line(struct model *model, struct room *room, struct line *line)
{
	line->id = model->event_id;
	room_add_line(room, line, room == model_current(model));
	model->bell |= line->mentions;
	model->changed = true;
}

/* Adds a new line to one room, and drops the caller's reference. */
static void
model_publish(struct model *model, struct room *room, struct line *line)
{
	model_add_line(model, room, line);
	if (model->on_line)
		model->on_line(model->ctx, room, line);
	line_unref(line);
}

/* The room of that name; the current one if the user is in none of that name. */
static struct room *
model_room_or_current(const struct model *model, struct text name)
{
	struct room *room = model_room(model, name);
	return room ? room : model_current(model);
}

static void
model_publish_move(
	struct model *model, struct room *room, struct text nick, const char *what, int64_t time)
{
	struct line_parts parts = {.prefix = text_of("*** "), .nick = nick, .verb = text_of(what)};
	model_publish(model, room, line_make(LINE_PRESENCE, time, &parts));
}

void
model_entered(struct model *model, struct text name, struct text nick, int64_t time, bool show)
{
	struct room *room = model_room(model, name);
	bool mine = model_is_me(model, nick);
	if (!room && !mine)
		return;
	struct room *current = model_current(model);
	bool roomless = current->name[0] == '\0';
	if (!room && roomless) {
		/* Lines from before the first room stay visible in it. */
		room = current;
		room_set_name(room, name);
	} else if (!room) {
		room = model_open_room(model, name);
	}
	strset_add(&model->known_rooms, name);
	bool new = strset_add(&room->members, nick);
	room->n_users += new;
	if (mine && (show || roomless))
		model_show(model, room);
	if (new)
		model_publish_move(model, room, nick, " has joined the chat", time);
}

static void
model_close_room(struct model *model, struct room *room)
{
	if (model->n_rooms == 1) {
		room->name[0] = '\0';
		strset_clear(&room->members);
		room->n_users = 0;
		return;
	}
	struct room *current = model_current(model);
	size_t i = 0;
	while (model->rooms[i] != room)
		i++;
	memmove(model->rooms + i, model->rooms + i + 1,
		(--model->n_rooms - i) * sizeof(struct room *));
	if (model->current > 0 && (model->current > i || current == room))
		model->current--;
	room_close(room);
	model_show(model, model_current(model));
}

static void
model_leave(struct model *model, struct room *room, int64_t time)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "You have left %s", room->name);
	model_close_room(model, room);
	model_add_notice(model, LINE_LOCAL, TEXT_NONE, strbuf_view(&text), time);
	strbuf_clear(&text);
}

void
model_left(struct model *model, struct text name, struct text nick, int64_t time)
{
	struct room *room = model_room(model, name);
	if (!room)
		return;
	if (model_is_me(model, nick)) {
		model_leave(model, room, time);
		return;
	}
	strset_remove(&room->members, nick);
	room->n_users -= room->n_users > 0;
	model_publish_move(model, room, nick, " has left the chat", time);
}

void
model_renamed(struct model *model, struct text old, struct text new, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "),
		.nick = old,
		.verb = text_of(" is now known as "),
		.to = new,
	};
	struct line *line = line_make(LINE_PRESENCE, time, &parts);
	struct room *affected = NULL; /* the current room, or the first one that the user is in */
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		if (!strset_remove(&room->members, old))
			continue;
		strset_add(&room->members, new);
		model_add_line(model, room, line);
		if (!affected || room == model_current(model))
			affected = room;
	}
	if (strset_remove(&model->direct_peers, old))
		strset_add(&model->direct_peers, new);
	if (model_is_me(model, old))
		model_set_nick(model, new);
	if (affected && model->on_line)
		model->on_line(model->ctx, affected, line);
	line_unref(line);
}

static void
presence_add(struct strbuf *buf, size_t n, const char *what)
{
	if (n > 0)
		strbuf_printf(buf, "%s%zu %s %s", buf->len ? " and " : "", n,
			n == 1 ? "has" : "have", what);
}

void
model_presence(struct model *model, struct text name, const struct presence *presence, int64_t time)
{
	struct room *room = model_room(model, name);
	struct strbuf buf = {0};
	if (!room)
		return;
	room->n_users = presence->users;
	room->members_stale = true;
	model->changed = true;
	if (presence->joined + presence->left == 0)
		return;
	presence_add(&buf, presence->joined, "entered");
	presence_add(&buf, presence->left, "left");
	model_add_notice(model, LINE_PRESENCE, name, strbuf_view(&buf), time);
	strbuf_clear(&buf);
}

void
model_set_members(struct model *model, struct text name, size_t users, bool first)
{
	struct room *room = model_room(model, name);
	if (room && first)
		strset_clear(&room->members);
	if (room && users > 0)
		room->n_users = users;
	else if (room)
		room->n_users = room->members.n;
	model->changed = true;
}

void
model_add_member(struct model *model, struct text name, struct text nick)
{
	struct room *room = model_room(model, name);
	if (!room)
		return;
	strset_add(&room->members, nick);
	/* Not every protocol tells the number of users. */
	if (room->n_users < room->members.n)
		room->n_users = room->members.n;
}

void
model_show_topic(
	struct model *model, enum line_kind kind, struct text name, struct text topic, int64_t time)
{
	struct strbuf text = {0};
	strbuf_puts(&text, topic.len ? "The topic: " : "There is no topic.");
	strbuf_add_text(&text, topic);
	model_add_notice(model, kind, name, strbuf_view(&text), time);
	strbuf_clear(&text);
}

void
model_topic_set(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "),
		.nick = nick,
		.verb = text_of(topic.len ? " set the topic: " : " cleared the topic"),
		.body = topic,
	};
	model_publish(
		model, model_room_or_current(model, name), line_make(LINE_NOTICE, time, &parts));
}

void
model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time)
{
	bool emote = kind == LINE_EMOTE;
	struct line_parts parts = {
		.prefix = text_of(emote ? "[" : ""),
		.nick = nick,
		.verb = text_of(emote ? " " : ": "),
		.body = message,
		.suffix = text_of(emote ? "]" : ""),
	};
	struct line *line = line_make(kind, time, &parts);
	line->mentions = !model_is_me(model, nick) && text_mentions(message, text_of(model->nick));
	model_publish(model, model_room_or_current(model, name), line);
}

/* A direct message belongs to no room: it is added to each, and is unread in none. */
static void
model_publish_everywhere(struct model *model, struct line *line)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i] != model_current(model))
			room_add_read_line(model->rooms[i], line);
	model_publish(model, model_current(model), line);
}

void
model_add_direct(
	struct model *model, struct text from, struct text to, struct text message, int64_t time)
{
	bool mine = model_is_me(model, from);
	struct line_parts parts = {
		.nick = from,
		.verb = text_of(" -> "),
		.to = to,
		.separator = text_of(": "),
		.body = message,
	};
	struct line *line = line_make(LINE_DIRECT, time, &parts);
	line->mentions = !mine;
	strset_add(&model->direct_peers, mine ? to : from);
	model_publish_everywhere(model, line);
}

void
model_add_anonymous(struct model *model, struct text message, int64_t time)
{
	struct line_parts parts = {.body = message};
	struct line *line = line_make(LINE_DIRECT, time, &parts);
	line->mentions = true;
	model_publish_everywhere(model, line);
}

void
model_add_notice(
	struct model *model, enum line_kind kind, struct text name, struct text text, int64_t time)
{
	struct line_parts parts = {.prefix = text_of("*** "), .body = text};
	model_publish(model, model_room_or_current(model, name), line_make(kind, time, &parts));
}

void
model_learn_command(struct model *model, struct text name)
{
	struct strbuf command = {0};
	strbuf_puts(&command, "/");
	strbuf_add_text(&command, name);
	if (name.len > 0)
		strset_add(&model->commands, strbuf_view(&command));
	strbuf_clear(&command);
}

void
model_learn_room(struct model *model, struct text name)
{
	strset_add(&model->known_rooms, name);
}
