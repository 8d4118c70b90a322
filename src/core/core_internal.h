/* What the files of the core know of each other: users, rooms, and the tables they stand in. */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

/* Its tables do not fail either. */
#define uthash_malloc(bytes) xrealloc(NULL, bytes)
#include <uthash.h>

#include "base/alloc.h"
#include "teahouse/buffer.h"
#include "teahouse/core.h"
#include "teahouse/name_rules.h"

enum {
	USER_ROOMS = 64, /* rooms that one may be in at once */
	TOPIC_BYTES = 400,
	LISTING_PAGE = 50,   /* entries told at once of a long listing, so that they fit a packet */
	PAGE_ROOMS = 200,    /* rooms of people told at once, for the same reason */
	SUBJECT_BYTES = 128, /* of what a refusal quotes */
};

/* Something that has a name of its own: first in struct user and struct room. */
struct named {
	struct name *name;
	UT_hash_handle hh; /* by name->casefolded */
	struct confusables *confusables;
	struct named *prev, *next; /* others that look the same */
};

/* The names that look the same: one, or several that are plain. */
struct confusables {
	struct named *names;
	UT_hash_handle hh; /* by skeleton, borrowed from the first */
};

struct names {
	struct named *by_folded;
	struct confusables *by_likeness;
};

/* Whose name is the same as this one's, or NULL. */
struct named *names_find(const struct names *names, const struct name *name);

/* The name is named->name, and nobody's yet. */
void names_add(struct names *names, struct named *named);
void names_remove(struct names *names, struct named *named);

struct core {
	struct core_settings settings;
	struct core_host host;
	struct name_rules *rules;
	struct names nicks, rooms;
	struct name *reserved;     /* `server`, nobody's nick */
	struct user *users;        /* in order of login */
	struct room *first_room;   /* in order of making */
	struct room *default_room; /* always exists */
	struct room *digests;      /* those with a digest to be told, the first due first */
	uint64_t arrivals;         /* users and rooms that ever came */
	uint64_t guests;           /* numbers given to guests */
	size_t n_users, n_rooms;
};

/* A user's place in a room. */
struct membership {
	struct room *room;
	size_t at; /* in room->sessions */
};

struct user {
	struct named named;
	struct session *session;
	uint64_t arrived;               /* order of login */
	int64_t active;                 /* ticks of the last thing asked for */
	struct membership *memberships; /* in order of entering */
	size_t n_memberships;
	struct user *prev, *next;
};

struct room {
	struct named named;
	struct core *core;
	uint64_t made;             /* order of making */
	uint64_t events;           /* the last event's id */
	uint64_t arrivals;         /* who ever entered */
	struct session **sessions; /* in order of entering; NULL: has left */
	uint64_t *arrived;         /* the same, as rising numbers */
	size_t n, cap, users;      /* places used; places there are; not NULL */
	char *topic;               /* or NULL */
	char *topic_by;
	unsigned refs;       /* answers that walk through it */
	size_t joined, left; /* to be told in the next digest */
	int64_t digest_at;   /* ticks: when; 0: there is none */
	struct room *prev, *next, *digest_prev, *digest_next;
};

/* A long answer under way. */
struct listing {
	enum event_kind kind;
	struct room *room; /* NAMES: counted in its readers */
	uint64_t after;    /* the number of the last entry told */
	size_t most;       /* entries still to be told; 0: all */
	bool first, snapshot;
	struct buffer *ref; /* of the request, or NULL */
};

static inline struct text
user_nick(const struct user *user)
{
	return user->named.name->shown;
}

static inline struct text
room_name(const struct room *room)
{
	return room->named.name->shown;
}

/* The room of that name, made when there is none; NULL: that is no name for a room. */
struct room *room_at(struct core *core, struct text name);
struct room *room_find(struct core *core, struct text name);

/* Frees it when nobody is in it, nobody reads it and it is not the home. */
void room_release(struct room *room);

struct membership *room_membership(const struct room *room, const struct user *user);

/* `by` is told its own copy, with ref. */
void room_enter(struct room *room, struct user *user, struct text ref, bool arriving);

/* With told_self, the leaver is told, too. */
void room_leave(struct room *room, struct user *user, struct text ref, bool told_self);

/* The one way in which a room's events are told: gives it its id and its place in the order. */
void room_publish(struct room *room, struct event *event);

/* Whether its comings and goings are told in digests. */
bool room_is_large(const struct room *room);

/* The same for entering and leaving, which a large room is told of in digests. */
void presence_publish(struct room *room, struct event *event);
void digest_drop(struct room *room);

/* An event with its kind and time, caused by session (or NULL). */
struct event event_make(struct core *core, enum event_kind kind, struct session *by);

/* Tells it to one session alone. */
void session_tell(struct session *session, struct event *event);

/* The refusal as an event; returns the reason. */
enum reason request_refuse(struct session *session, enum reason reason, struct text target,
	const struct request *request);

/* Begins a long answer: kind, room, after, most and unasked are as wanted. */
void listing_start(struct session *session, const struct listing *wanted, struct text ref);
void listing_drop(struct session *session);

/* Takes a token of the rate. */
void session_spend(struct session *session);

/* Users as the commands need them. */
enum reason user_login(struct session *session, const struct request *request);
enum reason user_rename(struct session *session, const struct request *request);
struct user *user_find(struct core *core, struct text nick);
void user_close(struct user *user);

#endif
