/*
 * The loop and its turns. One thread and one libuv loop; libwebsockets serves
 * its connections on it. Knows nothing of what the bytes mean.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "net/link.h"
#include "teahouse/diag.h"

enum {
	DRAINS = 3,            /* more looks for input in a turn that had some */
	HEADERS_BYTES = 16384, /* longest head of a request; other sites' cookies come along */
	MESSAGE_CHUNK = 128,   /* of a WebSocket message: a buffer each, though we read them */
	REQUEST_WITHIN = 30,   /* seconds for a request to come, and for its answer to go */
	KEEP_ALIVE = 15,       /* seconds for the next request */
	CLOSING_TURNS = 1000,
};

static const struct lws_protocols protocols[] = {
	{.name = "teahouse.v2",
		.callback = web_callback,
		.rx_buffer_size = MESSAGE_CHUNK,
		.tx_packet_size = READ_BYTES},
	{.name = NULL},
};

/* Most of what it says is about strangers' mistakes, so it is a detail, errors too. */
static void
library_says(int level, const char *line)
{
	(void)level;
	int n = (int)strcspn(line, "\n");
	diag_line(LOG_LEVEL_TRACE, "libwebsockets: %.*s", n, line);
}

static void
signal_came(uv_signal_t *handle, int number)
{
	struct net *net = handle->data;
	diag_line(LOG_LEVEL_INFO, "%s: stopping", number == SIGINT ? "SIGINT" : "SIGTERM");
	net->signalled++;
}

static void
clock_rang(uv_timer_t *handle)
{
	/* It may ring before the turn waits for input, and nothing else would end that wait. */
	uv_stop(handle->loop);
}

void
net_hurry(struct net *net)
{
	net->heard = true;
	uv_timer_start(&net->clock, clock_rang, 0, 0);
}

static void
handles_open(struct net *net)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	uv_timer_init(&net->loop, &net->clock);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		uv_signal_init(&net->loop, &net->signals[i]);
		net->signals[i].data = net;
		uv_signal_start(&net->signals[i], signal_came, numbers[i]);
	}
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

/* libuv and libwebsockets end the program without memory, too, where they would else go on wounded. */
static void
libraries_set(void)
{
	uv_replace_allocator(alloc_take, alloc_resize, library_new, free);
	lws_set_allocator(library_resize);
}

static bool
context_open(struct net *net)
{
	/* We ping. Its own timers for that stand in a list that each new connection walks. */
	static const lws_retry_bo_t no_policy = {0};
	void *loops[] = {&net->loop};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.pcontext = &net->context,
		.pt_serv_buf_size = READ_BYTES,
		.max_http_header_data = HEADERS_BYTES,
		.timeout_secs = REQUEST_WITHIN,
		.keepalive_timeout = KEEP_ALIVE,
		.vhost_name = "teahouse",
		.headers = web_headers(),
		.retry_and_idle_policy = &no_policy,
		.user = net,
	};
	lws_set_log_level(LLL_ERR | LLL_WARN, library_says);
	net->context = lws_create_context(&info);
	if (net->context)
		net->vhost = lws_create_vhost(net->context, &info);
	if (!net->vhost)
		diag_line(LOG_LEVEL_ERROR,
			"libwebsockets: cannot start; is its libuv plugin installed, "
			"and is there memory?");
	return net->vhost;
}

/* libwebsockets makes a table of as many descriptors as may be open when it starts. */
static int
files_most(void)
{
	struct rlimit limit;
	bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX;
	return known ? (int)limit.rlim_cur : INT_MAX;
}

struct net *
net_open(struct config *config, struct gateway *gateway, bool *served)
{
	*served = true;
	struct net *net = xcalloc(sizeof *net);
	net->gateway = gateway;
	net->ears = net->spare = -1;
	net->quiet.patience = PING_EVERY;
	net->leaving.patience = LEAVE_WITHIN;
	net->pages.patience = PAGE_RETRY;
	/* In any case libwebsockets has a patience of its own: KEEP_ALIVE and REQUEST_WITHIN. */
	net->knocking.patience =
		config->login_timeout ? (int)config->login_timeout * 1000 : INT_MAX;
	net->addresses_count = config->sessions_per_address > 0;
	net->files = files_most();
	libraries_set();
	int error = uv_loop_init(&net->loop);
	if (error) {
		diag_line(LOG_LEVEL_ERROR, "libuv: %s", uv_strerror(error));
		free(net);
		return NULL;
	}
	handles_open(net);
	*served = doors_open(net, config);
	if (!*served || !ears_open(net) || !context_open(net)) {
		net_close(net);
		return NULL;
	}
	doors_announce(net);
	return net;
}

static int64_t
least(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* What is due is done, and the clock set for what will be. wait: ms at most, -1: no limit. */
static void
clock_set(struct net *net, int64_t wait)
{
	uv_update_time(&net->loop);
	/* Last, since the others may shut links out, which then have a time of their own. */
	wait = least(wait, least(gateway_tick(net->gateway), doors_tick(net)));
	wait = least(wait, links_tick(net));
	if (wait < 0)
		uv_timer_stop(&net->clock);
	else
		uv_timer_start(&net->clock, clock_rang, (uint64_t)wait, 0);
	if (net->nudge) {
		net->nudge = false;
		lws_cancel_service(net->context);
	}
}

/*
 * Takes in all the input that there is before anything is sent, so that one
 * write carries more.
 */
static void
net_turn(struct net *net, int64_t wait)
{
	clock_set(net, wait);
	net->heard = net->lost = false;
	uv_run(&net->loop, UV_RUN_ONCE);
	/* Who has gone is buried before there is time to come back by the same name. */
	for (int i = 0; net->heard && !net->lost && i < DRAINS; i++) {
		net->heard = false;
		uv_run(&net->loop, UV_RUN_NOWAIT);
	}
	gateway_flush(net->gateway);
}

void
net_run(struct net *net)
{
	while (!net->signalled)
		net_turn(net, -1);
	doors_shut(net);
	gateway_stop(net->gateway);
	uv_update_time(&net->loop);
	int64_t end = (int64_t)uv_now(&net->loop) + STOP_WITHIN;
	/* A second signal is from somebody who cannot wait. */
	while (gateway_connections(net->gateway) > 0 && net->signalled < 2) {
		int64_t left = end - (int64_t)uv_now(&net->loop);
		if (left <= 0)
			break;
		net_turn(net, left);
	}
}

static void
handle_close(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void
net_close(struct net *net)
{
	doors_shut(net);
	ears_shut(net);
	handle_close((uv_handle_t *)&net->clock);
	for (size_t i = 0; i < sizeof net->signals / sizeof *net->signals; i++)
		handle_close((uv_handle_t *)&net->signals[i]);
	if (net->context)
		lws_context_destroy(net->context);
	/* Its handles close on the loop; only then may it be told to free itself. */
	for (int i = 0; i < CLOSING_TURNS && uv_loop_alive(&net->loop); i++)
		uv_run(&net->loop, UV_RUN_NOWAIT);
	if (net->context)
		lws_context_destroy(net->context);
	plain_close_all(net);
	uv_loop_close(&net->loop);
	doors_free(net);
	ears_free(net);
	free(net);
}
