/*
 * A listener: a protocol on an address and a port, one [listener:NAME] section of the
 * settings.
 */
#ifndef TEAHOUSE_LISTENER_H
#define TEAHOUSE_LISTENER_H

#include <stdbool.h>

struct adapter;

/* As the settings spell them: lf, crlf, none. */
enum ending { ENDING_LF, ENDING_CRLF, ENDING_NONE, ENDINGS };

struct listener {
	char *name;
	const struct adapter *adapter;
	char *address;    /* NULL: all addresses */
	int port;         /* 0: any free one; net stores the one taken */
	char *address_at; /* where the settings say so, FILE:LINE: SECTION.KEY; or NULL */
	char *port_at;
	char *room;         /* where its users arrive */
	bool echo;          /* users hear what they say themselves */
	bool strict;        /* telnet: only bare-word commands */
	bool nicks;         /* relay, direct: the speaker's nick comes first */
	bool announce;      /* lobby: entering and leaving are told */
	bool hear;          /* direct: its users hear their room */
	int pause;          /* relay, lobby, direct: ms of silence that end a message */
	enum ending ending; /* lobby, direct: what ends the server's strings */
	char *root;         /* web: the page's folder */
	char *origins;      /* web: other sites that may connect, separated by spaces */
};

#endif
