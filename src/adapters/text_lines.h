/*
 * What the plain-text protocols (SPEC 6.1, 6.4 to 6.6) have in common: each line of a message is
 * sent as one string. Does not know the client nor the meaning of a string's words.
 */
#ifndef ADAPTERS_TEXT_LINES_H
#define ADAPTERS_TEXT_LINES_H

#include "teahouse/event.h"
#include "teahouse/history.h"
#include "teahouse/strbuf.h"

/* The format of a protocol's strings. */
struct strings {
	const char *ending;
	size_t most; /* bytes of a string, including its ending; 0: no limit */
};

/*
 * All functions append to out and cannot fail; their arguments are borrowed for the call. `where`
 * and `before` are put in front of the string, and may be empty.
 */

/*
 * Each line of body as a string of its own, between `before` and `after` (SPEC 4). A line that is
 * too long for a string becomes several, cut between UTF-8 characters, unless `before` and `after`
 * leave no room at all. TEXT_NONE writes nothing.
 */
void put_lines(struct strbuf *out, const struct strings *strings, struct text before,
	struct text body, const char *after);

/* SAID, EMOTE or DIRECT: `ann: hi`, `[ann waves]` or `ann -> bob: hi`; split as put_lines does. */
void put_speech(struct strbuf *out, const struct strings *strings, struct text where,
	const struct event *event);

/*
 * One string: the pattern, with its first % replaced by a and its second by b. It is not split at
 * strings->most: names and topics are far shorter.
 */
void put_line(struct strbuf *out, const struct strings *strings, struct text where,
	const char *pattern, struct text a, struct text b);

/* PRESENCE, as one string: `<before>12 have <entered> and 3 have left<end>` (SPEC 4). */
void put_digest(struct strbuf *out, const struct strings *strings, struct text before,
	const char *entered, const char *end, const struct event *event);

/* `[12:04] `, or `[2026-11-27 12:04] ` if that was on another day than `now`; ms, shown in local time. */
void put_time(struct strbuf *out, int64_t time, int64_t now);

/* If a page of a room's history has older events: how to ask for them. `mark` comes first. */
void put_older(struct strbuf *out, const struct strings *strings, const char *mark,
	const struct history_page *page);

#endif
