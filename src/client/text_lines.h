/*
 * What protocols of plain text have in common: strings that end with LF, of a
 * bounded length. Knows what they may not look like, not what they mean.
 */
#ifndef CLIENT_TEXT_LINES_H
#define CLIENT_TEXT_LINES_H

#include "client/session.h"

/* One string: the text as one line, cut to fit, behind the word. `most` counts the LF. */
void text_lines_send(struct session *session, const char *word, struct text text, size_t most);

/*
 * Adds each line of the text behind the same words, a long one as several
 * strings, cut between characters. False, and nothing is added: one of them
 * would begin with the character `never` (0: they all may).
 */
bool text_lines_add(
	struct strbuf *out, struct text before, struct text text, size_t most, char never);

/* Takes what stands before the character off *rest. False: it is not in there. */
bool text_split(struct text *rest, char at, struct text *before);

/* Whether t begins with the words; if so, *rest is what comes behind them. */
bool text_skip_prefix(struct text t, const char *words, struct text *rest);

#endif
