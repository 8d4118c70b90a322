/*
 * Decodes the frames that a WebSocket client sends (RFC 6455), however the stream is cut,
 * and finds what is wrong with them. Knows no sockets, and keeps no memory between
 * messages.
 */
#ifndef CODEC_WEBSOCKET_H
#define CODEC_WEBSOCKET_H

#include "teahouse/strbuf.h"

enum {
	WS_MESSAGE_BYTES = 65535, /* longest message accepted */
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

/* RFC 6455, 7.4.1. */
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
	WS_CODE_RESUMED_ELSEWHERE = 4001,
};

enum ws_kind {
	WS_FOUND_NOTHING, /* all input was read */
	WS_FOUND_MESSAGE,
	WS_FOUND_PING,
	WS_FOUND_PONG,
	WS_FOUND_CLOSE, /* nothing more will be found; code: to answer with */
	WS_FOUND_FAULT, /* nothing more will be found; code: to close with */
};

struct ws_found {
	enum ws_kind kind;
	enum ws_code code;
	struct text payload; /* borrowed until the next call */
};

/* The state of a UTF-8 check whose input may be cut anywhere. */
struct utf8 {
	unsigned char left;      /* continuation bytes that must follow */
	unsigned char low, high; /* bounds of the next of them */
};

/* Zeroed: the beginning of a stream. */
struct ws_decoder {
	struct strbuf message, control; /* the pieces of one that is incomplete */
	uint32_t left;                  /* bytes of the frame's payload that have not come */
	struct utf8 utf8;               /* of the message so far */
	unsigned char head[WS_HEAD_BYTES];
	unsigned char n_head;  /* bytes of it received; 0: between frames */
	unsigned char mask_at; /* index of the next byte of the mask */
	bool begun;            /* a message whose last frame has not begun */
	bool over;             /* after a close or a fault, input is discarded */
};

/* Input, which is unmasked in place. */
struct ws_input {
	char *at;
	size_t len;
};

/*
 * Finds the next message or control frame, and removes what was read from the input. To
 * be called until it finds nothing.
 */
struct ws_found ws_decoder_next(struct ws_decoder *decoder, struct ws_input *in);
void ws_decoder_clear(struct ws_decoder *decoder);

/* Appends a frame whose payload is at most WS_CONTROL_BYTES long. */
void ws_frame_write(struct strbuf *out, enum ws_opcode opcode, struct text payload);

/*
 * Make a text frame, unmasked (RFC 6455, 5.2), of what is appended between the two calls.
 * begin returns where the payload starts, for end. end always returns true; its type is
 * that of struct wrapping.
 */
size_t ws_frame_begin(struct strbuf *out);
bool ws_frame_end(struct strbuf *out, size_t start);

/* Whether the input so far is UTF-8. It is complete when `left` is 0. */
bool utf8_read(struct utf8 *utf8, struct text t);

#endif
