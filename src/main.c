/*
 * teahoused: from the command line and the settings to a running house. The
 * only file that knows everybody.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/stdio.h"
#include "codec/json.h"
#include "teahouse/config.h"
#include "teahouse/diag.h"
#include "teahouse/gateway.h"
#include "teahouse/net.h"

enum {
	EXIT_USAGE = 2,
	SPARE_FILES = 100,    /* descriptors for all that is no session */
	MOST_FILES = 1 << 20, /* libwebsockets keeps a table as long as the limit */
};

/* What the command line asks for. */
struct wishes {
	const char *settings;
	int port; /* -1: as the settings say */
	enum log_level log;
	bool test;
};

static const char usage[] =
	"usage: teahoused [-c FILE] [-t] [-v] [PORT]\n"
	"\n"
	"A chat server: telnet, JSON over TCP, a web page and more, in the same rooms.\n"
	"\n"
	"  -c, --config FILE  settings (default: conf/teahouse.ini here, else\n"
	"                     " TEAHOUSE_CONF ")\n"
	"  -t, --test         read the settings, say what is wrong with them\n"
	"  -v, --verbose      log more; twice for everything\n"
	"      --version      say which version this is\n"
	"      --help         this text\n"
	"  PORT               the port of the json listener, over what the settings say\n";

_Noreturn static void usage_fails(const char *format, ...) __attribute__((format(printf, 1, 2)));

_Noreturn static void
usage_fails(const char *format, ...)
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
print_and_exit(const char *words)
{
	bool fine = fputs(words, stdout) >= 0 && fflush(stdout) == 0;
	if (!fine)
		diag_line(LOG_LEVEL_ERROR, "standard output: %s", strerror(errno));
	exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int
port_of(const char *word)
{
	char *end;
	errno = 0;
	long port = strtol(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || port < 0 || port > PORT_MAX)
		usage_fails("port: \"%s\" is not a number from 0 to 65535", word);
	return (int)port;
}

static const char *
settings_default(void)
{
	static const char here[] = "conf/teahouse.ini";
	return access(here, F_OK) == 0 ? here : TEAHOUSE_CONF;
}

static struct wishes
wishes_read(int argc, char *argv[])
{
	enum { VERSION = 256, HELP };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"test", no_argument, NULL, 't'},
		{"verbose", no_argument, NULL, 'v'},
		{"version", no_argument, NULL, VERSION},
		{"help", no_argument, NULL, HELP},
		{NULL, 0, NULL, 0},
	};
	struct wishes wishes = {.port = -1, .log = LOG_LEVEL_INFO};
	opterr = 0;
	for (int option; (option = getopt_long(argc, argv, ":c:tv", options, NULL)) != -1;) {
		const char *word = argv[optind - 1];
		switch (option) {
		case 'c':
			wishes.settings = optarg;
			break;
		case 't':
			wishes.test = true;
			break;
		case 'v':
			wishes.log =
				wishes.log < LOG_LEVEL_TRACE ? wishes.log + 1 : LOG_LEVEL_TRACE;
			break;
		case VERSION:
			print_and_exit("teahoused " TEAHOUSE_VERSION "\n");
		case HELP:
			print_and_exit(usage);
		case ':':
			usage_fails("%s: what it should be is missing", word);
		default:
			usage_fails("%s: there is no such option", word);
		}
	}
	if (optind < argc)
		wishes.port = port_of(argv[optind++]);
	if (optind < argc)
		usage_fails("%s: one port is all that can be given", argv[optind]);
	if (!wishes.settings)
		wishes.settings = settings_default();
	return wishes;
}

/* The settings, or every mistake in them told. */
static struct config *
settings_read(const struct wishes *wishes)
{
	struct strbuf wrong = {0};
	struct config *config = config_read(wishes->settings, wishes->port, &wrong);
	struct text rest = strbuf_view(&wrong), line;
	while ((line = text_line(&rest)).ptr)
		if (line.len > 0)
			diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(line));
	strbuf_clear(&wrong);
	return config;
}

/* Asks for as many descriptors as there may be sessions. */
static void
files_allow(long sessions)
{
	rlim_t wanted = (rlim_t)sessions + SPARE_FILES;
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	rlim_t before = limit.rlim_cur;
	if (before < wanted)
		limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	else if (before > MOST_FILES)
		limit.rlim_cur = wanted > MOST_FILES ? wanted : MOST_FILES;
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
clock_now(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_REALTIME);
}

static int64_t
clock_ticks(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_MONOTONIC);
}

static struct gateway *
house_open(const struct config *config)
{
	struct gateway_settings settings = {
		.sessions = (size_t)config->sessions,
		.sessions_per_address = (size_t)config->sessions_per_address,
		.send_queue = (size_t)config->send_queue,
		.login_timeout = (int64_t)config->login_timeout * 1000,
		.core =
			{
				.name = text_of(config->name),
				.room = text_of(config->room),
				.message = (size_t)config->message,
				.rate = (unsigned)config->rate,
				.burst = (unsigned)config->burst,
				.presence = (size_t)config->presence,
			},
	};
	for (size_t i = config->n_listeners; i-- > 0;)
		if (config->listeners[i].adapter->by_http)
			settings.web = &config->listeners[i];
	return gateway_open(&settings, net_transport_ops(), clock_now, clock_ticks, NULL);
}

static int
house_run(struct config *config)
{
	files_allow(config->sessions);
	json_open();
	struct gateway *gateway = house_open(config);
	if (!gateway) {
		diag_line(LOG_LEVEL_ERROR, "server.room: \"%s\" cannot be a room's name",
			config->room);
		return EXIT_USAGE;
	}
	bool served;
	struct net *net = net_open(config, gateway, &served);
	if (net) {
		diag_line(LOG_LEVEL_INFO, "ready");
		net_run(net);
		net_close(net);
	}
	gateway_close(gateway);
	if (net)
		return EXIT_SUCCESS;
	return served ? EXIT_FAILURE : EXIT_USAGE;
}

int
main(int argc, char *argv[])
{
	stdio_reserve();
	signal(SIGPIPE, SIG_IGN);
	diag_open("teahoused", LOG_LEVEL_INFO);
	struct wishes wishes = wishes_read(argc, argv);
	diag_open("teahoused", wishes.log);
	struct config *config = settings_read(&wishes);
	if (!config)
		return EXIT_USAGE;
	int status = wishes.test ? EXIT_SUCCESS : house_run(config);
	config_free(config);
	return status;
}
