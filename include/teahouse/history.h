/*
 * The contract of a history: what was said in rooms, kept and read again. What a loop turn
 * keeps is stored later, by others; the turn gets a ticket, and what is sent of it waits until
 * that ticket is committed. Everything here is called on the loop's thread.
 */
#ifndef TEAHOUSE_HISTORY_H
#define TEAHOUSE_HISTORY_H

#include "teahouse/event.h"
#include "teahouse/name_rules.h"

/* Events of a room, by id. */
struct history_range {
	uint64_t after, before; /* both exclusive; before 0: up to the newest */
	size_t limit;
	bool oldest; /* of those in the range, the first `limit`; else the last */
	bool all;    /* also who came and went */
};

/*
 * What was found, in rising order of ids. `more`: the range has others beyond the limit.
 * Borrowed until the callback returns.
 */
struct history_page {
	const struct event *events;
	size_t n;
	bool more;
};

/* What is searched for, in these rooms: words, "phrases" and beginnings*, which must all be there. */
struct history_search {
	struct text typed;
	const struct name *const *rooms; /* n of them */
	size_t n_rooms;
	struct text from; /* a nick, or TEXT_NONE */
	uint64_t before;  /* id; 0: any */
	size_t limit;
};

/* page NULL: the history cannot be read, or too many reads wait. */
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
	/* Storing has failed, and is tried again: nothing is to be said for now. */
	bool (*is_failing)(const struct history *history);
	/* What waits to be stored waits for long: answers need not wait behind it. */
	bool (*is_slow)(const struct history *history);
	/* So much waits that those who say more are to wait, too. */
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
	/* The highest id given so far, also to events that are not kept. The core continues from it. */
	uint64_t last_id;
	uint64_t kept; /* how many events were kept since it was opened */
};

#endif
