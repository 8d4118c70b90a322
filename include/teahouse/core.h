/*
 * The core: users, rooms and rules. Turns requests into events. Knows no socket, no clock
 * and no protocol: it gets a core_host for what it needs.
 */
#ifndef TEAHOUSE_CORE_H
#define TEAHOUSE_CORE_H

#include "teahouse/command.h"
#include "teahouse/event.h"
#include "teahouse/history.h"
#include "teahouse/log.h"
#include "teahouse/passwords.h"

struct core;
struct user;

struct password_request;

/* The functions that the core needs from its caller. */
struct core_host {
	void *ctx;
	/*
	 * Delivers the event to each of to[0..n), once. Must not call the core. The
	 * session event->by, where it is among them, gets its own copy.
	 */
	void (*deliver)(void *ctx, const struct event *event, struct session *const to[], size_t n);
	/* Delivers the event to every session, logged in or not, and closes them all. */
	void (*stop)(void *ctx, const struct event *event);
	/* The session has ended: close its connection when all that it was sent is out. */
	void (*close)(void *ctx, struct session *session, enum reason why);
	/* The session is not pending any more: its input may be processed again. */
	void (*resume)(void *ctx, struct session *session);
	int64_t (*wall_ms)(void *ctx);      /* ms since 1970 */
	int64_t (*monotonic_ms)(void *ctx); /* ms of a clock that never jumps */
	/* Bytes that nobody can guess. NULL: no session can be resumed. */
	void (*random)(void *ctx, void *bytes, size_t n);
	/*
	 * Compares the password with the hash of one, as passwords_check does, and may delay
	 * that for the sake of the session's address; hash NULL: makes the hash of the
	 * password. `done` is called once, in a later turn. False: too many wait. NULL: there
	 * are no accounts.
	 */
	bool (*check_password)(
		void *ctx, struct session *session, const struct password_request *request);
	void (*digest)(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n);
	struct history *history; /* where what happens in rooms is kept; NULL: nowhere */
};

/* A password to be compared or hashed. Borrowed for the call. */
struct password_request {
	struct text password;
	bool make;        /* its hash is to be made; else it is compared .. */
	const char *hash; /* .. with this; NULL: there is no account, which takes as long */
	password_done *done;
	void *ctx;
};

enum {
	TEXT_LINES = 40,       /* most lines of one message */
	PASSWORD_LEAST = 8,    /* bytes */
	PASSWORD_MOST = 256,   /* bytes */
	ACCOUNT_SESSIONS = 16, /* of an account at once */
};

struct core_settings {
	struct text name; /* the server's, for greetings */
	struct text room; /* the room that always exists */
	size_t message;   /* longest text, in bytes */
	unsigned rate;    /* requests a second of one user; 0: no limit */
	unsigned burst;   /* requests ahead of the rate */
	int64_t linger;   /* ms for which a user stays whose session may be resumed */
	size_t page;      /* most events in one answer of the history; 0: 200 */
	size_t presence; /* rooms of more users get digests of who enters and leaves; 0: none does */
	bool register_closed; /* users do not make accounts themselves */
	bool plain_passwords; /* they are taken over connections that are not secure, too */
	int64_t stay;         /* ms for which a secret to log in with is good */
};

/*
 * NULL when the room's name cannot be one. Copies the settings; borrows the log for its
 * life (NULL: memory_log).
 */
struct core *core_open(
	const struct core_settings *settings, const struct core_host *host, struct log *log);

/* All sessions must have ended, and all entries been applied. */
void core_close(struct core *core);
const struct core_settings *core_settings(const struct core *core);

/* How many requests are allowed: a bucket of tokens. */
struct limiter {
	int64_t filled; /* monotonic ms when the tokens were last counted */
	int32_t tokens; /* thousandths of a request */
};

/* Why a session's input is not processed just now. */
enum session_pending {
	PENDING_LISTING = 1, /* a long listing is being sent, a page at a time */
	PENDING_ENTRY = 2,   /* it waits until the log applies what it asked for */
	PENDING_WORK = 4,    /* it waits for the history */
	PENDING_LOGIN = 8, /* it waits for a password's hash, or is about to log in to an account */
};

/*
 * One connection, as the core sees it. Embedded in what the gateway keeps of it, so that
 * delivering to a room costs one step from its list to an outbox. Anybody may read it;
 * only the core writes, but for what is marked.
 */
struct session {
	struct core *core;
	struct user *user;         /* NULL before login and after the end */
	struct session *sibling;   /* the next session of the same user, or NULL */
	struct room *current;      /* NULL before login */
	struct listing *listing;   /* under way, others waiting behind it; or NULL */
	struct awaited *awaited;   /* the entry that it waits for, or NULL */
	struct resume *resume;     /* what it can be resumed with, or NULL */
	struct reading *reading;   /* the history that it waits for, or NULL */
	struct arrival *arrival;   /* its login to an account, while that is under way, or NULL */
	struct changing *changing; /* its password that is being compared or hashed, or NULL */
	unsigned stay;            /* the number of the secret that it stays logged in by; 0: none */
	const char *default_room; /* to enter on login; borrowed for life */
	const char *protocol;     /* for /who; borrowed for life */
	struct limiter limiter;   /* until login; then the user's counts */
	int tls_port;  /* where the protocol is encrypted; 0: nowhere; the caller's to set */
	size_t replay; /* messages of a room to be told on entering it; the caller's to set */
	size_t catch_up; /* of unread messages of each room, to be told on login; the adapter's to set */
	int64_t since;         /* ms since 1970: of its login */
	int64_t active;        /* monotonic ms of its last request that resets the idle time */
	unsigned number;       /* among the sessions of its user */
	unsigned char pending; /* of enum session_pending */
	bool ended;
	bool logged_out;   /* by itself: it is not to be resumed */
	bool wants_resume; /* is told how it can be resumed; the adapter's to set */
	bool wants_names;  /* is sent who is there on entering; the adapter's to set */
	bool reads_all;    /* what it is sent is read at once; the adapter's to set */
	bool secure; /* nobody can listen in: encrypted, or on this host; the caller's to set */
	bool marked; /* during a walk over several rooms: seen already */
};

void session_open(
	struct session *session, struct core *core, const char *protocol, const char *default_room);

/*
 * Detaches the session from its user, and logs the user out if it was the last one, so
 * that the others in its rooms are told once, by this one path, however it ended.
 * Calling it again does nothing.
 */
void session_end(struct session *session);

/*
 * Makes `session`, which must not be logged in, another session of the user of `other`. It is
 * welcomed and shown its rooms; nobody else is told.
 */
void session_attach(struct session *session, struct session *other);

/*
 * Carries out the request: delivers what comes of it, a refusal included. Returns the
 * refusal's reason, or REASON_OK, also when the session now waits for the log
 * (PENDING_ENTRY). The command may have ended the session (core_host.close).
 */
enum reason session_request(struct session *session, const struct request *request);

/* A typed line after SPEC 5, with its slash; ref and about may be empty. */
enum reason session_command_line(
	struct session *session, struct text line, struct text ref, struct text about);

/*
 * Tells the session what is wrong with what it sent, where an adapter found it. Costs as
 * much of the rate as a request.
 */
void session_reject_input(struct session *session, enum reason reason, struct text target,
	struct text ref, struct text about);

/*
 * Logs in a session that is not asked for a nick, as prefix and the lowest number that
 * has not been used, as in guest1.
 */
void session_guest(struct session *session, const char *prefix);

/* Ms until another request may be processed under the rate; 0: now. */
int64_t session_wait(struct session *session);

/* Tells the session that what it sent will wait for so many ms. */
void session_tell_wait(struct session *session, int64_t ms);

/* Costs a token of the rate, for what an adapter answers by itself. */
void session_spend(struct session *session);

/* Whether the session's input must wait. */
static inline bool
session_is_pending(const struct session *session)
{
	return session->pending != 0;
}

/* Makes the session pending, also for this reason. */
void session_suspend(struct session *session, enum session_pending why);

/* Ends this reason; when none is left, the host is told. The only way to resume a session. */
void session_resume(struct session *session, enum session_pending why);

/* Sends the next page of the listing under way. */
void listing_next(struct session *session);

/* Ends all listings under way; nothing more of them is sent. */
void session_drop_listings(struct session *session);

/* Whether there is an account of that nick. */
bool core_is_account(struct core *core, struct text nick);

/* Whether the session is logged in to an account. */
bool session_has_account(const struct session *session);

/* Whether a password may be sent over its connection; if not, the request was refused. */
bool session_takes_passwords(struct session *session, const struct request *request);

/* The nick, or no text before login. Borrowed until the next request. */
struct text session_nick(const struct session *session);

/* Publishes that the server stops: core_host.stop follows when it is applied. */
void core_stop(struct core *core);

/* Delivers digests, and logs out users, that are due. Ms until the next; -1: there is none. */
int64_t core_tick(struct core *core);

/* How many users are in the room with this name; 0 if there is no such room. */
size_t core_room_users(struct core *core, struct text name);

/* Whether this is a valid name of a room. */
bool core_room_fits(struct core *core, struct text name);

size_t core_users(const struct core *core);
size_t core_rooms(const struct core *core);

#endif
