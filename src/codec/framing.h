/*
 * Finds where messages end in a stream of bytes, and writes the length prefix of packets (SPEC 6.1,
 * 6.2, 6.4 to 6.6). The result does not depend on how the stream is cut into pieces, and a limit is
 * enforced before the end of a message has arrived. Does not know what messages mean.
 */
#ifndef CODEC_FRAMING_H
#define CODEC_FRAMING_H

#include "teahouse/strbuf.h"

enum {
	LINE_BYTES = 8192,  /* longest line that is accepted, without its ending */
	LOBBY_BYTES = 1024, /* longest strings of the classroom protocols, the same */
	DIRECT_BYTES = 2048,
	PACKET_BYTES = 65535, /* longest packet that two bytes of length allow */
};

/* Bytes with which a user at a keyboard deletes the last character, the last word, or all. */
enum { TYPED_BACKSPACE = 0x08, TYPED_DELETE = 0x7f, TYPED_WORD = 0x17, TYPED_KILL = 0x15 };

enum framed {
	FRAMED_NOTHING, /* all of *in was consumed, and no message is complete yet */
	FRAMED_MESSAGE,
	FRAMED_TOO_LONG, /* a message is over the limit: reported once, and the rest of it is skipped */
	FRAMED_NO_LENGTH, /* the first bytes cannot be the length of a packet with an object */
	FRAMED_HTTP,      /* the stream begins with an HTTP request */
};

/* The state between two calls. A zeroed decoder is at the beginning of a stream. */
struct decoder {
	struct strbuf partial; /* the beginning of an incomplete message; owned */
	bool given;            /* partial was returned as a message: the next call frees it */
	bool begun;            /* the first message has been seen */
	bool after_cr; /* a line has just ended in CR: an LF or NUL (RFC 854) still belongs to it */
	bool skipping; /* the line is too long, and this has been reported */
};

struct framing {
	const char *name;
	/*
	 * Consumes *in up to the end of the next message, and sets *message to it, without its
	 * ending or length. *message is borrowed until the next call with this decoder, or until
	 * the bytes of *in are freed. After FRAMED_NO_LENGTH and FRAMED_HTTP the caller must close
	 * the connection.
	 */
	enum framed (*next)(struct decoder *decoder, struct text *in, struct text *message);
	/*
	 * A pause also ends a message: after listener.pause ms without a byte, call
	 * decoder_end_message.
	 */
	bool pauses;
	/* The end of the input also ends a message. */
	bool ends_with_input;
};

extern const struct framing framing_lines; /* ended by CRLF, LF, CR NUL or a lone CR (RFC 854) */
extern const struct framing framing_typed; /* the same, and edited by the bytes TYPED_.. */
/* The same, or ended by a pause, because many students' clients send no line ending. */
extern const struct framing framing_relay;   /* at most LINE_BYTES */
extern const struct framing framing_lobby;   /* at most LOBBY_BYTES */
extern const struct framing framing_direct;  /* at most DIRECT_BYTES */
extern const struct framing framing_packets; /* two bytes of length, big-endian, then as many */
extern const struct framing framing_message; /* all of *in is one message */

/* Frees the memory of the last message that was returned, as the next call would. */
void decoder_release(struct decoder *decoder);

/* Frees all that the decoder owns, and sets it to the beginning of a stream. */
void decoder_clear(struct decoder *decoder);

/* What there is of an incomplete message; empty: nothing, or it is too long and skipped. */
struct text decoder_partial(const struct decoder *decoder);

/* Whether there is an incomplete message, which a pause would end. */
bool decoder_has_partial(const struct decoder *decoder);

/*
 * Ends the incomplete message of lines or strings: FRAMED_MESSAGE or FRAMED_HTTP with *message
 * borrowed as from next, or FRAMED_NOTHING if it was too long, which has been reported.
 */
enum framed decoder_end_message(struct decoder *decoder, struct text *message);

/*
 * Write the length of the packet that is appended to out between the two calls: two bytes, the
 * more significant one first (SPEC 6.2). begin returns the offset of the packet in out, and end
 * takes it. false: the packet is over PACKET_BYTES, and was removed from out with its length.
 */
size_t length_prefix_begin(struct strbuf *out);
bool length_prefix_end(struct strbuf *out, size_t start);

#endif
