/* A server that is to be connected to, and how failures are told. Does not connect. */
#ifndef BUS_NATS_TARGET_H
#define BUS_NATS_TARGET_H

#include "teahouse/text.h"

enum { NATS_WHY_BYTES = 320 }; /* of a sentence that says why something failed, with its NUL */

struct nats_target {
	const char *url;         /* nats:// or tls://, which may hold user:password@ */
	const char *credentials; /* a file; NULL: none */
	const char *ca;          /* a file; NULL: what the system trusts */
	const char *client;      /* shown by the server */
};

/* What of a URL may be shown: no password. */
struct text nats_url_address(const char *url);

bool nats_url_is_tls(const char *url);

#endif
