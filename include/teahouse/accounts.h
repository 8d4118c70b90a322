/*
 * What is kept of accounts, as a list of changes: one is stored with the turn in which it
 * happened, and when a history is opened, those that make up the present state are read back.
 */
#ifndef TEAHOUSE_ACCOUNTS_H
#define TEAHOUSE_ACCOUNTS_H

#include <stdint.h>

#include "teahouse/text.h"

enum { SECRET_DIGEST_BYTES = 32 };

/* `account` is the account's number, at least 1 and never used again. */
enum account_change_kind {
	ACCOUNT_ADDED,        /* name: shown; value: the password's hash; time */
	ACCOUNT_REMOVED,      /* with everything else that is kept of it */
	ACCOUNT_NICK,         /* name: the new one */
	ACCOUNT_PASSWORD,     /* value: the new hash */
	ACCOUNT_ROOM_ENTERED, /* name: the room; id: rises, for their order */
	ACCOUNT_ROOM_LEFT,    /* name: the room */
	ACCOUNT_CURRENT,      /* name: the room that it was in last */
	ACCOUNT_READ, /* name: a room or conversation; id: up to which it is read; time: of that event, 0: not known */
	ACCOUNT_TOLD, /* id: direct messages up to it were told */
	ACCOUNT_CONVERSATION, /* name: of the conversation; value: the other's nick; id: the last message's */
	ACCOUNT_STAY, /* value: the digest of a secret to log in with; time: until when; id: when it was made, in ms */
	ACCOUNT_STAY_ENDED, /* value: the digest */
};

/* Borrows its text. Names of rooms and conversations are casefolded but for ROOM_ENTERED and CURRENT. */
struct account_change {
	enum account_change_kind kind;
	uint64_t account;
	struct text name, value;
	uint64_t id;
	int64_t time; /* ms since 1970, UTC */
};

#endif
