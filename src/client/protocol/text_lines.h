/*
 * What the plain-text protocols have in common: strings of a bounded length that end with LF.
 * Knows what a string may not begin with, but not what it means.
 */
#ifndef CLIENT_PROTOCOL_TEXT_LINES_H
#define CLIENT_PROTOCOL_TEXT_LINES_H

#include "client/session/session.h"

/* Sends one string: the word, then the text as one line, cut to fit. `most` counts the LF. */
void text_lines_send(struct session *session, const char *word, struct text text, size_t most);

/*
 * Adds a string for each line of the text, each with the same prefix; a long line becomes several
 * strings, cut between characters. False, and nothing is added: one of them would begin with the
 * character `never` (0: there is no such character), or the prefix leaves no space.
 */
bool text_lines_add(
	struct strbuf *out, struct text prefix, struct text text, size_t most, char never);

/* Takes what is before the first such character off *rest, and the character. False: there is none. */
bool text_split(struct text *rest, char at, struct text *before);

/* Whether t begins with the prefix; if so, *rest is what follows it. */
bool text_skip_prefix(struct text t, const char *prefix, struct text *rest);

/* The commands of a help text, in which a line for each follows the first, for the help on F1. */
void text_lines_learn_manual(struct model *model, const char *help);

#endif
