/* An event as it is kept, and the events of a loop turn that wait to be stored. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "teahouse/event.h"

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
	char bytes[];
};

/* With one ref. `event` must be of a kind that is kept. */
struct record *record_make(const struct event *event);
void record_drop(struct record *record);

/* The event again, without its room. Borrows the record's text. */
struct event record_event(const struct record *record);

enum record_sort record_sort(enum event_kind kind);

#endif
