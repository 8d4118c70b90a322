/*
 * How many connections that are no WebSockets, or not yet, are kept. They are not
 * sessions, so they get what sessions leave. Of too many, the one that has waited longest
 * is closed: a browser sends its request at once, and can open again what it keeps open.
 */
#ifndef NET_HTTP_LIMIT_H
#define NET_HTTP_LIMIT_H

#include "net/conn.h"

/* Counts a new one, for which another may be closed. */
void http_limit_add(struct conn *conn);

/* Closes the one that has waited longest, if there is any. */
void http_evict_oldest(struct poller *poller);

#endif
