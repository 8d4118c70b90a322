/* Applies events to the rooms, and turns each into a line. */
#include "client/model/model.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/event_line.h"

struct model *
model_open(struct text nick)
{
	struct model *model = xcalloc(sizeof *model);
	model->nick = xstrndup(nick.ptr, nick.len);
	model->changed = true;
	model_open_room(model, TEXT_NONE, false);
	return model;
}

void
model_close(struct model *model)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		room_close(model->rooms[i]);
	free(model->rooms);
	free(model->nick);
	model_forget_manual(model);
	strset_clear(&model->commands);
	strset_clear(&model->known_rooms);
	strset_clear(&model->direct_peers);
	free(model);
}

void
model_set_nick(struct model *model, struct text nick)
{
	char *copy = xstrndup(nick.ptr, nick.len);
	free(model->nick);
	model->nick = copy;
	model->changed = true;
}

/* The room of that name; the one that is shown if the user is in none of that name. */
static struct room *
model_room_or_current(const struct model *model, struct text name)
{
	struct room *room = model_room(model, name);
	return room ? room : model_current(model);
}

static void
model_publish_move(
	struct model *model, struct room *room, struct text nick, bool joined, int64_t time)
{
	struct line *line = event_line_move(nick, joined, time);
	line->id = model->event_id;
	line->past = model->past;
	room_add_move(room, line, nick, joined);
	model->changed = true;
	if (model->on_line && !room->past.detached)
		model->on_line(model->ctx, room, line);
	line_unref(line);
}

void
model_entered(struct model *model, struct text name, struct text nick, int64_t time, bool show)
{
	struct room *room = model_room(model, name);
	bool mine = model_is_me(model, nick);
	if (!room && !mine)
		return;
	bool roomless = model->rooms[0]->name[0] == '\0';
	if (!room && roomless) {
		/* Lines from before the first room stay visible in it. */
		room = model->rooms[0];
		room_set_name(room, name);
	} else if (!room) {
		room = model_open_room(model, name, false);
	}
	strset_add(&model->known_rooms, name);
	bool new = strset_add(&room->members, nick);
	room->n_users += new;
	nick_colours_add(&room->colours, nick);
	room->topic_told &= !mine;
	if (mine && (show || roomless))
		model_show(model, room);
	if (new)
		model_publish_move(model, room, nick, true, time);
	if (new && !mine)
		model_peer_entered(model, nick, time);
}

static void
model_close_room(struct model *model, struct room *room)
{
	if (model->n_rooms > 1 && !model->rooms[1]->direct) {
		model_remove_room(model, room);
		return;
	}
	/* The last room stays, without a name. */
	room->name[0] = '\0';
	strset_clear(&room->members);
	strset_clear(&room->away);
	nick_colours_clear(&room->colours);
	room_set_topic(room, TEXT_NONE);
	room->n_users = 0;
	model->changed = true;
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
model_show_move(struct model *model, struct text name, struct text nick, bool joined, int64_t time)
{
	struct room *room = model_room(model, name);
	if (room)
		model_publish_move(model, room, nick, joined, time);
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
	strset_remove(&room->away, nick);
	nick_colours_remove(&room->colours, nick);
	room->n_users -= room->n_users > 0;
	model_publish_move(model, room, nick, false, time);
	model_peer_left(model, nick);
}

void
model_renamed(struct model *model, struct text old, struct text new, int64_t time)
{
	struct line *line = event_line_rename(old, new, time);
	struct room *affected = NULL; /* the current room, or the first one that the user is in */
	model_peer_renamed(model, old, new, line);
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		/* What was missed has happened before the list of members came. */
		bool later = model->past && strset_has(&room->members, new);
		if (!later && !strset_remove(&room->members, old))
			continue;
		strset_add(&room->members, new);
		nick_colours_rename(&room->colours, old, new);
		model_add_line(model, room, line);
		if (!affected || room == model_current(model))
			affected = room;
	}
	if (strset_remove(&model->direct_peers, old))
		strset_add(&model->direct_peers, new);
	if (model_is_me(model, old))
		model_set_nick(model, new);
	if (affected && model->on_line && !affected->past.detached)
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
	presence_add(&buf, presence->joined, "joined");
	presence_add(&buf, presence->left, "left");
	model_add_notice(model, LINE_PRESENCE, name, strbuf_view(&buf), time);
	strbuf_clear(&buf);
}

void
model_set_members(struct model *model, struct text name, size_t users, bool first)
{
	struct room *room = model_room(model, name);
	if (room && first) {
		strset_clear(&room->members);
		strset_clear(&room->away);
	}
	/* Until the list came, only the user was known; it tells in which order users arrived. */
	if (room && first && room->colours.n == 1)
		nick_colours_clear(&room->colours);
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
	nick_colours_add(&room->colours, nick);
	/* Not every protocol tells the number of users. */
	if (room->n_users < room->members.n)
		room->n_users = room->members.n;
}

void
model_set_away(struct model *model, struct text name, struct text nick)
{
	struct room *room = model_room(model, name);
	if (room)
		strset_add(&room->away, nick);
}

/* A room without a topic is told none: one from before a lost connection may be gone. */
void
model_topic_known(struct model *model, struct text name)
{
	struct room *room = model_room(model, name);
	if (room && !room->topic_told)
		room_set_topic(room, TEXT_NONE);
	model->changed = true;
}

/* Returns whether the topic was another one. */
static bool
model_learn_topic(struct model *model, struct text name, struct text topic)
{
	struct room *room = model_room(model, name);
	if (room)
		room->topic_told = true;
	char *before = room ? xstrndup(room->topic, strlen(room->topic)) : NULL;
	if (room)
		room_set_topic(room, topic);
	bool new = !room || strcmp(before, room->topic) != 0;
	free(before);
	return new;
}

void
model_show_topic(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text topic, int64_t time)
{
	bool new = model_learn_topic(model, name, topic);
	if (kind == LINE_LOCAL && !new)
		return;
	struct strbuf text = {0};
	strbuf_puts(&text, topic.len ? "The topic is: " : "There is no topic.");
	strbuf_add_text(&text, topic);
	if (topic.len > 0 && nick.len > 0)
		strbuf_printf(&text, " (set by %.*s)", TEXT_ARGS(nick));
	model_add_notice(model, kind, name, strbuf_view(&text), time);
	strbuf_clear(&text);
}

void
model_topic_set(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time)
{
	model_learn_topic(model, name, topic);
	model_publish(
		model, model_room_or_current(model, name), event_line_topic(nick, topic, time));
}

void
model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time)
{
	struct room *room = model_room_or_current(model, name);
	strset_remove(&room->away, nick);
	model_publish(model, room, event_line_message(model, room, kind, nick, message, time));
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
model_learn_manual(struct model *model, struct text usage, struct text help)
{
	struct strbuf clean = {0};
	size_t size = (model->n_manual + 1) * sizeof *model->manual;
	model->manual = xrealloc(model->manual, size);
	line_add_clean(&clean, usage, true);
	char *kept = xstrndup(clean.ptr, clean.len);
	clean.len = 0;
	line_add_clean(&clean, help, true);
	model->manual[model->n_manual++] = (struct manual){kept, xstrndup(clean.ptr, clean.len)};
	strbuf_clear(&clean);
}

void
model_forget_manual(struct model *model)
{
	for (size_t i = 0; i < model->n_manual; i++) {
		free(model->manual[i].usage);
		free(model->manual[i].help);
	}
	free(model->manual);
	model->manual = NULL;
	model->n_manual = 0;
}

void
model_learn_room(struct model *model, struct text name)
{
	strset_add(&model->known_rooms, name);
}
