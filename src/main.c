/*
 * teahoused: reads the command line and the settings, and runs the server. The only file
 * that knows every part.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/stdio.h"
#include "codec/json.h"
#include "teahouse/config.h"
#include "teahouse/diag.h"
#include "teahouse/gateway.h"
#include "teahouse/net.h"
#include "teahouse/store.h"

enum {
	EXIT_USAGE = 2,
	SPARE_FILES = 100,     /* descriptors beside those of sessions */
	JSON_PORT = 3490,      /* where the client connects if it is told no port */
	WAITING_MAX = 4 << 20, /* bytes that wait to be stored, until those who speak wait, too */
	FILES_MAX = 1 << 20,   /* libwebsockets allocates a table of the limit's size */
};

struct options {
	const char *config;
	int port; /* -1: as in the settings */
	enum log_level level;
	const char *backup; /* NULL: serve */
	bool test, hints;
};

static const char usage[] =
	"usage: teahoused [-c FILE] [-t] [-v] [--hints] [PORT]\n"
	"       teahoused [-c FILE] --backup FILE\n"
	"\n"
	"A chat server: telnet, JSON over TCP, a web page and more, in the same rooms.\n"
	"\n"
	"  -c, --config FILE  the settings (default: conf/teahouse.ini if it exists, else\n"
	"                     " TEAHOUSE_CONF ")\n"
	"  -t, --test         check the settings, report what is wrong with them, and exit\n"
	"  -v, --verbose      log logins and departures; twice: log everything\n"
	"      --backup FILE  copy the history to FILE, also while a server runs, and exit\n"
	"      --hints        once the server is ready, print how to connect to it\n"
	"      --version      print the version and exit\n"
	"      --help         print this text and exit\n"
	"  PORT               the port of the json listener; overrides the settings\n";

_Noreturn static void usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

_Noreturn static void
usage_error(const char *format, ...)
{
	char what[256];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	diag_line(LOG_LEVEL_ERROR, "%s; see teahoused --help", what);
	exit(EXIT_USAGE);
}

_Noreturn static void
print_and_exit(const char *text)
{
	bool printed = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
	if (!printed)
		diag_line(LOG_LEVEL_ERROR, "standard output: %s", strerror(errno));
	exit(printed ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int
port_parse(const char *word)
{
	char *end;
	errno = 0;
	long port = strtol(word, &end, 10);
	bool number = word[0] >= '0' && word[0] <= '9' && !*end;
	if (!number && strchr(word, '.'))
		usage_error("port: \"%s\" is not a number (did you mean -c %s?)", word, word);
	if (!number || errno || port < 0 || port > PORT_MAX)
		usage_error("port: \"%s\" is not a number from 0 to %d", word, PORT_MAX);
	return (int)port;
}

static const char *
config_default(void)
{
	static const char here[] = "conf/teahouse.ini";
	return access(here, F_OK) == 0 ? here : TEAHOUSE_CONF;
}

static struct options
options_parse(int argc, char *argv[])
{
	enum { VERSION = 256, HELP, HINTS, BACKUP };
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"test", no_argument, NULL, 't'},
		{"verbose", no_argument, NULL, 'v'},
		{"backup", required_argument, NULL, BACKUP},
		{"hints", no_argument, NULL, HINTS},
		{"version", no_argument, NULL, VERSION},
		{"help", no_argument, NULL, HELP},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.port = -1, .level = LOG_LEVEL_INFO};
	opterr = 0;
	for (int option; (option = getopt_long(argc, argv, ":c:tv", known, NULL)) != -1;) {
		const char *word = argv[optind - 1];
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 't':
			options.test = true;
			break;
		case 'v':
			options.level = options.level < LOG_LEVEL_TRACE ? options.level + 1
									: LOG_LEVEL_TRACE;
			break;
		case BACKUP:
			options.backup = optarg;
			break;
		case HINTS:
			options.hints = true;
			break;
		case VERSION:
			print_and_exit("teahoused " TEAHOUSE_VERSION "\n");
		case HELP:
			print_and_exit(usage);
		case ':':
			usage_error("%s: missing argument", word);
		default:
			usage_error("%s: unknown option", word);
		}
	}
	if (optind < argc)
		options.port = port_parse(argv[optind++]);
	if (optind < argc)
		usage_error("%s: too many arguments", argv[optind]);
	if (!options.config)
		options.config = config_default();
	return options;
}

/* NULL: the settings are wrong, and every mistake in them has been logged. */
static struct config *
settings_read(const struct options *options)
{
	struct strbuf wrong = {0};
	struct config *config = config_read(options->config, options->port, &wrong);
	if (config && !net_check(config, &wrong)) {
		config_free(config);
		config = NULL;
	}
	struct text rest = strbuf_view(&wrong), line;
	while ((line = text_line(&rest)).ptr)
		if (line.len > 0)
			diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(line));
	strbuf_clear(&wrong);
	return config;
}

/* Raises the limit of open files to what that many sessions need. */
static void
files_raise_limit(long sessions)
{
	rlim_t wanted = (rlim_t)sessions + SPARE_FILES;
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	rlim_t before = limit.rlim_cur;
	if (before < wanted)
		limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	else if (before > FILES_MAX)
		limit.rlim_cur = wanted > FILES_MAX ? wanted : FILES_MAX;
	if (limit.rlim_cur == before && before >= wanted)
		return;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		diag_line(LOG_LEVEL_ERROR, "open files: %s", strerror(errno));
	else if (limit.rlim_cur < wanted)
		diag_line(LOG_LEVEL_INFO,
			"open files: %ld sessions need %llu, but %llu is the limit", sessions,
			(unsigned long long)wanted, (unsigned long long)limit.rlim_cur);
}

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
clock_wall_ms(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_REALTIME);
}

static int64_t
clock_monotonic_ms(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_MONOTONIC);
}

/* The loop, as far as the threads of the store know it. */
struct waker {
	pthread_mutex_t mutex;
	struct net *net; /* NULL: not yet, or not any more */
	bool damaged;    /* the file of the history is; the loop's */
};

static void
waker_set(struct waker *waker, struct net *net)
{
	pthread_mutex_lock(&waker->mutex);
	waker->net = net;
	pthread_mutex_unlock(&waker->mutex);
}

static void
waker_wake(void *ctx)
{
	struct waker *waker = ctx;
	pthread_mutex_lock(&waker->mutex);
	if (waker->net)
		net_wake(waker->net);
	pthread_mutex_unlock(&waker->mutex);
}

static void
waker_on_damage(void *ctx)
{
	struct waker *waker = ctx;
	waker->damaged = true;
	if (waker->net)
		net_stop(waker->net);
}

/* NULL: the file cannot be used, and why was logged. */
static struct history *
history_open(const struct config *config, struct waker *waker)
{
	const struct store_settings settings = {
		.file = config->history,
		.sync = config->sync,
		.recent = (size_t)config->recent,
		.keep = (size_t)config->keep,
		.keep_days = (unsigned)config->keep_days,
		/* A message that waits is in an outbox, too, as a packet for each. */
		.waiting = config->send_queue / 4 < WAITING_MAX ? (size_t)config->send_queue / 4
								: WAITING_MAX,
		.wake = waker_wake,
		.damaged = waker_on_damage,
		.ctx = waker,
	};
	struct strbuf why = {0};
	struct history *history = store_open(&settings, &why);
	if (!history)
		diag_line(LOG_LEVEL_ERROR, "history: %.*s", TEXT_ARGS(strbuf_view(&why)));
	strbuf_clear(&why);
	return history;
}

static struct gateway *
server_open(const struct config *config, struct history *history, struct passwords *passwords)
{
	struct gateway_settings settings = {
		.sessions = (size_t)config->sessions,
		.sessions_per_address = (size_t)config->sessions_per_address,
		.send_queue = (size_t)config->send_queue,
		.login_timeout = (int64_t)config->login_timeout * 1000,
		.history = history,
		.passwords = passwords,
		.core =
			{
				.name = text_of(config->name),
				.room = text_of(config->room),
				.message = (size_t)config->message,
				.rate = (unsigned)config->rate,
				.burst = (unsigned)config->burst,
				.page = (size_t)config->page,
				.linger = (int64_t)config->linger * 1000,
				.presence = (size_t)config->presence,
				.register_closed = !config->registering,
				.plain_passwords = config->plain_passwords,
				.stay = (int64_t)config->stay_days * 24 * 3600 * 1000,
			},
	};
	for (size_t i = config->n_listeners; i-- > 0;)
		if (config->listeners[i].adapter->by_http)
			settings.web = &config->listeners[i];
	return gateway_open(
		&settings, net_transport_ops(), clock_wall_ms, clock_monotonic_ms, NULL);
}

/* The name by which a person on this machine reaches the listener. */
static const char *
listener_host(const struct listener *listener)
{
	static const char *const local[] = {"127.0.0.1", "0.0.0.0", "::", "::1"};
	const char *address = listener->address;
	for (size_t i = 0; address && i < sizeof local / sizeof *local; i++)
		if (strcmp(address, local[i]) == 0)
			return "localhost";
	return address ? address : "localhost";
}

/* The first; where there are some without TLS, the first of those. */
static const struct listener *
listener_of_protocol(const struct config *config, const char *protocol)
{
	const struct listener *found = NULL;
	for (size_t i = config->n_listeners; i-- > 0;) {
		const struct listener *listener = &config->listeners[i];
		if (strcmp(listener->adapter->name, protocol) == 0 &&
			(!found || found->tls || !listener->tls))
			found = listener;
	}
	return found;
}

/* self: the path of teahoused; the client has the same without its last letter. */
static void
hints_print(const struct config *config, const char *self)
{
	const struct listener *listener = listener_of_protocol(config, "web");
	puts("");
	if (listener) {
		const char *host = listener_host(listener);
		bool six = strchr(host, ':');
		printf("  In a browser:      http%s://%s%s%s:%d/\n", listener->tls ? "s" : "",
			six ? "[" : "", host, six ? "]" : "", listener->port);
	}
	if ((listener = listener_of_protocol(config, "telnet")) && !listener->tls)
		printf("  By telnet:         telnet %s %d\n", listener_host(listener),
			listener->port);
	if ((listener = listener_of_protocol(config, "json"))) {
		const char *host = listener_host(listener);
		bool usual = listener->port == JSON_PORT && strcmp(host, "localhost") == 0;
		printf("  In a terminal:     %.*s%s", (int)strlen(self) - 1, self,
			listener->tls ? " --tls" : "");
		if (!usual)
			printf(strchr(host, ':') ? " [%s]:%d" : " %s:%d", host, listener->port);
		puts("");
	}
	puts("  Ctrl-C stops the server.\n");
	fflush(stdout);
}

static int
server_serve(struct config *config, struct history *history, struct passwords *passwords,
	struct waker *waker, const char *hints)
{
	struct gateway *gateway = server_open(config, history, passwords);
	if (!gateway) {
		diag_line(LOG_LEVEL_ERROR, "history: %s: the accounts in it cannot be read",
			config->history);
		return EXIT_FAILURE;
	}
	bool served;
	struct net *net = net_open(config, gateway, &served);
	if (net) {
		diag_line(LOG_LEVEL_INFO, "ready");
		if (hints)
			hints_print(config, hints);
		/* Not before: scripts wait for the lines of starting up as they are. */
		diag_show_times();
		waker_set(waker, net);
		net_run(net);
		waker_set(waker, NULL);
		net_close(net);
	}
	gateway_close(gateway);
	if (net)
		return EXIT_SUCCESS;
	return served ? EXIT_FAILURE : EXIT_USAGE;
}

static int
server_run(struct config *config, const char *hints)
{
	struct waker waker = {.mutex = PTHREAD_MUTEX_INITIALIZER};
	files_raise_limit(config->sessions);
	json_open();
	struct history *history = history_open(config, &waker);
	if (!history)
		return EXIT_FAILURE;
	const struct passwords_settings settings = {.wake = waker_wake, .ctx = &waker};
	struct passwords *passwords = history->keep_account ? passwords_open(&settings) : NULL;
	if (!passwords && history->keep_account)
		diag_line(LOG_LEVEL_ERROR, "libsodium cannot be used: there are no accounts");
	int status = server_serve(config, history, passwords, &waker, hints);
	store_close(history);
	return waker.damaged ? EXIT_FAILURE : status;
}

/* `why` is logged if something is wrong. */
static int
history_status(bool fine, struct strbuf *why)
{
	if (!fine)
		diag_line(LOG_LEVEL_ERROR, "history: %.*s", TEXT_ARGS(strbuf_view(why)));
	strbuf_clear(why);
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
history_test(const struct config *config)
{
	struct strbuf why = {0};
	return history_status(!*config->history || store_check(config->history, &why), &why);
}

static void
progress_show(int percent)
{
	fprintf(stderr, "\rteahoused: %d %% copied", percent);
}

static int
history_backup(const struct config *config, const char *to)
{
	struct strbuf why = {0};
	bool shows = isatty(STDERR_FILENO);
	if (!*config->history) {
		diag_line(LOG_LEVEL_ERROR, "history.file is empty: there is nothing to copy");
		return EXIT_USAGE;
	}
	bool taken = store_backup(config->history, to, shows ? progress_show : NULL, &why);
	if (shows)
		fputs(taken ? "\rteahoused: 100 % copied\n" : "\n", stderr);
	return history_status(taken, &why);
}

int
main(int argc, char *argv[])
{
	stdio_reserve();
	signal(SIGPIPE, SIG_IGN);
	/* What is a letter, for whom a message mentions. */
	setlocale(LC_CTYPE, "C.UTF-8");
	diag_open("teahoused", LOG_LEVEL_INFO);
	struct options options = options_parse(argc, argv);
	diag_open("teahoused", options.level);
	struct config *config = settings_read(&options);
	if (!config)
		return EXIT_USAGE;
	int status = EXIT_SUCCESS;
	if (options.backup)
		status = history_backup(config, options.backup);
	else if (options.test && (status = history_test(config)) == EXIT_SUCCESS)
		printf("%s: settings are valid\n", options.config);
	else if (!options.test)
		status = server_run(config, options.hints ? argv[0] : NULL);
	config_free(config);
	return status;
}
