/*
 * The interface of a history, which keeps the events of rooms and reads them back, and what is
 * to be known of accounts. A conversation between two is kept as a room whose casefolded name is
 * no room's, such as `@5:7`; its messages are EVENT_DIRECT. The events
 * of a loop turn are stored asynchronously: the turn gets a ticket, and its output is held back
 * until that ticket is committed. All functions are called on the loop's thread.
 */
#ifndef TEAHOUSE_HISTORY_H
#define TEAHOUSE_HISTORY_H

#include "teahouse/accounts.h"
#include "teahouse/event.h"
#include "teahouse/name_rules.h"

/* A range of a room's events, by id. */
struct history_range {
	uint64_t after, before; /* both exclusive; before 0: up to the newest */
	size_t limit;
	bool oldest; /* of those in the range, the first `limit`; else the last */
	bool all;    /* also who came and went */
};

/*
 * The events found, in rising order of ids. `more`: the limit cut off further ones.
 * Borrowed until the callback returns.
 */
struct history_page {
	const struct event *events;
	size_t n;
	bool more;
};

/* A query over some rooms: words, "phrases" and prefixes*, all of which must match. */
struct history_search {
	struct text typed;
	const struct name *const *rooms; /* n of them */
	size_t n_rooms;
	struct text from; /* a nick, or TEXT_NONE */
	uint64_t before;  /* id; 0: any */
	size_t limit;
};

/* page is NULL if the history cannot be read or too many reads are queued. */
typedef void history_read_done(void *ctx, const struct history_page *page);

struct history {
	/*
	 * Keeps the event in the history of each of these rooms, as part of this turn. Ids
	 * must rise. Copies it.
	 */
	void (*keep)(struct history *history, const struct event *event,
		const struct name *const rooms[], size_t n);
	/*
	 * Ends the turn. Returns the ticket of what it kept, or of what it has read that is
	 * not stored yet; 0: nothing need wait. Tickets rise.
	 */
	uint64_t (*end_turn)(struct history *history);
	/*
	 * The highest ticket that is committed, and all before it. Answers what was read
	 * meanwhile. To be called once a turn.
	 */
	uint64_t (*committed)(struct history *history);
	/* Commits fail and are being retried: new messages must be refused. */
	bool (*is_failing)(const struct history *history);
	/* Commits are slow: answers may overtake events that are held back. */
	bool (*is_slow)(const struct history *history);
	/* The queue is long: the caller should stop reading from users who send messages. */
	bool (*is_full)(const struct history *history);
	/*
	 * Reads the history of a room: `done` is called within this call if it is all in
	 * memory, else within a later `committed`.
	 */
	void (*read)(struct history *history, const struct name *room,
		const struct history_range *range, history_read_done *done, void *ctx);
	/*
	 * Calls `found` for what is in memory of the room after this id, in rising order, also
	 * who came and went. Returns whether that is all there is.
	 */
	bool (*recent)(struct history *history, const struct name *room, uint64_t after,
		void (*found)(void *ctx, const struct event *event), void *ctx);
	/*
	 * Searches the messages of rooms, likewise. Each event has the casefolded name of its
	 * room; the newest comes first.
	 */
	void (*search)(struct history *history, const struct history_search *search,
		history_read_done *done, void *ctx);
	/*
	 * The functions for accounts are NULL where there is no file: then there are none.
	 *
	 * Keeps a change of an account, as part of this turn. Copies it.
	 */
	void (*keep_account)(struct history *history, const struct account_change *change);
	/*
	 * Calls `found` for the changes that make up the present state: of each account ADDED first,
	 * in an order in which they can be applied. Blocks; to be called before the loop runs.
	 * False: they cannot be read.
	 */
	bool (*load_accounts)(struct history *history,
		void (*found)(void *ctx, const struct account_change *change), void *ctx);
	/*
	 * What happened in rooms under this nick until now becomes the doing of `deleted`, also in
	 * memory, and the conversations are deleted: what is read from now on is like that. In the
	 * file it goes on in the background, also after a restart. Part of this turn.
	 */
	void (*erase)(struct history *history, const struct name *nick,
		const struct name *const conversations[], size_t n);
	/* The highest number that an account ever had. The core continues from it. */
	uint64_t last_account;
	/* The highest id given so far, also to events that are not kept. The core continues from it. */
	uint64_t last_id;
	uint64_t kept; /* how many events were kept since it was opened */
};

#endif
