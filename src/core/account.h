/*
 * Accounts: a nick that is one user's, and what is remembered of it. Every change is kept in the
 * history's file; all of it is in memory.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "core/core_internal.h"

enum {
	CONVERSATIONS_MAX = 500, /* that an account has in its list: the newest */
	UNREAD_MAX = 1000,       /* messages of a room that are counted */
	STAY_FIRST = 1001,       /* their first number, beyond those of sessions */
};

/* Up to where a room or a conversation was read, by its casefolded name. */
struct marker {
	UT_hash_handle hh;
	uint64_t id;
	bool unsaved;
	char key[];
};

/* A room that the account enters on login, in order. */
struct remembered {
	struct name *name;
	uint64_t order;
	struct remembered *prev, *next;
};

/* Direct messages with another account, or with guests of a nick. */
struct conversation {
	struct name *name; /* shown: the other's nick then; casefolded: see conversation_name */
	UT_hash_handle hh; /* by name->casefolded */
	uint64_t other;    /* the number of the other's account; 0: a guest */
	uint64_t last;     /* id of the last message */
	bool noted;        /* the other was told that the account is away */
};

/* A secret to log in with. */
struct stay {
	unsigned char digest[SECRET_DIGEST_BYTES];
	struct account *account;
	unsigned number;          /* for the user, among the account's */
	int64_t since, until;     /* ms since 1970 */
	UT_hash_handle hh;        /* in core->stays, by digest */
	struct stay *prev, *next; /* the account's others */
};

struct account {
	struct named named; /* first; in core->registered */
	struct core *core;
	uint64_t number;
	UT_hash_handle hh; /* in core->accounts, by number */
	char *password;    /* its hash */
	struct user *user; /* NULL: nobody is logged in to it */
	unsigned refs;     /* entries, and logins under way */
	bool removed;
	bool unsaved; /* it is in core->unsaved */
	bool told_unsaved;
	bool told_here;  /* .. to a session of this server, which is not published yet */
	bool told_moved; /* since core_note_shown looked */
	uint64_t told;   /* direct messages up to this id were told */
	uint64_t orders; /* given to rooms */
	char *current;   /* the room that it was in last, or NULL */
	struct remembered *rooms;
	struct marker *markers;
	struct conversation *conversations;
	struct stay *stays;
	unsigned stay_numbers;                     /* given to them */
	struct account *prev, *next;               /* in core->unsaved */
	struct account *prev_online, *next_online; /* in core->online */
};

/* account.c */

/* Whether there can be any. */
bool core_has_accounts(const struct core *core);

/* By its nick; confusable: or one that looks like it. NULL: there is none. */
struct account *account_find(struct core *core, struct text nick, bool confusable);

/* The nick of the account of that number; TEXT_NONE: there is none. */
struct text account_nick(struct core *core, uint64_t number);

/* Takes the name. The number must be new. */
struct account *account_add(
	struct core *core, struct name *name, uint64_t number, struct text password, int64_t time);

/* NULL: there is none. */
struct account *account_by_number(struct core *core, uint64_t number);

/* Without keeping it. Takes the name. */
struct account *account_new(
	struct core *core, struct name *name, uint64_t number, struct text password);
void account_free_if_unused(struct account *account);

/* A user is logged in to it, or not any more: it is in core->online. */
void account_bind(struct account *account, struct user *user);
void account_unbind(struct user *user);
void account_hold(struct account *account);
void account_release(struct account *account);
void account_set_nick(struct account *account, const struct name *name);
void account_set_password(struct account *account, struct text hash);

/* Keeps a change, whose account it sets. */
void account_keep(struct account *account, struct account_change change);

/* accounts.c: all of them */

/* Reads them from the history. False: they cannot be read. */
bool core_load_accounts(struct core *core);
void core_free_accounts(struct core *core);

/* With its conversations; it is freed once there are no refs. */
void account_remove(struct account *account);

/* account_rooms.c: the rooms that it enters, and up to where it has read */

/* It is in the room since the event of that id. */
void account_enter_room(struct account *account, const struct name *room, uint64_t id);
void account_leave_room(struct account *account, const struct name *room);

bool account_remembers(const struct account *account, struct text room);

/* The room that a session of it is in now. */
void account_set_current(struct account *account, struct text room);

/* The key is the casefolded name of a room or a conversation. 0: nothing was read. */
uint64_t account_marker(const struct account *account, struct text key);

/* Moves the marker forward; it is saved a little later. False: it was there already. */
bool account_read(struct account *account, struct text key, uint64_t id);

/* Direct messages up to this id were told. */
void account_set_told(struct account *account, uint64_t id);

/* .. to a session of this server, which other servers learn from an entry a little later. */
void account_note_told(struct account *account, uint64_t id);

/* Saves markers that have moved, and publishes what was told; all: at once. Ms until the next time; -1: there is none. */
int64_t core_save_markers(struct core *core, bool all);
void account_drop_rooms(struct account *account);
void account_load_rooms(struct account *account, const struct account_change *change);

/* conversation.c: direct messages that are kept */

/*
 * The name under which the history keeps what two users write to each other: `@5:7` for
 * accounts, `@5~bob` for one and the guests of a nick; shown as `nick`, the name of `with`.
 * NULL: neither has an account. To be freed with free().
 */
struct name *conversation_name(
	const struct account *of, const struct account *with, const struct name *nick);

/* The name of the conversation with that nick; NULL: it cannot be one. To be freed with free(). */
struct name *account_conversation_name(const struct account *account, struct text nick);

/* A name made of its parts: what is shown, and the key. To be freed with free(). */
struct name *conversation_name_of(struct text shown, struct text casefolded);

/* The other's nick as it is now. Borrowed. */
struct text conversation_nick(
	const struct account *account, const struct conversation *conversation);

/* A message was sent, in the conversation of that name with `nick`. */
struct conversation *conversation_note(
	struct account *account, const struct name *name, struct text nick, uint64_t id);

/* READ: of which room or conversation it tells. */
void event_name_read(struct event *event, const struct name *name);
void conversation_forget(struct account *account, const struct name *name);
void account_drop_conversations(struct account *account);
void account_load_conversation(struct account *account, const struct account_change *change);

/* stay.c: secrets to log in with */

enum { STAY_BYTES = 32, STAY_DIGITS = 2 * STAY_BYTES };

/* In hexadecimal digits. */
void stay_secret_make(struct core *core, char secret[static STAY_DIGITS + 1]);

/* digest: SECRET_DIGEST_BYTES; since: ms since 1970. */
struct stay *stay_add(struct account *account, struct text digest, int64_t since);

/* NULL: there is none, or it has expired. */
struct stay *stay_find(struct core *core, struct text secret);
void stay_end(struct stay *stay);

/* The same, by an entry. */
void stay_publish_end(struct stay *stay);

/* By the digest of its secret; NULL: there is none. */
struct stay *stay_by_digest(struct core *core, struct text digest);

/* Its digest. Borrowed. */
struct text stay_text(const struct stay *stay);

/* The account's secret of that number; NULL: there is none, or not any more. */
struct stay *account_stay(const struct account *account, unsigned number);
void account_end_stays(struct account *account, const struct stay *except);

/* Without keeping that. */
void stay_drop(struct stay *stay);
void stay_load(struct account *account, const struct account_change *change);

#endif
