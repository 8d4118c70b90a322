/*
 * The line that is being typed: GNU Readline reads the keys and edits the line, but draws
 * nothing. Readline's state is global, so there is one input.
 */
#ifndef CLIENT_UI_INPUT_H
#define CLIENT_UI_INPUT_H

#include <stdbool.h>

#include "client/ui/keys.h"

/* False: that failed, and errno says why. */
bool input_open(const struct keys *keys);
void input_close(void);

/* Reads the keys that were pressed; blocks if there are none. */
void input_read(void);

/*
 * In how many ms to call input_tick (-1: not before there are keys to read), which ends what only
 * a pause ends, such as a paste of which the end never came.
 */
int input_timeout(void);
void input_tick(void);

void input_prompt(const char *prompt);

/*
 * Whether what is typed is a password: it is not shown, and the line that was being typed stays
 * for afterwards.
 */
void input_hide(bool hides);

/* The line, and whether it begins with pasted text, which is never a command. */
struct draft {
	struct text line;
	bool pasted;
};
struct draft input_draft(void);
void input_set_draft(const struct draft *draft);

/* The input as it is to be drawn. */
struct typed {
	struct text prompt, line;
	size_t point;     /* the cursor's position in the line, in bytes */
	struct text hint; /* what keys do at present, instead of the status line; or none */
};
struct typed input_typed(void);

/* Whether the last key was Ctrl-C on an empty line: pressed again, it ends the input. */
bool input_is_interrupted(void);

/* Whether the input has changed since the last call. */
bool input_changed(void);

/* Whether the user's inputrc has bracketed paste enabled. */
bool input_takes_pastes(void);

#endif
