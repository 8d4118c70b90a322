/*
 * The commands. One row of the table is the command everywhere: its words, its
 * place in /help, its usage, its JSON packet, its completion (SPEC 5).
 */
#ifndef TEAHOUSE_COMMAND_H
#define TEAHOUSE_COMMAND_H

#include "teahouse/event.h"
#include "teahouse/strbuf.h"

/* Every command, in the order of /help, with its function in src/core/commands_*.c. */
#define COMMANDS(X)               \
	X(LOGIN, login)           \
	X(NICK, nick)             \
	X(SAY, say)               \
	X(ME, me)                 \
	X(MSG, msg)               \
	X(JOIN, join)             \
	X(LEAVE, leave)           \
	X(ROOMS, rooms)           \
	X(LOOK, look)             \
	X(WHO, who)               \
	X(TOPIC, topic)           \
	X(HISTORY, history)       \
	X(SEARCH, search)         \
	X(REGISTER, register)     \
	X(PASSWORD, password)     \
	X(SESSIONS, sessions)     \
	X(UNREGISTER, unregister) \
	X(HELP, help)             \
	X(LOGOUT, logout)         \
	X(RESUME, resume)         \
	X(STAY, stay)             \
	X(READ, read)             \
	X(COMMANDS, commands)     \
	X(LINE, line)             \
	X(PING, ping)

enum command_id {
#define COMMAND_ENUM(name, function) COMMAND_##name,
	COMMANDS(COMMAND_ENUM)
#undef COMMAND_ENUM
		COMMAND_COUNT,
};

enum { COMMAND_ARGS = 6 };

struct request;

struct command {
	const char *name;
	const char *also; /* other words for it, separated by spaces */
	const char *type; /* its type as a JSON packet, or NULL: it has none */
	/*
	 * Its parameters, separated by spaces: field, or field:shown, the packet's
	 * field and what usage calls it. [..] may be missing; a last one that ends
	 * in ... takes the rest of the line, with its spaces. {..} exists in packets
	 * only, and may be missing there. #field is a number in packets. field=shown is
	 * typed with the field's name before it, as in `before ID`. ?field is true or false in
	 * packets.
	 */
	const char *params;
	const char *help; /* half a sentence */
	unsigned flags;
	enum reason (*run)(struct session *session, const struct request *request);
};

enum command_flag {
	COMMAND_BEFORE_LOGIN = 1, /* also before login */
	COMMAND_BARE_WORD = 2,    /* telnet knows it without a slash */
	COMMAND_IN_ROOM = 4,   /* a packet may name a room; else it is the current one (WHO: all) */
	COMMAND_NOT_RATED = 8, /* costs no token of the rate */
	COMMAND_RESETS_IDLE = 16, /* ends the user's idle time */
	COMMAND_NOT_TYPED = 32,   /* exists as a packet only */
};

/* What a session asks for. Borrows all its text. */
struct request {
	const struct command *command;
	struct text arg[COMMAND_ARGS]; /* in the order of params; ptr == NULL: missing */
	struct text room;              /* ptr == NULL: the current one */
	struct text ref;
	struct text about; /* what an error should name as its cause */
};

/* The row of a command. */
const struct command *command_get(enum command_id id);

/* By one of its words, without a slash, in any case; NULL: there is none. */
const struct command *command_find(struct text word);

/* The word of a command that is nearest to a misspelled one, without a slash; TEXT_NONE: none is near. */
struct text command_nearest_word(struct text word);

/* By the type of its packet; NULL: there is none. */
const struct command *command_of_type(struct text type);

/* One parameter. */
struct param {
	struct text field, shown;
	bool optional, rest;
	bool not_typed; /* exists in packets only */
	bool number;    /* in packets */
	bool flag;      /* in packets; its argument is "1", or missing */
	bool keyword;   /* typed after the field's name */
};

/* Walks params: takes the next one off *params; false: there is none. */
bool command_param(const char **params, struct param *param);

/*
 * Splits what follows the command's word into request->arg by its params. REASON_USAGE
 * when something is missing or too much.
 */
enum reason command_split(const struct command *command, struct text rest, struct request *request);

/* `/msg NAME TEXT`. */
void command_usage(struct strbuf *out, const struct command *command);

/* The whole of /help, or the line of one command. */
void command_help_text(struct strbuf *out, const struct command *command);

#endif
