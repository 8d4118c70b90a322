/*
 * A visit to a server: getting in, staying in, saying each thing once, and
 * leaving. Knows neither a screen nor what the protocol's bytes mean.
 */
#ifndef CLIENT_VISIT_H
#define CLIENT_VISIT_H

#include "client/model.h"
#include "client/protocol.h"
#include "client/wire.h"

enum visit_state {
	VISIT_AWAY, /* waiting to try again */
	VISIT_CONNECTING,
	VISIT_ASKING,   /* the server to be let in */
	VISIT_WAITING,  /* the nick is still taken by the connection that was lost */
	VISIT_CHOOSING, /* what is typed answers a question on the way in */
	VISIT_IN,
	VISIT_OVER,
};

/* A typed line that is not known to have reached the server. */
struct saying {
	char *line;
	char *room;        /* that it concerns; NULL: the one that a line before it leads to */
	bool moves;        /* to another room: what follows waits until that is done */
	unsigned long ref; /* 0: not sent yet */
	uint64_t starts;   /* sent: after how many bytes of the wire */
};

/* What somebody is asked on the way in. */
struct question {
	const char *prompt;    /* `name` */
	const char *describes; /* `choose a name` */
	bool rooms;            /* the answer is a room */
	/* A line that was typed and does not leave. */
	void (*answer)(struct visit *visit, struct text line);
};

struct visit {
	enum visit_state state;
	struct model *model;
	struct wire wire;
	struct decoder decoder;
	int64_t pause; /* ms, monotonic: when silence will have ended a message; 0: none has begun */
	bool ends;     /* messages have been seen that ended without it */
	const struct protocol *protocol;
	void *memory; /* the protocol's, of this connection */
	const char *host, *port;
	char *room; /* to enter first; NULL: the server's choice */
	bool asks;  /* there is a person to ask */
	const struct question *question;
	bool been_in;
	bool told;              /* why it takes so long */
	bool roomless;          /* the room that one wanted was refused */
	struct saying *sayings; /* in the order in which they were typed */
	size_t n_sayings;
	unsigned long last_ref;
	int64_t next;           /* ms, monotonic: when to try again, or to ask after the server */
	int delay;              /* seconds to the next attempt */
	unsigned pings;         /* that have not been answered */
	bool doubted;           /* nothing has been heard since the server was asked after */
	bool ending;            /* an echo of all that was typed is wanted, */
	bool ended;             /* and has been asked for */
	struct strbuf sentence; /* the last reason why one was not let in, NUL-terminated */
	struct strbuf why;      /* VISIT_OVER: what failed, NUL-terminated; empty: nothing did */
};

/* Makes the first connection, and waits for it. False: it failed, and `why` says how. */
bool visit_open(struct visit *visit);
void visit_close(struct visit *visit);

/* A line as typed. */
void visit_type(struct visit *visit, struct text line);

/* What the word at line[start..end] could become: strings and NULL, all the caller's. */
char **visit_complete(struct visit *visit, struct text line, size_t start, size_t end);

/* Says goodbye; what was typed before is sent. */
void visit_leave(struct visit *visit);

/* What to poll for on wire.fd, and for how long at most (ms; -1: for ever). */
short visit_events(const struct visit *visit);
int visit_patience(const struct visit *visit);
void visit_turn(struct visit *visit, short events);

/* Whether so much waits to be sent that no more should be typed for now. */
bool visit_is_busy(const struct visit *visit);

/* Nothing more will be typed: visit_is_done once all of it has been answered. */
void visit_end(struct visit *visit);
bool visit_is_done(const struct visit *visit);

/* `connected`, `trying again in 4 s`, .. */
void visit_describe(const struct visit *visit, struct strbuf *out);

/* What stands before the line where one types. */
const char *visit_prompt(const struct visit *visit);

/* A sentence of the client's own, where one looks: `words`, or `words: what`. */
void visit_note(struct visit *visit, enum line_kind kind, const char *words, const char *what);

/* ms since 1970, UTC. */
int64_t visit_time(void);

/*
 * For protocols. The command that a typed line is, without its slash, and what
 * stands behind it; false: it is none, and *line is what it says.
 */
bool visit_command(struct text *line, struct text *command);

/* The room to be let into; at == NULL: the server's choice, or none chosen yet. */
struct text visit_room(const struct visit *visit);
void visit_choose_room(struct visit *visit, struct text room);

/* Asks, for as long as the answer does not lead on; or fails where there is nobody to ask. */
void visit_ask(struct visit *visit, const struct question *question, const char *sentence);
extern const struct question question_name;

/* Has the protocol go on with getting in. */
void visit_greet(struct visit *visit);

void visit_send(struct visit *visit, struct text bytes);
void visit_welcome(struct visit *visit, struct text nick);
enum refusal { REFUSED_NICK, REFUSED_TAKEN, REFUSED_ROOM, REFUSED_ALL };
void visit_refuse(struct visit *visit, enum refusal refusal, struct text sentence);
/* What was said with this ref and is not answered yet; at == NULL: nothing. */
struct text visit_saying(const struct visit *visit, struct text ref);
/* What was said with this ref has come back, or was refused. False: it was not waited for. */
bool visit_answer(struct visit *visit, struct text ref);
/* A ping has been answered. */
void visit_pong(struct visit *visit);
/* A reason why one may be shown out: shown, and told if that is what happens. */
void visit_warn(struct visit *visit, struct text sentence);
/* Tells who is in a room that one has just entered. */
void visit_tell_people(struct visit *visit, struct text name);
/* Tells that the protocol has no such command. */
void visit_lack(struct visit *visit, struct text command);

/* Between visit.c and entry.c, where getting in is. */
int64_t visit_now(void); /* ms, monotonic */
void visit_fail(struct visit *visit, const char *what, const char *why);
/* Whether what was typed leads in, instead of being said there. */
bool visit_type_answer(struct visit *visit, struct text line, struct text command);

/*
 * Between them and saying.c. A line is kept to be sent; moves: what is typed after it waits
 * until the server has answered.
 */
void sayings_keep(struct visit *visit, struct text line, bool moves);
/* Sends what need not wait for an answer; whether that was all. */
bool sayings_send(struct visit *visit);
/*
 * After a lost connection. What the server may have read is told of; what it cannot have read is
 * kept, to be sent again.
 */
void sayings_doubt(struct visit *visit, bool again);
void visit_forget_saying(struct visit *visit, size_t i);
void sayings_clear(struct visit *visit);

#endif
