/*
 * The commands. One row of the table is the command everywhere: its words, its
 * place in /help, its usage, its JSON packet, its completion (SPEC 5).
 */
#ifndef TEAHOUSE_COMMAND_H
#define TEAHOUSE_COMMAND_H

#include "teahouse/event.h"
#include "teahouse/strbuf.h"

enum { COMMAND_ARGS = 2 };

struct request;

struct command {
	const char *name;
	const char *also; /* other words for it, separated by spaces */
	const char *type; /* its type as a JSON packet, or NULL: it has none */
	/*
	 * What it takes, separated by spaces: field, or field:shown, the packet's
	 * field and what usage calls it. [..] may be missing; a last one that ends
	 * in ... takes the rest of the line, with its spaces. {..} is a packet's
	 * alone, and may be missing there.
	 */
	const char *params;
	const char *help; /* half a sentence */
	unsigned flags;
	enum reason (*run)(struct session *session, const struct request *request);
};

enum command_flag {
	COMMAND_BEFORE_LOGIN = 1, /* also before one has a nick */
	COMMAND_BARE_WORD = 2,    /* telnet knows it without a slash */
	COMMAND_IN_ROOM = 4,      /* a packet may name a room; else it is about the current one */
	COMMAND_NOT_RATED = 8,    /* costs no token of the rate */
	COMMAND_RESETS_IDLE = 16, /* ends one's idle time */
	COMMAND_NOT_TYPED = 32,   /* exists as a packet only: nobody types it */
};

/* What somebody wants. Borrows all its text. */
struct request {
	const struct command *command;
	struct text arg[COMMAND_ARGS]; /* in the order of params; ptr == NULL: missing */
	struct text room;              /* ptr == NULL: the current one */
	struct text ref;
	struct text about; /* what an error should name as its cause */
};

/* The table; ends with a row whose name is NULL. */
const struct command *command_table(void);

/* By one of its words, without a slash; NULL: there is none. */
const struct command *command_find(struct text word);

/* By the type of its packet; NULL: there is none. */
const struct command *command_of_type(struct text type);

/* Walks params: takes the next name off *params, and says how it is meant. */
struct param {
	struct text field, shown;
	bool optional, rest;
	bool untyped; /* a packet's alone */
};
bool command_param(const char **params, struct param *param);

/*
 * Splits what stands behind the command's word into request->arg by the rule of
 * its params. REASON_USAGE when something is missing or too much.
 */
enum reason command_split(const struct command *command, struct text rest, struct request *request);

/* `/msg NICK TEXT`. */
void command_usage(struct strbuf *out, const struct command *command);

/* The whole of /help, or the lines of one command. */
void command_help(struct strbuf *out, const struct command *command);

#endif
