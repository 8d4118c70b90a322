/*
 * The listening sockets. They are our own, not libwebsockets': so it is known
 * exactly why one cannot be opened, and who comes while there is no descriptor for
 * it is told so. One for HTTP is then libwebsockets' as if it had
 * accepted it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/http.h"
#include "net/link.h"
#include "teahouse/diag.h"

enum {
	BACKLOG = 4096,      /* the kernel takes less if it likes */
	FILES_OF_OURS = 90,  /* about thirty for what is open anyway */
	ACCEPTS = 64,        /* at once, before others get their turn */
	DEAD_AFTER = 120,    /* seconds of silence until the kernel asks whether a peer lives */
	DEAD_ASK_EVERY = 30, /* seconds */
	DEAD_ASKS = 4,
	DEAD_UNHEARD = 60000, /* ms until what was sent and not acknowledged ends a connection */
	NAME_BYTES_MAX = 128,
};

static void
socket_set(int fd, int level, int option, int value)
{
	/* None of these is worth refusing somebody for. */
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

/* `127.0.0.1:5005`, `[::1]:5005`, `*:5005`. */
static void
listener_where(char out[static NAME_BYTES_MAX], const struct listener *listener)
{
	const char *address = listener->address ? listener->address : "*";
	bool six = strchr(address, ':');
	snprintf(out, NAME_BYTES_MAX, "%s%s%s:%d", six ? "[" : "", address, six ? "]" : "",
		listener->port);
}

/* An address that is not here is the address's fault, all else the port's. */
static void
listener_fails(const struct listener *listener, const char *why)
{
	bool elsewhere = errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
	const char *at = elsewhere ? listener->address_at : listener->port_at;
	char where[NAME_BYTES_MAX];
	listener_where(where, listener);
	diag_line(LOG_LEVEL_ERROR, "%s: %s: %s; right is %s", at ? at : listener->name, where, why,
		elsewhere ? "an address of this host, or *"
			  : "a port that is free, and may be taken");
}

static int
socket_listen(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	/* Lets a new server take over at once; two at a time it does not allow. */
	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
		socket_set(
			fd, IPPROTO_IPV6, IPV6_V6ONLY, !IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr));
	}
	if (bind(fd, address, size) < 0 || listen(fd, BACKLOG) < 0 ||
		fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* All addresses: by IPv6, which brings IPv4 with it, where there is IPv6. */
static int
socket_listen_all(int port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = socket_listen((struct sockaddr *)&six, sizeof six);
	if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
		return fd;
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	return socket_listen((struct sockaddr *)&four, sizeof four);
}

static int
listener_listen(const struct listener *listener, const char **why)
{
	*why = NULL;
	if (!listener->address)
		return socket_listen_all(listener->port);
	char port[8];
	snprintf(port, sizeof port, "%d", listener->port);
	struct addrinfo wanted = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found;
	int error = getaddrinfo(listener->address, port, &wanted, &found);
	if (error == EAI_MEMORY)
		xnonnull(NULL);
	if (error) {
		*why = gai_strerror(error);
		errno = EINVAL;
		return -1;
	}
	int fd = socket_listen(found->ai_addr, found->ai_addrlen);
	error = errno;
	freeaddrinfo(found);
	errno = error;
	return fd;
}

static int
socket_port(int fd)
{
	struct sockaddr_storage taken;
	socklen_t size = sizeof taken;
	if (getsockname(fd, (struct sockaddr *)&taken, &size) < 0)
		return 0;
	if (taken.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&taken)->sin6_port);
	return ntohs(((struct sockaddr_in *)(void *)&taken)->sin_port);
}

static void door_accept(uv_poll_t *poll, int status, int events);

static void
door_poll(struct door *door, bool wanted)
{
	if (door->fd < 0 || door->polled == wanted)
		return;
	door->polled = wanted;
	if (wanted)
		uv_poll_start(&door->poll, UV_READABLE, door_accept);
	else
		uv_poll_stop(&door->poll);
}

/* Tells somebody on the way out that there is no room. */
static void
door_refuse(struct door *door, int fd)
{
	struct sockaddr_storage peer = link_peer(fd);
	struct strbuf words = {0};
	struct text said;
	if (door->site) {
		said = site_status(door->site, SITE_FULL, false);
	} else {
		gateway_refuse(door->net->gateway, door->listener,
			peer.ss_family ? (struct sockaddr *)&peer : NULL, &words);
		said = strbuf_view(&words);
	}
	/* A socket on which nothing was sent yet takes it whole; what came unread would undo it. */
	(void)!send(fd, said.ptr, said.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)!recv(fd, door->net->in, READ_BYTES, MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	close(fd);
	strbuf_clear(&words);
}

/* Those who knock are let in one after the other by the spare descriptor, and told to go. */
static void
door_clear(struct door *door)
{
	struct net *net = door->net;
	for (int i = 0; i < ACCEPTS && net->spare >= 0; i++) {
		close(net->spare);
		int fd = accept(door->fd, NULL, NULL);
		if (fd >= 0)
			door_refuse(door, fd);
		net->spare = fcntl(net->ears, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			return;
	}
}

/* Nobody more can be let in: we do not spin, and those who knock wait for their refusal. */
static void
doors_tire(struct net *net, int error)
{
	diag_line(LOG_LEVEL_ERROR, "accept: %s; new connections are refused", strerror(error));
	for (size_t i = 0; i < net->n_doors; i++) {
		door_clear(&net->doors[i]);
		door_poll(&net->doors[i], false);
	}
	net->accept_again = (int64_t)uv_now(&net->loop) + ACCEPT_RETRY;
}

/* What is no link needs descriptors, too. */
static bool
net_is_crowded(const struct net *net)
{
	size_t files = (size_t)net->files, ours = FILES_OF_OURS;
	return net->n_links + (ours < files / 2 ? ours : files / 2) >= files;
}

static void
door_take(struct door *door, int fd)
{
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, DEAD_AFTER);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, DEAD_ASK_EVERY);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPCNT, DEAD_ASKS);
	socket_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, DEAD_UNHEARD);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	(door->site ? web_open : plain_open)(door, fd);
}

static void
door_accept(uv_poll_t *poll, int status, int events)
{
	struct door *door = poll->data;
	(void)status;
	(void)events;
	door->net->heard = true;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept(door->fd, NULL, NULL);
		if (fd >= door->net->files) {
			door_refuse(door, fd);
			doors_tire(door->net, EMFILE);
			return;
		}
		if (fd >= 0) {
			/* Who is hung up keeps its descriptor until libwebsockets sees to it. */
			bool crowded = net_is_crowded(door->net);
			if (crowded)
				visitor_yield(door->net);
			door_take(door, fd);
			if (crowded && door->net->nudge)
				return;
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			   errno == ENOMEM) {
			doors_tire(door->net, errno);
			return;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return;
		}
	}
}

static bool
door_open_site(struct door *door)
{
	const struct listener *listener = door->listener;
	struct strbuf wrong = {0};
	door->site = site_open(listener->root ? listener->root : "", &wrong);
	if (!door->site)
		diag_line(LOG_LEVEL_ERROR, "listener %s: root: %.*s", listener->name,
			TEXT_ARGS(strbuf_view(&wrong)));
	strbuf_clear(&wrong);
	return door->site;
}

static bool
door_open(struct door *door)
{
	struct listener *listener = door->listener;
	const char *why;
	if (listener->adapter->by_http && !door_open_site(door))
		return false;
	door->fd = listener_listen(listener, &why);
	if (door->fd < 0) {
		listener_fails(listener, why ? why : strerror(errno));
		return false;
	}
	int error = uv_poll_init(&door->net->loop, &door->poll, door->fd);
	if (error) {
		listener_fails(listener, uv_strerror(error));
		close(door->fd);
		door->fd = -1;
		return false;
	}
	listener->port = socket_port(door->fd);
	door->poll.data = door;
	door_poll(door, true);
	return true;
}

bool
doors_open(struct net *net, struct config *config)
{
	bool fine = true;
	net->doors = xcalloc((config->n_listeners + 1) * sizeof *net->doors);
	net->n_doors = config->n_listeners;
	for (size_t i = 0; i < net->n_doors; i++)
		net->doors[i] =
			(struct door){.net = net, .listener = &config->listeners[i], .fd = -1};
	/* All of them, so that all that is wrong is told at once. */
	for (size_t i = 0; i < net->n_doors; i++)
		fine = door_open(&net->doors[i]) && fine;
	return fine;
}

void
doors_announce(const struct net *net)
{
	for (size_t i = 0; i < net->n_doors; i++) {
		char where[NAME_BYTES_MAX];
		listener_where(where, net->doors[i].listener);
		diag_line(LOG_LEVEL_INFO, "%s on %s", net->doors[i].listener->name, where);
	}
}

int64_t
doors_tick(struct net *net)
{
	if (net->accept_again == 0)
		return -1;
	int64_t wait = net->accept_again - (int64_t)uv_now(&net->loop);
	if (wait > 0)
		return wait;
	net->accept_again = 0;
	for (size_t i = 0; i < net->n_doors; i++)
		door_poll(&net->doors[i], true);
	return -1;
}

static void
door_shut(uv_handle_t *handle)
{
	struct door *door = handle->data;
	close(door->fd);
	door->fd = -1;
}

void
doors_shut(struct net *net)
{
	net->accept_again = 0;
	for (size_t i = 0; i < net->n_doors; i++) {
		uv_handle_t *handle = (uv_handle_t *)&net->doors[i].poll;
		if (net->doors[i].fd >= 0 && !uv_is_closing(handle))
			uv_close(handle, door_shut);
	}
}

void
doors_free(struct net *net)
{
	for (size_t i = 0; i < net->n_doors; i++)
		if (net->doors[i].site)
			site_close(net->doors[i].site);
	free(net->doors);
}
