/*
 * Typed lines, until the server is known to have received them: each is sent once, in the order
 * in which they were typed. When a connection is lost and it cannot be known whether the server
 * received a line, the user is told.
 */
#ifndef CLIENT_SESSION_PENDING_H
#define CLIENT_SESSION_PENDING_H

#include "client/session/session.h"

/* Adds a line; changes_room: lines typed after it wait until the server has answered it. */
void pending_add(struct session *session, struct text line, bool changes_room);

/* Sends the lines that need not wait for an answer. True: all have been sent. */
bool pending_send(struct session *session);

void pending_remove(struct session *session, size_t i);

/* The line that was sent with this ref and is not answered yet; TEXT_NONE: there is none. */
struct text pending_text(const struct session *session, struct text ref);

/* Whether the line with this ref was typed in the room or conversation that is shown. */
bool pending_is_from_current(const struct session *session, struct text ref);

/* The nick that the line with this ref was sent to in a conversation; TEXT_NONE: it was not. */
struct text pending_peer(const struct session *session, struct text ref);

/* The room or conversation that it was typed in, if that is still there; else NULL. */
struct room *pending_room(const struct session *session, struct text ref);

/* The line with this ref was repeated or refused by the server. False: none was pending. */
bool pending_confirm(struct session *session, struct text ref);

/*
 * No answer will come any more. Lines that the server may have received are shown and removed, or,
 * if what was missed will tell, become doubtful: no others are sent before pending_settle.
 * resend: the others stay, to be sent on the next connection.
 */
void pending_give_up(struct session *session, bool resend);

/* The user said this before the connection was lost, to a user or (TEXT_NONE) in a room. */
void pending_found(struct session *session, enum line_kind kind, struct text room, struct text to,
	struct text message);

/*
 * All that was missed in a room is known, or is not: its doubtful lines are sent again, or shown
 * and removed. The same for direct messages.
 */
void pending_settle(struct session *session, struct text room, bool known);
void pending_settle_direct(struct session *session, bool known);

/* What a line says, if it does: LINE_LOCAL otherwise. */
struct speech {
	enum line_kind kind; /* LINE_MESSAGE, LINE_EMOTE or LINE_DIRECT */
	struct text to;      /* of LINE_DIRECT: the nick */
	struct text body;
};
struct speech pending_speech(const struct pending *pending);

void pending_clear(struct session *session);

#endif
