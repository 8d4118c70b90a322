/* Completion of what is typed, with the settings of the user interface. Knows no screen. */
#ifndef CLIENT_UI_CANDIDATES_H
#define CLIENT_UI_CANDIDATES_H

#include "client/session/session.h"

/* The candidates for the word at line[start..end], as by complete_line. */
char **candidates_find(struct session *session, struct text line, size_t start, size_t end);

/* Lists several of them in the log. */
void candidates_show(struct session *session, char *const *words, size_t n);

#endif
