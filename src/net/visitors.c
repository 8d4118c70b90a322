/*
 * Visitors: who came by HTTP and is no WebSocket, or not yet. They are no sessions, so
 * they get what sessions leave. Of too many, the one that has waited longest goes:
 * a browser's request is there at once, and what it then keeps open it can open again.
 */
#include "base/address.h"
#include "net/link.h"

enum {
	VISITORS = 1024,           /* at once; a head of HEADERS_BYTES may be kept of each */
	VISITORS_PER_ADDRESS = 16, /* a browser opens six */
};

/* How many of them come from there; *first: the one that has waited longest, if it was NULL. */
static size_t
visitors_from(
	const struct waits *waits, const unsigned char address[static 16], struct link **first)
{
	size_t n = 0;
	for (struct link *link = waits->first; link; link = link->later) {
		if (memcmp(link->address, address, sizeof link->address) != 0)
			continue;
		n++;
		if (!*first)
			*first = link;
	}
	return n;
}

void
visitor_yield(struct net *net)
{
	struct link *link = net->knocking.first ? net->knocking.first : net->pages.first;
	if (link)
		link_break(link);
}

/* The same among those from the link's own address, if they are too many. */
static void
visitor_yield_neighbour(struct link *link)
{
	struct net *net = link->door->net;
	struct sockaddr_storage peer = link_peer(link->fd);
	struct link *oldest = NULL;
	if (peer.ss_family)
		address_key(link->address, (struct sockaddr *)&peer);
	size_t n = visitors_from(&net->knocking, link->address, &oldest);
	n += visitors_from(&net->pages, link->address, &oldest);
	if (n >= VISITORS_PER_ADDRESS)
		link_break(oldest);
}

void
visitor_enter(struct link *link)
{
	struct net *net = link->door->net;
	if (net->addresses_count)
		visitor_yield_neighbour(link);
	if (net->knocking.n + net->pages.n >= VISITORS)
		visitor_yield(net);
	waits_join(&net->knocking, link);
}
