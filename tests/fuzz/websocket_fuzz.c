/* Frames: pieces of a stream must give what the whole does, and nothing exceeds its bound. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "codec/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_utf8(struct text t)
{
	struct utf8 utf8 = {0};
	return utf8_read(&utf8, t) && utf8.left == 0;
}

/* Records what is found. */
static void
feed(struct ws_decoder *decoder, struct text piece, struct strbuf *notes)
{
	/* A copy of its own, so that a sanitizer sees reading past the piece. */
	char *copy = malloc(piece.len + 1);
	memcpy(copy, piece.ptr, piece.len);
	struct ws_input in = {copy, piece.len};
	struct ws_found found;
	while ((found = ws_decoder_next(decoder, &in)).kind != WS_FOUND_NOTHING) {
		if (found.kind == WS_FOUND_MESSAGE)
			assert(found.payload.len <= WS_MESSAGE_BYTES && is_utf8(found.payload));
		else
			assert(found.payload.len <= WS_CONTROL_BYTES);
		strbuf_printf(
			notes, "%d %d %zu:", (int)found.kind, (int)found.code, found.payload.len);
		strbuf_add_text(notes, found.payload);
	}
	assert(in.len == 0);
	assert(decoder->message.len <= WS_MESSAGE_BYTES &&
		decoder->control.len <= WS_CONTROL_BYTES);
	free(copy);
}

/* The first byte says how large the pieces are. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	size_t piece = 1 + data[0] % 16;
	struct text in = {(const char *)data + 1, size - 1};
	struct strbuf whole = {0}, pieces = {0};
	struct ws_decoder decoder = {0}, others = {0};
	feed(&decoder, in, &whole);
	for (size_t at = 0; at < in.len; at += piece) {
		size_t n = in.len - at < piece ? in.len - at : piece;
		feed(&others, (struct text){in.ptr + at, n}, &pieces);
	}
	assert(text_is(strbuf_view(&whole), strbuf_view(&pieces)));
	strbuf_clear(&whole);
	strbuf_clear(&pieces);
	ws_decoder_clear(&decoder);
	ws_decoder_clear(&others);
	return 0;
}
