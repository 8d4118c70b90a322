/* Each framing: pieces must give what the whole gives, and no message passes its bound. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "codec/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All but that of WebSockets, whose messages are whole: see websocket_fuzz.c. */
static const struct framing *const framings[] = {&framing_lines, &framing_typed, &framing_lobby,
	&framing_packets, &framing_direct, &framing_relay};

enum { FRAMINGS = sizeof framings / sizeof *framings };

/* Records the result. */
static void
note(struct strbuf *notes, enum framed framed, struct text message)
{
	assert(message.len <= PACKET_BYTES);
	strbuf_printf(notes, "%d %zu:", (int)framed, message.len);
	strbuf_add_text(notes, message);
}

/* Records what a pause at the end of the stream makes of what is left. */
static void
feed_pause(const struct framing *framing, struct decoder *decoder, struct strbuf *notes)
{
	struct text message = {"", 0};
	if (framing->pauses && decoder_has_partial(decoder))
		note(notes, decoder_end_message(decoder, &message), message);
}

/* Whether the stream goes on: HTTP ends it. */
static bool
feed(const struct framing *framing, struct decoder *decoder, struct text in, struct strbuf *notes)
{
	while (in.len > 0) {
		struct text message = {"", 0};
		enum framed framed = framing->next(decoder, &in, &message);
		if (framed != FRAMED_NOTHING)
			note(notes, framed,
				framed == FRAMED_MESSAGE ? message : (struct text){"", 0});
		if (framed == FRAMED_HTTP || framed == FRAMED_NO_LENGTH)
			return false;
		assert(decoder->partial.len <= PACKET_BYTES + 2);
	}
	return true;
}

/* With a pause after each piece the messages may differ, but are within their bounds. */
static void
feed_with_pauses(const struct framing *framing, struct text in, size_t piece)
{
	struct decoder decoder = {0};
	struct strbuf notes = {0};
	bool on = true;
	for (size_t at = 0; on && at < in.len; at += piece) {
		size_t n = in.len - at < piece ? in.len - at : piece;
		on = feed(framing, &decoder, (struct text){in.ptr + at, n}, &notes);
		if (on)
			feed_pause(framing, &decoder, &notes);
		decoder_release(&decoder);
		assert(!on || !framing->pauses || !decoder_has_partial(&decoder));
	}
	decoder_clear(&decoder);
	strbuf_clear(&notes);
}

/* The first byte says which framing, the second how large the pieces are. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct framing *framing = framings[data[0] % FRAMINGS];
	size_t piece = 1 + data[1] % 16;
	struct text in = {(const char *)data + 2, size - 2};
	struct strbuf whole = {0}, pieces = {0};
	struct decoder decoder = {0};
	if (feed(framing, &decoder, in, &whole))
		feed_pause(framing, &decoder, &whole);
	decoder_clear(&decoder);
	bool on = true;
	for (size_t at = 0; on && at < in.len; at += piece) {
		size_t n = in.len - at < piece ? in.len - at : piece;
		/* A copy of its own, so that reading past the piece is seen. */
		char *copy = malloc(n);
		memcpy(copy, in.ptr + at, n);
		on = feed(framing, &decoder, (struct text){copy, n}, &pieces);
		free(copy);
	}
	if (on)
		feed_pause(framing, &decoder, &pieces);
	decoder_clear(&decoder);
	assert(text_is(strbuf_view(&whole), strbuf_view(&pieces)));
	strbuf_clear(&whole);
	strbuf_clear(&pieces);
	feed_with_pauses(framing, in, piece);
	return 0;
}
