/*
 * All but HTTP is heard here. What WebSockets say, too, and not by libwebsockets 4.1, which
 * takes unmasked decoder, checks pongs as if they were part of a text, and closes without
 * a code, or not at all, on some of what RFC 6455 forbids. Their sockets stay its
 * own, but it is told not to read. As libuv takes only one poll for a
 * descriptor, they wait in an epoll of their own, and libuv polls that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/link.h"
#include "teahouse/diag.h"

enum { HEARD_AT_ONCE = 1024 };

static void
ear_set(struct link *link, int how)
{
	bool room = link->choked && !link->wsi;
	struct epoll_event event = {.data.ptr = link};
	event.events = (link->listening ? EPOLLIN : 0u) | (room ? EPOLLOUT : 0u);
	if (epoll_ctl(link->door->net->ears, how, link->fd, &event) < 0 && how != EPOLL_CTL_DEL)
		link_break(link);
}

void
ear_open(struct link *link)
{
	link->listening = true;
	ear_set(link, EPOLL_CTL_ADD);
}

void
ear_listen(struct link *link, bool wanted)
{
	if (link->listening == wanted)
		return;
	link->listening = wanted;
	/* Of a WebSocket that is not listened to, libwebsockets hears that it has gone. */
	if (!link->wsi)
		ear_set(link, EPOLL_CTL_MOD);
	else
		ear_set(link, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
}

void
ear_await_room(struct link *link)
{
	ear_set(link, EPOLL_CTL_MOD);
}

static void
ears_heard(uv_poll_t *poll, int status, int events)
{
	struct net *net = poll->data;
	struct epoll_event heard[HEARD_AT_ONCE];
	(void)status;
	(void)events;
	int n = epoll_wait(net->ears, heard, HEARD_AT_ONCE, 0);
	/* Nobody is freed meanwhile: what is broken is closed when the next turn begins. */
	for (int i = 0; i < n; i++) {
		struct link *link = heard[i].data.ptr;
		if (!link->wsi)
			plain_hear(link, heard[i].events);
		else if (link->listening)
			web_hear(link);
	}
}

/*
 * Comes before the loop looks for input, and after libwebsockets, which does so
 * when the loop is idle, has read what it still had in hand.
 */
static void
ears_prepare(uv_prepare_t *prepare)
{
	web_take(prepare->data);
}

bool
ears_open(struct net *net)
{
	net->ears = epoll_create1(EPOLL_CLOEXEC);
	int error = net->ears < 0 ? -errno : uv_poll_init(&net->loop, &net->hearing, net->ears);
	if (error) {
		diag_line(LOG_LEVEL_ERROR, "epoll: %s", uv_strerror(error));
		return false;
	}
	net->spare = fcntl(net->ears, F_DUPFD_CLOEXEC, 0);
	net->in = xcalloc(READ_BYTES);
	net->hearing.data = net;
	uv_poll_start(&net->hearing, UV_READABLE, ears_heard);
	uv_prepare_init(&net->loop, &net->taking);
	net->taking.data = net;
	uv_prepare_start(&net->taking, ears_prepare);
	return true;
}

void
ears_shut(struct net *net)
{
	if (!net->in)
		return;
	uv_close((uv_handle_t *)&net->hearing, NULL);
	uv_close((uv_handle_t *)&net->taking, NULL);
}

void
ears_free(struct net *net)
{
	if (net->ears >= 0)
		close(net->ears);
	if (net->spare >= 0)
		close(net->spare);
	free(net->in);
}
