/*
 * A frame's head is checked byte by byte, so that a fault is found before anything is
 * kept or waited for. A text that comes in one piece is not copied.
 */
#include "codec/websocket.h"

enum {
	FIRST_FIN = 0x80,
	FIRST_RESERVED = 0x70,
	FIRST_OPCODE = 0x0f,
	FIRST_CONTROL = 0x08, /* bit of all control opcodes */
	SECOND_MASKED = 0x80,
	SECOND_LENGTH = 0x7f,
	LENGTH_IN_TWO = 126,
	LENGTH_IN_EIGHT = 127,
	MASK_BYTES = 4,
};

bool
utf8_read(struct utf8 *utf8, struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		if (utf8->left > 0) {
			if (c < utf8->low || c > utf8->high)
				return false;
			*utf8 = (struct utf8){(unsigned char)(utf8->left - 1), 0x80, 0xbf};
		} else if (c >= 0x80) {
			if (c < 0xc2 || c > 0xf4)
				return false;
			/* No overlong forms, no surrogates, nothing after U+10FFFF. */
			*utf8 = (struct utf8){
				.left = c < 0xe0   ? 1
					: c < 0xf0 ? 2
						   : 3,
				.low = c == 0xe0   ? 0xa0
				       : c == 0xf0 ? 0x90
						   : 0x80,
				.high = c == 0xed   ? 0x9f
					: c == 0xf4 ? 0x8f
						    : 0xbf,
			};
		}
	}
	return true;
}

static bool
utf8_whole(struct text t)
{
	struct utf8 utf8 = {0};
	return utf8_read(&utf8, t) && utf8.left == 0;
}

/* RFC 6455, 7.4, and codes registered since. */
static bool
code_may_be_sent(unsigned code)
{
	if (code >= 3000)
		return code < 5000;
	return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

static unsigned
frame_opcode(const struct ws_decoder *decoder)
{
	return decoder->head[0] & FIRST_OPCODE;
}

static bool
frame_is_control(const struct ws_decoder *decoder)
{
	return decoder->head[0] & FIRST_CONTROL;
}

static bool
frame_is_last(const struct ws_decoder *decoder)
{
	return decoder->head[0] & FIRST_FIN;
}

/* Size of the head, as far as is known: the second byte determines it. */
static size_t
head_size(const struct ws_decoder *decoder)
{
	if (decoder->n_head < 2)
		return 2;
	unsigned length = decoder->head[1] & SECOND_LENGTH;
	size_t extended = length == LENGTH_IN_TWO ? 2 : length == LENGTH_IN_EIGHT ? 8 : 0;
	return 2 + extended + MASK_BYTES;
}

static uint64_t
head_length(const struct ws_decoder *decoder)
{
	uint64_t length = decoder->head[1] & SECOND_LENGTH;
	if (length < LENGTH_IN_TWO)
		return length;
	length = 0;
	for (size_t i = 2; i < head_size(decoder) - MASK_BYTES; i++)
		length = length << 8 | decoder->head[i];
	return length;
}

static bool
first_is_wrong(const struct ws_decoder *decoder)
{
	if (decoder->head[0] & FIRST_RESERVED)
		return true;
	switch (frame_opcode(decoder)) {
	case WS_CONTINUATION:
		return !decoder->begun;
	case WS_TEXT:
	case WS_BINARY:
		return decoder->begun;
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		return !frame_is_last(decoder);
	default:
		return true;
	}
}

static bool
second_is_wrong(const struct ws_decoder *decoder)
{
	unsigned length = decoder->head[1] & SECOND_LENGTH;
	return !(decoder->head[1] & SECOND_MASKED) ||
	       (frame_is_control(decoder) && length > WS_CONTROL_BYTES);
}

/* Written in more bytes than it needs, or in 64 bits with the highest set. */
static bool
length_is_wrong(const struct ws_decoder *decoder)
{
	unsigned form = decoder->head[1] & SECOND_LENGTH;
	uint64_t length = head_length(decoder);
	return (form == LENGTH_IN_TWO && length < LENGTH_IN_TWO) ||
	       (form == LENGTH_IN_EIGHT && (length <= UINT16_MAX || length > INT64_MAX));
}

/* The code to close with, because of the last byte of the head; or none. */
static enum ws_code
head_judge(const struct ws_decoder *decoder)
{
	if (decoder->n_head == 1)
		return first_is_wrong(decoder) ? WS_CODE_PROTOCOL : WS_CODE_NONE;
	if (decoder->n_head == 2 && second_is_wrong(decoder))
		return WS_CODE_PROTOCOL;
	if (decoder->n_head == 2 && frame_opcode(decoder) == WS_BINARY)
		return WS_CODE_BINARY;
	if (decoder->n_head != head_size(decoder) - MASK_BYTES)
		return WS_CODE_NONE;
	if (length_is_wrong(decoder))
		return WS_CODE_PROTOCOL;
	if (!frame_is_control(decoder) &&
		head_length(decoder) > WS_MESSAGE_BYTES - decoder->message.len)
		return WS_CODE_TOO_LONG;
	return WS_CODE_NONE;
}

static bool
head_is_whole(const struct ws_decoder *decoder)
{
	return decoder->n_head == head_size(decoder);
}

static void
frame_begin(struct ws_decoder *decoder)
{
	decoder->left = (uint32_t)head_length(decoder);
	decoder->mask_at = 0;
	if (!frame_is_control(decoder))
		decoder->begun = !frame_is_last(decoder);
}

static void
frame_unmask(struct ws_decoder *decoder, char *at, size_t n)
{
	const unsigned char *mask = decoder->head + head_size(decoder) - MASK_BYTES;
	for (size_t i = 0; i < n; i++)
		at[i] = (char)((unsigned char)at[i] ^ mask[(decoder->mask_at + i) % MASK_BYTES]);
	decoder->mask_at = (unsigned char)((decoder->mask_at + n) % MASK_BYTES);
}

static struct ws_found
decoder_fail(struct ws_decoder *decoder, enum ws_code code)
{
	ws_decoder_clear(decoder);
	decoder->over = true;
	return (struct ws_found){WS_FOUND_FAULT, code, {NULL, 0}};
}

static struct ws_found
close_read(struct ws_decoder *decoder, struct text payload)
{
	unsigned code = WS_CODE_NONE;
	if (payload.len == 1)
		return decoder_fail(decoder, WS_CODE_PROTOCOL);
	if (payload.len > 1) {
		code = (unsigned)(unsigned char)payload.ptr[0] << 8 | (unsigned char)payload.ptr[1];
		if (!code_may_be_sent(code))
			return decoder_fail(decoder, WS_CODE_PROTOCOL);
		if (!utf8_whole((struct text){payload.ptr + 2, payload.len - 2}))
			return decoder_fail(decoder, WS_CODE_NOT_UTF8);
	}
	decoder->over = true;
	return (struct ws_found){WS_FOUND_CLOSE, (enum ws_code)code, payload};
}

/* The payload so far and the piece after it; kept unless the piece is all. */
static struct text
payload_join(struct strbuf *so_far, struct text piece, bool whole)
{
	if (whole && so_far->len == 0)
		return piece;
	strbuf_add_text(so_far, piece);
	return strbuf_view(so_far);
}

static struct ws_found
control_take(struct ws_decoder *decoder, struct text piece)
{
	bool whole = decoder->left == 0;
	struct text payload = payload_join(&decoder->control, piece, whole);
	if (!whole)
		return (struct ws_found){0};
	decoder->n_head = 0;
	if (frame_opcode(decoder) == WS_CLOSE)
		return close_read(decoder, payload);
	enum ws_kind kind = frame_opcode(decoder) == WS_PING ? WS_FOUND_PING : WS_FOUND_PONG;
	return (struct ws_found){kind, WS_CODE_NONE, payload};
}

static struct ws_found
message_take(struct ws_decoder *decoder, struct text piece)
{
	bool whole = decoder->left == 0 && frame_is_last(decoder);
	if (!utf8_read(&decoder->utf8, piece) || (whole && decoder->utf8.left > 0))
		return decoder_fail(decoder, WS_CODE_NOT_UTF8);
	struct text payload = payload_join(&decoder->message, piece, whole);
	if (decoder->left == 0)
		decoder->n_head = 0;
	if (!whole)
		return (struct ws_found){0};
	return (struct ws_found){WS_FOUND_MESSAGE, WS_CODE_NONE, payload};
}

static struct ws_found
payload_take(struct ws_decoder *decoder, struct ws_input *in)
{
	struct text piece = {in->at, in->len < decoder->left ? in->len : decoder->left};
	frame_unmask(decoder, in->at, piece.len);
	*in = (struct ws_input){in->at + piece.len, in->len - piece.len};
	decoder->left -= (uint32_t)piece.len;
	return frame_is_control(decoder) ? control_take(decoder, piece)
					 : message_take(decoder, piece);
}

/* Between frames, what was found before is no longer needed. */
static void
decoder_forget(struct ws_decoder *decoder)
{
	if (decoder->n_head > 0)
		return;
	strbuf_clear(&decoder->control);
	if (!decoder->begun)
		strbuf_clear(&decoder->message);
}

struct ws_found
ws_decoder_next(struct ws_decoder *decoder, struct ws_input *in)
{
	decoder_forget(decoder);
	while (in->len > 0 && !decoder->over) {
		if (!head_is_whole(decoder)) {
			decoder->head[decoder->n_head++] = (unsigned char)*in->at++;
			in->len--;
			enum ws_code code = head_judge(decoder);
			if (code)
				return decoder_fail(decoder, code);
			if (!head_is_whole(decoder))
				continue;
			frame_begin(decoder);
		}
		struct ws_found found = payload_take(decoder, in);
		if (found.kind)
			return found;
	}
	*in = (struct ws_input){in->at + in->len, 0};
	return (struct ws_found){0};
}

void
ws_decoder_clear(struct ws_decoder *decoder)
{
	strbuf_clear(&decoder->message);
	strbuf_clear(&decoder->control);
}

void
ws_frame_write(struct strbuf *out, enum ws_opcode opcode, struct text payload)
{
	char head[] = {(char)(FIRST_FIN | opcode), (char)payload.len};
	strbuf_add(out, head, sizeof head);
	strbuf_add_text(out, payload);
}

enum { FRAME_TEXT = 0x81, FRAME_SHORT = 126, FRAME_16 = 126, FRAME_64 = 127 };

size_t
ws_frame_begin(struct strbuf *out)
{
	strbuf_add(out, "\0", 2);
	return out->len;
}

bool
ws_frame_end(struct strbuf *out, size_t opened)
{
	size_t n = out->len - opened;
	size_t more = n < FRAME_SHORT ? 0 : n <= UINT16_MAX ? 2 : 8;
	strbuf_reserve(out, more);
	unsigned char *head = (unsigned char *)out->ptr + opened - 2;
	memmove(head + 2 + more, head + 2, n);
	out->len += more;
	head[0] = FRAME_TEXT;
	head[1] = more == 0 ? (unsigned char)n : more == 2 ? FRAME_16 : FRAME_64;
	for (size_t i = 0; i < more; i++)
		head[2 + i] = (unsigned char)(n >> 8 * (more - 1 - i));
	return true;
}
