/* What the load is asked for on its command line. */
#ifndef BENCH_WISHES_H
#define BENCH_WISHES_H

#include <getopt.h>

#include "wire.h"

enum {
	LISTENERS_MAX = 20000,
	SPEAKERS_MAX = 500,
	SECONDS_MAX = 60,
	TEXT_MIN = 16,
	TEXT_MAX = 1000,
	UNDER_WAY_MAX = 1024, /* messages of one speaker that not all have heard, a power of two */
};

enum mode { MODE_NONE, MODE_CLOSED, MODE_RATE, MODE_IDLE };

struct wishes {
	enum mode mode;
	unsigned listeners, speakers, outstanding, bytes;
	unsigned slow;        /* of the listeners: they do not read */
	unsigned sleepers;    /* besides, in another room */
	double rate;          /* deliveries a second */
	double seconds;       /* measured, after a part of it that is not */
	int ports[PROTOCOLS]; /* 0: nobody comes by it */
	int bedroom;          /* the port of the sleepers, by lines */
	long pid;             /* the server, to look at its time and memory; 0: unknown */
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

/* One option; false: there is none such. */
static inline bool
wish_read(struct wishes *wishes, int option, const char *value)
{
	switch (option) {
	case 'L':
		wishes->ports[LINE] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'J':
		wishes->ports[JSON] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'W':
		wishes->ports[WEB] = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'D':
		wishes->bedroom = (int)count_of(value, 1, UINT16_MAX);
		break;
	case 'd':
		wishes->sleepers = count_of(value, 0, LISTENERS_MAX);
		break;
	case 'z':
		wishes->slow = count_of(value, 0, LISTENERS_MAX);
		break;
	case 'p':
		wishes->pid = (long)number_of(value, 1, INT32_MAX);
		break;
	case 'n':
		wishes->listeners = count_of(value, 1, LISTENERS_MAX);
		break;
	case 's':
		wishes->speakers = count_of(value, 1, SPEAKERS_MAX);
		break;
	case 'b':
		wishes->bytes = count_of(value, TEXT_MIN, TEXT_MAX);
		break;
	case 't':
		wishes->seconds = number_of(value, 0.1, SECONDS_MAX);
		break;
	case 'o':
		wishes->mode = MODE_CLOSED;
		wishes->outstanding = count_of(value, 1, UNDER_WAY_MAX);
		break;
	case 'r':
		wishes->mode = MODE_RATE;
		wishes->rate = number_of(value, 1, 1e9);
		break;
	case 'i':
		wishes->mode = MODE_IDLE;
		break;
	default:
		return false;
	}
	return true;
}

static inline struct wishes
wishes_read(int argc, char *argv[])
{
	static const char usage[] =
		"[-L line port] [-J json port] [-W web port] [-p pid] [-n listeners] "
		"[-s speakers] [-b bytes] [-t seconds] [-z who do not read] "
		"[-D line port -d sleepers] -o outstanding | -r rate | -i";
	struct wishes wishes = {.listeners = 100, .speakers = 20, .bytes = 80, .seconds = 1};
	for (int option; (option = getopt(argc, argv, "L:J:W:D:d:z:p:n:s:b:t:o:r:i")) != -1;)
		if (!wish_read(&wishes, option, optarg))
			fail("usage: load %s", usage);
	if (wishes.speakers + wishes.slow > wishes.listeners)
		wishes.speakers = wishes.listeners - wishes.slow;
	bool ports = wishes.ports[LINE] || wishes.ports[JSON] || wishes.ports[WEB];
	if (wishes.mode == MODE_NONE || !ports || (wishes.mode == MODE_IDLE && !wishes.pid) ||
		(wishes.sleepers && !wishes.bedroom) || wishes.slow >= wishes.listeners)
		fail("usage: load %s", usage);
	return wishes;
}

#endif
