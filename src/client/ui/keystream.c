/* A state machine over bytes; a tick ends the sequences that a pause ends. */
#include "client/ui/keystream.h"

#include "client/model/escape.h"

enum {
	CTRL_C = 0x03,
	BEL = 0x07,
	ESC = 0x1b,
	DEL = 0x7f,
	ESCAPE_MS = 100,      /* what follows ESC later than that does not belong to it */
	UNFINISHED_MS = 1000, /* then a sequence or paste is given up */
	HELD_MS = 1000,       /* an arrow key that repeats so soon is held down */
	SEQUENCE_BYTES = 256,
	PASTE_BYTES = 1 << 18,
	WHEEL_LINES = 3,
	WHEEL_REPEATS = 3, /* arrows at once, which the wheel is reported as */
};

static const char paste_end[] = "\033[201~";

static void
keystream_reset(struct keystream *stream)
{
	stream->state = KEYSTREAM_GROUND;
	stream->bytes.len = 0;
}

/* The collected bytes are a key. */
static void
keystream_key(struct keystream *stream)
{
	stream->state = KEYSTREAM_GROUND;
	stream->events->key(stream->ctx, strbuf_view(&stream->bytes));
	stream->bytes.len = 0;
}

/* How many bytes the character has that begins with this one; 0: none does. */
static size_t
character_bytes(unsigned char first)
{
	if (first < 0x80)
		return 1;
	return first >= 0xf0 && first < 0xf5 ? 4
	       : first >= 0xe0               ? (first < 0xf0 ? 3 : 0)
	       : first >= 0xc2               ? 2
					     : 0;
}

static void
keystream_at_ground(struct keystream *stream, char byte)
{
	size_t n = character_bytes((unsigned char)byte);
	if (byte == ESC)
		stream->state = KEYSTREAM_ESCAPE;
	else if (n > 1)
		stream->state = KEYSTREAM_CHARACTER;
	else if (n == 1)
		keystream_key(stream);
	else
		keystream_reset(stream);
}

/* What is cut short is dropped, and the byte begins the next key. */
static void
keystream_begin_anew(struct keystream *stream, char byte)
{
	keystream_reset(stream);
	strbuf_add(&stream->bytes, &byte, 1);
	keystream_at_ground(stream, byte);
}

static void
keystream_in_character(struct keystream *stream, char byte)
{
	if (((unsigned char)byte & 0xc0) != 0x80) {
		keystream_begin_anew(stream, byte);
	} else if (stream->bytes.len == character_bytes((unsigned char)stream->bytes.ptr[0])) {
		keystream_key(stream);
	}
}

static void
keystream_interrupt(struct keystream *stream)
{
	keystream_reset(stream);
	stream->paste_was_cut_off = false;
	stream->events->interrupt(stream->ctx);
}

/* Pasted text may be anything, such as the colours of another program. */
static void
paste_clean(struct strbuf *out, struct text pasted)
{
	struct strbuf plain = {0};
	escape_drop_all(&plain, pasted);
	for (size_t i = 0; i < plain.len; i++) {
		char c = plain.ptr[i];
		if (c == '\r' && i + 1 < plain.len && plain.ptr[i + 1] == '\n')
			continue;
		if (c == '\r')
			c = '\n';
		if ((unsigned char)c >= ' ' || c == '\n' || c == '\t')
			strbuf_add(out, &c, c != DEL);
	}
	strbuf_clear(&plain);
}

static void
keystream_end_paste(struct keystream *stream)
{
	struct strbuf clean = {0};
	paste_clean(&clean, strbuf_view(&stream->bytes));
	keystream_reset(stream);
	if (clean.len > 0)
		stream->events->paste(stream->ctx, strbuf_view(&clean));
	strbuf_clear(&clean);
}

static void
keystream_add_pasted(struct keystream *stream, char byte)
{
	struct strbuf *bytes = &stream->bytes;
	size_t n = sizeof paste_end - 1;
	/* Of a text that no message can hold, the rest is not kept. */
	if (bytes->len >= PASTE_BYTES + n) {
		memmove(bytes->ptr + PASTE_BYTES, bytes->ptr + PASTE_BYTES + 1, n - 1);
		bytes->len--;
	}
	strbuf_add(bytes, &byte, 1);
	if (bytes->len < n || memcmp(bytes->ptr + bytes->len - n, paste_end, n) != 0)
		return;
	bytes->len -= n;
	keystream_end_paste(stream);
}

/* A report of the mouse: `<`, its button, column and row. */
static void
keystream_mouse(struct keystream *stream, struct text parameters)
{
	enum { MODIFIERS = 4 | 8 | 16, WHEEL_UP = 64, WHEEL_DOWN };
	int button = 0;
	for (size_t i = 1;
		i < parameters.len && parameters.ptr[i] >= '0' && parameters.ptr[i] <= '9'; i++)
		button = button < 1000 ? button * 10 + parameters.ptr[i] - '0' : button;
	button &= ~MODIFIERS;
	if (button == WHEEL_UP || button == WHEEL_DOWN)
		stream->events->wheel(stream->ctx, button == WHEEL_UP ? WHEEL_LINES : -WHEEL_LINES);
}

static void
keystream_end_csi(struct keystream *stream, char final)
{
	struct text bytes = strbuf_view(&stream->bytes);
	struct text parameters = {bytes.ptr + 2, bytes.len - 3};
	bool plain = parameters.len == 0;
	if (text_is(parameters, text_of("200")) && final == '~') {
		stream->state = KEYSTREAM_PASTE;
		stream->bytes.len = 0;
	} else if (text_is(parameters, text_of("201")) && final == '~') {
		keystream_reset(stream);
	} else if (plain && (final == 'I' || final == 'O')) {
		keystream_reset(stream);
		stream->events->focus(stream->ctx, final == 'I');
	} else if (!plain && parameters.ptr[0] == '<') {
		keystream_mouse(stream, parameters);
		keystream_reset(stream);
	} else {
		if (plain && (final == 'A' || final == 'B'))
			stream->arrow_ms = stream->last_ms;
		keystream_key(stream);
	}
}

static void
keystream_in_csi(struct keystream *stream, char byte)
{
	if (byte >= '@' && byte <= '~' && byte != '[')
		keystream_end_csi(stream, byte);
	else if (byte == '[' && stream->bytes.len == 3)
		stream->state = KEYSTREAM_CSI_LINUX;
	else if (byte < ' ' || byte > '~')
		keystream_begin_anew(stream, byte);
	else if (stream->bytes.len > SEQUENCE_BYTES)
		stream->bytes.len = SEQUENCE_BYTES;
}

static void
keystream_in_string(struct keystream *stream, char byte)
{
	struct strbuf *bytes = &stream->bytes;
	bool ends = byte == BEL || (byte == '\\' && bytes->ptr[bytes->len - 2] == ESC);
	if (bytes->len > SEQUENCE_BYTES)
		bytes->len = SEQUENCE_BYTES;
	if (ends)
		keystream_reset(stream);
}

static void
keystream_after_escape(struct keystream *stream, char byte)
{
	if (byte == ESC) {
		stream->bytes.len = 1;
		stream->events->escape(stream->ctx);
	} else if (byte == '[')
		stream->state = KEYSTREAM_CSI;
	else if (byte == 'O')
		stream->state = KEYSTREAM_SS3;
	else if (byte != '\0' && strchr("]PX^_", byte))
		stream->state = KEYSTREAM_STRING;
	else
		keystream_key(stream);
}

static void
keystream_add_byte(struct keystream *stream, char byte)
{
	if (byte == CTRL_C) {
		keystream_interrupt(stream);
		return;
	}
	strbuf_add(&stream->bytes, &byte, 1);
	switch (stream->state) {
	case KEYSTREAM_GROUND:
		keystream_at_ground(stream, byte);
		break;
	case KEYSTREAM_CHARACTER:
		keystream_in_character(stream, byte);
		break;
	case KEYSTREAM_ESCAPE:
		keystream_after_escape(stream, byte);
		break;
	case KEYSTREAM_SS3:
		if (byte == 'A' || byte == 'B')
			stream->arrow_ms = stream->last_ms;
		keystream_key(stream);
		break;
	case KEYSTREAM_CSI_LINUX:
		keystream_key(stream);
		break;
	case KEYSTREAM_CSI:
		keystream_in_csi(stream, byte);
		break;
	case KEYSTREAM_STRING:
		keystream_in_string(stream, byte);
		break;
	case KEYSTREAM_PASTE:
		break;
	}
}

/*
 * Terminals that do not report the mouse send several arrow keys at once for the wheel, on a
 * screen without a scrollback of its own. How many lines up; 0: these are other bytes.
 */
static int
wheel_lines(struct text bytes)
{
	static const size_t arrow_bytes = 3;
	if (bytes.len < WHEEL_REPEATS * arrow_bytes || bytes.len % arrow_bytes != 0)
		return 0;
	char arrow = bytes.ptr[2];
	if (bytes.ptr[0] != ESC || !strchr("[O", bytes.ptr[1]) || (arrow != 'A' && arrow != 'B'))
		return 0;
	/* Each begins like the one before. */
	if (memcmp(bytes.ptr, bytes.ptr + arrow_bytes, bytes.len - arrow_bytes) != 0)
		return 0;
	int lines = (int)(bytes.len / arrow_bytes);
	return arrow == 'A' ? lines : -lines;
}

/* Whether the bytes are at most one key, which a person pressed. */
static bool
is_one_key(struct text bytes)
{
	return bytes.len == character_bytes((unsigned char)bytes.ptr[0]) ||
	       (bytes.ptr[0] == ESC && escape_length(bytes) == bytes.len);
}

static bool
keystream_is_held(const struct keystream *stream, int64_t now)
{
	return stream->arrow_ms > 0 && now - stream->arrow_ms < HELD_MS;
}

void
keystream_add(struct keystream *stream, struct text bytes, int64_t now)
{
	if (bytes.len == 0)
		return;
	int64_t pause = now - stream->last_ms;
	int lines = stream->state == KEYSTREAM_GROUND ? wheel_lines(bytes) : 0;
	/* Of a paste that stalled, what comes late is text still, and not what its letters do as keys. */
	if (stream->paste_was_cut_off && stream->state == KEYSTREAM_GROUND && !is_one_key(bytes))
		stream->state = KEYSTREAM_PASTE;
	stream->paste_was_cut_off = false;
	stream->last_ms = now;
	if (lines != 0 && !keystream_is_held(stream, now)) {
		stream->events->wheel(stream->ctx, lines);
		return;
	}
	for (size_t i = 0; i < bytes.len; i++) {
		bool pressed = bytes.ptr[i] == CTRL_C && bytes.len == 1 && pause >= ESCAPE_MS;
		if (stream->state == KEYSTREAM_PASTE && !pressed)
			keystream_add_pasted(stream, bytes.ptr[i]);
		else
			keystream_add_byte(stream, bytes.ptr[i]);
	}
}

static int64_t
keystream_patience(const struct keystream *stream)
{
	bool string_begins = stream->state == KEYSTREAM_STRING && stream->bytes.len == 2;
	return stream->state == KEYSTREAM_ESCAPE || string_begins ? ESCAPE_MS : UNFINISHED_MS;
}

int
keystream_timeout(const struct keystream *stream, int64_t now)
{
	if (stream->state == KEYSTREAM_GROUND)
		return -1;
	int64_t left = stream->last_ms + keystream_patience(stream) - now;
	return left > 0 ? (int)left : 0;
}

void
keystream_tick(struct keystream *stream, int64_t now)
{
	if (keystream_timeout(stream, now) != 0)
		return;
	if (stream->state == KEYSTREAM_PASTE) {
		keystream_end_paste(stream);
		stream->paste_was_cut_off = true;
	} else if (stream->state == KEYSTREAM_ESCAPE) {
		keystream_reset(stream);
		stream->events->escape(stream->ctx);
	} else if (stream->bytes.len == 2 && stream->bytes.ptr[0] == ESC) {
		/* Alt with the letter that begins such a sequence. */
		keystream_key(stream);
	} else {
		keystream_reset(stream);
	}
}

void
keystream_clear(struct keystream *stream)
{
	strbuf_clear(&stream->bytes);
}
