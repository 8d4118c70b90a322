/*
 * WebSockets, from the answer to the handshake on. libwebsockets only keeps the socket; we
 * read and write the frames, because version 4.1 accepts unmasked frames, checks pongs as
 * if they were part of a text, and closes without a code, or not at all, on some of what
 * RFC 6455 forbids.
 */
#ifndef NET_WS_H
#define NET_WS_H

#include "net/conn.h"

/* A callback of libwebsockets after the upgrade. Returns what libwebsockets is to get. */
int ws_callback(struct conn *conn, enum lws_callback_reasons reason);

/*
 * Takes over those whose handshake has been answered. To be called when libwebsockets has
 * read all that it had received. Returns whether there were any.
 */
bool ws_adopt_new(struct poller *poller);

/* Pings one that has been idle; kills it when the last ping was not answered. */
void ws_ping(struct conn *conn);

#endif
