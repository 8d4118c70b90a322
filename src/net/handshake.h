/*
 * Judges what a WebSocket's handshake says (RFC 6455, 4.2.1), header by header. Knows no
 * sockets and no libwebsockets.
 */
#ifndef NET_HANDSHAKE_H
#define NET_HANDSHAKE_H

#include <stdbool.h>

#include "teahouse/text.h"

/*
 * Whether a page of this origin may connect to this host: a page that came from the host,
 * or whose origin is listed in `others`, separated by spaces. TEXT_NONE: the client is no
 * browser.
 */
bool origin_allowed(struct text origin, struct text host, const char *others);

/* Whether the value of Sec-WebSocket-Protocol lists the name. */
bool protocol_offered(struct text list, const char *name);

/* Whether the value of Connection lists the option, in any case. */
bool connection_has(struct text list, const char *option);

/* Whether the value of Sec-WebSocket-Key is 16 bytes in base64. */
bool key_is_right(struct text key);

#endif
