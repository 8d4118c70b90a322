/*
 * A visit to a server: getting in, staying in, saying each thing once, and
 * leaving. Knows neither a screen nor what the protocol's bytes mean.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "client/conn.h"
#include "client/model.h"
#include "client/protocol.h"

enum session_state {
	SESSION_OFFLINE, /* waiting to try again */
	SESSION_CONNECTING,
	SESSION_LOGGING_IN, /* the server to be let in */
	SESSION_WAITING,    /* the nick is still taken by the connection that was lost */
	SESSION_PROMPTING,  /* what is typed answers a question on the way in */
	SESSION_ONLINE,
	SESSION_ENDED,
};

/* A typed line that is not known to have reached the server. */
struct pending {
	char *text;
	char *room;        /* that it concerns; NULL: the one that a line before it leads to */
	bool changes_room; /* to another room: what follows waits until that is done */
	unsigned long ref; /* 0: not sent yet */
	uint64_t sent_at;  /* sent: after how many bytes of the wire */
};

/* What somebody is asked on the way in. */
struct prompt {
	const char *label;  /* `name` */
	const char *status; /* `choose a name` */
	bool is_room;       /* the answer is a room */
	/* A line that was typed and does not leave. */
	void (*answer)(struct session *session, struct text line);
};

struct session {
	enum session_state state;
	struct model *model;
	struct conn conn;
	struct decoder decoder;
	int64_t message_deadline; /* ms, monotonic: when silence will have ended a message; 0: none has begun */
	bool peer_ends_messages; /* messages have been seen that ended without it */
	const struct protocol *protocol;
	void *protocol_state; /* the protocol's, of this connection */
	const char *host, *port;
	char *room;       /* to enter first; NULL: the server's choice */
	bool interactive; /* there is a person to ask */
	const struct prompt *prompt;
	bool was_online;
	bool refusal_shown;      /* why it takes so long */
	bool without_room;       /* the room that one wanted was refused */
	struct pending *pending; /* in the order in which they were typed */
	size_t n_pending;
	unsigned long last_ref;
	int64_t deadline;       /* ms, monotonic: when to try again, or to ask after the server */
	int retry_delay;        /* seconds to the next attempt */
	unsigned pings_pending; /* that have not been answered */
	bool probing;           /* nothing has been heard since the server was asked after */
	bool input_ended;       /* an echo of all that was typed is wanted, */
	bool goodbye_sent;      /* and has been asked for */
	struct strbuf reason;   /* the last reason why one was not let in, NUL-terminated */
	struct strbuf error;    /* SESSION_ENDED: what failed, NUL-terminated; empty: nothing did */
};

/* Makes the first connection, and waits for it. False: it failed, and `why` says how. */
bool session_open(struct session *session);
void session_close(struct session *session);

/* A line as typed. */
void session_input(struct session *session, struct text line);

/* What the word at line[start..end] could become: strings and NULL, all the caller's. */
char **session_complete(struct session *session, struct text line, size_t start, size_t end);

/* Says goodbye; what was typed before is sent. */
void session_leave(struct session *session);

/* What to poll for on conn.fd, and for how long at most (ms; -1: for ever). */
short session_poll_events(const struct session *session);
int session_timeout(const struct session *session);
void session_turn(struct session *session, short events);

/* Whether so much waits to be sent that no more should be typed for now. */
bool session_is_busy(const struct session *session);

/* Nothing more will be typed: session_is_done once all of it has been answered. */
void session_end_input(struct session *session);
bool session_is_done(const struct session *session);

/* `connected`, `trying again in 4 s`, .. */
void session_status(const struct session *session, struct strbuf *out);

/* What stands before the line where one types. */
const char *session_prompt(const struct session *session);

/* A sentence of the client's own, where one looks: `words`, or `words: what`. */
void session_notice(
	struct session *session, enum line_kind kind, const char *words, const char *what);

/* ms since 1970, UTC. */
int64_t wall_ms(void);

/*
 * For protocols. The command that a typed line is, without its slash, and what
 * stands behind it; false: it is none, and *line is what it says.
 */
bool command_parse(struct text *line, struct text *command);

/* The room to be let into; at == NULL: the server's choice, or none chosen yet. */
struct text login_room(const struct session *session);
void login_choose_room(struct session *session, struct text room);

/* Asks, for as long as the answer does not lead on; or fails where there is nobody to ask. */
void login_ask(struct session *session, const struct prompt *prompt, const char *sentence);
extern const struct prompt prompt_nick;

/* Has the protocol go on with getting in. */
void session_log_in(struct session *session);

void session_send(struct session *session, struct text bytes);
void login_accepted(struct session *session, struct text nick);
enum refusal { REFUSED_NICK, REFUSED_TAKEN, REFUSED_ROOM, REFUSED_ALL };
void login_refused(struct session *session, enum refusal refusal, struct text sentence);
/* What was said with this ref and is not answered yet; at == NULL: nothing. */
struct text pending_text(const struct session *session, struct text ref);
/* What was said with this ref has come back, or was refused. False: it was not waited for. */
bool pending_confirm(struct session *session, struct text ref);
/* A ping has been answered. */
void session_pong(struct session *session);
/* A reason why one may be shown out: shown, and told if that is what happens. */
void login_warn(struct session *session, struct text sentence);
/* Tells who is in a room that one has just entered. */
void session_show_members(struct session *session, struct text name);
/* Tells that the protocol has no such command. */
void session_unknown_command(struct session *session, struct text command);

/* Between session.c and entry.c, where getting in is. */
int64_t monotonic_ms(void); /* ms, monotonic */
void session_fail(struct session *session, const char *what, const char *why);
/* Whether what was typed leads in, instead of being said there. */
bool login_input(struct session *session, struct text line, struct text command);

/*
 * Between them and saying.c. A line is kept to be sent; moves: what is typed after it waits
 * until the server has answered.
 */
void pending_add(struct session *session, struct text line, bool moves);
/* Sends what need not wait for an answer; whether that was all. */
bool pending_send(struct session *session);
/*
 * After a lost connection. What the server may have read is told of; what it cannot have read is
 * kept, to be sent again.
 */
void pending_connection_lost(struct session *session, bool resend);
void pending_remove(struct session *session, size_t i);
void pending_clear(struct session *session);

#endif
