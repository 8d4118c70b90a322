/* What the tests of the terminal client's model share. */
#ifndef CLIENT_FIXTURE_H
#define CLIENT_FIXTURE_H

#include "unit.h"

#include "client/model/model.h"

static inline struct text
t(const char *s)
{
	return text_of(s);
}

static inline const struct line *
newest(const struct room *room)
{
	const struct line *line = scrollback_newest(&room->scroll);
	assert_non_null(line);
	return line;
}

static inline void
newest_is(const struct room *room, const char *text)
{
	assert_string_equal(newest(room)->text, text);
}

static inline void
said(struct model *m, const char *room, const char *nick, const char *message)
{
	model_add_message(m, LINE_MESSAGE, t(room), t(nick), t(message), 0);
}

#endif
