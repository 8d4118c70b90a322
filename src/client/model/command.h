/*
 * The syntax of typed commands: `/name arguments`, also after blanks; `//text` says text that
 * begins with a slash, and `/a/b` says a path.
 * Knows no command's meaning, except which of them take the name of a room.
 */
#ifndef CLIENT_MODEL_COMMAND_H
#define CLIENT_MODEL_COMMAND_H

#include "teahouse/text.h"

/*
 * Splits a typed line. True: it is a command, *command is its name without the slash, and *line
 * is what follows. False: it is a message, and *line is its text.
 */
bool command_parse(struct text *line, struct text *command);

/* Whether the line is a command, or would be one but for its second slash. */
bool command_begins(struct text line);

/* Whether the typed line is a command with a password in it. */
bool command_has_secret(struct text line);

/* Whether the command has this name, in any case. */
bool command_is(struct text command, const char *name);

/*
 * The name of the command whose first argument starts at line[start]; empty when another word
 * starts there.
 */
struct text command_before(struct text line, size_t start);

/* Whether the word at line[start] is to be the name of a room. */
bool command_takes_room(struct text line, size_t start);

#endif
