/* Finds conversations by nicks, and notices when a nick may belong to another person. */
#include "client/model/conversation.h"

#include "base/utf8.h"
#include "client/model/event_line.h"

static bool
nicks_are_alike(struct text one, struct text other)
{
	struct text rest;
	return utf8_starts_with(one, other, &rest) && rest.len == 0;
}

struct room *
model_conversation(const struct model *model, struct text nick)
{
	for (size_t i = 0; i < model->n_rooms && nick.len > 0; i++) {
		struct room *room = model->rooms[i];
		if (room->direct && nicks_are_alike(text_of(room->name), nick))
			return room;
	}
	return NULL;
}

static bool
model_sees(const struct model *model, struct text nick)
{
	for (size_t i = 0; i < model->n_rooms; i++)
		if (strset_has(&model->rooms[i]->members, nick))
			return true;
	return false;
}

/* The nick as it is spelt by the user who has it, as far as that is known. */
static struct text
model_spelling(const struct model *model, struct text nick)
{
	for (size_t i = 0; i < model->n_rooms; i++) {
		const struct strset *members = &model->rooms[i]->members;
		for (size_t j = 0; j < members->n; j++)
			if (nicks_are_alike(text_of(members->items[j]), nick))
				return text_of(members->items[j]);
	}
	return nick;
}

struct room *
model_open_conversation(struct model *model, struct text nick)
{
	struct room *room = model_conversation(model, nick);
	if (room)
		return room;
	room = model_open_room(model, model_spelling(model, nick), true);
	room->past.known = model->keeps_direct;
	return room;
}

void
model_close_conversation(struct model *model, struct room *room)
{
	model_remove_room(model, room);
}

static void
conversation_notice(struct model *model, struct room *room, const char *words, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "), .nick = text_of(room->name), .verb = text_of(words)};
	struct line *line = line_make(LINE_PRESENCE, time, &parts);
	model_add_line(model, room, line);
	line_unref(line);
}

/*
 * Unless it is registered, the name may belong to another person now: messages for the former one
 * must not go to that person.
 */
static void
conversation_doubt(struct model *model, struct room *room, struct text nick, int64_t time)
{
	if (!text_is(nick, text_of(room->name)))
		room_set_name(room, nick);
	room->peer = PEER_ONLINE;
	if (room->registered)
		return;
	room->peer_changed = true;
	conversation_notice(model, room, " is back, or another person has this name now", time);
}

void
model_peer_entered(struct model *model, struct text nick, int64_t time)
{
	struct room *room = model_conversation(model, nick);
	if (room && room->peer != PEER_ONLINE)
		conversation_doubt(model, room, nick, time);
}

void
model_peer_left(struct model *model, struct text nick)
{
	struct room *room = model_conversation(model, nick);
	if (room && room->peer == PEER_ONLINE && !model_sees(model, nick))
		room->peer = PEER_UNSURE;
}

void
model_set_peer(struct model *model, struct room *room, bool online, int64_t time)
{
	if (!online && room->peer != PEER_OFFLINE) {
		room->peer = PEER_OFFLINE;
		conversation_notice(model, room, " is offline", time);
	} else if (online && room->peer == PEER_UNSURE) {
		room->peer = PEER_ONLINE;
	} else if (online && room->peer != PEER_ONLINE) {
		conversation_doubt(model, room, text_of(room->name), time);
	}
	model->changed = true;
}

void
model_peer_registered(struct model *model, struct room *room, bool registered, int64_t time)
{
	bool given_up = room->registered && !registered;
	room->registered = registered;
	if (given_up)
		conversation_doubt(model, room, text_of(room->name), time);
}

/*
 * Two conversations for one nick: of the person who has it now, and of one who had it before and
 * must have left. They become one; what was being typed to the former is not sent unasked.
 */
static void
conversation_take_over(struct model *model, struct room *room, struct room *former)
{
	bool shown = former == model_current(model);
	room_merge(room, former);
	if (shown) {
		model_show(model, room);
		room->peer_changed = true;
	}
	model_remove_room(model, former);
}

void
model_peer_renamed(struct model *model, struct text old, struct text new, struct line *line)
{
	struct room *room = model_conversation(model, old), *other = model_conversation(model, new);
	if (!room && other) {
		conversation_doubt(model, other, new, line->time);
		return;
	}
	if (!room)
		return;
	if (other && other != room)
		conversation_take_over(model, room, other);
	room_set_name(room, new);
	if (room->peer == PEER_OFFLINE)
		room->peer_changed = true;
	room->peer = PEER_ONLINE;
	model_add_line(model, room, line);
}

/* Without windows for conversations, a direct message is in each room, and is unread in none. */
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
	struct text peer = mine ? to : from;
	struct line *line = event_line_direct(model, from, to, message, time);
	strset_add(&model->direct_peers, peer);
	if (model->single_window || peer.len == 0) {
		model_publish_everywhere(model, line);
		return;
	}
	struct room *room = model_open_conversation(model, peer);
	/* What was written before does not tell who is there. */
	if (!mine && !model->past && room->peer != PEER_ONLINE)
		conversation_doubt(model, room, peer, time);
	model_publish(model, room, line);
}

void
model_add_anonymous(struct model *model, struct text message, int64_t time)
{
	struct line_parts parts = {.body = message};
	struct line *line = line_make(LINE_DIRECT, time, &parts);
	line->mentions = true;
	model_publish_everywhere(model, line);
}
