/* Events of a room as lines. Changes nothing that is known of the room. */
#ifndef CLIENT_MODEL_EVENT_LINE_H
#define CLIENT_MODEL_EVENT_LINE_H

#include "client/model/model_state.h"

/* kind: LINE_MESSAGE or LINE_EMOTE. */
struct line *event_line_message(const struct model *model, const struct room *room,
	enum line_kind kind, struct text nick, struct text message, int64_t time);
struct line *event_line_direct(const struct model *model, struct text from, struct text to,
	struct text message, int64_t time);
struct line *event_line_topic(struct text nick, struct text topic, int64_t time);
struct line *event_line_rename(struct text old, struct text new, int64_t time);
struct line *event_line_move(struct text nick, bool joined, int64_t time);

#endif
