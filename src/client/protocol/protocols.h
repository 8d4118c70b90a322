/* The list of protocols. */
#ifndef CLIENT_PROTOCOL_PROTOCOLS_H
#define CLIENT_PROTOCOL_PROTOCOLS_H

#include "client/session/protocol.h"

/* NULL: there is none of that name. */
const struct protocol *protocol_find(const char *name);

/* Adds the names of all protocols, separated by commas. */
void protocol_names(struct strbuf *out);

#endif
