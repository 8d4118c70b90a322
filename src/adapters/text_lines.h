/* What protocols of plain text have in common: strings, one a line of what was said. */
#ifndef ADAPTERS_TEXT_LINES_H
#define ADAPTERS_TEXT_LINES_H

#include "teahouse/event.h"
#include "teahouse/strbuf.h"

/* How a protocol's strings are. */
struct strings {
	const char *ending;
	size_t most; /* bytes of one, its ending included; 0: no bound */
};

/*
 * Each line of body as a string of its own, with the same words around it; a line too
 * long for one goes out as several, cut between characters.
 */
void put_lines(struct strbuf *out, const struct strings *strings, struct text before,
	struct text body, const char *after);

/* SAID, EMOTE or DIRECT: `ann: hi`, `[ann waves]`, `ann -> bob: hi`, behind `where`. */
void put_speech(struct strbuf *out, const struct strings *strings, struct text where,
	const struct event *event);

/* One string behind `where`: the pattern, with a for its first % and b for its second. */
void put_line(struct strbuf *out, const struct strings *strings, struct text where,
	const char *pattern, struct text a, struct text b);

/* PRESENCE: `*** 12 have entered and 3 have left`, with another word for `entered`, and an end. */
void put_digest(struct strbuf *out, const struct strings *strings, struct text where,
	const char *entered, const char *end, const struct event *event);

#endif
