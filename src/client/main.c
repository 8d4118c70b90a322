/* teahouse, the terminal client: its command line, and which way it runs. */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/stdio.h"
#include "client/protocol/protocols.h"
#include "client/session/account.h"
#include "client/session/client.h"
#include "client/session/target.h"
#include "client/ui/password_file.h"
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
	struct target target;
	const char *nick, *host, *port, *room;
	const char *password_file; /* NULL: not given */
	const char *ca, *pin;      /* whom to trust with TLS; NULL: not given */
	bool help, version, plain, literal, wait, tls;
	bool screen; /* standard input and output are a terminal */
};

static const char help[] = "usage: teahouse [OPTIONS] [NAME] [HOST] [PORT]\n"
			   "       teahouse [OPTIONS] [NAME@]HOST[:PORT]\n"
			   "  NAME                 your name (default: $USER)\n"
			   "  HOST                 the server (default: localhost)\n"
			   "  PORT                 its port (default: the protocol's)\n"
			   "  -p, --protocol NAME  one of: ";
static const char help_rest[] =
	"\n"
	"  -r, --room ROOM      join this room\n"
	"  -l, --login FILE     log in with the password in FILE, which only you can read\n"
	"      --tls            connect by TLS, to a server whose certificate is valid\n"
	"      --ca FILE        .. signed by an authority in FILE (PEM)\n"
	"      --pin SHA256     .. or exactly the certificate with this fingerprint\n"
	"      --plain          write each event as a line of tab-separated fields\n"
	"      --literal        send every line of input as it is: no commands\n"
	"      --wait           wait until the server can be reached\n"
	"      --version        print the version\n"
	"      --help           print this text\n"
	"In the client, F1 shows the keys, /help lists the commands, and /q quits.\n";

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
	strbuf_puts(&known, "unknown; one of ");
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

enum { HELP = 256, VERSION, PLAIN, LITERAL, WAIT, TLS, CA, PIN };

static void
options_switch(struct options *options, int c)
{
	options->help |= c == HELP;
	options->version |= c == VERSION;
	options->plain |= c == PLAIN;
	options->literal |= c == LITERAL;
	options->wait |= c == WAIT;
	options->tls |= c == TLS || c == CA || c == PIN;
	options->screen &= !options->plain;
}

static bool
options_flags(struct options *options, int argc, char **argv)
{
	static const struct option flags[] = {
		{"protocol", required_argument, NULL, 'p'},
		{"room", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{"plain", no_argument, NULL, PLAIN},
		{"literal", no_argument, NULL, LITERAL},
		{"wait", no_argument, NULL, WAIT},
		{"login", required_argument, NULL, 'l'},
		{"tls", no_argument, NULL, TLS},
		{"ca", required_argument, NULL, CA},
		{"pin", required_argument, NULL, PIN},
		{NULL, 0, NULL, 0},
	};
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":p:r:l:", flags, NULL)) != -1) {
		if (c == 'p' && !options_protocol(options, optarg))
			return false;
		if (c == 'r')
			options->room = optarg;
		if (c == 'l')
			options->password_file = optarg;
		if (c == CA)
			options->ca = optarg;
		if (c == PIN)
			options->pin = optarg;
		options_switch(options, c);
		if (c == '?' || c == ':')
			return options_unknown(argc, argv, c);
	}
	return true;
}

/*
 * The user's name on this machine; in a container, $USER may not be set. NULL: there is none, or
 * it is not a person's.
 */
static const char *
user_name(bool asks)
{
	const char *name = getenv("USER"), *before = getenv("SUDO_USER");
	const struct passwd *user = name ? NULL : getpwuid(getuid());
	if (user)
		name = user->pw_name;
	if (!name || strcmp(name, "root") != 0)
		return name && *name ? name : NULL;
	if (before && *before && strcmp(before, "root") != 0)
		return before;
	return asks ? NULL : name;
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
		options->nick = user_name(options->screen);
	if (!options->nick && options->screen)
		options->nick = "";
	if (!options->nick || (!*options->nick && !options->screen))
		return options_bad("name", NULL, "not given, and $USER is not set");
	return true;
}

static bool
options_read(struct options *options, int argc, char **argv)
{
	if (!options_flags(options, argc, argv))
		return false;
	if (options->help || options->version)
		return true;
	struct target *target = &options->target;
	struct strbuf why = {0};
	bool good = target_read(target, argv + optind, argc - optind, &why);
	if (!good)
		diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(strbuf_view(&why)));
	strbuf_clear(&why);
	if (!good)
		return false;
	if (options->password_file && !options->protocol->send_account)
		return options_bad("-l", NULL, "this protocol has no accounts here");
	options->nick = target->has_name ? target->name.ptr : NULL;
	options->host = target->host.len > 0 ? target->host.ptr : "localhost";
	options->port = options->tls ? options->protocol->tls_port : options->protocol->port;
	if (target->port.len > 0)
		options->port = target->port.ptr;
	if (!options->port)
		return options_bad(
			"tls", NULL, "this protocol has no usual port for it: give PORT");
	return options_login(options);
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

static void
on_slow_connect(const struct session *session)
{
	diag_line(LOG_LEVEL_INFO, "connecting to %s port %s, Ctrl-C quits", session->host,
		session->port);
}

/* Connects, again and again if the user waits for it. False: session.error says why not. */
static bool
connect_first(struct session *session, const struct options *options)
{
	enum { DELAY_MAX = 30 };
	bool waits = options->wait || options->screen;
	for (int delay = 1; !client_open(session);
		delay = delay < DELAY_MAX / 2 ? delay * 2 : DELAY_MAX) {
		if (!waits || session->conn.hopeless)
			return false;
		diag_line(LOG_LEVEL_ERROR, "%s; trying again in %d s%s", session->error.ptr, delay,
			options->screen ? ", Ctrl-C quits" : "");
		sleep((unsigned)delay);
		session->error.len = 0;
	}
	return true;
}

/* False: what was given is wrong, and has been told. */
static bool
trust(struct session *session, const struct options *options)
{
	struct strbuf why = {0};
	bool good = client_use_tls(session, options->ca, options->pin, &why);
	if (!good)
		diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(strbuf_view(&why)));
	strbuf_clear(&why);
	return good;
}

/* The same. */
static bool
take_password(struct session *session, const char *path)
{
	struct strbuf password = {0}, why = {0};
	bool good = password_file_read(path, &password, &why);
	if (!good)
		diag_line(LOG_LEVEL_ERROR, "%.*s", TEXT_ARGS(strbuf_view(&why)));
	else
		account_set_password(session, strbuf_view(&password));
	if (password.ptr)
		explicit_bzero(password.ptr, password.len);
	strbuf_clear(&password);
	strbuf_clear(&why);
	return good;
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
		.on_slow_connect = screen ? on_slow_connect : NULL,
	};
	int status = EXIT_FAILURE;
	if (screen)
		screen_explain(&session);
	if ((options->tls && !trust(&session, options)) ||
		(options->password_file && !take_password(&session, options->password_file)))
		status = EXIT_USAGE;
	else if (!connect_first(&session, options))
		diag_line(LOG_LEVEL_ERROR, "%s", session.error.ptr);
	else
		status = screen ? screen_run(&session)
				: pipe_run(&session, options->plain, options->literal);
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
	bool good = options_read(&options, argc, argv), runs = !options.help && !options.version;
	int status = !good ? EXIT_USAGE : runs ? run(&options) : EXIT_SUCCESS;
	target_clear(&options.target);
	if (!good || runs)
		return status;
	if (options.version)
		printf("teahouse %s\n", TEAHOUSE_VERSION);
	else
		help_print();
	if (fflush(stdout) == 0)
		return EXIT_SUCCESS;
	diag_line(LOG_LEVEL_ERROR, "standard output: %s", strerror(errno));
	return EXIT_FAILURE;
}
