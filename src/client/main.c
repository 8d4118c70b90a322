/* teahouse, the terminal client: its command line, and which way it runs. */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/stdio.h"
#include "client/protocol/protocols.h"
#include "client/session/client.h"
#include "client/ui/pipe.h"
#include "client/ui/screen.h"
#include "codec/json.h"
#include "teahouse/diag.h"

enum { EXIT_USAGE = 2 };

#ifndef TEAHOUSE_VERSION
#define TEAHOUSE_VERSION "unknown"
#endif

struct options {
	const struct protocol *protocol;
	const char *nick, *host, *port, *room;
	bool help, version, plain;
	bool screen; /* standard input and output are a terminal */
};

static const char help[] = "usage: teahouse [OPTIONS] [NICK [HOST [PORT]]]\n"
			   "  NICK                 your name (default: $USER)\n"
			   "  HOST                 the server (default: localhost)\n"
			   "  PORT                 its port (default: the protocol's)\n"
			   "  -p, --protocol NAME  one of: ";
static const char help_rest[] =
	"\n"
	"  -r, --room ROOM      enter this room\n"
	"      --plain          write each event as a line of parts separated "
	"by tabs\n"
	"      --version        print the version\n"
	"      --help           print this text\n"
	"In the client, /help lists the commands, and /q leaves.\n";

static bool
options_bad(const char *what, const char *value, const char *why)
{
	diag_line(LOG_LEVEL_ERROR, "%s%s%s: %s", what, value ? " " : "", value ? value : "", why);
	return false;
}

static bool
options_protocol(struct options *options, const char *name)
{
	options->protocol = protocol_find(name);
	if (options->protocol)
		return true;
	struct strbuf known = {0};
	strbuf_puts(&known, "unknown; there is ");
	protocol_names(&known);
	strbuf_add(&known, "", 1);
	options_bad("protocol", name, known.ptr);
	strbuf_clear(&known);
	return false;
}

/* Reports the option that getopt_long refused, as it was typed. */
static bool
options_unknown(int argc, char **argv, int c)
{
	char letter[] = {'-', (char)optopt, '\0'};
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
	bool is_letter = optopt > 0 && strncmp(word, "--", 2) != 0;
	return options_bad("option", is_letter ? letter : word,
		c == ':' ? "needs a value" : "unknown, see teahouse --help");
}

static bool
options_flags(struct options *options, int argc, char **argv)
{
	enum { HELP = 256, VERSION, PLAIN };
	static const struct option flags[] = {
		{"protocol", required_argument, NULL, 'p'},
		{"room", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{"plain", no_argument, NULL, PLAIN},
		{NULL, 0, NULL, 0},
	};
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":p:r:", flags, NULL)) != -1) {
		if (c == 'p' && !options_protocol(options, optarg))
			return false;
		if (c == 'r')
			options->room = optarg;
		options->help |= c == HELP;
		options->version |= c == VERSION;
		options->plain |= c == PLAIN;
		options->screen &= !options->plain;
		if (c == '?' || c == ':')
			return options_unknown(argc, argv, c);
	}
	return true;
}

static bool
port_is_good(const char *port)
{
	char *end;
	errno = 0;
	long number = strtol(port, &end, 10);
	return *port >= '0' && *port <= '9' && *end == '\0' && errno == 0 && number > 0 &&
	       number <= PORT_MAX;
}

/* The user's name on this machine; in a container, $USER may not be set. */
static const char *
user_name(void)
{
	const char *name = getenv("USER");
	const struct passwd *user = name ? NULL : getpwuid(getuid());
	return user ? user->pw_name : name;
}

/* Checks the nick and the room, as far as they must be known before logging in. */
static bool
options_login(struct options *options)
{
	enum rooms rooms = options->protocol->rooms;
	if (rooms == ROOMS_NONE && options->room)
		return options_bad("room", options->room, "this protocol has no rooms");
	if (rooms == ROOMS_CHOSEN && options->screen) {
		if (!options->nick)
			options->nick = "";
		return true;
	}
	if (rooms == ROOMS_CHOSEN && (!options->room || !*options->room))
		return options_bad("room", NULL,
			"without a terminal to ask on, this protocol needs --room ROOM");
	if (!options->nick)
		options->nick = user_name();
	if (!options->nick || !*options->nick)
		return options_bad("nick", NULL, "there is none on the command line, nor in $USER");
	return true;
}

static bool
options_read(struct options *options, int argc, char **argv)
{
	if (!options_flags(options, argc, argv))
		return false;
	if (options->help || options->version)
		return true;
	const char **places[] = {&options->nick, &options->host, &options->port};
	size_t n = 0;
	for (int i = optind; i < argc; i++) {
		if (n == sizeof places / sizeof *places)
			return options_bad(
				"argument", argv[i], "one too many, see teahouse --help");
		*places[n++] = argv[i];
	}
	if (!options_login(options))
		return false;
	if (!options->host)
		options->host = "localhost";
	if (!options->port)
		options->port = options->protocol->port;
	if (!port_is_good(options->port))
		return options_bad("port", options->port, "not a number from 1 to 65535");
	return true;
}

/* Text is UTF-8 whatever the environment says. */
static void
locale_choose(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return;
	/* Readline reads it by itself. */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_CTYPE, "");
}

static int
run(const struct options *options)
{
	bool screen = options->screen;
	json_open();
	struct session session = {
		.model = model_open(text_of(options->nick)),
		.conn = CONN_NONE,
		.protocol = options->protocol,
		.host = options->host,
		.port = options->port,
		.room = options->room ? xstrndup(options->room, strlen(options->room)) : NULL,
		.interactive = screen,
	};
	int status = EXIT_FAILURE;
	if (screen)
		screen_explain(&session);
	if (!client_open(&session))
		diag_line(LOG_LEVEL_ERROR, "%s", session.error.ptr);
	else
		status = screen ? screen_run(&session) : pipe_run(&session, options->plain);
	client_close(&session);
	model_close(session.model);
	return status;
}

static void
help_print(void)
{
	struct strbuf names = {0};
	protocol_names(&names);
	printf("%s%.*s%s", help, TEXT_ARGS(strbuf_view(&names)), help_rest);
	strbuf_clear(&names);
}

int
main(int argc, char **argv)
{
	stdio_reserve();
	struct options options = {
		.protocol = protocol_find("json"),
		.screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
	};
	signal(SIGPIPE, SIG_IGN);
	diag_open("teahouse", LOG_LEVEL_INFO);
	locale_choose();
	if (!options_read(&options, argc, argv))
		return EXIT_USAGE;
	if (!options.help && !options.version)
		return run(&options);
	if (options.version)
		printf("teahouse %s\n", TEAHOUSE_VERSION);
	else
		help_print();
	if (fflush(stdout) == 0)
		return EXIT_SUCCESS;
	diag_line(LOG_LEVEL_ERROR, "standard output: %s", strerror(errno));
	return EXIT_FAILURE;
}
