/*
 * Where a message ends in a stream of bytes, and how one is wrapped. Pieces
 * give what the whole gives; every bound holds before a message's end is found.
 */
#ifndef CODEC_FRAMING_H
#define CODEC_FRAMING_H

#include "teahouse/strbuf.h"

enum {
	LINE_BYTES = 8192,  /* longest line taken */
	LOBBY_BYTES = 1024, /* longest strings of the classroom protocols */
	DIRECT_BYTES = 2048,
	PACKET_BYTES = 65535, /* longest packet there can be */
};

/* Bytes by which a user at a keyboard takes back the last character, or the half-typed line. */
enum { TYPED_BACKSPACE = 0x08, TYPED_DELETE = 0x7f, TYPED_KILL = 0x15 };

enum framed {
	FRAMED_NOTHING, /* all of *in is eaten, and no message is whole yet */
	FRAMED_MESSAGE,
	FRAMED_TOO_LONG,  /* one is over the bound; told once, the rest of it is passed over */
	FRAMED_NO_LENGTH, /* the first bytes cannot be a packet's length and its object */
	FRAMED_HTTP,      /* the first bytes are an HTTP request's, on a port that has none */
};

/* What a stream has left behind. Zeroed is a stream's beginning. */
struct decoder {
	struct strbuf partial; /* a message that has begun */
	bool given;            /* the partial message was given out, and goes with the next call */
	bool begun;            /* the first message has been seen */
	bool after_cr;         /* a line has just ended in CR: an LF or NUL still belongs to it */
	bool skipping;         /* the line is too long, and has been told so */
};

struct framing {
	const char *name;
	/*
	 * Eats from *in up to the end of the next message and gives it in *message,
	 * borrowed until the next call, or until *in goes.
	 */
	enum framed (*next)(struct decoder *decoder, struct text *in, struct text *message);
	/* A message also ends with a pause: after listener.pause without a byte, decoder_end_message. */
	bool pauses;
	/* So does the end of the input. */
	bool ends_with_input;
};

extern const struct framing framing_lines; /* each ends in CRLF, LF, CR NUL or a lone CR */
extern const struct framing framing_typed; /* the same, with TYPED_.. taking back what was typed */
/* Ended by LF or CRLF, or by a pause, since students' clients send no line ending at all. */
extern const struct framing framing_relay;   /* at most LINE_BYTES */
extern const struct framing framing_lobby;   /* at most LOBBY_BYTES */
extern const struct framing framing_direct;  /* at most DIRECT_BYTES */
extern const struct framing framing_packets; /* two bytes of length, big-endian, then as many */
extern const struct framing framing_message; /* what comes at once is one message */

/* Gives back the memory of a message that was given out, as the next call would. */
void decoder_release(struct decoder *decoder);
void decoder_clear(struct decoder *decoder);

/* Whether a message has begun that a pause would end. */
bool decoder_has_partial(const struct decoder *decoder);

/* Ends what has begun: FRAMED_MESSAGE, or FRAMED_NOTHING if it was too long and told so. */
enum framed decoder_end_message(struct decoder *decoder, struct text *message);

/*
 * Around what is written between them: a packet's length, two bytes in network
 * order. begin returns where the packet starts, which end takes. False: the packet
 * is over PACKET_BYTES, and was removed from `out`.
 */
size_t length_prefix_begin(struct strbuf *out);
bool length_prefix_end(struct strbuf *out, size_t start);

#endif
