/* An event as it is kept, and the events of a loop turn that wait to be stored. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "teahouse/event.h"
#include "teahouse/name_rules.h"

/*
 * Two sorts of records are read separately: messages, and the comings and goings of users.
 */
enum record_sort { RECORD_MESSAGE, RECORD_MOVE, RECORD_SORTS };

/* Immutable except for refs, which only the loop's thread changes. */
struct record {
	uint32_t refs;
	enum event_kind kind;
	uint64_t id;
	int64_t time;
	struct text actor, body; /* RENAMED: body is the new nick */
	struct text target;      /* DIRECT */
	char bytes[];
};

/* With one ref. `event` must be of a kind that is kept. */
struct record *record_make(const struct event *event);
void record_drop(struct record *record);

/* The event again, without its room. Borrows the record's text. */
struct event record_event(const struct record *record);

enum record_sort record_sort(enum event_kind kind);

/* Whether its words are searched for. */
bool record_is_searched(enum event_kind kind);

/* Whether the nick has this casefolded form. */
bool nick_is(struct name_rules *rules, struct text nick, struct text casefolded);

/*
 * The record, but with `deleted` in place of the nick with this casefolded form, with one ref.
 * NULL: that nick is not in it, or it is of a conversation.
 */
struct record *record_erase(
	struct name_rules *rules, const struct record *record, struct text casefolded);

/* The nick in place of an erased one. */
extern const struct text nick_erased;

#endif
