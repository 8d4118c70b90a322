/*
 * The core: users, rooms and rules. Turns requests into events. Knows no
 * socket, no clock and no protocol: what it needs of the world it is given.
 */
#ifndef TEAHOUSE_CORE_H
#define TEAHOUSE_CORE_H

#include "teahouse/command.h"
#include "teahouse/event.h"

struct core;
struct user;

/* All that the core needs from the world. */
struct core_host {
	void *ctx;
	/*
	 * Tells the event to each of to[0..n), once; to[i] may be NULL, which is
	 * nobody. Must not call the core. event->by, where it is among them, is
	 * told its own copy.
	 */
	void (*deliver)(void *ctx, const struct event *event, struct session *const to[], size_t n);
	/* The session has ended: show it out when all that it was told is sent. */
	void (*close)(void *ctx, struct session *session, enum reason why);
	/* The session is not pending any more: its input may be processed again. */
	void (*resume)(void *ctx, struct session *session);
	int64_t (*wall_ms)(void *ctx);      /* ms since 1970 */
	int64_t (*monotonic_ms)(void *ctx); /* ms of a clock that never jumps */
};

enum { TEXT_LINES = 40 }; /* most lines of one thing said */

struct core_settings {
	struct text name; /* the server's, for greetings */
	struct text room; /* the room that always exists */
	size_t message;   /* longest text, in bytes */
	unsigned rate;    /* requests a second; 0: no limit */
	unsigned burst;   /* requests ahead of the rate */
	size_t presence;  /* in rooms of more people, these are told in digests; 0: in none */
};

/* NULL when the room's name cannot be one. Copies the settings. */
struct core *core_open(const struct core_settings *settings, const struct core_host *host);
void core_close(struct core *core);
const struct core_settings *core_settings(const struct core *core);

/*
 * One connection, as the core sees it. Embedded in whatever the gateway keeps of it, so that
 * telling a room costs one step from its list to an outbox. Read it as you
 * like; only the core writes.
 */
struct session {
	struct core *core;
	struct user *user;        /* NULL before login and after the end */
	struct room *current;     /* NULL before login */
	struct listing *listing;  /* a long answer under way, or NULL */
	struct text default_room; /* the room to enter on arrival; borrowed for life */
	const char *protocol;     /* for /who; borrowed for life */
	int64_t filled;           /* ticks when tokens were last counted */
	int32_t tokens;           /* thousandths of a request */
	bool ended;
	bool wants_names; /* is told who is there on entering; the adapter's to set */
	bool marked;      /* during a walk over several rooms: seen already */
};

void session_open(
	struct session *session, struct core *core, const char *protocol, struct text default_room);

/*
 * Takes the session out of the house and tells those who shared a room with
 * it, once, by this one path, however it ended. Calling it again does nothing.
 */
void session_end(struct session *session);

/*
 * Carries out the request: tells what came of it through host.deliver, a
 * refusal included, and returns the refusal's reason or REASON_OK. The
 * command may have ended the session (gone).
 */
enum reason session_request(struct session *session, const struct request *request);

/* A typed line after SPEC 5, with its slash; ref and about may be empty. */
enum reason session_command_line(
	struct session *session, struct text line, struct text ref, struct text about);

/* Tells the session what is wrong with what it sent, where an adapter found it. */
void session_reject_input(struct session *session, enum reason reason, struct text target,
	struct text ref, struct text about);

/*
 * Logs in whom nobody asks for a nick: prefix and the lowest number that has not been used,
 * as in guest1.
 */
void session_guest(struct session *session, const char *prefix);

/* Ms until the session may be heard again after its rate; 0: now. */
int64_t session_wait(struct session *session);

/*
 * Tells the next piece of a long answer. While session->listing is not NULL,
 * nothing of the session's should be heard: it is still being answered.
 */
void listing_next(struct session *session);

/* Ends it, untold. */
void session_drop_listing(struct session *session);

/* Nothing of the session's is to be processed now: it is still being answered. */
static inline bool
session_is_pending(const struct session *session)
{
	return session->listing != NULL;
}

/* The nick, or empty before login. Borrowed until the next request. */
struct text session_nick(const struct session *session);

/* Tells the digests that are due. Ms until another is; -1: there is none. */
int64_t core_tick(struct core *core);

/* Whether a room can be called that. */
bool core_room_fits(struct core *core, struct text name);

size_t core_users(const struct core *core);
size_t core_rooms(const struct core *core);

#endif
