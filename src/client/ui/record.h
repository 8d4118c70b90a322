/*
 * A line as a record of `--plain`: time, room, kind, nick and text, separated by tabs, for screen
 * readers, grep and scripts. The format does not change (teahouse(1), PLAIN RECORDS).
 */
#ifndef CLIENT_UI_RECORD_H
#define CLIENT_UI_RECORD_H

#include "client/model/model.h"

void record_write(struct strbuf *out, const struct room *room, const struct line *line);

#endif
