/* Applies pages of the history, which the client or the user has asked for. */
#include <inttypes.h>
#include <stdlib.h>

#include "client/model/event_line.h"
#include "client/model/past.h"
#include "client/protocol/json_packet.h"
#include "client/protocol/json_send.h"
#include "client/session/answers.h"
#include "client/session/loading.h"
#include "client/session/pending.h"

/* NULL: there is nothing to show of it. */
static struct line *
event_line(const struct model *model, const struct room *room, const struct json *event)
{
	struct text type = json_text(event, "type"), nick = json_text(event, "nick");
	struct text message = json_text(event, "message");
	int64_t time = json_number(event, "time");
	struct line *line = NULL;
	if (text_is(type, text_of("chat")))
		line = event_line_message(model, room, LINE_MESSAGE, nick, message, time);
	else if (text_is(type, text_of("emote")))
		line = event_line_message(model, room, LINE_EMOTE, nick, message, time);
	else if (text_is(type, text_of("direct")))
		line = event_line_direct(model, nick, json_text(event, "to"), message, time);
	else if (text_is(type, text_of("topic")))
		line = event_line_topic(nick, json_text(event, "topic"), time);
	else if (text_is(type, text_of("nick")))
		line = event_line_rename(nick, json_text(event, "new"), time);
	if (!line)
		return NULL;
	line->id = json_count(event, "id");
	line->past = true;
	return line;
}

/* What the user said may be a line of which the answer was lost. */
static void
page_look_for_pending(struct session *session, const struct room *room, const struct line *line)
{
	struct text nick = {line->text + line->nick_at, line->nick_len};
	struct text body = {line->text + line->body_at, line->len - line->body_at};
	if (!room->past.newer || room->direct || line->id <= room->past.away_from ||
		!model_is_me(session->model, nick))
		return;
	body.len -= line->kind == LINE_EMOTE ? strlen("]") : 0;
	pending_found(session, line->kind, text_of(room->name), TEXT_NONE, body);
}

/* The lines of the packet's events that are in the room. */
static struct page
page_read(const struct packet *packet, const struct room *room)
{
	struct page page = {.more = json_flag(packet->json, "more")};
	size_t n = json_length(packet->json, "events");
	uint64_t last = 0;
	for (size_t i = 0; i < n; i++) {
		const struct json *event = json_item_object(packet->json, "events", i);
		struct line *line = event ? event_line(packet->session->model, room, event) : NULL;
		if (line && line->id > last) {
			last = line->id;
			page_add(&page, line);
		} else if (line) {
			line_unref(line);
		}
	}
	return page;
}

/* The room whose page the packet answers; NULL: none. */
static struct room *
packet_awaited(const struct packet *packet)
{
	size_t n = strlen(json_ref_page);
	unsigned long number = 0;
	if (packet->ref.len <= n || memcmp(packet->ref.ptr, json_ref_page, n) != 0)
		return NULL;
	for (size_t i = n; i < packet->ref.len; i++) {
		if (packet->ref.ptr[i] < '0' || packet->ref.ptr[i] > '9')
			return NULL;
		number = number * 10 + (unsigned long)(packet->ref.ptr[i] - '0');
	}
	return loading_room(packet->session, number);
}

static bool
packet_is_page(const struct packet *packet)
{
	size_t n = strlen(json_ref_page);
	return packet->ref.len > n && memcmp(packet->ref.ptr, json_ref_page, n) == 0;
}

static void
receive_typed_history(const struct packet *packet)
{
	struct session *session = packet->session;
	struct text with = json_text(packet->json, "with");
	/* A script has no conversations. */
	bool direct = with.len > 0 && !session->model->single_window;
	struct room *room = direct         ? model_open_conversation(session->model, with)
			    : with.len > 0 ? model_current(session->model)
					   : model_room(session->model, packet->room);
	if (!room)
		return;
	/* First, since nothing of what was asked for is new. */
	if (direct)
		model_show(session->model, room);
	struct page page = page_read(packet, room);
	answers_show_history(session, room, &page, json_count(packet->json, "first"));
	page_clear(&page);
}

void
receive_history(const struct packet *packet)
{
	if (!packet_is_page(packet)) {
		receive_typed_history(packet);
		return;
	}
	struct room *room = packet_awaited(packet);
	if (!room)
		return;
	struct page page = page_read(packet, room);
	for (size_t i = 0; i < page.n; i++)
		page_look_for_pending(packet->session, room, page.lines[i]);
	loading_answered(packet->session, room, &page);
	page_clear(&page);
}

/* A direct message is of the conversation, which need not be open. */
static void
receive_found(struct session *session, const struct json *event)
{
	const struct model *model = session->model;
	struct text name = json_text(event, "room"), nick = json_text(event, "nick");
	bool direct = text_is(json_text(event, "type"), text_of("direct"));
	struct text peer = json_text(event, model_is_me(model, nick) ? "to" : "nick");
	const struct room *room =
		direct ? model_conversation(model, peer) : model_room(model, name);
	const struct room *shown = room ? room : model_current(model);
	struct line *line = room || direct ? event_line(model, shown, event) : NULL;
	struct strbuf label = {0};
	if (!line)
		return;
	strbuf_printf(&label, "%s%.*s", direct ? "@" : "", TEXT_ARGS(direct ? peer : name));
	answers_add(session, room, strbuf_view(&label), line);
	strbuf_clear(&label);
}

void
receive_search(const struct packet *packet)
{
	struct session *session = packet->session;
	const struct json *json = packet->json;
	answers_begin_search(session);
	/* The newest come first, and are shown last. */
	for (size_t i = json_length(json, "events"); i-- > 0;) {
		const struct json *event = json_item_object(json, "events", i);
		if (event)
			receive_found(session, event);
	}
	answers_end_search(session, json_length(json, "events"),
		json_flag(json, "more") ? json_count(json, "first") : 0);
}

bool
receive_history_error(const struct packet *packet)
{
	struct room *room = packet_awaited(packet);
	bool old = text_is(json_text(packet->json, "code"), text_of("unknown-type"));
	if (room)
		loading_failed(packet->session, room, old ? TEXT_NONE : packet->message);
	return packet_is_page(packet);
}
