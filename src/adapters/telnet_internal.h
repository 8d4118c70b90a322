/* What the files of the telnet adapter share. */
#ifndef ADAPTERS_TELNET_INTERNAL_H
#define ADAPTERS_TELNET_INTERNAL_H

#include "teahouse/adapter.h"

struct telnet_t;

/* Events of a room other than the current one use the next encoding (adapter.other_room). */
enum { ENCODING_USUAL, ENCODING_STRICT = 2, ENCODING_PLAIN = 4, ENCODINGS = 6 };

enum { COLUMNS_USUAL = 80 }; /* of a terminal that does not say how wide it is */

/* The position in the stream of telnet bytes (RFC 854). */
enum position {
	IN_TEXT,
	IN_COMMAND, /* after IAC */
	IN_OPTION,  /* after IAC WILL, WONT, DO or DONT */
	IN_INSIDE,  /* inside a subnegotiation */
	IN_INSIDE_COMMAND,
};

/* The state of a client. */
struct telnet_state {
	struct telnet_t *telnet;
	struct strbuf *clean; /* the output of telnet_filter, while it runs */
	enum position position;
	bool hinted;        /* the hint how to leave has been sent */
	unsigned char owed; /* bytes missing from an incomplete UTF-8 character */
};

/* telnet_options.c */
void telnet_open(struct client *client);
void telnet_close(struct client *client);

/* Processes the text up to the next command, or one command (adapter.filter). */
size_t telnet_filter(struct client *client, struct text received, struct strbuf *clean);

/* telnet_encode.c: adapter.encode */
void telnet_encode(unsigned encoding, const struct event *event, struct strbuf *out);

/* telnet_listing.c: NAMES, ROOMS or WHO, for as many columns as event->ref says in digits */
void telnet_encode_columns(const struct event *event, struct strbuf *out);

#endif
