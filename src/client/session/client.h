/*
 * The client without its user interface: connects, receives, sends what is typed, and connects
 * again when the connection is lost. To be driven by poll(2).
 */
#ifndef CLIENT_SESSION_CLIENT_H
#define CLIENT_SESSION_CLIENT_H

#include "client/session/session.h"

/*
 * Has it connect by TLS, and trust an authority in the file ca or exactly one certificate (pin),
 * unless they are NULL. False: adds a sentence about what is wrong with them to `why`.
 */
bool client_use_tls(struct session *session, const char *ca, const char *pin, struct strbuf *why);

/*
 * Connects for the first time; blocks. False: that failed, and session.error is set; it may be
 * tried again if conn.hopeless is false.
 */
bool client_open(struct session *session);
void client_close(struct session *session);

/* A line was typed. */
void client_input(struct session *session, struct text line);

/* The same, but no line is a command. */
void client_input_literally(struct session *session, struct text line);

/* The candidates for the word at line[start..end], as by complete_line. */
char **client_complete(struct session *session, struct text line, size_t start, size_t end);

/* Ends the session; what was typed before is still sent. */
void client_leave(struct session *session);

/* Which events to poll session.conn.fd for, and for how long at most (ms; -1: no limit). */
short client_poll_events(const struct session *session);
int client_timeout(const struct session *session);

/* To be called after each poll. */
void client_turn(struct session *session, short events);

/* Whether so much waits to be sent that no more input should be read for now. */
bool client_is_busy(const struct session *session);

/* The input has ended: client_is_done once everything that was typed is answered. */
void client_end_input(struct session *session);
bool client_is_done(const struct session *session);

#endif
