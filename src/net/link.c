/*
 * Links: what the gateway may do with a connection, however it came in. What waits
 * goes out in one gathered write on the descriptor; of a WebSocket libwebsockets
 * only gets what is left of a frame that was cut.
 */
#include "net/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "teahouse/outqueue.h"

enum { PIECES = 512 };

void
waits_leave(struct link *link)
{
	struct waits *waits = link->waits;
	if (!waits)
		return;
	*(link->earlier ? &link->earlier->later : &waits->first) = link->later;
	*(link->later ? &link->later->earlier : &waits->last) = link->earlier;
	waits->n--;
	link->waits = NULL;
	link->earlier = link->later = NULL;
}

void
waits_join(struct waits *waits, struct link *link)
{
	waits_leave(link);
	link->waits = waits;
	link->due = (int64_t)uv_now(&link->door->net->loop) + waits->patience;
	link->earlier = waits->last;
	*(waits->last ? &waits->last->later : &waits->first) = link;
	waits->last = link;
	waits->n++;
}

/* The next that is due, taken out; NULL: none is. */
struct link *
waits_due(struct waits *waits, int64_t now)
{
	struct link *link = waits->first;
	if (!link || link->due > now)
		return NULL;
	waits_leave(link);
	return link;
}

static int64_t
sooner(int64_t wait, const struct waits *waits, int64_t now)
{
	if (!waits->first)
		return wait;
	int64_t other = waits->first->due > now ? waits->first->due - now : 0;
	return wait < 0 || other < wait ? other : wait;
}

int64_t
links_tick(struct net *net)
{
	int64_t now = (int64_t)uv_now(&net->loop);
	struct link *link;
	while ((link = waits_due(&net->quiet, now)))
		web_ping(link);
	while ((link = waits_due(&net->pages, now)))
		web_resume(link);
	while ((link = waits_due(&net->knocking, now)))
		link_break(link);
	while ((link = waits_due(&net->leaving, now)))
		link_break(link);
	if (plain_bury(net))
		return 0;
	int64_t wait = sooner(sooner(-1, &net->quiet, now), &net->pages, now);
	return sooner(sooner(wait, &net->knocking, now), &net->leaving, now);
}

/* IPv4 that came by an IPv6 socket is IPv4 all the same. */
static void
address_plain(struct sockaddr_storage *address)
{
	const struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
	if (address->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return;
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = six->sin6_port};
	memcpy(&four.sin_addr, &six->sin6_addr.s6_addr[12], sizeof four.sin_addr);
	memcpy(address, &four, sizeof four);
}

/* Its family is 0 when it is not known. */
struct sockaddr_storage
link_peer(int fd)
{
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof peer;
	if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0)
		return (struct sockaddr_storage){0};
	address_plain(&peer);
	return peer;
}

struct link *
link_new(struct door *door, int fd)
{
	struct link *link = xcalloc(sizeof *link);
	link->door = door;
	link->fd = fd;
	door->net->n_links++;
	return link;
}

void
link_enter(struct link *link)
{
	struct sockaddr_storage peer = link_peer(link->fd);
	struct door *door = link->door;
	link->why = REASON_LOST;
	link->connection = connection_open(door->net->gateway, door->listener,
		peer.ss_family ? (struct sockaddr *)&peer : NULL, ++door->net->n_accepted, link);
}

void
link_lost(struct link *link)
{
	struct connection *connection = link->connection;
	if (!connection)
		return;
	link->connection = NULL;
	link->door->net->lost = true;
	connection_lost(connection, link->why);
}

void
link_free(struct link *link)
{
	link_lost(link);
	waits_leave(link);
	ws_decoder_clear(&link->decoder);
	strbuf_clear(&link->pong);
	link->door->net->n_links--;
	free(link);
}

void
link_break(struct link *link)
{
	if (link->broken || link->ending)
		return;
	link->broken = true;
	if (!link->wsi) {
		waits_join(&link->door->net->broken, link);
		return;
	}
	waits_leave(link);
	ear_listen(link, false);
	lws_set_timeout(link->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	link->door->net->nudge = true;
}

static void
link_choke(struct link *link)
{
	if (link->choked || link->ending)
		return;
	link->choked = true;
	if (link->wsi)
		lws_callback_on_writable(link->wsi);
	else
		ear_await_room(link);
}

/* libwebsockets may send a frame of its own at any time, so none of ours may stay cut. */
static ssize_t
frame_finish(struct link *link, const struct iovec *pieces, int n, ssize_t taken)
{
	size_t past = 0;
	for (int i = 0; i < n && past < (size_t)taken; i++) {
		past += pieces[i].iov_len;
		if (past <= (size_t)taken)
			continue;
		size_t rest = past - (size_t)taken;
		unsigned char *at = (unsigned char *)pieces[i].iov_base + pieces[i].iov_len - rest;
		if (lws_write(link->wsi, at, rest, LWS_WRITE_RAW) < 0)
			return -1;
	}
	return (ssize_t)past;
}

static ssize_t
pieces_send(struct link *link, struct iovec *pieces, int n)
{
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)n};
	ssize_t taken = sendmsg(link->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (taken < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
	return link->framed ? frame_finish(link, pieces, n, taken) : taken;
}

static ssize_t
wire_send(void *at, const struct outqueue *waiting)
{
	struct link *link = at;
	if (link->left || link->broken)
		return -1;
	if (link->choked || waiting->n == 0)
		return 0;
	ssize_t taken = 0;
	if (!link->wsi || !lws_partial_buffered(link->wsi)) {
		struct iovec pieces[PIECES];
		taken = pieces_send(link, pieces, outqueue_gather(waiting, pieces, PIECES));
	}
	link->moved = taken > 0;
	if (taken < 0)
		link_break(link);
	else if ((size_t)taken < waiting->bytes)
		link_choke(link);
	return taken;
}

static void
wire_read(void *at, bool wanted)
{
	struct link *link = at;
	if (!link->left && !link->broken && !link->ending)
		ear_listen(link, wanted);
}

/*
 * Nothing more is sent; the other end closes when it has read it all. Closing
 * before would take what it had not read along, if bytes of its own are unread.
 */
void
link_part(struct link *link)
{
	link->parted = true;
	if (link->framed && lws_partial_buffered(link->wsi))
		lws_callback_on_writable(link->wsi);
	else
		shutdown(link->fd, SHUT_WR);
}

void
link_leave(struct link *link, enum reason why, enum ws_code code)
{
	if (link->left || link->broken || link->ending)
		return;
	link->left = true;
	link->why = why;
	/* Bytes that nobody read when it closes would take what we sent along with them. */
	ear_listen(link, true);
	if (!link->framed) {
		link_part(link);
	} else if (!web_say_close(link, code)) {
		link_break(link);
		return;
	}
	waits_join(&link->door->net->leaving, link);
}

static enum ws_code
close_code(enum reason why)
{
	if (why == REASON_OK || why == REASON_LOGOUT)
		return WS_CODE_NORMAL;
	if (why == REASON_SHUTTING_DOWN)
		return WS_CODE_GOING_AWAY;
	if (why == REASON_SERVER_FULL || why == REASON_ADDRESS_FULL)
		return WS_CODE_TRY_LATER;
	return WS_CODE_POLICY;
}

static void
wire_close(void *at, enum reason why)
{
	link_leave(at, why, close_code(why));
}

static const struct transport_ops link_wire = {wire_send, wire_read, wire_close};

const struct transport_ops *
net_transport_ops(void)
{
	return &link_wire;
}

void
link_flush(struct link *link)
{
	link->choked = false;
	if (link->connection && !link->left && !link->broken)
		connection_writable(link->connection);
}
