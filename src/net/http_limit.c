/* Finds which connection has waited longest: in all, or from one address. */
#include "net/http_limit.h"

#include <string.h>

#include "base/address.h"

enum {
	HTTP_CONNS = 1024,           /* at once; a request's head may be kept of each */
	HTTP_CONNS_PER_ADDRESS = 16, /* a browser opens six */
};

/* How many come from the address. *first: the one that has waited longest, if it was NULL. */
static size_t
conns_from(const struct timeout_list *list, const unsigned char address[static 16],
	struct conn **first)
{
	size_t n = 0;
	for (struct timeout_entry *entry = list->first; entry; entry = entry->next) {
		struct conn *conn = (struct conn *)entry;
		if (memcmp(conn->address, address, sizeof conn->address) != 0)
			continue;
		n++;
		if (!*first)
			*first = conn;
	}
	return n;
}

void
http_evict_oldest(struct poller *poller)
{
	struct timeout_entry *oldest = poller->http_pending.first;
	if (!oldest)
		oldest = poller->http_sending.first;
	if (oldest)
		conn_kill((struct conn *)oldest);
}

/* The same among those from the conn's own address, if they are too many. */
static void
http_evict_neighbour(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	struct sockaddr_storage peer = conn_peer(conn->fd);
	struct conn *oldest = NULL;
	if (peer.ss_family)
		address_key(conn->address, (struct sockaddr *)&peer);
	size_t n = conns_from(&poller->http_pending, conn->address, &oldest);
	n += conns_from(&poller->http_sending, conn->address, &oldest);
	if (n >= HTTP_CONNS_PER_ADDRESS)
		conn_kill(oldest);
}

void
http_limit_add(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	if (poller->addresses_count)
		http_evict_neighbour(conn);
	if (poller->http_pending.n + poller->http_sending.n >= HTTP_CONNS)
		http_evict_oldest(poller);
	conn_wait(conn, &poller->http_pending);
}
