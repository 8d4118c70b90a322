/*
 * WebSockets, from the answer to the handshake on. We read and write the frames, not
 * libwebsockets, because version 4.1 accepts unmasked frames, checks pongs as
 * if they were part of a text, and closes without a code, or not at all, on some of what
 * RFC 6455 forbids.
 */
#ifndef NET_WS_H
#define NET_WS_H

#include "net/conn.h"

/*
 * Takes over those whose handshake has been answered. Not to be called by libwebsockets.
 * Returns whether there were any.
 */
bool ws_adopt_new(struct poller *poller);

/* Pings one that has been idle; kills it when the last ping was not answered. */
void ws_ping(struct conn *conn);

#endif
