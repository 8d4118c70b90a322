/*
 * The line that is being typed: GNU Readline with its eyes bound. It reads
 * keys and keeps the line; showing it is somebody else's. Readline is global,
 * so there is one.
 */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include <stdbool.h>

#include "teahouse/text.h"

/* What keys do beyond editing. */
struct keys {
	void *ctx;
	void (*line)(void *ctx, struct text line);
	void (*end)(void *ctx);               /* of the input: Ctrl-D, or no terminal any more */
	void (*scroll)(void *ctx, int pages); /* up; down if it is less than 0 */
	void (*step)(void *ctx, int rooms);
	void (*go)(void *ctx, int room);      /* to the n-th, from 1; 0: to what is unread */
	void (*side)(void *ctx, bool people); /* shows or hides the people, or the rooms */
	void (*help)(void *ctx);
	void (*focus)(
		void *ctx, bool in_front); /* the terminal has come to the front, or left it */
	/* Whether a line may be sent; if not, it stays to be sent the next time. */
	bool (*send)(void *ctx, struct text line);
	void (*redraw)(void *ctx);
	/* What the word at line[start..end] could become: strings and NULL, all the caller's. */
	char **(*complete)(void *ctx, struct text line, size_t start, size_t end);
	void (*choices)(void *ctx, char *const *words, size_t n);
};

void input_open(const struct keys *keys);
void input_close(void);

/* Reads the keys that have been pressed; there must be one. */
void input_read(void);

void input_prompt(const char *prompt);

/* As it is to be shown. */
struct typed {
	struct text prompt, line;
	size_t point; /* the cursor's place in the line, in bytes */
};
struct typed input_typed(void);

/* Whether it has changed since it was last asked for. */
bool input_changed(void);

/* Whether the user wants pasted text to arrive as one piece. */
bool input_takes_pastes(void);

#endif
