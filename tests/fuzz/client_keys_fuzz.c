/*
 * Any bytes from a terminal, in any pieces and pauses: what comes out is whole, a silence ends
 * everything, and then Ctrl-C gets through. And text never keeps a control sequence.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "client/model/escape.h"
#include "client/session/target.h"
#include "client/ui/keystream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ESC = 0x1b, PAUSE = 0xfe, SILENCE_MS = 1000 };

struct seen {
	size_t bytes;
	unsigned interrupts;
};

static void
on_key(void *ctx, struct text bytes)
{
	struct seen *seen = ctx;
	unsigned char first = (unsigned char)bytes.ptr[0];
	assert(bytes.len > 0 && bytes.len <= 512);
	assert(bytes.len == 1 || first == ESC || (first >= 0xc2 && bytes.len <= 4));
	seen->bytes += bytes.len;
}

static void
on_escape(void *ctx)
{
	((struct seen *)ctx)->bytes++;
}

static void
on_interrupt(void *ctx)
{
	((struct seen *)ctx)->interrupts++;
}

static void
on_paste(void *ctx, struct text pasted)
{
	struct seen *seen = ctx;
	assert(pasted.len > 0);
	for (size_t i = 0; i < pasted.len; i++) {
		unsigned char c = (unsigned char)pasted.ptr[i];
		assert((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t');
	}
	seen->bytes += pasted.len;
}

static void
on_wheel(void *ctx, int lines)
{
	(void)ctx;
	assert(lines != 0 && abs(lines) <= 4096);
}

static void
on_focus(void *ctx, bool focused)
{
	(void)ctx;
	(void)focused;
}

static void
look_at_keys(struct text rest)
{
	static const struct keystream_events events = {
		on_key, on_escape, on_interrupt, on_paste, on_wheel, on_focus};
	struct seen seen = {0};
	struct keystream stream = {.events = &events, .ctx = &seen};
	int64_t now = 1;
	size_t size = rest.len;
	while (rest.len > 0) {
		const char *end = memchr(rest.ptr, PAUSE, rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
		keystream_add(&stream, (struct text){rest.ptr, n}, now);
		assert(keystream_timeout(&stream, now) <= SILENCE_MS);
		now += end ? (unsigned char)rest.ptr[n] : 0;
		n += end ? 1 : 0;
		if (n < size && n > 0 && end && n % 3 == 0)
			keystream_tick(&stream, now += SILENCE_MS);
		rest = (struct text){rest.ptr + n, rest.len - n};
	}
	/* A byte may come out once more, as it is cut short and begins anew. */
	assert(seen.bytes <= 2 * size);
	keystream_tick(&stream, now += SILENCE_MS);
	keystream_tick(&stream, now += SILENCE_MS);
	assert(keystream_timeout(&stream, now) == -1);
	unsigned before = seen.interrupts;
	keystream_add(&stream, text_of("\003"), now + SILENCE_MS);
	assert(seen.interrupts == before + 1);
	keystream_clear(&stream);
}

static void
look_at_text(struct text text)
{
	struct strbuf out = {0};
	escape_drop_all(&out, text);
	assert(out.len <= text.len && (out.len == 0 || !memchr(out.ptr, ESC, out.len)));
	strbuf_clear(&out);
}

/* The input is up to four arguments, each ended by a NUL. */
static void
look_at_arguments(struct text text)
{
	struct target target = {0};
	struct strbuf why = {0}, copy = {0};
	char *arguments[5];
	int n = 0;
	strbuf_add_text(&copy, text);
	strbuf_add(&copy, "", 1);
	for (size_t at = 0; at < copy.len && n < 5; at += strlen(copy.ptr + at) + 1)
		arguments[n++] = copy.ptr + at;
	bool good = target_read(&target, arguments, n, &why);
	assert(good == (why.len == 0));
	assert(!good || target.port.len == 0 || atoi(target.port.ptr) > 0);
	target_clear(&target);
	strbuf_clear(&why);
	strbuf_clear(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {(const char *)data, size};
	look_at_keys(text);
	look_at_text(text);
	look_at_arguments(text);
	return 0;
}
