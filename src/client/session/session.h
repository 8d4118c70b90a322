/*
 * A session on a server, which lasts over several connections: its state, and what logging in,
 * pending lines and protocols all do with it. Knows no user interface and no protocol's bytes.
 */
#ifndef CLIENT_SESSION_SESSION_H
#define CLIENT_SESSION_SESSION_H

#include "client/model/model.h"
#include "client/net/conn.h"
#include "client/session/protocol.h"

enum session_state {
	SESSION_OFFLINE, /* waiting to connect again */
	SESSION_STOPPED, /* the same, but only when the user wants it */
	SESSION_CONNECTING,
	SESSION_LOGGING_IN, /* waiting for the server's answer */
	SESSION_WAITING,    /* to log in again: the lost connection still has the nick */
	SESSION_PROMPTING,  /* the next typed line answers a prompt */
	SESSION_ONLINE,
	SESSION_ENDED,
};

/* A typed line that the server is not known to have received (pending.h). */
struct pending {
	char *text;
	/* That it concerns, or @NICK for a conversation; NULL: the one that a line before it changes to. */
	char *room;
	bool changes_room; /* later lines are not sent before it has been answered */
	bool doubtful;     /* the connection was lost before it was answered (pending_settle) */
	unsigned long ref; /* 0: not sent yet */
	int64_t time;      /* ms since 1970, UTC: when it was typed */
	uint64_t sent_at;  /* how many bytes were sent on the connection before it */
};

/* What the user is asked while logging in (login.h). */
struct prompt {
	const char *label;  /* before the input line: `name` */
	const char *status; /* in the status line: `choose a name` */
	bool is_room;       /* the answer is the name of a room */
	/* Takes the typed line; commands that leave are handled before. */
	void (*answer)(struct session *session, struct text line);
};

/* What the user does with an account (account.h). */
enum account_action {
	ACCOUNT_NONE,
	ACCOUNT_LOGIN,
	ACCOUNT_REGISTER,
	ACCOUNT_PASSWORD,
	ACCOUNT_UNREGISTER,
};

/* Which password is being typed, without being shown. */
enum secret_step { SECRET_NONE, SECRET_PASSWORD, SECRET_OLD, SECRET_NEW, SECRET_AGAIN };

struct account {
	bool registered; /* the user is logged in to an account */
	enum { ACCOUNTS_NONE, ACCOUNTS_CLOSED, ACCOUNTS_OPEN } server; /* which the server makes */
	char *password;             /* to log in with, again and again; NULL: none is known */
	enum account_action action; /* being asked for, or waiting for the server's answer */
	enum secret_step step;
	bool asked;      /* the user was asked, and so can be asked again */
	char *name;      /* of ACCOUNT_LOGIN; NULL: the user's */
	char *old, *new; /* old: of ACCOUNT_PASSWORD; new: of all */
};

struct session {
	enum session_state state;
	struct model *model;
	struct conn conn;
	struct decoder decoder;
	int64_t message_deadline; /* ms, monotonic: when a pause ends a partial message; 0: none */
	bool peer_ends_messages;  /* the server has sent a message that did not end in a pause */
	const struct protocol *protocol;
	void *protocol_state; /* for the current connection */
	const char *host, *port;
	char *room;       /* to enter first; NULL: the server's choice */
	bool interactive; /* there is a user who can be asked */
	void (*on_slow_connect)(const struct session *session); /* for the first time; or NULL */
	int name_number; /* added to a script's name, which is taken; 0: none */
	const struct prompt *prompt;
	struct account account;
	bool was_online;
	bool refusal_shown; /* why the session waits to log in again */
	bool without_room;  /* the requested room was refused: leave the choice to the server */
	struct pending *pending; /* in the order in which they were typed */
	size_t n_pending;
	unsigned long last_ref;
	char *secret; /* to resume the session with after a lost connection; NULL: there is none */
	uint64_t last_id;        /* of the event that was received last; 0: none had one */
	bool settling;           /* after a lost connection, what was missed is being told */
	bool resumed;            /* by the server, which knows the rooms */
	bool elsewhere;          /* the session was resumed on another connection */
	bool ended;              /* the user has ended it from another session */
	char *search;            /* what was last searched for; NULL: nothing */
	uint64_t search_before;  /* there is more of that before this id; 0: there is not */
	int64_t answers_time;    /* of the answer that was shown last */
	unsigned long last_page; /* the number of the page that was last requested */
	int64_t deadline;        /* ms, monotonic: when to connect, log in or ping next */
	int retry_delay;         /* s, before the next attempt to connect */
	unsigned pings_pending;  /* that have not been answered */
	bool probing;            /* a ping was sent, and nothing has been received since */
	bool input_ended;        /* the session ends once all that was typed is answered */
	bool goodbye_sent;       /* the last ping or goodbye of such a session was sent */
	struct strbuf reason;    /* why logging in was last refused, NUL-terminated */
	struct strbuf error; /* SESSION_ENDED: what failed, NUL-terminated; empty: nothing did */
};

/* Ends the session: `error` is `what: why`. */
void session_fail(struct session *session, const char *what, const char *why);

/* Adds a line from the client itself to the current room: `text`, or `text: detail`. */
void session_notice(
	struct session *session, enum line_kind kind, const char *text, const char *detail);

/* Has the protocol log in, or continue to. */
void session_log_in(struct session *session);

void session_send(struct session *session, struct text bytes);

/* A ping was answered. */
void session_pong(struct session *session);

/* Whether nothing is awaited any more but the server's repetition of typed lines. */
bool session_awaits_echo(const struct session *session);

/* Shows who is in the room of that name, which the user has just entered. */
void session_show_members(struct session *session, struct text name);

/* Tells the user that the protocol has no such command. */
void session_unknown_command(struct session *session, struct text command);

#endif
