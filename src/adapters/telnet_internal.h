/* What the files of the telnet adapter share. */
#ifndef ADAPTERS_TELNET_INTERNAL_H
#define ADAPTERS_TELNET_INTERNAL_H

#include "base/charset.h"
#include "teahouse/adapter.h"

struct telnet_t;

/* Events of a room other than the current one use the next encoding (adapter.other_room). */
enum { ENCODING_USUAL, ENCODING_STRICT = 2, ENCODING_PLAIN = 4, ENCODINGS = 6 };

enum {
	COLUMNS_USUAL = 80,        /* of a terminal that does not say how wide it is */
	COLUMNS_LEAST = 20,        /* a narrower one is taken for one that does not */
	SUBNEGOTIATION_MAX = 1024, /* bytes; what is longer is dropped */
};

/* The position in the stream of telnet bytes (RFC 854). */
enum position {
	IN_TEXT,
	IN_COMMAND, /* after IAC */
	IN_OPTION,  /* after IAC WILL, WONT, DO or DONT */
	IN_INSIDE,  /* inside a subnegotiation */
	IN_INSIDE_COMMAND,
};

enum { PASSWORDS_MAX = 3 }; /* that are asked for in a row */

/* Passwords that are being asked for. */
struct telnet_asked {
	size_t dialog;              /* which */
	char *nick;                 /* to log in with, or NULL */
	char *lines[PASSWORDS_MAX]; /* n that were typed */
	size_t n;
};

/* The state of a client. */
struct telnet_state {
	struct telnet_t *telnet;
	struct strbuf *clean; /* the output of telnet_filter, while it runs */
	enum position position;
	unsigned hinted;      /* the words to which the hint how to leave has been sent, as bits */
	unsigned char owed;   /* bytes missing from an incomplete UTF-8 character */
	struct strbuf inside; /* of the subnegotiation that is being received */
	struct charset *charset; /* NULL: utf-8 */
	unsigned char charset_id;
	unsigned char types;        /* how many terminal types it has sent */
	uint16_t columns;           /* of its terminal; 0: it has not said */
	uint16_t wrap;              /* columns to wrap at; 0: those of its terminal */
	bool wraps, plain;          /* its settings */
	bool ansi;                  /* its terminal erases to the end of a line by ESC [ K */
	bool half;                  /* its last bytes were not the end of a line */
	struct telnet_asked *asked; /* or NULL */
	const char *prompt;         /* of the password that is being asked for, or NULL */
	unsigned char verb;         /* of the option that is being received */
	unsigned char echoes_owed;  /* answers to our offers to echo that are still to come */
	bool echo_refused;          /* the client does not let us */
	bool utf8_hinted;           /* the hint that its text is not UTF-8 has been sent */
};

/* telnet_options.c */
void telnet_open(struct client *client);
void telnet_close(struct client *client);

/* Processes the text up to the next command, or one command (adapter.filter). */
size_t telnet_filter(struct client *client, struct text received, struct strbuf *clean);

/* Asks how wide the terminal is. */
void telnet_ask_columns(struct client *client);

/* telnet_settings.c: what a user may change about its own connection */

/* Whether the line, without its slash, is /set, /charset or the /help of these; then it is done. */
bool telnet_setting_command(struct client *client, struct text line);
bool telnet_set_charset(struct client *client, struct text name);
void telnet_set_plain(struct client *client, bool plain);
void telnet_set_ansi(struct client *client, bool ansi);

/* Lines of /help, ending with NULL. */
extern const char *const telnet_settings_help[];

/* telnet_output.c: adapter.rewrite, for who has set what the encodings do not know */
void telnet_rewrite(struct client *client, struct text text, struct strbuf *out);

/* Of its terminal, or those that it has set. */
size_t telnet_columns(const struct telnet_state *state);

/* Notes whether output has to be rewritten: to be called after each change of the state. */
void telnet_note_rewrites(struct client *client);

/* Sends lines of text to this client alone. */
void telnet_write(struct client *client, struct text text);

/* telnet_password.c: passwords are asked for, and not shown */

/* Begins to ask for those that the command wants. False: it wants none. */
bool telnet_ask_password(struct client *client, const struct request *request);

/* A line was typed while one is asked for: the next is, or the request is made. */
void telnet_take_password(struct client *client, struct text line);
void telnet_forget_passwords(struct telnet_state *state);

/* DO or DONT ECHO: whether it answers an offer of ours, which is the end of it. */
bool telnet_take_echo(struct telnet_state *state, bool agrees);

/* telnet_encode.c: adapter.encode */
void telnet_encode(unsigned encoding, const struct event *event, struct strbuf *out);

/* telnet_listing.c: the sessions of a user, in columns */
void telnet_encode_sessions(const struct event *event, struct strbuf *out);

/* telnet_listing.c: NAMES, ROOMS or WHO, for as many columns as event->ref says in digits */
void telnet_encode_columns(const struct event *event, struct strbuf *out);

#endif
