/* What keys do besides editing the line. Does not know which keys these are. */
#ifndef CLIENT_UI_KEYS_H
#define CLIENT_UI_KEYS_H

#include <stdbool.h>

#include "teahouse/text.h"

struct keys {
	void *ctx;
	bool (*line)(void *ctx, struct text line);     /* whether it may be recalled */
	void (*secret)(void *ctx, struct text secret); /* a password was typed */
	void (*cancel)(void *ctx);                     /* .. or is not to be typed */
	void (*end)(void *ctx); /* Ctrl-D, Ctrl-C twice on an empty line, or the terminal is gone */
	void (*escape)(void *ctx);            /* Esc */
	void (*scroll)(void *ctx, int pages); /* up; down if negative */
	void (*wheel)(void *ctx, int lines);  /* the same by lines */
	void (*edge)(void *ctx, bool top);    /* to the first line, or to the last */
	void (*step)(void *ctx, int rooms);
	void (*go)(void *ctx, int room);      /* to the n-th, from 1; 0: to one with unread lines */
	void (*side)(void *ctx, bool people); /* shows or hides the people, or the rooms */
	void (*help)(void *ctx);
	/* A key was pressed (Esc and the like: `closes`), which does nothing more if this returns true. */
	bool (*any)(void *ctx, bool closes);
	void (*focus)(void *ctx, bool focused); /* the terminal has gained or lost the focus */
	/* Whether the line may be sent on Enter; if not, it stays in the input. */
	bool (*send)(void *ctx, struct text line);
	void (*redraw)(void *ctx);
	/* The candidates for the word at line[start..end], as by complete_line. */
	char **(*complete)(void *ctx, struct text line, size_t start, size_t end);
	void (*choices)(void *ctx, char *const *words, size_t n);
};

#endif
