/*
 * Where a message ends in a stream of bytes, and how one is wrapped. Pieces
 * give what the whole gives; every bound holds before a message's end is found.
 */
#ifndef ADAPTERS_FRAMING_H
#define ADAPTERS_FRAMING_H

#include "teahouse/strbuf.h"

enum {
	LINE_BYTES = 8192,  /* longest line taken */
	LOBBY_BYTES = 1024, /* longest strings of the classroom protocols */
	DIRECT_BYTES = 2048,
	PACKET_BYTES = 65535, /* longest packet there can be */
};

/* Bytes by which somebody at a keyboard takes back the last character, or the half-typed line. */
enum { TYPED_BACKSPACE = 0x08, TYPED_DELETE = 0x7f, TYPED_KILL = 0x15 };

enum framed {
	FRAMED_NOTHING, /* all of *in is eaten, and no message is whole yet */
	FRAMED_MESSAGE,
	FRAMED_TOO_LONG, /* one is over the bound; told once, the rest of it is passed over */
	FRAMED_HTTP,     /* the first bytes are an HTTP request's, on a port that has none */
};

/* What a stream has left behind. Zeroed is a stream's beginning. */
struct frames {
	struct strbuf held; /* a message that has begun */
	bool given;         /* held was given out, and goes with the next call */
	bool begun;         /* the first message has been seen */
	bool after_cr;      /* a line has just ended in CR: an LF or NUL still belongs to it */
	bool skipping;      /* the line is too long, and has been told so */
};

struct framing {
	const char *name;
	/*
	 * Eats from *in up to the end of the next message and gives it in *message,
	 * borrowed until the next call, or until *in goes.
	 */
	enum framed (*next)(struct frames *frames, struct text *in, struct text *message);
	/* A message also ends with a pause: after listener.pause without a byte, frames_pause. */
	bool pauses;
};

extern const struct framing framing_lines; /* each ends in CRLF, LF, CR NUL or a lone CR */
extern const struct framing framing_typed; /* the same, with TYPED_.. taking back what was typed */
/* Ended by LF or CRLF, or by a pause, since students' clients send no line ending at all. */
extern const struct framing framing_relay;   /* at most LINE_BYTES */
extern const struct framing framing_lobby;   /* at most LOBBY_BYTES */
extern const struct framing framing_direct;  /* at most DIRECT_BYTES */
extern const struct framing framing_packets; /* two bytes of length, big-endian, then as many */
extern const struct framing framing_whole;   /* what comes at once is one message */

/* Gives back the memory of a message that was given out, as the next call would. */
void frames_rest(struct frames *frames);
void frames_clear(struct frames *frames);

/* Whether a message has begun that a pause would end. */
bool frames_begun(const struct frames *frames);

/* Ends what has begun: FRAMED_MESSAGE, or FRAMED_NOTHING if it was too long and told so. */
enum framed frames_pause(struct frames *frames, struct text *message);

/*
 * Around what is written between them: a packet's length, or a WebSocket text
 * frame's head as a server sends it (RFC 6455, 5.2). open gives what close takes.
 * False: it is too long for a packet, and was taken back.
 */
size_t packet_open(struct strbuf *out);
bool packet_close(struct strbuf *out, size_t opened);
size_t frame_open(struct strbuf *out);
bool frame_close(struct strbuf *out, size_t opened);

#endif
