/* Lines, packets and whole messages out of a stream of bytes. Knows no protocol beyond that. */
#include "adapters/framing.h"

enum { METHOD_BYTES = 16 }; /* no method of HTTP is as long */

static struct text
text_rest(struct text t, size_t n)
{
	return (struct text){t.ptr + n, t.len - n};
}

void
frames_rest(struct frames *frames)
{
	if (frames->given)
		strbuf_clear(&frames->held);
	frames->given = false;
}

static enum framed
frames_give(struct frames *frames, struct text *message)
{
	*message = strbuf_view(&frames->held);
	frames->given = true;
	return FRAMED_MESSAGE;
}

/* The length of METHOD in METHOD SP; 0: that is not how it begins. */
static size_t
line_method(struct text line)
{
	size_t method = 0;
	while (method < line.len && line.ptr[method] >= 'A' && line.ptr[method] <= 'Z')
		method++;
	return method < line.len && line.ptr[method] == ' ' ? method : 0;
}

/* METHOD SP target SP HTTP/1.x (RFC 9112, 3); what HTTP/2 begins with is one too (RFC 9113, 3.4). */
static bool
line_is_http(struct text line)
{
	static const char version[] = " HTTP/";
	size_t tail = sizeof version - 1 + strlen("1.x"), method = line_method(line);
	return method > 0 && line.len > method + tail &&
	       memcmp(line.ptr + line.len - tail, version, sizeof version - 1) == 0;
}

static bool
byte_takes_back(char c)
{
	return c == TYPED_BACKSPACE || c == TYPED_DELETE || c == TYPED_KILL;
}

/* Up to the end of the line, or to what takes back some of it. */
static size_t
line_length(struct text in, bool typed)
{
	size_t n = 0;
	while (n < in.len && in.ptr[n] != '\n' && in.ptr[n] != '\r' &&
		!(typed && byte_takes_back(in.ptr[n])))
		n++;
	return n;
}

static void
line_take_back(struct frames *frames, char how)
{
	if (how == TYPED_KILL) {
		frames->skipping = false;
		strbuf_clear(&frames->held);
	} else {
		frames->held.len = text_last(strbuf_view(&frames->held));
	}
}

/* Keeps the beginning of a line; false, once a line, when it is too long. */
static bool
line_hold(struct frames *frames, struct text piece, size_t most)
{
	if (frames->skipping)
		return true;
	if (frames->held.len + piece.len > most)
		return false;
	strbuf_add_text(&frames->held, piece);
	return true;
}

static enum framed
line_end(struct frames *frames, struct text *message)
{
	bool first = !frames->begun;
	frames->begun = true;
	frames_give(frames, message);
	return first && line_is_http(*message) ? FRAMED_HTTP : FRAMED_MESSAGE;
}

/*
 * The line is too long. Of a request with a long path only the beginning can be seen,
 * but what stands behind it must not be heard as commands.
 */
static enum framed
line_refuse(struct frames *frames, struct text piece)
{
	strbuf_add(&frames->held, piece.ptr, piece.len < METHOD_BYTES ? piece.len : METHOD_BYTES);
	size_t method = line_method(strbuf_view(&frames->held));
	bool http = !frames->begun && method > 0 && method < METHOD_BYTES;
	frames->begun = true;
	frames->skipping = true;
	strbuf_clear(&frames->held);
	return http ? FRAMED_HTTP : FRAMED_TOO_LONG;
}

static enum framed
line_next(struct frames *frames, struct text *in, struct text *message, size_t most, bool typed)
{
	frames_rest(frames);
	while (in->len > 0) {
		char c = in->ptr[0];
		bool rest_of_end = frames->after_cr && (c == '\n' || c == '\0');
		frames->after_cr = false;
		if (rest_of_end) {
			*in = text_rest(*in, 1);
			continue;
		}
		size_t n = line_length(*in, typed);
		struct text piece = {in->ptr, n};
		*in = text_rest(*in, n);
		if (in->len > 0 && (in->ptr[0] == '\n' || in->ptr[0] == '\r')) {
			frames->after_cr = in->ptr[0] == '\r';
			*in = text_rest(*in, 1);
			bool passed_over = frames->skipping, fits = line_hold(frames, piece, most);
			enum framed framed = fits ? FRAMED_NOTHING : line_refuse(frames, piece);
			frames->skipping = false;
			if (!fits)
				return framed;
			if (!passed_over)
				return line_end(frames, message);
			continue;
		}
		if (!line_hold(frames, piece, most))
			return line_refuse(frames, piece);
		if (in->len > 0) {
			line_take_back(frames, in->ptr[0]);
			*in = text_rest(*in, 1);
		}
	}
	return FRAMED_NOTHING;
}

static enum framed
lines_next(struct frames *frames, struct text *in, struct text *message)
{
	return line_next(frames, in, message, LINE_BYTES, false);
}

static enum framed
typed_next(struct frames *frames, struct text *in, struct text *message)
{
	return line_next(frames, in, message, LINE_BYTES, true);
}

static enum framed
lobby_next(struct frames *frames, struct text *in, struct text *message)
{
	return line_next(frames, in, message, LOBBY_BYTES, false);
}

static enum framed
direct_next(struct frames *frames, struct text *in, struct text *message)
{
	return line_next(frames, in, message, DIRECT_BYTES, false);
}

bool
frames_begun(const struct frames *frames)
{
	return frames->skipping || (frames->held.len > 0 && !frames->given);
}

enum framed
frames_pause(struct frames *frames, struct text *message)
{
	bool told = frames->skipping;
	frames->skipping = false;
	return told ? FRAMED_NOTHING : line_end(frames, message);
}

/* As a length, each of these would announce a packet of over 16,000 bytes that is no JSON. */
static bool
packet_is_http(const char head[4])
{
	static const char methods[][5] = {
		"GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI "};
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (memcmp(head, methods[i], 4) == 0)
			return true;
	return false;
}

static size_t
packet_length(const char *at)
{
	return (size_t)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

/* Moves bytes into held until it has `size`; whether it has. */
static bool
packet_fill(struct frames *frames, struct text *in, size_t size)
{
	if (frames->held.len >= size)
		return true;
	size_t n = size - frames->held.len;
	if (n > in->len)
		n = in->len;
	strbuf_add(&frames->held, in->ptr, n);
	*in = text_rest(*in, n);
	return frames->held.len == size;
}

static enum framed
packets_next(struct frames *frames, struct text *in, struct text *message)
{
	frames_rest(frames);
	/* The common case, a packet that came in one piece, is not copied. */
	if (frames->begun && frames->held.len == 0 && in->len >= 2 &&
		in->len - 2 >= packet_length(in->ptr)) {
		*message = (struct text){in->ptr + 2, packet_length(in->ptr)};
		*in = text_rest(*in, 2 + message->len);
		return FRAMED_MESSAGE;
	}
	if (!packet_fill(frames, in, 2))
		return FRAMED_NOTHING;
	size_t size = 2 + packet_length(frames->held.ptr);
	if (!frames->begun && size >= 4) {
		if (!packet_fill(frames, in, 4))
			return FRAMED_NOTHING;
		if (packet_is_http(frames->held.ptr))
			return FRAMED_HTTP;
	}
	if (!packet_fill(frames, in, size))
		return FRAMED_NOTHING;
	frames->begun = true;
	frames_give(frames, message);
	*message = text_rest(*message, 2);
	return FRAMED_MESSAGE;
}

static enum framed
whole_next(struct frames *frames, struct text *in, struct text *message)
{
	(void)frames;
	if (!in->ptr)
		return FRAMED_NOTHING;
	*message = *in;
	*in = TEXT_NONE;
	return FRAMED_MESSAGE;
}

const struct framing framing_lines = {"lines", lines_next, .pauses = false};
const struct framing framing_typed = {"typed", typed_next, .pauses = false};
const struct framing framing_relay = {"relay", lines_next, .pauses = true};
const struct framing framing_lobby = {"lobby", lobby_next, .pauses = true};
const struct framing framing_direct = {"direct", direct_next, .pauses = true};
const struct framing framing_packets = {"packets", packets_next, .pauses = false};
const struct framing framing_whole = {"whole", whole_next, .pauses = false};

void
frames_clear(struct frames *frames)
{
	strbuf_clear(&frames->held);
	*frames = (struct frames){0};
}

size_t
packet_open(struct strbuf *out)
{
	strbuf_add(out, "\0", 2);
	return out->len;
}

bool
packet_close(struct strbuf *out, size_t opened)
{
	size_t n = out->len - opened;
	if (n > PACKET_BYTES) {
		out->len = opened - 2;
		return false;
	}
	out->ptr[opened - 2] = (char)(n >> 8);
	out->ptr[opened - 1] = (char)n;
	return true;
}

enum { FRAME_TEXT = 0x81, FRAME_SHORT = 126, FRAME_16 = 126, FRAME_64 = 127 };

size_t
frame_open(struct strbuf *out)
{
	strbuf_add(out, "\0", 2);
	return out->len;
}

bool
frame_close(struct strbuf *out, size_t opened)
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
