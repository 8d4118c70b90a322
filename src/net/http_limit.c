/* Finds which connection has waited longest: in all, or from one address. */
#include "net/http_limit.h"

#include "base/address.h"

enum {
	HTTP_CONNS = 1024,           /* at once; a request's head may be kept of each */
	HTTP_CONNS_PER_ADDRESS = 16, /* a browser opens six */
};

/* How many come from the conn's address. *first: the one that has waited longest, if it was NULL. */
static size_t
conns_from(const struct timeout_list *list, const struct conn *late, struct conn **first)
{
	size_t n = 0;
	for (struct timeout_entry *entry = list->first; entry; entry = entry->next) {
		struct conn *conn = (struct conn *)entry;
		if (conn == late || !address_counts_with(conn->peer, late->peer))
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
	struct conn *oldest = NULL;
	size_t n = conns_from(&poller->http_pending, conn, &oldest);
	n += conns_from(&poller->http_sending, conn, &oldest);
	if (n >= HTTP_CONNS_PER_ADDRESS)
		conn_kill(oldest);
}

void
http_limit_add(struct conn *conn)
{
	struct poller *poller = conn->endpoint->poller;
	if (conn->timeout.list == &poller->http_pending)
		return;
	if (poller->addresses_count && !conn->trusted)
		http_evict_neighbour(conn);
	if (poller->http_pending.n + poller->http_sending.n >= HTTP_CONNS)
		http_evict_oldest(poller);
	conn_wait(conn, &poller->http_pending);
}
