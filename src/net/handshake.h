/*
 * Judges what a WebSocket's handshake says (RFC 6455, 4.2.1), header by header. Knows no
 * sockets and no libwebsockets.
 */
#ifndef NET_HANDSHAKE_H
#define NET_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "teahouse/text.h"

/*
 * Whether a page of this origin may connect to this host: a page that came from the host,
 * or whose origin is listed in `others`, separated by spaces. TEXT_NONE: the client is no
 * browser.
 */
bool origin_allowed(struct text origin, struct text host, const char *others);

enum {
	REFUSED_ORIGINS = 16,
	REFUSED_ORIGIN_INTERVAL = 60000, /* ms between two lines about the same */
};

/* Which origins were logged as refused in the last minute. Zeroed: none. */
struct refused_origins {
	struct {
		uint64_t hash;
		int64_t until; /* ms; 0: free */
	} at[REFUSED_ORIGINS];
};

/*
 * Whether to log that it is refused: it was not in the last minute, and not many others
 * were. It is then remembered. `now`: ms, at least 1.
 */
bool refused_origin_is_new(struct refused_origins *refused, struct text origin, int64_t now);

/* Whether the value of Sec-WebSocket-Protocol lists the name. */
bool protocol_offered(struct text list, const char *name);

/* Whether the value of Connection lists the option, in any case. */
bool connection_has(struct text list, const char *option);

/* Whether the value of Sec-WebSocket-Key is 16 bytes in base64. */
bool key_is_right(struct text key);

#endif
