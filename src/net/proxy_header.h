/*
 * The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a proxy sends
 * before anything else. Knows no sockets.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include <stdint.h>

#include "base/address.h"
#include "teahouse/text.h"

enum { PROXY_HEADER_BYTES = 4096 }; /* longer ones are wrong */

enum proxy_verdict {
	PROXY_INCOMPLETE, /* so far nothing is wrong */
	PROXY_COMPLETE,
	PROXY_WRONG,
};

struct proxy_header {
	size_t bytes;   /* of the header */
	bool local;     /* the proxy speaks for itself; nothing of the rest is given */
	bool encrypted; /* the client has TLS with the proxy */
	unsigned char address[ADDRESS_KEY_BYTES]; /* the client's; zeros: not known */
	uint16_t port;
};

/* `bytes`: what has come so far. */
enum proxy_verdict proxy_header_parse(struct text bytes, struct proxy_header *header);

#endif
