/* What a trusted proxy says about the client of an HTTP request. Knows no sockets. */
#ifndef NET_FORWARDED_H
#define NET_FORWARDED_H

#include "base/networks.h"

struct forwarded {
	unsigned char address[ADDRESS_KEY_BYTES]; /* zeros: not known */
	bool encrypted;                           /* X-Forwarded-Proto: https */
};

/*
 * From the head of a request that a proxy has sent: the right-most address in
 * X-Forwarded-For that is not one of the proxies', since each appends the one that it
 * was called from, and only they are believed. False: there is no such header.
 */
bool forwarded_find(struct text head, const char *proxies, struct forwarded *found);

#endif
