/*
 * What a WebSocket's client sends, by RFC 6455: decoder, read however the stream
 * is cut, and what is wrong with them. Knows no sockets, and keeps no memory
 * between messages.
 */
#ifndef CODEC_WEBSOCKET_H
#define CODEC_WEBSOCKET_H

#include "teahouse/strbuf.h"

enum {
	WS_MESSAGE_BYTES = 65535, /* longest message taken */
	WS_CONTROL_BYTES = 125,   /* longest payload of a control frame */
	WS_HEAD_BYTES = 14,       /* longest head of a frame */
};

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/* Of RFC 6455, 7.4.1. */
enum ws_code {
	WS_CODE_NONE = 0, /* a close frame without one */
	WS_CODE_NORMAL = 1000,
	WS_CODE_GOING_AWAY = 1001,
	WS_CODE_PROTOCOL = 1002,
	WS_CODE_BINARY = 1003,
	WS_CODE_NOT_UTF8 = 1007,
	WS_CODE_POLICY = 1008,
	WS_CODE_TOO_LONG = 1009,
	WS_CODE_TRY_LATER = 1013,
};

enum ws_kind {
	WS_FOUND_NOTHING, /* all that came was read */
	WS_FOUND_MESSAGE,
	WS_FOUND_PING,
	WS_FOUND_PONG,
	WS_FOUND_CLOSE, /* nothing more will be found; code: to be answered with it */
	WS_FOUND_FAULT, /* nothing more will be found; code: to be closed with it */
};

struct ws_found {
	enum ws_kind kind;
	enum ws_code code;
	struct text payload; /* borrowed until the next is looked for */
};

/* UTF-8 that may be cut anywhere. */
struct utf8 {
	unsigned char left;      /* bytes that must follow */
	unsigned char low, high; /* the next of them */
};

/* Zeroed is a stream's beginning. */
struct ws_decoder {
	struct strbuf message, control; /* what came before of one that comes in pieces */
	uint32_t left;                  /* bytes of the frame's payload that have not come */
	struct utf8 utf8;               /* where the message stands */
	unsigned char head[WS_HEAD_BYTES];
	unsigned char n_head;  /* bytes of it that have come; 0: between frames */
	unsigned char mask_at; /* byte of the mask that is next */
	bool begun;            /* a message, of which the last frame has not begun */
	bool over;             /* after a close or a fault whatever comes is passed over */
};

/* Bytes that may be changed where they are. */
struct ws_input {
	char *at;
	size_t len;
};

/*
 * Takes what it reads off the input, and unmasks it there. To be called until
 * it finds nothing.
 */
struct ws_found ws_decoder_next(struct ws_decoder *decoder, struct ws_input *in);
void ws_decoder_clear(struct ws_decoder *decoder);

/* Writes a frame that is no longer than a control frame may be. */
void ws_frame_write(struct strbuf *out, enum ws_opcode opcode, struct text payload);

/*
 * Around what is written between them: the head of a text frame as a server sends it,
 * unmasked (RFC 6455, 5.2). begin returns where the payload starts, which end takes.
 * End is always true, for the sake of struct wrapping.
 */
size_t ws_frame_begin(struct strbuf *out);
bool ws_frame_end(struct strbuf *out, size_t start);

/* Whether it goes on being UTF-8; whether that was whole says `left`. */
bool utf8_read(struct utf8 *utf8, struct text t);

#endif
