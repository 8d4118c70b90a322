/*
 * Logging in: which room and nick to ask the server for, what to ask the user, and what follows
 * from a refusal.
 */
#ifndef CLIENT_SESSION_LOGIN_H
#define CLIENT_SESSION_LOGIN_H

#include "client/session/session.h"

/* The room to enter; TEXT_NONE: the server's choice, or not chosen yet. */
struct text login_room(const struct session *session);
void login_choose_room(struct session *session, struct text room);

/* Asks the user with this sentence; fails where there is nobody to ask. */
void login_ask(struct session *session, const struct prompt *prompt, const char *sentence);
extern const struct prompt prompt_nick;

/* A line was typed. True: it was an answer to a prompt, not to be sent. */
bool login_input(struct session *session, struct text line, struct text command);

/* Whether what is typed now may be the answer to a prompt that has not come yet, such as a password. */
bool login_may_be_answered(const struct session *session);

/* The server has accepted the nick. */
void login_accepted(struct session *session, struct text nick);

/* The server has refused: the nick, since it is invalid or taken, the room, or the login itself. */
enum refusal {
	REFUSED_NICK,
	REFUSED_NICK_TAKEN,
	REFUSED_ROOM,
	REFUSED_FOR_NOW, /* the same may be accepted a little later */
	REFUSED_LOGIN,
};
void login_refused(struct session *session, enum refusal refusal, struct text sentence);

/* Shows a sentence of the server that is the reason if it closes the connection next. */
void login_warn(struct session *session, struct text sentence);

#endif
