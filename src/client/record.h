/*
 * A line as a record of `--plain`: one event a line, with tabs between its time, room, kind,
 * nick and text, for screen readers, grep and scripts. What is in it does not change.
 */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "client/model.h"

void record_write(struct strbuf *out, const struct room *room, const struct line *line);

#endif
