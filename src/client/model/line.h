/*
 * One line of a room's log: an event as text that a terminal can show. Everything that comes from
 * the server is cleaned here. Knows neither rooms nor columns.
 */
#ifndef CLIENT_MODEL_LINE_H
#define CLIENT_MODEL_LINE_H

#include "teahouse/strbuf.h"

enum line_kind {
	LINE_MESSAGE,
	LINE_EMOTE,
	LINE_DIRECT,
	LINE_PRESENCE, /* a user entered, left or changed the nick */
	LINE_NOTICE,
	LINE_REFUSED,
	LINE_LOCAL,  /* from the client itself */
	LINE_DAY,    /* separates the lines of two days */
	LINE_UNREAD, /* separates what has been seen from what is new */
	LINE_AWAY,   /* the same from what was missed while the connection was lost */
	LINE_BEGIN,  /* before the first line of all */
};

/*
 * Reference-counted, since several rooms may show the same line. The text is printable, with
 * LF between its lines, and NUL-terminated.
 */
struct line {
	unsigned refs;
	enum line_kind kind;
	int64_t time;             /* ms since 1970, UTC */
	uint64_t id;              /* of the event, rising over the whole server; 0: it has none */
	int colour;               /* of the nick, from 0 (nick_colours.h) */
	bool mentions;            /* addressed to the user: it has their nick in it, or is direct */
	bool mine;                /* said by the user */
	bool waiting;             /* typed, but not confirmed by the server */
	bool past;                /* told by the history, or after a lost connection */
	bool answer;              /* of the past, since the user asked for it: not in its place */
	size_t nick_at, nick_len; /* where the nick is in the text */
	size_t body_at;           /* where the prefix (`ann: `) ends in the text */
	size_t mention_at, mention_len; /* where the user's own nick is in the body, first */
	size_t len;
	char text[];
};

/* The parts of a line, in their order in the text; absent ones are empty. */
struct line_parts {
	struct text prefix, nick, verb, to, separator, body, suffix;
};

/* `nick`, `to` and `body` are cleaned; the other parts are the client's own. */
struct line *line_make(enum line_kind kind, int64_t time, const struct line_parts *parts);
struct line *line_ref(struct line *line);
void line_unref(struct line *line);

/* Whether it separates lines, instead of telling an event. */
bool line_is_separator(const struct line *line);

/* Whether it counts as unread: messages and events of others, but not presence and local lines. */
bool line_counts_as_unread(const struct line *line);

/*
 * Adds text from the server without anything that a terminal would obey: cleaned as by
 * text_clean, tabs as spaces and, for one_line, line ends as spaces, too.
 */
void line_add_clean(struct strbuf *out, struct text t, bool one_line);

#endif
