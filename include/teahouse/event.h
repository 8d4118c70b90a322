/*
 * Events: what happened, or the answer to a request. An event borrows all its text:
 * copy what you keep.
 */
#ifndef TEAHOUSE_EVENT_H
#define TEAHOUSE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "teahouse/text.h"

struct core_settings;
struct history_page;
struct room;
struct session;
struct user;

/* Kind, and the word for it in JSON (SPEC 6.2). */
#define EVENT_KINDS(X)                                                                     \
	X(SAID, "chat")       /* actor, room, body */                                      \
	X(EMOTE, "emote")     /* actor, room, body: the action */                          \
	X(DIRECT, "direct")   /* actor, target, body */                                    \
	X(ENTERED, "join")    /* actor, room; items: others who are there, total */        \
	X(LEFT, "leave")      /* actor, room */                                            \
	X(RENAMED, "nick")    /* actor, target: the new nick */                            \
	X(TOPIC, "topic")     /* actor, room, body; or a snapshot of it */                 \
	X(NOTICE, "notice")   /* body; reason, if it has one */                            \
	X(REFUSED, "error")   /* reason, target: what it is about, body: the sentence */   \
	X(WELCOME, "welcome") /* actor, room, target: the server's name */                 \
	X(NAMES, "names")     /* room, entries */                                          \
	X(ROOMS, "rooms")     /* entries */                                                \
	X(WHO, "who")         /* entries */                                                \
	X(HELP, "notice")     /* body: lines */                                            \
	X(PONG, "pong")                                                                    \
	X(PRESENCE, "presence") /* room, joined, left, total: of a large room */           \
	X(COMMANDS, "commands") /* the command table */                                    \
	X(HISTORY, "history")   /* room or target, page: what happened in it before */     \
	X(SEARCH, "search")     /* page: messages, each with its room, the newest first */ \
	X(ACCOUNT, "account")   /* actor, account: whether it is registered, body */       \
	X(SESSIONS, "sessions") /* sessions */                                             \
	X(READ, "read")         /* room or target, until: the user has read up to it */    \
	X(MISSED, "")           /* room, total, since: messages that follow; or direct ones */

enum event_kind {
#define EVENT_ENUM(kind, word) EVENT_##kind,
	EVENT_KINDS(EVENT_ENUM)
#undef EVENT_ENUM
};

const char *event_word(enum event_kind kind);

/*
 * Why something was refused or ended: the lobby's digit (0: it has none, and gets the
 * sentence), the word in JSON and a sentence for a person, in which % stands for
 * what it is about.
 */
#define REASONS(X)                                                                               \
	X(OK, 0, "", "")                                                                         \
	X(BAD_PACKET, 0, "bad-packet", "That is not a JSON object with a \"type\".")             \
	X(UNKNOWN_TYPE, 0, "unknown-type", "Unknown packet type \"%\".")                         \
	X(MISSING_FIELD, 0, "missing-field", "The field \"%\" is missing.")                      \
	X(BAD_FIELD, 0, "bad-field", "The field \"%\" has the wrong type or value.")             \
	X(HELLO_FIRST, 1, "hello-first", "Please log in first.")                                 \
	X(HELLO_AGAIN, 1, "hello-again",                                                         \
		"You are already logged in. Use /nick to change your name.")                     \
	X(NICK_TAKEN, 2, "nick-taken", "The name \"%\" is already in use.")                      \
	X(NICK_ALIKE, 2, "nick-alike", "The name \"%\" looks too much like one that is in use.") \
	X(NICK_REGISTERED, 2, "nick-registered",                                                 \
		"The name \"%\" is registered: log in with its password.")                       \
	X(PASSWORD_NEEDED, 2, "password-needed",                                                 \
		"The name \"%\" is registered: log in with its password.")                       \
	X(PASSWORD_WRONG, 2, "password-wrong", "The name or the password is wrong.")             \
	X(PASSWORD_INVALID, 1, "password-invalid", "A password has 8 to 256 bytes.")             \
	X(PASSWORD_INSECURE, 0, "password-insecure",                                             \
		"This connection is not encrypted: no password is taken over it.")               \
	X(BUSY, 0, "busy", "Too many are logging in just now; please try again.")                \
	X(LOGIN_FAILED, 0, "login-failed", "You have been logged out here. Please log in.")      \
	X(SESSIONS_FULL, 0, "sessions-full",                                                     \
		"You are logged in too many times. End one of your sessions first.")             \
	X(NO_ACCOUNTS, 0, "no-accounts", "This server keeps no accounts.")                       \
	X(REGISTER_CLOSED, 0, "register-closed",                                                 \
		"Only the operator of this server makes accounts.")                              \
	X(REGISTERED_ALREADY, 0, "registered-already", "The name \"%\" is yours already.")       \
	X(NOT_REGISTERED, 0, "not-registered",                                                   \
		"Your name is not registered: /register PASSWORD makes it yours.")               \
	X(NO_SUCH_SESSION, 0, "no-such-session", "You have no session %.")                       \
	X(SESSION_ENDED, 0, "session-ended", "This session was ended from another one.")         \
	X(DIRECT_LATER, 0, "direct-later", "% is away and will read it later.")                  \
	X(NICK_INVALID, 1, "nick-invalid",                                                       \
		"The name \"%\" cannot be used: 1 to 32 characters, no spaces, none of "         \
		"# @ : , * ! / \" < >, and none of ~ & %% + $ - = at the start")                 \
	X(ROOM_INVALID, 1, "room-invalid",                                                       \
		"\"%\" cannot be a room's name: 1 to 64 characters, no spaces, none of "         \
		"# @ : , * ! / \" < >")                                                          \
	X(ROOMS_FULL, 0, "rooms-full", "You are in too many rooms. Leave one first.")            \
	X(LAST_ROOM, 0, "last-room", "You can't leave your only room. Join another one first.")  \
	X(NOT_IN_ROOM, 0, "not-in-room", "You are not in the room \"%\".")                       \
	X(NO_SUCH_NICK, 0, "no-such-nick", "\"%\" is not online.")                               \
	X(NO_SUCH_ROOM, 0, "no-such-room", "There is no room \"%\".")                            \
	X(TEXT_TOO_LONG, 0, "text-too-long", "Too long: the limit is % bytes and 40 lines.")     \
	X(LINE_TOO_LONG, 0, "line-too-long", "Too long: the limit is % bytes.")                  \
	X(TEXT_EMPTY, 1, "text-empty", "The message is empty.")                                  \
	X(UNKNOWN_COMMAND, 1, "unknown-command", "Unknown command %.")                           \
	X(USAGE, 1, "usage", "Usage: %")                                                         \
	X(SERVER_FULL, 0, "server-full", "The server is full. Please try again later.")          \
	X(ADDRESS_FULL, 0, "address-full", "Too many connections from your address.")            \
	X(TOO_SLOW, 0, "too-slow", "You read too slowly.")                                       \
	X(TOO_FAST, 0, "too-fast", "You are sending too fast; waiting % s.")                     \
	X(TOO_LATE, 0, "login-timeout", "You did not log in in time.")                           \
	X(RESUME_FAILED, 0, "resume-failed", "The session to resume has ended. Please log in.")  \
	X(RESUMED_ELSEWHERE, 0, "resumed-elsewhere",                                             \
		"Your session goes on in another connection.")                                   \
	X(STORE_FAILED, 0, "store-failed",                                                       \
		"Nothing can be said just now: the server cannot store it.")                     \
	X(UNREADABLE, 0, "history-unreadable",                                                   \
		"The history cannot be read just now. Please try again.")                        \
	X(SHUTTING_DOWN, 0, "shutting-down", "The server is stopping.")                          \
	X(LOGOUT, 0, "", "Goodbye.")                                                             \
	X(LOST, 0, "", "The connection was lost.")                                               \
	X(WRONG_PROTOCOL, 0, "wrong-protocol", "This port does not speak HTTP.")                 \
	X(TLS_ONLY, 0, "tls-only", "This port takes encrypted connections (TLS) only.")          \
	X(NO_TLS, 0, "no-tls", "This port takes no encrypted connections (TLS).")                \
	X(NO_LENGTH, 0, "no-length",                                                             \
		"A packet must begin with its length in two bytes, high byte first.")            \
	X(NOT_UTF8, 0, "not-utf8",                                                               \
		"This packet is not valid UTF-8. (Java's writeUTF encodes some characters "      \
		"differently.)")

enum reason {
#define REASON_ENUM(reason, digit, word, sentence) REASON_##reason,
	REASONS(REASON_ENUM)
#undef REASON_ENUM
};

int reason_digit(enum reason reason);
const char *reason_word(enum reason reason);
void reason_sentence(struct strbuf *out, enum reason reason, struct text about);

/* One item of a listing: a user, or a room. */
struct item {
	struct text name;
	struct text detail;       /* WHO: the protocols' names. ROOMS: the topic */
	const struct text *rooms; /* WHO: the rooms' names, n_rooms of them */
	size_t n_rooms;
	bool away;    /* NAMES, WHO: without a session, and may come back */
	bool account; /* WHO: the name is registered */
	size_t users; /* ROOMS: how many are in it */
	int64_t idle; /* WHO: seconds since the last request that resets it */
};

/* WELCOME: whether users can register their nicks. */
enum accounts_offer { ACCOUNTS_NONE, ACCOUNTS_CLOSED, ACCOUNTS_OPEN };

/* SESSIONS: a session of the user, or a secret that it can log in with. */
struct session_item {
	unsigned number;
	struct text protocol;
	int64_t since, until; /* ms since 1970; until: 0: it is a session */
	int64_t idle;         /* seconds since the last request that resets it */
	bool own;             /* the one that asks */
};

/* WELCOME: what an account has not read of a room, or of a conversation between two. */
struct unread_item {
	struct text name;    /* of the room, or the other's nick */
	bool direct;         /* it is a conversation */
	bool account;        /* .. with an account */
	bool more;           /* there is more than was counted */
	uint64_t read, last; /* ids: up to which it is read; of the last message */
	size_t unread, mentions;
};

struct event {
	enum event_kind kind;
	enum reason reason;
	uint64_t id;             /* rises over the whole server; 0: an answer, not an event */
	int64_t time;            /* ms since 1970, UTC */
	struct session *by;      /* whose request caused it, or NULL */
	const struct user *user; /* whose doing it is, if that user has several sessions, or NULL */
	const struct room *in_room; /* the room it happened in, to compare with; or NULL */
	struct text actor, room, target, body;
	struct text ref;   /* the request that it answers: on the own copy and answers only */
	struct text about; /* REFUSED: the type or the command that was refused */
	bool own;          /* this copy is for a session of the user whose doing it is */
	bool on_login;     /* ENTERED: by logging in */
	bool resumed;      /* WELCOME: the user is where it was */
	bool past;         /* it happened before the session was resumed or entered the room */
	int64_t told;      /* past: when it is told, in ms as `time`; 0: not known */
	bool gap;          /* NAMES: the session misses some of what was told before */
	bool snapshot;     /* NAMES, TOPIC: how things are, not something that happened */
	bool first, more;  /* NAMES, ROOMS, WHO come in pages: the first; not the last */
	const struct item *items;
	size_t n_items;
	size_t total; /* ROOMS: how many there are; NAMES, PRESENCE, ENTERED: people in the room */
	size_t joined, left;                /* PRESENCE: since the last */
	const struct history_page *page;    /* HISTORY, SEARCH */
	const struct core_settings *limits; /* WELCOME */
	const char *secret;                 /* WELCOME: to resume the session with; or NULL */
	const char *stay;                   /* WELCOME: to log in with, again and again; or NULL */
	enum accounts_offer accounts;       /* WELCOME */
	bool account;                       /* WELCOME, ACCOUNT: the nick is registered */
	const struct unread_item *unread;   /* WELCOME: n_unread of them */
	size_t n_unread;
	const struct session_item *sessions; /* SESSIONS: n_sessions of them */
	size_t n_sessions;
	uint64_t until; /* READ: id */
	int64_t since;  /* MISSED: when the first of them was said */
};

#endif
