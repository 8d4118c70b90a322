/* The command line of the load. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <getopt.h>

#include "protocols.h"

enum {
	LISTENERS_MAX = 20000,
	SPEAKERS_MAX = 500,
	SECONDS_MAX = 60,
	TEXT_MIN = 16,
	TEXT_MAX = 1000,
	IN_FLIGHT_MAX = 1024, /* messages of a speaker not yet received by all, a power of two */
};

enum mode { MODE_NONE, MODE_CLOSED, MODE_RATE, MODE_IDLE };

struct options {
	enum mode mode;
	unsigned listeners, speakers, outstanding, bytes;
	unsigned slow;        /* of the listeners: those that do not read */
	unsigned idle;        /* clients besides, in another room */
	double rate;          /* deliveries a second */
	double seconds;       /* measured, after a warm-up */
	int ports[PROTOCOLS]; /* 0: not used */
	int idle_port;        /* where the idle clients connect, by lines */
	bool tls;             /* on all ports */
	long pid;             /* the server, for its time and memory; 0: unknown */
};

static inline double
number_of(const char *word, double least, double most)
{
	char *end;
	double number = strtod(word, &end);
	if (end == word || *end || !(number >= least && number <= most))
		fail("%s: not a number from %g to %g", word, least, most);
	return number;
}

static inline unsigned
count_of(const char *word, unsigned least, unsigned most)
{
	return (unsigned)number_of(word, least, most);
}

/* Applies one option. False: it is unknown. */
static inline bool
option_apply(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'L':
		options->ports[LINE] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'J':
		options->ports[JSON] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'W':
		options->ports[WEB] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'D':
		options->idle_port = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'd':
		options->idle = count_of(value, 0, LISTENERS_MAX);
		break;
	case 'z':
		options->slow = count_of(value, 0, LISTENERS_MAX);
		break;
	case 'p':
		options->pid = (long)number_of(value, 1, INT32_MAX);
		break;
	case 'n':
		options->listeners = count_of(value, 1, LISTENERS_MAX);
		break;
	case 's':
		options->speakers = count_of(value, 1, SPEAKERS_MAX);
		break;
	case 'b':
		options->bytes = count_of(value, TEXT_MIN, TEXT_MAX);
		break;
	case 't':
		options->seconds = number_of(value, 0.1, SECONDS_MAX);
		break;
	case 'o':
		options->mode = MODE_CLOSED;
		options->outstanding = count_of(value, 1, IN_FLIGHT_MAX);
		break;
	case 'r':
		options->mode = MODE_RATE;
		options->rate = number_of(value, 1, 1e9);
		break;
	case 'T':
		options->tls = true;
		break;
	case 'i':
		options->mode = MODE_IDLE;
		break;
	default:
		return false;
	}
	return true;
}

static inline struct options
options_parse(int argc, char *argv[])
{
	static const char usage[] =
		"[-L line port] [-J json port] [-W web port] [-p pid] [-n listeners] "
		"[-s speakers] [-b bytes] [-t seconds] [-z listeners that do not read] "
		"[-D line port -d idle clients] [-T] -o outstanding | -r rate | -i";
	struct options options = {.listeners = 100, .speakers = 20, .bytes = 80, .seconds = 1};
	for (int option; (option = getopt(argc, argv, "L:J:W:D:d:z:p:n:s:b:t:o:r:iT")) != -1;)
		if (!option_apply(&options, option, optarg))
			fail("usage: load %s", usage);
	if (options.speakers + options.slow > options.listeners)
		options.speakers = options.listeners - options.slow;
	bool ports = options.ports[LINE] || options.ports[JSON] || options.ports[WEB];
	if (options.mode == MODE_NONE || !ports || (options.mode == MODE_IDLE && !options.pid) ||
		(options.idle && !options.idle_port) || options.slow >= options.listeners)
		fail("usage: load %s", usage);
	return options;
}

#endif
