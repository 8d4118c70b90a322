/*
 * The loop and its turns. One thread and one libuv loop; libwebsockets serves its
 * connections on it. What we read ourselves waits in an epoll of our own, since libuv takes
 * only one poll for a descriptor; libuv polls that epoll. Does not know what bytes mean.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/acceptor.h"
#include "net/certificate.h"
#include "net/http.h"
#include "net/request.h"
#include "net/tcp.h"
#include "net/ws.h"
#include "teahouse/diag.h"
#include "teahouse/net.h"

enum {
	DRAINS = 3,             /* how often a turn that had input looks for more */
	FLUSHES = 3,            /* until a session whose connection was lost has ended */
	EVENTS = 1024,          /* taken from epoll at once */
	MESSAGE_CHUNK = 128,    /* of a WebSocket message: a buffer each, though we read them */
	REQUEST_TIMEOUT = 30,   /* seconds for a request to come, and for its answer to go */
	KEEP_ALIVE = 15,        /* seconds for the next request */
	PING_INTERVAL = 30000,  /* ms; without an answer until the next, a WebSocket is closed */
	CLOSING_TIMEOUT = 2000, /* ms for the peer to close, too, after we did */
	STOP_TIMEOUT = 2000,    /* ms from a signal to the end */
	CLOSING_TURNS = 1000,
	SIGNALS = 8,
};

/* Signals that are logged; the first ones stop the server. */
static const struct {
	int number;
	const char *name, *effect; /* NULL: on_hangup says it */
	bool stops;
} signals[SIGNALS] = {
	{SIGTERM, "SIGTERM", "stopping", true},
	{SIGINT, "SIGINT", "stopping", true},
	{SIGQUIT, "SIGQUIT", "stopping", true},
	{SIGXCPU, "SIGXCPU", "stopping", true},
	{SIGHUP, "SIGHUP", NULL, false},
	{SIGUSR1, "SIGUSR1", "ignored", false},
	{SIGUSR2, "SIGUSR2", "ignored", false},
	{SIGALRM, "SIGALRM", "ignored", false},
};

struct net {
	const struct config *config;
	uv_loop_t loop;
	struct poller poller;
	struct acceptors acceptors;
	uv_timer_t timer;
	uv_poll_t wake;
	int wake_fd; /* an eventfd: other threads write to it; -1: not open */
	uv_signal_t signals[SIGNALS];
	uv_prepare_t prepare;
	uv_poll_t readable; /* the poller's epoll */
	struct lws_context *context;
	unsigned stops; /* times it was told to stop */
};

static const struct lws_protocols protocols[] = {
	{.name = "teahouse.v2",
		.callback = http_callback,
		.rx_buffer_size = MESSAGE_CHUNK,
		.tx_packet_size = READ_BYTES},
	{.name = NULL},
};

/* Most of what it logs is about peers' mistakes, errors too. */
static void
library_log(int level, const char *line)
{
	(void)level;
	int n = (int)strcspn(line, "\n");
	diag_line(LOG_LEVEL_TRACE, "libwebsockets: %.*s", n, line);
}

static void
on_hangup(struct net *net)
{
	if (net->poller.tls)
		certificate_read_again(net->poller.tls, net->config);
	else
		diag_line(LOG_LEVEL_INFO,
			"SIGHUP: the settings are read only at the start; going on");
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct net *net = handle->data;
	for (size_t i = 0; i < SIGNALS; i++) {
		if (signals[i].number != number)
			continue;
		if (number == SIGHUP)
			on_hangup(net);
		else
			diag_line(LOG_LEVEL_INFO, "%s: %s", signals[i].name, signals[i].effect);
		net->stops += signals[i].stops;
	}
}

static void
on_timer(uv_timer_t *handle)
{
	/* It may fire before the turn waits for input, and nothing else would end that wait. */
	uv_stop(handle->loop);
}

/* The turn that it ends does what there is to do. */
static void
on_wake(uv_poll_t *poll, int status, int events)
{
	const struct net *net = poll->data;
	uint64_t times;
	(void)status;
	(void)events;
	(void)!read(net->wake_fd, &times, sizeof times);
}

/* Not by a uv_async_t: the loop spins until a thread that sends one, and may sleep, has done so. */
void
net_wake(struct net *net)
{
	const uint64_t once = 1;
	(void)!write(net->wake_fd, &once, sizeof once);
}

void
net_stop(struct net *net)
{
	net->stops++;
	net_wake(net);
}

/* The next turn does not wait. */
static void
loop_wake(struct net *net)
{
	net->poller.received = true;
	uv_timer_start(&net->timer, on_timer, 0, 0);
}

/*
 * The other signals that would end or stop the program: no client is to be lost by one
 * that was meant for another process. SIGTSTP is left alone, since it is typed, and
 * undone, by the user at the terminal. A disposition that was set before (by a profiler, say) stays.
 */
static void
signals_ignore(void)
{
	static const int numbers[] = {
		SIGPIPE,
		SIGVTALRM,
		SIGPROF,
		SIGXFSZ,
		SIGTTIN,
		SIGTTOU,
#ifdef SIGPOLL
		SIGPOLL,
#endif
#ifdef SIGPWR
		SIGPWR,
#endif
#ifdef SIGSTKFLT
		SIGSTKFLT,
#endif
	};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction action;
		if (sigaction(numbers[i], NULL, &action) < 0 || action.sa_handler != SIG_DFL)
			continue;
		action.sa_handler = SIG_IGN;
		sigaction(numbers[i], &action, NULL);
	}
}

static void
handles_open(struct net *net)
{
	signals_ignore();
	uv_timer_init(&net->loop, &net->timer);
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&net->loop, &net->signals[i]);
		net->signals[i].data = net;
		uv_signal_start(&net->signals[i], on_signal, signals[i].number);
	}
}

/* Comes after libwebsockets has answered, and before the loop waits. */
static void
on_prepare(uv_prepare_t *prepare)
{
	struct net *net = prepare->data;
	if (ws_adopt_new(&net->poller))
		loop_wake(net);
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct net *net = poll->data;
	struct epoll_event found[EVENTS];
	(void)status;
	(void)events;
	int n = epoll_wait(net->poller.epoll, found, EVENTS, 0);
	/* A conn is only freed by its own event; killed ones are closed when the next turn begins. */
	for (int i = 0; i < n; i++)
		conn_on_events(found[i].data.ptr, found[i].events);
}

static bool
poller_open(struct net *net)
{
	struct poller *poller = &net->poller;
	poller->epoll = epoll_create1(EPOLL_CLOEXEC);
	int error = poller->epoll < 0 ? -errno
				      : uv_poll_init(&net->loop, &net->readable, poller->epoll);
	if (error) {
		diag_line(LOG_LEVEL_ERROR, "epoll: %s", uv_strerror(error));
		return false;
	}
	net->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = net->wake_fd < 0 ? -errno : uv_poll_init(&net->loop, &net->wake, net->wake_fd);
	if (error) {
		diag_line(LOG_LEVEL_ERROR, "eventfd: %s", uv_strerror(error));
		return false;
	}
	net->wake.data = net;
	uv_poll_start(&net->wake, UV_READABLE, on_wake);
	poller->in = xcalloc(READ_BYTES + TLS_RECORD_ROOM);
	net->readable.data = net;
	uv_poll_start(&net->readable, UV_READABLE, on_readable);
	uv_prepare_init(&net->loop, &net->prepare);
	net->prepare.data = net;
	uv_prepare_start(&net->prepare, on_prepare);
	return true;
}

static void *
library_new(size_t n, size_t bytes)
{
	return n > 0 && bytes > 0 ? xcalloc(n * bytes) : NULL;
}

static void *
library_resize(void *old, size_t bytes, const char *reason)
{
	(void)reason;
	return alloc_resize(old, bytes);
}

/* Without memory, libuv and libwebsockets end the program, too, where they would go on broken. */
static void
libraries_set(void)
{
	uv_replace_allocator(alloc_take, alloc_resize, library_new, free);
	lws_set_allocator(library_resize);
}

static bool
context_open(struct net *net)
{
	/* We ping. Its own timers for that are in a list that each new connection walks. */
	static const lws_retry_bo_t no_policy = {0};
	void *loops[] = {&net->loop};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.pcontext = &net->context,
		.pt_serv_buf_size = READ_BYTES,
		.max_http_header_data = 2 * REQUEST_HEAD_BYTES,
		.timeout_secs = REQUEST_TIMEOUT,
		.keepalive_timeout = KEEP_ALIVE,
		.vhost_name = "teahouse",
		.headers = http_headers(),
		.retry_and_idle_policy = &no_policy,
		.user = net,
	};
	lws_set_log_level(LLL_ERR | LLL_WARN, library_log);
	net->context = lws_create_context(&info);
	if (net->context)
		net->poller.vhost = lws_create_vhost(net->context, &info);
	if (!net->poller.vhost)
		diag_line(LOG_LEVEL_ERROR,
			"libwebsockets: cannot start; is its libuv plugin installed, "
			"and is there memory?");
	return net->poller.vhost;
}

/* libwebsockets limits by REQUEST_TIMEOUT and KEEP_ALIVE what it has adopted. */
static int
http_timeout(const struct config *config)
{
	long login = config->login_timeout;
	return (login > 0 && login < REQUEST_TIMEOUT ? (int)login : REQUEST_TIMEOUT) * 1000;
}

struct net *
net_open(struct config *config, struct gateway *gateway, bool *served)
{
	*served = true;
	struct net *net = xcalloc(sizeof *net);
	net->config = config;
	net->poller = (struct poller){
		.loop = &net->loop,
		.gateway = gateway,
		.epoll = -1,
		.proxies = config->proxies,
		.ws_idle.timeout = PING_INTERVAL,
		.closing.timeout = CLOSING_TIMEOUT,
		.http_pending.timeout = http_timeout(config),
		.addresses_count = config->sessions_per_address > 0,
	};
	net->acceptors.spare = net->wake_fd = -1;
	libraries_set();
	int error = uv_loop_init(&net->loop);
	if (error) {
		diag_line(LOG_LEVEL_ERROR, "libuv: %s", uv_strerror(error));
		free(net);
		return NULL;
	}
	handles_open(net);
	if (!poller_open(net) || !(*served = certificate_read(&net->poller.tls, config)) ||
		!(*served = acceptors_open(&net->acceptors, &net->poller, config)) ||
		!context_open(net)) {
		net_close(net);
		return NULL;
	}
	acceptors_announce(&net->acceptors);
	return net;
}

/* Those that were reported as gone while the gateway did not read from them, and now does. */
static bool
read_hung_up(struct poller *poller, int64_t now)
{
	struct conn *conn;
	size_t n = poller->to_read.n;
	for (size_t i = 0; i < n && (conn = conn_due(&poller->to_read, now)); i++) {
		conn_wait(conn, &poller->to_read);
		conn->ops->on_input(conn, EPOLLIN);
	}
	return n > 0;
}

static bool
close_dead(struct poller *poller, int64_t now)
{
	struct conn *conn;
	bool any = false;
	while ((conn = conn_due(&poller->to_close, now))) {
		conn_close(conn);
		any = true;
	}
	return any;
}

/* Runs what is due. Ms until the next thing is; -1: never. */
static int64_t
conns_tick(struct poller *poller)
{
	int64_t now = (int64_t)uv_now(poller->loop), wait = -1;
	struct timeout_list *kill[] = {&poller->http_pending, &poller->closing};
	struct timeout_list *all[] = {
		&poller->ws_idle, &poller->http_pending, &poller->closing, &poller->to_read};
	struct conn *conn;
	while ((conn = conn_due(&poller->ws_idle, now)))
		ws_ping(conn);
	while ((conn = conn_due(&poller->http_next, now)))
		http_next(conn);
	for (size_t i = 0; i < sizeof kill / sizeof *kill; i++)
		while ((conn = conn_due(kill[i], now)))
			conn_kill(conn);
	bool read = read_hung_up(poller, now);
	if (close_dead(poller, now) || read)
		return 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		wait = timeout_list_wait(all[i], now, wait);
	return wait;
}

static int64_t
least(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Runs what is due, and sets the timer for the next thing. wait: ms at most, -1: no limit. */
static void
loop_tick(struct net *net, int64_t wait)
{
	uv_update_time(&net->loop);
	/* Conns last, since the others may close some, which then have a timeout of their own. */
	wait = least(
		wait, least(gateway_tick(net->poller.gateway), acceptors_tick(&net->acceptors)));
	wait = least(wait, conns_tick(&net->poller));
	if (wait < 0)
		uv_timer_stop(&net->timer);
	else
		uv_timer_start(&net->timer, on_timer, (uint64_t)wait, 0);
}

/* Receives all the input that there is before anything is sent, so that one write carries more. */
static void
loop_turn(struct net *net, int64_t wait)
{
	struct poller *poller = &net->poller;
	loop_tick(net, wait);
	poller->received = poller->lost = false;
	uv_run(&net->loop, UV_RUN_ONCE);
	/* Ends lost sessions before the same name can log in again. */
	for (int i = 0; poller->received && !poller->lost && i < DRAINS; i++) {
		poller->received = false;
		uv_run(&net->loop, UV_RUN_NOWAIT);
	}
	int flushes = poller->lost ? FLUSHES : 1;
	for (int i = 0; i < flushes; i++)
		gateway_flush(poller->gateway);
}

void
net_run(struct net *net)
{
	while (!net->stops)
		loop_turn(net, -1);
	acceptors_close(&net->acceptors);
	gateway_stop(net->poller.gateway);
	uv_update_time(&net->loop);
	int64_t end = (int64_t)uv_now(&net->loop) + STOP_TIMEOUT;
	/* A second signal ends the wait. */
	while (gateway_connections(net->poller.gateway) > 0 && net->stops < 2) {
		int64_t left = end - (int64_t)uv_now(&net->loop);
		if (left <= 0)
			break;
		loop_turn(net, left);
	}
}

static void
handle_close(uv_handle_t *handle)
{
	if (handle->type != UV_UNKNOWN_HANDLE && !uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
conns_close(struct poller *poller)
{
	struct timeout_list *all[] = {&poller->tcp, &poller->http_pending, &poller->http_sending,
		&poller->http_next, &poller->ws_new, &poller->ws_idle, &poller->to_read,
		&poller->closing, &poller->to_close};
	struct conn *conn;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		while ((conn = conn_due(all[i], INT64_MAX)))
			conn_close(conn);
}

void
net_close(struct net *net)
{
	acceptors_close(&net->acceptors);
	handle_close((uv_handle_t *)&net->readable);
	handle_close((uv_handle_t *)&net->prepare);
	handle_close((uv_handle_t *)&net->timer);
	handle_close((uv_handle_t *)&net->wake);
	for (size_t i = 0; i < SIGNALS; i++)
		handle_close((uv_handle_t *)&net->signals[i]);
	if (net->context)
		lws_context_destroy(net->context);
	/* Its handles close on the loop; only then may it be told to free itself. */
	for (int i = 0; i < CLOSING_TURNS && uv_loop_alive(&net->loop); i++)
		uv_run(&net->loop, UV_RUN_NOWAIT);
	if (net->context)
		lws_context_destroy(net->context);
	conns_close(&net->poller);
	if (net->poller.tls)
		tls_context_close(net->poller.tls);
	uv_loop_close(&net->loop);
	acceptors_free(&net->acceptors);
	if (net->poller.epoll >= 0)
		close(net->poller.epoll);
	if (net->wake_fd >= 0)
		close(net->wake_fd);
	free(net->poller.in);
	free(net);
}
