/*
 * What a terminal sends, taken apart: keys, pasted text, the wheel, the focus. A sequence that
 * never ends is given up. Knows no descriptor, no Readline, and only the time that it is given.
 */
#ifndef CLIENT_UI_KEYSTREAM_H
#define CLIENT_UI_KEYSTREAM_H

#include "teahouse/strbuf.h"

/* What happens in turn. */
struct keystream_events {
	/* A whole key: a character, a control, or a sequence. */
	void (*key)(void *ctx, struct text bytes);
	void (*escape)(void *ctx);
	void (*interrupt)(void *ctx); /* Ctrl-C */
	/* Its line ends are LF, and it has no other control characters. */
	void (*paste)(void *ctx, struct text pasted);
	void (*wheel)(void *ctx, int lines); /* up; down if negative */
	void (*focus)(void *ctx, bool focused);
};

enum keystream_state {
	KEYSTREAM_GROUND,
	KEYSTREAM_CHARACTER, /* in UTF-8 */
	KEYSTREAM_ESCAPE,
	KEYSTREAM_SS3,
	KEYSTREAM_CSI,
	KEYSTREAM_CSI_LINUX, /* ESC [ [, which one byte ends */
	KEYSTREAM_STRING,    /* OSC, DCS .. */
	KEYSTREAM_PASTE,
};

struct keystream {
	const struct keystream_events *events;
	void *ctx;
	enum keystream_state state;
	struct strbuf bytes;    /* of the current sequence, or of the paste */
	int64_t last_ms;        /* when the last bytes came */
	int64_t arrow_ms;       /* when an arrow key was last pressed; 0: never */
	bool paste_was_cut_off; /* more of it may come */
};

void keystream_add(struct keystream *stream, struct text bytes, int64_t now);

/* In how many ms to call keystream_tick (-1: not before more bytes come). */
int keystream_timeout(const struct keystream *stream, int64_t now);
void keystream_tick(struct keystream *stream, int64_t now);

void keystream_clear(struct keystream *stream);

#endif
