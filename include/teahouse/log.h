/*
 * The log of entries: the one order in which everything happens. A request is checked
 * and published as an entry; the log gives the entry its place and hands it back to the
 * core, in order, by core_apply; only then does the state change and the event get its
 * id. A log may apply at once, within `append` (memory), or later.
 */
#ifndef TEAHOUSE_LOG_H
#define TEAHOUSE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "teahouse/text.h"

struct account;
struct core;
struct name;
struct room;
struct user;

enum entry_kind {
	ENTRY_LOGIN, /* user, room: takes its nick, or for a guest body and a number; enters the room */
	ENTRY_ARRIVE, /* account, user: new, or the guest that the session was; room, or NULL; into: if it is to be in none else; digest: of a new secret, or empty */
	ENTRY_LOGOUT, /* user: leaves all its rooms and gives back its nick */
	ENTRY_ENTER,  /* user, room */
	ENTRY_LEAVE,  /* user, room; into: entered first if that is its only room */
	ENTRY_SAY,    /* user, room, body */
	ENTRY_EMOTE,  /* user, room, body: the action */
	ENTRY_DIRECT, /* user, to or account, body */
	ENTRY_RENAME, /* user, name: the new nick */
	ENTRY_TOPIC,  /* user, room, body: empty, there is none any more */
	ENTRY_REGISTER, /* user; room: the one that it is in, or NULL; body: the hash of its password */
	ENTRY_PASSWORD, /* account; body: the new hash; digest: of the secret that stays good, or empty */
	ENTRY_UNREGISTER, /* account */
	ENTRY_STAY_ENDED, /* account; digest: of the secret */
	ENTRY_READ,       /* account; name: of a room or conversation; id */
	ENTRY_TOLD,       /* account; id: direct messages up to it were told */
	ENTRY_STOP,       /* the server stops */
};

/* What was asked for. Borrows all it points to, but for one made by entry_copy. */
struct entry {
	enum entry_kind kind;
	int64_t time;   /* ms since 1970, UTC, when it was published */
	uint64_t token; /* names the request that waits for it; 0: none does */
	struct user *user, *to;
	struct account *account;
	struct room *room, *into;
	const struct name *name;
	uint64_t id;
	struct text body, digest;
	/* Of a log that several servers share: */
	uint32_t node;   /* the number that the log has for the server that published it, from 1 */
	uint32_t number; /* of the user, at that server */
	bool own;        /* it was published here */
	struct text protocol; /* LOGIN, ARRIVE: that the session speaks */
};

struct log {
	/*
	 * Takes the entry, and hands it to core_apply once, after all that were appended
	 * before: within this call, or later from the loop. A log that applies later keeps
	 * an entry_copy.
	 */
	void (*append)(struct log *log, struct core *core, const struct entry *entry);
};

/*
 * A copy that owns its text, and keeps the users and the room that it points to alive.
 * Free it with entry_free before core_close.
 */
struct entry *entry_copy(const struct entry *entry);
void entry_free(struct entry *entry);

/*
 * Applies the next entry of the log: what was checked when it was requested is checked
 * again, since other entries may have come between. To be called by the log only.
 */
void core_apply(struct core *core, const struct entry *entry);

/*
 * For a log that several servers share, its nodes. An entry is written where it was published, and
 * is applied by each of them when the log brings it back: they must all apply the same, in the
 * same order. Times come with the log. Not for ENTRY_STOP, which concerns one server.
 */
struct strbuf;
void entry_write(struct strbuf *out, const struct entry *entry);

/* where: node, own and time. What cannot be read, or is about a user who has left, is skipped. */
void core_apply_bytes(struct core *core, const struct entry *where, struct text bytes);

/* Another node is dead: the users who have no sessions at others leave. */
void core_end_node(struct core *core, uint32_t node, int64_t time);

/* Applies each entry within append. Without state: one serves any number of cores. */
extern struct log memory_log;

#endif
