/* Pending lines, as an array in the session. */
#include "client/session/pending.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "client/model/command.h"
#include "client/session/clock.h"

enum { REF_BYTES = 24 };

static void
pending_free(struct pending *pending)
{
	free(pending->text);
	free(pending->room);
}

void
pending_clear(struct session *session)
{
	for (size_t i = 0; i < session->n_pending; i++)
		pending_free(&session->pending[i]);
	free(session->pending);
	session->pending = NULL;
	session->n_pending = 0;
}

void
pending_remove(struct session *session, size_t i)
{
	session->model->changed = true;
	pending_free(&session->pending[i]);
	memmove(session->pending + i, session->pending + i + 1,
		(--session->n_pending - i) * sizeof *session->pending);
}

/* What the user sees, as pending.room. The caller frees it. */
static char *
pending_current(const struct session *session)
{
	const struct room *room = model_current(session->model);
	struct strbuf name = {0};
	strbuf_printf(&name, "%s%s", room->direct ? "@" : "", room->name);
	char *copy = xstrndup(name.ptr, name.len);
	strbuf_clear(&name);
	return copy;
}

void
pending_add(struct session *session, struct text line, bool changes_room)
{
	size_t size = (session->n_pending + 1) * sizeof *session->pending;
	char *room = pending_current(session);
	bool moving = false;
	for (size_t i = 0; i < session->n_pending; i++) {
		const struct pending *before = &session->pending[i];
		/* After a change of room, the line is meant for the room that is shown then. */
		bool same = !before->room || strcmp(before->room, room) == 0;
		moving |= before->changes_room && same;
	}
	if (moving) {
		free(room);
		room = NULL;
	}
	session->pending = xrealloc(session->pending, size);
	session->pending[session->n_pending++] = (struct pending){
		.text = xstrndup(line.ptr, line.len),
		.room = room,
		.changes_room = changes_room,
		.time = wall_ms(),
	};
	session->model->changed = true;
}

static void
pending_ref(const struct pending *pending, char ref[static REF_BYTES])
{
	snprintf(ref, REF_BYTES, "%lu", pending->ref);
}

/* Returns whether the line will be answered. */
static bool
pending_send_one(struct session *session, struct pending *pending)
{
	char ref[REF_BYTES];
	if (!pending->room)
		pending->room = pending_current(session);
	pending->ref = ++session->last_ref;
	pending->sent_at = session->conn.queued;
	pending_ref(pending, ref);
	return session->protocol->send_line(
		session, text_of(pending->text), text_of(pending->room), text_of(ref));
}

bool
pending_send(struct session *session)
{
	for (size_t i = 0; i < session->n_pending && session->state == SESSION_ONLINE;) {
		struct pending *pending = &session->pending[i];
		if (pending->doubtful)
			return false;
		if (!pending->ref && !pending_send_one(session, pending)) {
			pending_remove(session, i);
			continue;
		}
		if (pending->changes_room)
			return false;
		i++;
	}
	return true;
}

/* The index of the line that was sent with the ref; n_pending: there is none. */
static size_t
pending_find(const struct session *session, struct text ref)
{
	size_t i = 0;
	for (; i < session->n_pending; i++) {
		char own[REF_BYTES];
		pending_ref(&session->pending[i], own);
		if (session->pending[i].ref && text_is(ref, text_of(own)))
			break;
	}
	return i;
}

struct text
pending_text(const struct session *session, struct text ref)
{
	size_t i = pending_find(session, ref);
	return text_of(i < session->n_pending ? session->pending[i].text : NULL);
}

bool
pending_is_from_current(const struct session *session, struct text ref)
{
	size_t i = pending_find(session, ref);
	char *current = pending_current(session);
	bool from = i < session->n_pending && strcmp(session->pending[i].room, current) == 0;
	free(current);
	return from;
}

struct text
pending_peer(const struct session *session, struct text ref)
{
	size_t i = pending_find(session, ref);
	const char *room = i < session->n_pending ? session->pending[i].room : "";
	return room[0] == '@' ? text_of(room + 1) : TEXT_NONE;
}

struct room *
pending_room(const struct session *session, struct text ref)
{
	size_t i = pending_find(session, ref);
	const char *room = i < session->n_pending ? session->pending[i].room : "";
	return room[0] == '@' ? model_conversation(session->model, text_of(room + 1))
			      : model_room(session->model, text_of(room));
}

bool
pending_confirm(struct session *session, struct text ref)
{
	size_t i = pending_find(session, ref);
	if (i == session->n_pending)
		return false;
	pending_remove(session, i);
	return true;
}

struct speech
pending_speech(const struct pending *pending)
{
	struct text rest = text_of(pending->text), command = TEXT_NONE;
	bool is_command = command_parse(&rest, &command);
	struct speech speech = {.kind = LINE_LOCAL, .body = rest};
	if (!is_command || command_is(command, "say")) {
		speech.kind = LINE_MESSAGE;
	} else if (command_is(command, "me")) {
		speech.kind = LINE_EMOTE;
	} else if (command_is(command, "msg") || command_is(command, "message")) {
		speech.kind = LINE_DIRECT;
		speech.to = text_word(&speech.body);
	}
	return speech;
}

/* Tells the user of a line that the server may have received, and removes it. */
static void
pending_report(struct session *session, size_t i)
{
	session_notice(session, LINE_REFUSED, "This message may not have been delivered",
		session->pending[i].text);
	pending_remove(session, i);
}

void
pending_give_up(struct session *session, bool resend)
{
	/* A server that gives events ids can tell what it has received. */
	bool tells = resend && session->last_id > 0 && !session->input_ended;
	for (size_t i = 0; i < session->n_pending;) {
		struct pending *pending = &session->pending[i];
		/* Changing the room once more does no harm. */
		bool sent = pending->ref && pending->sent_at < session->conn.sent &&
			    !pending->changes_room;
		pending->ref = 0;
		pending->doubtful |= sent && tells && pending_speech(pending).kind != LINE_LOCAL;
		if (pending->doubtful || (resend && !sent))
			i++;
		else
			pending_report(session, i);
	}
}

/* Whether the doubtful line is what the user said. The server trims it. */
static bool
pending_is(const struct pending *pending, enum line_kind kind, struct text room, struct text to,
	struct text message)
{
	struct speech speech = pending_speech(pending);
	bool direct = pending->doubtful && pending->room[0] == '@';
	if (!pending->doubtful || !text_is(text_trim(speech.body), text_trim(message)))
		return false;
	if (direct && speech.kind == LINE_MESSAGE)
		return kind == LINE_DIRECT && text_is(text_of(pending->room + 1), to);
	return speech.kind == kind && (kind == LINE_DIRECT ? text_is(speech.to, to)
							   : text_is(text_of(pending->room), room));
}

void
pending_found(struct session *session, enum line_kind kind, struct text room, struct text to,
	struct text message)
{
	for (size_t i = 0; i < session->n_pending; i++) {
		if (!pending_is(&session->pending[i], kind, room, to, message))
			continue;
		pending_remove(session, i);
		return;
	}
}

static bool
pending_is_direct(const struct pending *pending)
{
	return pending->room[0] == '@' || pending_speech(pending).kind == LINE_DIRECT;
}

/* direct: the direct messages, wherever they were typed; else what was said in the room. */
static void
pending_settle_some(struct session *session, bool direct, struct text room, bool known)
{
	for (size_t i = 0; i < session->n_pending;) {
		struct pending *pending = &session->pending[i];
		bool meant = pending->doubtful && pending_is_direct(pending) == direct &&
			     (direct || text_is(text_of(pending->room), room));
		if (meant && !known) {
			pending_report(session, i);
			continue;
		}
		pending->doubtful &= !meant;
		i++;
	}
}

void
pending_settle(struct session *session, struct text room, bool known)
{
	pending_settle_some(session, false, room, known);
}

void
pending_settle_direct(struct session *session, bool known)
{
	pending_settle_some(session, true, TEXT_NONE, known);
}
