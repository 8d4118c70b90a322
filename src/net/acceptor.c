/*
 * The listening sockets are our own, not libwebsockets', so that it is known exactly why
 * one cannot be opened, and so that a client that comes while there is no descriptor for
 * it is told so.
 */
#include "net/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/http_limit.h"
#include "net/opening.h"
#include "net/site.h"
#include "teahouse/diag.h"

enum {
	BACKLOG = 4096,          /* the kernel takes less if it likes */
	FILES_OF_OURS = 90,      /* about thirty are open anyway */
	ACCEPT_RETRY = 500,      /* ms without a descriptor to spare for a new connection */
	ACCEPTS = 64,            /* at once, before other descriptors get their turn */
	KEEPALIVE_IDLE = 120,    /* seconds of silence until the kernel asks whether a peer lives */
	KEEPALIVE_INTERVAL = 30, /* seconds */
	KEEPALIVE_PROBES = 4,
	UNACKNOWLEDGED = 60000, /* ms until what was sent and not acknowledged ends a connection */
	NAME_BYTES_MAX = 128,
};

static void
socket_set(int fd, int level, int option, int value)
{
	/* None of these is worth refusing a client for. */
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

/* `127.0.0.1:5005`, `[::1]:5005`, `*:5005`. */
static void
listener_name(char out[static NAME_BYTES_MAX], const struct listener *listener)
{
	const char *address = listener->address ? listener->address : "*";
	bool six = strchr(address, ':');
	snprintf(out, NAME_BYTES_MAX, "%s%s%s:%d", six ? "[" : "", address, six ? "]" : "",
		listener->port);
}

/* An address that the host does not have is named as the mistake, else the port. */
static void
listener_log_failure(const struct listener *listener, const char *why)
{
	bool elsewhere = errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
	const char *at = elsewhere ? listener->address_at : listener->port_at;
	char where[NAME_BYTES_MAX];
	listener_name(where, listener);
	diag_line(LOG_LEVEL_ERROR, "%s: cannot listen on %s: %s; choose %s",
		at ? at : listener->name, where, why,
		elsewhere ? "an address of this host, or *" : "another port");
}

static int
socket_listen(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	/* A new server can take the port over at once; two at a time cannot have it. */
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

/* All addresses: IPv6, which includes IPv4, where there is IPv6. */
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

static void acceptor_on_readable(uv_poll_t *poll, int status, int events);

static void
acceptor_poll(struct acceptor *acceptor, bool wanted)
{
	if (acceptor->fd < 0 || acceptor->polled == wanted)
		return;
	acceptor->polled = wanted;
	if (wanted)
		uv_poll_start(&acceptor->poll, UV_READABLE, acceptor_on_readable);
	else
		uv_poll_stop(&acceptor->poll);
}

/* Tells a client that the server is full, and closes. */
static void
acceptor_refuse(struct acceptor *acceptor, int fd)
{
	const struct endpoint *endpoint = &acceptor->endpoint;
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof peer;
	bool known = getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
	struct strbuf refusal = {0};
	struct text text;
	if (endpoint->listener->tls) {
		/* It would have to be shaken hands with first. */
		text = text_of("");
	} else if (endpoint->site) {
		text = site_status(endpoint->site, SITE_FULL, false);
	} else {
		gateway_refuse(endpoint->poller->gateway, endpoint->listener,
			known ? (struct sockaddr *)&peer : NULL, REASON_SERVER_FULL, &refusal);
		text = strbuf_view(&refusal);
	}
	/* A socket on which nothing was sent yet takes it whole; unread input would destroy it. */
	(void)!send(fd, text.ptr, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)!recv(fd, endpoint->poller->in, READ_BYTES, MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	close(fd);
	strbuf_clear(&refusal);
}

/* Accepts and refuses the waiting clients one by one, with the spare descriptor. */
static void
acceptor_refuse_waiting(struct acceptor *acceptor)
{
	struct acceptors *all = acceptor->all;
	for (int i = 0; i < ACCEPTS && all->spare >= 0; i++) {
		close(all->spare);
		int fd = accept(acceptor->fd, NULL, NULL);
		if (fd >= 0)
			acceptor_refuse(acceptor, fd);
		all->spare = fcntl(all->poller->epoll, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			return;
	}
}

/* No more can be accepted: polling would spin, so that it pauses, and those who wait are refused. */
static void
acceptors_pause(struct acceptors *all, int error)
{
	diag_line(LOG_LEVEL_ERROR, "accept: %s; new connections are refused", strerror(error));
	for (size_t i = 0; i < all->n; i++) {
		acceptor_refuse_waiting(&all->at[i]);
		acceptor_poll(&all->at[i], false);
	}
	all->retry_at = (int64_t)uv_now(all->poller->loop) + ACCEPT_RETRY;
}

/* Descriptors are needed for other things, too. */
static bool
acceptors_are_crowded(const struct acceptors *all)
{
	size_t files = (size_t)all->files, ours = FILES_OF_OURS;
	return all->poller->n_conns + (ours < files / 2 ? ours : files / 2) >= files;
}

static void
acceptor_open_conn(struct acceptor *acceptor, int fd)
{
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	socket_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	opening_start(&acceptor->endpoint, fd);
}

/* Accepts one. Returns whether there may be another. */
static bool
acceptor_accept(struct acceptor *acceptor)
{
	struct acceptors *all = acceptor->all;
	int fd = accept(acceptor->fd, NULL, NULL);
	if (fd >= all->files) {
		acceptor_refuse(acceptor, fd);
		acceptors_pause(all, EMFILE);
		return false;
	}
	if (fd >= 0) {
		bool crowded = acceptors_are_crowded(all);
		if (crowded)
			http_evict_oldest(all->poller);
		acceptor_open_conn(acceptor, fd);
		/* One that is evicted keeps its descriptor until this turn is over. */
		return !crowded;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		acceptors_pause(all, errno);
		return false;
	}
	return errno != EAGAIN && errno != EWOULDBLOCK;
}

static void
acceptor_on_readable(uv_poll_t *poll, int status, int events)
{
	struct acceptor *acceptor = poll->data;
	(void)status;
	(void)events;
	acceptor->all->poller->received = true;
	for (int i = 0; i < ACCEPTS && acceptor_accept(acceptor); i++)
		;
}

static bool
acceptor_open_site(struct acceptor *acceptor)
{
	const struct listener *listener = acceptor->endpoint.listener;
	struct strbuf wrong = {0};
	acceptor->endpoint.site = site_open(listener->root ? listener->root : "", &wrong);
	if (!acceptor->endpoint.site)
		diag_line(LOG_LEVEL_ERROR, "listener %s: root: %.*s", listener->name,
			TEXT_ARGS(strbuf_view(&wrong)));
	strbuf_clear(&wrong);
	return acceptor->endpoint.site;
}

static bool
acceptor_open(struct acceptor *acceptor)
{
	struct listener *listener = acceptor->endpoint.listener;
	const char *why;
	if (listener->adapter->by_http && !acceptor_open_site(acceptor))
		return false;
	acceptor->fd = listener_listen(listener, &why);
	if (acceptor->fd < 0) {
		listener_log_failure(listener, why ? why : strerror(errno));
		return false;
	}
	int error = uv_poll_init(acceptor->all->poller->loop, &acceptor->poll, acceptor->fd);
	if (error) {
		listener_log_failure(listener, uv_strerror(error));
		close(acceptor->fd);
		acceptor->fd = -1;
		return false;
	}
	listener->port = socket_port(acceptor->fd);
	acceptor->poll.data = acceptor;
	acceptor_poll(acceptor, true);
	return true;
}

/* libwebsockets makes a table of as many descriptors as may be open when it starts. */
static int
files_max(void)
{
	struct rlimit limit;
	bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX;
	return known ? (int)limit.rlim_cur : INT_MAX;
}

/* Of the first listener of the protocol with TLS; 0: there is none. */
static int
tls_port(const struct config *config, const struct adapter *adapter)
{
	for (size_t i = 0; i < config->n_listeners; i++)
		if (config->listeners[i].tls && config->listeners[i].adapter == adapter)
			return config->listeners[i].port;
	return 0;
}

bool
acceptors_open(struct acceptors *all, struct poller *poller, struct config *config)
{
	bool fine = true;
	all->poller = poller;
	all->files = files_max();
	all->at = xcalloc((config->n_listeners + 1) * sizeof *all->at);
	all->n = config->n_listeners;
	for (size_t i = 0; i < all->n; i++)
		all->at[i] = (struct acceptor){.all = all,
			.endpoint = {.poller = poller, .listener = &config->listeners[i]},
			.fd = -1};
	/* All of them, so that all mistakes are told at once. */
	for (size_t i = 0; i < all->n; i++)
		fine = acceptor_open(&all->at[i]) && fine;
	for (size_t i = 0; i < all->n; i++)
		config->listeners[i].tls_port = tls_port(config, config->listeners[i].adapter);
	all->spare = fcntl(poller->epoll, F_DUPFD_CLOEXEC, 0);
	return fine;
}

void
acceptors_announce(const struct acceptors *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct listener *listener = all->at[i].endpoint.listener;
		char name[NAME_BYTES_MAX];
		listener_name(name, listener);
		diag_line(LOG_LEVEL_INFO, "%s on %s", listener->name, name);
	}
}

int64_t
acceptors_tick(struct acceptors *all)
{
	if (all->retry_at == 0)
		return -1;
	int64_t wait = all->retry_at - (int64_t)uv_now(all->poller->loop);
	if (wait > 0)
		return wait;
	all->retry_at = 0;
	for (size_t i = 0; i < all->n; i++)
		acceptor_poll(&all->at[i], true);
	return -1;
}

static void
acceptor_on_closed(uv_handle_t *handle)
{
	struct acceptor *acceptor = handle->data;
	close(acceptor->fd);
	acceptor->fd = -1;
}

void
acceptors_close(struct acceptors *all)
{
	all->retry_at = 0;
	for (size_t i = 0; i < all->n; i++) {
		uv_handle_t *handle = (uv_handle_t *)&all->at[i].poll;
		if (all->at[i].fd >= 0 && !uv_is_closing(handle))
			uv_close(handle, acceptor_on_closed);
	}
}

void
acceptors_free(struct acceptors *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].endpoint.site)
			site_close(all->at[i].endpoint.site);
	free(all->at);
	if (all->spare >= 0)
		close(all->spare);
}
