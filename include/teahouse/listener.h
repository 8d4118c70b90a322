/*
 * A listener: a protocol on an address and a port, as one [listener:NAME] section of the
 * settings describes it (SPEC 3).
 */
#ifndef TEAHOUSE_LISTENER_H
#define TEAHOUSE_LISTENER_H

#include <stdbool.h>

struct adapter;

/* The line ending after each string that the server sends: lf, crlf or none. */
enum ending { ENDING_LF, ENDING_CRLF, ENDING_NONE, ENDINGS };

/* Owned by the config, which is freed after everything that uses the listener. */
struct listener {
	char *name;
	const struct adapter *adapter;
	char *address;    /* NULL: all addresses */
	int port;         /* 0: any free port; net replaces it by the one that it got */
	bool tls;         /* connections are encrypted */
	bool proxy;       /* they begin with a header of the PROXY protocol */
	int tls_port;     /* of the first listener of its protocol with TLS; 0: there is none */
	char *address_at; /* FILE:LINE: SECTION.KEY of the address in the settings; or NULL */
	char *port_at;    /* of the port, likewise */
	char *room;       /* that users enter on login */
	bool echo;        /* users receive their own messages */
	bool strict;      /* telnet: only bare-word commands */
	bool nicks;       /* relay, direct: the sender's nick precedes each message */
	bool announce;    /* lobby: users are told who joins and leaves */
	bool hear;        /* direct: users receive what is said in their room */
	int replay;   /* telnet, lobby, relay, json 1: messages that are told on entering a room */
	int catch_up; /* telnet: unread messages of each room that an account is told on login */
	int pause;    /* relay, lobby, direct: ms of silence that end a message */
	enum ending ending; /* lobby, direct */
	char *root;         /* web: the folder of the page */
	char *origins;      /* web: origins of other sites that may connect, separated by spaces */
};

#endif
