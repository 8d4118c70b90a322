/* Lines, put together from the parts of events. */
#include "client/model/event_line.h"

#include "base/mention.h"
#include "client/model/windows.h"

/* Marks where the message has the nick of the user in it, if it does. */
static void
line_mark_mention(struct line *line, struct text nick)
{
	struct text body = {line->text + line->body_at, line->len - line->body_at};
	struct text found = text_mention(body, nick);
	if (!found.ptr)
		return;
	line->mentions = true;
	line->mention_at = (size_t)(found.ptr - line->text);
	line->mention_len = found.len;
}

struct line *
event_line_message(const struct model *model, const struct room *room, enum line_kind kind,
	struct text nick, struct text message, int64_t time)
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
	line->mine = model_is_me(model, nick);
	if (!line->mine)
		line_mark_mention(line, text_of(model->nick));
	line->colour = nick_colours_get(&room->colours, nick);
	return line;
}

struct line *
event_line_direct(const struct model *model, struct text from, struct text to, struct text message,
	int64_t time)
{
	struct line_parts parts = {
		.nick = from,
		.verb = text_of(model->single_window ? " -> " : ": "),
		.to = model->single_window ? to : TEXT_NONE,
		.separator = text_of(model->single_window ? ": " : ""),
		.body = message,
	};
	struct line *line = line_make(LINE_DIRECT, time, &parts);
	line->mine = model_is_me(model, from);
	line->mentions = !line->mine;
	return line;
}

struct line *
event_line_topic(struct text nick, struct text topic, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "),
		.nick = nick,
		.verb = text_of(topic.len ? " set the topic: " : " cleared the topic"),
		.body = topic,
	};
	return line_make(LINE_NOTICE, time, &parts);
}

struct line *
event_line_rename(struct text old, struct text new, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "),
		.nick = old,
		.verb = text_of(" is now known as "),
		.to = new,
	};
	return line_make(LINE_PRESENCE, time, &parts);
}

struct line *
event_line_move(struct text nick, bool joined, int64_t time)
{
	struct line_parts parts = {
		.prefix = text_of("*** "),
		.nick = nick,
		.verb = text_of(joined ? " has joined the chat" : " has left the chat"),
	};
	return line_make(LINE_PRESENCE, time, &parts);
}
