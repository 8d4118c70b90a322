/*
 * An adapter translates one protocol: bytes to requests, events to bytes. It
 * knows neither sockets nor other people.
 */
#ifndef TEAHOUSE_ADAPTER_H
#define TEAHOUSE_ADAPTER_H

#include "teahouse/core.h"
#include "teahouse/event.h"
#include "teahouse/strbuf.h"

struct framing;

/* As settings spell them: lf, crlf, none. */
enum ending { ENDING_LF, ENDING_CRLF, ENDING_NONE, ENDINGS };

/* A protocol on an address and a port: a [listener:NAME] of the settings. */
struct listener {
	char *name;
	const struct adapter *adapter;
	char *address;    /* NULL: all addresses */
	int port;         /* 0: any free one; net puts in the one taken */
	char *address_at; /* where the settings say so, FILE:LINE: SECTION.KEY; or NULL */
	char *port_at;
	char *room;         /* where its users arrive */
	bool echo;          /* users hear what they say themselves */
	bool strict;        /* telnet: only plain-word commands */
	bool nicks;         /* relay, direct: who said it stands in front */
	bool announce;      /* lobby: comings and goings are told */
	bool hear;          /* direct: its users hear their room */
	int pause;          /* relay, lobby, direct: ms of silence that end a message */
	enum ending ending; /* lobby, direct: what ends the server's strings */
	char *root;         /* web: the page's folder */
	char *origins;      /* web: other sites that may connect, separated by spaces */
};

/* One conversation, as its adapter sees it. */
struct talk {
	struct session session; /* first, so that the one is the other's address */
	const struct listener *listener;
	unsigned voice; /* which of the adapter's voices speaks to it */
	void *memory;   /* adapter->memory zeroed bytes */
};

/* Where a connection comes from. */
struct peer {
	char host[64]; /* an address; empty: not known */
	int port;
};

struct adapter {
	const char *name; /* as the ini says it */
	const struct framing *framing;
	size_t memory;   /* bytes that each talk keeps */
	unsigned voices; /* variants that it encodes */
	bool by_http;    /* its connections come by HTTP and WebSocket */
	bool echo;       /* the default of listener.echo */
	/*
	 * An event of a room that is not the listener's current one is said in
	 * the voice behind the usual one (voice + 1).
	 */
	bool elsewhere;
	/* The first that happens, also for somebody who is then not let in. */
	void (*greet)(struct talk *talk, const struct peer *peer);
	/* Somebody was let in. May be NULL. */
	void (*enter)(struct talk *talk);
	/*
	 * Adds to clean what the framing should see of the bytes received, such as
	 * telnet's text without its commands; how many bytes it took, at least one.
	 * The rest comes when what is clean was heard. May be NULL: all is clean.
	 */
	size_t (*filter)(struct talk *talk, struct text received, struct strbuf *clean);
	/* One message by the framing; an empty one, too. The text may be changed in place by nobody. */
	void (*hear)(struct talk *talk, struct text message);
	/* A message that was too long for the framing; NULL: hang up. */
	void (*too_long)(struct talk *talk);
	/* Gives back what `memory` points to. May be NULL. */
	void (*forget)(struct talk *talk);
	/*
	 * Adds the event's bytes to out, framed, or nothing. Sees no talk, so
	 * that it cannot encode a recipient at a time.
	 */
	void (*say)(unsigned voice, const struct event *event, struct strbuf *out);
};

/* Every adapter there is; ends with NULL. */
const struct adapter *const *adapter_list(void);
const struct adapter *adapter_find(struct text name);

/* Bytes for this one alone: what is no event, such as a greeting. The gateway's. */
void talk_write(struct talk *talk, struct text bytes);

#endif
