/* Rooms, people and what they say, as one who sits in them knows it. */
#include "client/model.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "teahouse/strbuf.h"

static const struct text nobody = {"", 0};

/* Adds another's text so that a terminal shows it and does nothing else. */
static void
strbuf_add_clean(struct strbuf *buf, struct text t, bool one_line)
{
	struct strbuf clean = {0};
	strbuf_reserve(&clean, t.len + 1);
	text_clean(&clean, t);
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.ptr[i] == '\t')
			strbuf_puts(buf, "    ");
		else if (clean.ptr[i] == '\n' && one_line)
			strbuf_puts(buf, " ");
		else
			strbuf_add(buf, clean.ptr + i, 1);
	}
	strbuf_clear(&clean);
}

static char *
name_copy(struct text name)
{
	struct strbuf shown = {0};
	strbuf_add_clean(&shown, name, true);
	char *copy = text_copy(strbuf_view(&shown));
	strbuf_clear(&shown);
	return copy;
}

static struct room *
model_open_room(struct model *model, struct text name)
{
	struct room *room = xcalloc(sizeof *room);
	room->name = name_copy(name);
	size_t size = (model->n_rooms + 1) * sizeof(struct room *);
	model->rooms = xrealloc(model->rooms, size);
	model->rooms[model->n_rooms++] = room;
	return room;
}

struct model *
model_open(struct text nick)
{
	struct model *model = xcalloc(sizeof *model);
	model->nick = text_copy(nick);
	model->changed = true;
	model_open_room(model, nobody);
	return model;
}

static void
room_free(struct room *room)
{
	free(room->name);
	strset_clear(&room->members);
	scrollback_clear(&room->scroll);
	free(room);
}

void
model_close(struct model *model)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		room_free(model->rooms[i]);
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

/* What was new in a room is not any more, once one has gone on to another. */
static void
room_clear_mark(struct room *room)
{
	if (room->unread_mark)
		scrollback_remove(&room->scroll, room->unread_mark);
	room->unread_mark = 0;
}

void
model_show(struct model *model, const struct room *room)
{
	if (room != model_current(model))
		room_clear_mark(model_current(model));
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i] == room)
			model->current = i;
	model_current(model)->unread = 0;
	model_current(model)->mentioned = false;
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
		/* Those that name one come first. */
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
	char *copy = text_copy(nick);
	free(model->nick);
	model->nick = copy;
	model->changed = true;
}

static bool
model_is_me(const struct model *model, struct text nick)
{
	return text_is(nick, text_of(model->nick));
}

/* What a line is made of. */
struct parts {
	struct text before, who, middle, to, colon, body, after;
};

static struct line *
line_from_parts(enum line_kind kind, int64_t time, const struct parts *parts)
{
	struct strbuf buf = {0};
	strbuf_add_text(&buf, parts->before);
	size_t who = buf.len;
	strbuf_add_clean(&buf, parts->who, true);
	size_t who_len = buf.len - who;
	strbuf_add_text(&buf, parts->middle);
	strbuf_add_clean(&buf, parts->to, true);
	strbuf_add_text(&buf, parts->colon);
	size_t body = buf.len;
	strbuf_add_clean(&buf, parts->body, false);
	strbuf_add_text(&buf, parts->after);
	struct line *line = line_make(kind, time, buf.len);
	if (buf.len)
		memcpy(line->text, buf.ptr, buf.len);
	line->who = who;
	line->who_len = who_len;
	line->body = body;
	strbuf_clear(&buf);
	return line;
}

static void
room_add_separator(struct room *room, enum line_kind kind, int64_t time, const char *words)
{
	size_t len = strlen(words);
	struct line *line = line_make(kind, time, len);
	memcpy(line->text, words, len);
	scrollback_add(&room->scroll, line);
	line_unref(line);
}

/* A line of another day than the last one has the day in front. */
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

static void
room_add_line(struct model *model, struct room *room, struct line *line)
{
	room_add_day(room, line->time);
	if (room != model_current(model) && line_counts_as_unread(line) && !room->unread_mark) {
		room_add_separator(room, LINE_UNREAD, line->time, "new");
		room->unread_mark = room->scroll.last;
	}
	scrollback_add(&room->scroll, line);
}

static void
model_add_line(struct model *model, struct room *room, struct line *line)
{
	room_add_line(model, room, line);
	if (room != model_current(model) && line_counts_as_unread(line)) {
		room->unread++;
		room->mentioned |= line->mentions;
	}
	model->bell |= line->mentions;
	model->changed = true;
}

/* Puts a finished line in one room and lets go of it. */
static void
model_publish(struct model *model, struct room *room, struct line *line)
{
	model_add_line(model, room, line);
	if (model->on_line)
		model->on_line(model->ctx, room, line);
	line_unref(line);
}

/* The room of that name, or the one that is shown. */
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
	struct parts parts = {.before = text_of("*** "), .who = nick, .middle = text_of(what)};
	model_publish(model, room, line_from_parts(LINE_PRESENCE, time, &parts));
}

void
model_entered(struct model *model, struct text name, struct text nick, int64_t time, bool go)
{
	struct room *room = model_room(model, name);
	bool mine = model_is_me(model, nick);
	if (!room && !mine)
		return;
	struct room *here = model_current(model);
	bool nowhere = here->name[0] == '\0';
	if (!room && nowhere) {
		/* What was read before there was a room stays in sight. */
		room = here;
		free(room->name);
		room->name = name_copy(name);
	} else if (!room) {
		room = model_open_room(model, name);
	}
	strset_add(&model->known_rooms, name);
	bool new = strset_add(&room->members, nick);
	room->n_users += new;
	if (mine && (go || nowhere))
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
	struct room *here = model_current(model);
	size_t i = 0;
	while (model->rooms[i] != room)
		i++;
	memmove(model->rooms + i, model->rooms + i + 1,
		(--model->n_rooms - i) * sizeof(struct room *));
	if (model->current > 0 && (model->current > i || here == room))
		model->current--;
	room_free(room);
	model_show(model, model_current(model));
}

static void
model_leave(struct model *model, struct room *room, int64_t time)
{
	struct strbuf words = {0};
	strbuf_printf(&words, "You have left %s", room->name);
	model_close_room(model, room);
	model_add_notice(model, LINE_LOCAL, nobody, strbuf_view(&words), time);
	strbuf_clear(&words);
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
	struct parts parts = {
		.before = text_of("*** "),
		.who = old,
		.middle = text_of(" is now known as "),
		.to = new,
	};
	struct line *line = line_from_parts(LINE_PRESENCE, time, &parts);
	struct room *told = NULL;
	for (size_t i = 0; i < model->n_rooms; i++) {
		struct room *room = model->rooms[i];
		if (!strset_remove(&room->members, old))
			continue;
		strset_add(&room->members, new);
		model_add_line(model, room, line);
		if (!told || room == model_current(model))
			told = room;
	}
	if (strset_remove(&model->direct_peers, old))
		strset_add(&model->direct_peers, new);
	if (model_is_me(model, old))
		model_set_nick(model, new);
	if (told && model->on_line)
		model->on_line(model->ctx, told, line);
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
	/* Not every protocol says how many there are. */
	if (room->n_users < room->members.n)
		room->n_users = room->members.n;
}

static void
model_show_topic(struct model *model, struct text name, struct text topic, int64_t time)
{
	struct strbuf words = {0};
	strbuf_puts(&words, topic.len ? "The topic: " : "There is no topic.");
	strbuf_add_text(&words, topic);
	model_add_notice(model, LINE_NOTICE, name, strbuf_view(&words), time);
	strbuf_clear(&words);
}

void
model_topic(
	struct model *model, struct text name, struct text nick, struct text topic, int64_t time)
{
	struct room *room = model_room_or_current(model, name);
	struct parts parts = {
		.before = text_of("*** "),
		.who = nick,
		.middle = text_of(topic.len ? " set the topic: " : " took the topic away"),
		.body = topic,
	};
	if (nick.len == 0) {
		model_show_topic(model, name, topic, time);
		return;
	}
	model_publish(model, room, line_from_parts(LINE_NOTICE, time, &parts));
}

void
model_add_message(struct model *model, enum line_kind kind, struct text name, struct text nick,
	struct text message, int64_t time)
{
	bool emote = kind == LINE_EMOTE;
	struct parts parts = {
		.before = text_of(emote ? "[" : ""),
		.who = nick,
		.middle = text_of(emote ? " " : ": "),
		.body = message,
		.after = text_of(emote ? "]" : ""),
	};
	struct line *line = line_from_parts(kind, time, &parts);
	line->mentions = !model_is_me(model, nick) && text_mentions(message, text_of(model->nick));
	model_publish(model, model_room_or_current(model, name), line);
}

/* A direct message is not of any room: it can be found again in each, and is new in none. */
static void
model_publish_everywhere(struct model *model, struct line *line)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		if (model->rooms[i] != model_current(model)) {
			room_add_day(model->rooms[i], line->time);
			scrollback_add(&model->rooms[i]->scroll, line);
		}
	model_publish(model, model_current(model), line);
}

void
model_add_direct(
	struct model *model, struct text from, struct text to, struct text message, int64_t time)
{
	bool mine = model_is_me(model, from);
	struct parts parts = {
		.who = from,
		.middle = text_of(" -> "),
		.to = to,
		.colon = text_of(": "),
		.body = message,
	};
	struct line *line = line_from_parts(LINE_DIRECT, time, &parts);
	line->mentions = !mine;
	strset_add(&model->direct_peers, mine ? to : from);
	model_publish_everywhere(model, line);
}

void
model_add_anonymous(struct model *model, struct text message, int64_t time)
{
	struct parts parts = {.body = message};
	struct line *line = line_from_parts(LINE_DIRECT, time, &parts);
	line->mentions = true;
	model_publish_everywhere(model, line);
}

void
model_add_notice(
	struct model *model, enum line_kind kind, struct text name, struct text words, int64_t time)
{
	struct parts parts = {.before = text_of("*** "), .body = words};
	model_publish(
		model, model_room_or_current(model, name), line_from_parts(kind, time, &parts));
}
