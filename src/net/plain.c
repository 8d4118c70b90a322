/*
 * Connections without HTTP: telnet lines, packets and the classroom's strings. They are
 * all ours: libwebsockets would add a kilobyte to each, and only pass the bytes on.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/link.h"

void
plain_open(struct door *door, int fd)
{
	struct link *link = link_new(door, fd);
	waits_join(&door->net->plain, link);
	ear_open(link);
	link_enter(link);
}

/* The other end has finished sending, but may be reading still: it gets what there is. */
static void
plain_end(struct link *link)
{
	do {
		link->moved = false;
		link_flush(link);
	} while (link->moved);
	link_lost(link);
	link_break(link);
}

static void
plain_read(struct link *link)
{
	struct net *net = link->door->net;
	ssize_t n = recv(link->fd, net->in, READ_BYTES, MSG_DONTWAIT);
	net->heard = true;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0)
		plain_end(link);
	else if (link->connection && !link->left)
		connection_receive(link->connection, net->in, (size_t)n);
}

void
plain_hear(struct link *link, uint32_t events)
{
	if (link->choked && (events & EPOLLOUT)) {
		link_flush(link);
		ear_await_room(link);
	}
	if (link->broken)
		return;
	if (link->listening && (events & EPOLLIN)) {
		plain_read(link);
	} else if (events & (EPOLLERR | EPOLLHUP)) {
		/* Also while it is not read from: it would be told again and again. */
		link_lost(link);
		link_break(link);
	}
}

static void
plain_close(struct link *link)
{
	link_lost(link);
	close(link->fd);
	link_free(link);
}

bool
plain_bury(struct net *net)
{
	bool any = net->broken.first != NULL;
	struct link *link;
	while ((link = waits_due(&net->broken, INT64_MAX)))
		plain_close(link);
	return any;
}

void
plain_close_all(struct net *net)
{
	struct waits *all[] = {&net->plain, &net->leaving, &net->broken};
	struct link *link;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		while ((link = waits_due(all[i], INT64_MAX)))
			plain_close(link);
}
