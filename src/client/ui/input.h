/*
 * The line that is being typed: GNU Readline reads the keys and edits the line, but draws
 * nothing. Readline's state is global, so there is one input.
 */
#ifndef CLIENT_UI_INPUT_H
#define CLIENT_UI_INPUT_H

#include <stdbool.h>

#include "teahouse/text.h"

/* What keys do besides editing. */
struct keys {
	void *ctx;
	void (*line)(void *ctx, struct text line);
	void (*end)(void *ctx);               /* of the input: Ctrl-D, or the terminal is gone */
	void (*scroll)(void *ctx, int pages); /* up; down if negative */
	void (*step)(void *ctx, int rooms);
	void (*go)(void *ctx, int room);      /* to the n-th, from 1; 0: to one with unread lines */
	void (*side)(void *ctx, bool people); /* shows or hides the people, or the rooms */
	void (*help)(void *ctx);
	void (*focus)(void *ctx, bool focused); /* the terminal has gained or lost the focus */
	/* Whether the line may be sent on Enter; if not, it stays in the input. */
	bool (*send)(void *ctx, struct text line);
	void (*redraw)(void *ctx);
	/* The candidates for the word at line[start..end], as by complete_line. */
	char **(*complete)(void *ctx, struct text line, size_t start, size_t end);
	void (*choices)(void *ctx, char *const *words, size_t n);
};

void input_open(const struct keys *keys);
void input_close(void);

/* Reads the keys that were pressed; blocks if there are none. */
void input_read(void);

void input_prompt(const char *prompt);

/* The input as it is to be drawn. */
struct typed {
	struct text prompt, line;
	size_t point; /* the cursor's position in the line, in bytes */
};
struct typed input_typed(void);

/* Whether the input has changed since the last call. */
bool input_changed(void);

/* Whether the user's inputrc has bracketed paste enabled. */
bool input_takes_pastes(void);

#endif
