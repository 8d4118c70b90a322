/* Splits a stream of bytes into lines, packets or whole messages. Does not know what they mean. */
#include "codec/framing.h"

#include "base/cluster.h"

enum { METHOD_BYTES = 16 }; /* longer than any HTTP method */

static struct text
text_rest(struct text t, size_t n)
{
	return (struct text){t.ptr + n, t.len - n};
}

void
decoder_release(struct decoder *decoder)
{
	if (decoder->given)
		strbuf_clear(&decoder->partial);
	decoder->given = false;
}

static enum framed
decoder_give(struct decoder *decoder, struct text *message)
{
	*message = strbuf_view(&decoder->partial);
	decoder->given = true;
	return FRAMED_MESSAGE;
}

/* The length of METHOD if the line begins with METHOD SP; else 0. */
static size_t
line_method(struct text line)
{
	size_t method = 0;
	while (method < line.len && line.ptr[method] >= 'A' && line.ptr[method] <= 'Z')
		method++;
	return method < line.len && line.ptr[method] == ' ' ? method : 0;
}

/* METHOD SP target SP HTTP/1.x (RFC 9112, 3). The preface of HTTP/2 fits too (RFC 9113, 3.4). */
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
	return c == TYPED_BACKSPACE || c == TYPED_DELETE || c == TYPED_WORD || c == TYPED_KILL;
}

/* The length up to the end of the line, or to an editing byte (TYPED_..). */
static size_t
line_length(struct text in, bool typed)
{
	size_t n = 0;
	while (n < in.len && in.ptr[n] != '\n' && in.ptr[n] != '\r' &&
		!(typed && byte_takes_back(in.ptr[n])))
		n++;
	return n;
}

/* The length without the last word, and the spaces behind it. */
static size_t
line_last_word(struct text line)
{
	size_t n = line.len;
	while (n > 0 && line.ptr[n - 1] == ' ')
		n--;
	while (n > 0 && line.ptr[n - 1] != ' ')
		n--;
	return n;
}

static void
line_take_back(struct decoder *decoder, char how)
{
	struct text line = strbuf_view(&decoder->partial);
	if (how == TYPED_KILL) {
		decoder->skipping = false;
		strbuf_clear(&decoder->partial);
	} else {
		decoder->partial.len =
			how == TYPED_WORD ? line_last_word(line) : cluster_last(line);
	}
}

/* Keeps a piece of a line; false, once per line, when the line is too long. */
static bool
line_hold(struct decoder *decoder, struct text piece, size_t most)
{
	if (decoder->skipping)
		return true;
	if (decoder->partial.len + piece.len > most)
		return false;
	strbuf_add_text(&decoder->partial, piece);
	return true;
}

static enum framed
line_end(struct decoder *decoder, struct text *message)
{
	bool first = !decoder->begun;
	decoder->begun = true;
	decoder_give(decoder, message);
	return first && line_is_http(*message) ? FRAMED_HTTP : FRAMED_MESSAGE;
}

/*
 * The line is too long. If it is an HTTP request with a long path, only its beginning is known, but
 * the header lines that follow must not be taken as commands.
 */
static enum framed
line_refuse(struct decoder *decoder, struct text piece)
{
	strbuf_add(
		&decoder->partial, piece.ptr, piece.len < METHOD_BYTES ? piece.len : METHOD_BYTES);
	size_t method = line_method(strbuf_view(&decoder->partial));
	bool http = !decoder->begun && method > 0 && method < METHOD_BYTES;
	decoder->begun = true;
	decoder->skipping = true;
	strbuf_clear(&decoder->partial);
	return http ? FRAMED_HTTP : FRAMED_TOO_LONG;
}

static enum framed
line_next(struct decoder *decoder, struct text *in, struct text *message, size_t most, bool typed)
{
	decoder_release(decoder);
	while (in->len > 0) {
		char c = in->ptr[0];
		bool rest_of_end = decoder->after_cr && (c == '\n' || c == '\0');
		decoder->after_cr = false;
		if (rest_of_end) {
			*in = text_rest(*in, 1);
			continue;
		}
		size_t n = line_length(*in, typed);
		struct text piece = {in->ptr, n};
		*in = text_rest(*in, n);
		if (in->len > 0 && (in->ptr[0] == '\n' || in->ptr[0] == '\r')) {
			decoder->after_cr = in->ptr[0] == '\r';
			*in = text_rest(*in, 1);
			bool passed_over = decoder->skipping,
			     fits = line_hold(decoder, piece, most);
			enum framed framed = fits ? FRAMED_NOTHING : line_refuse(decoder, piece);
			decoder->skipping = false;
			if (!fits)
				return framed;
			if (!passed_over)
				return line_end(decoder, message);
			continue;
		}
		if (!line_hold(decoder, piece, most))
			return line_refuse(decoder, piece);
		if (in->len > 0) {
			line_take_back(decoder, in->ptr[0]);
			*in = text_rest(*in, 1);
		}
	}
	return FRAMED_NOTHING;
}

static enum framed
lines_next(struct decoder *decoder, struct text *in, struct text *message)
{
	return line_next(decoder, in, message, LINE_BYTES, false);
}

static enum framed
typed_next(struct decoder *decoder, struct text *in, struct text *message)
{
	return line_next(decoder, in, message, LINE_BYTES, true);
}

static enum framed
lobby_next(struct decoder *decoder, struct text *in, struct text *message)
{
	return line_next(decoder, in, message, LOBBY_BYTES, false);
}

static enum framed
direct_next(struct decoder *decoder, struct text *in, struct text *message)
{
	return line_next(decoder, in, message, DIRECT_BYTES, false);
}

struct text
decoder_partial(const struct decoder *decoder)
{
	bool any = !decoder->skipping && !decoder->given;
	return any ? strbuf_view(&decoder->partial) : (struct text){"", 0};
}

bool
decoder_has_partial(const struct decoder *decoder)
{
	return decoder->skipping || (decoder->partial.len > 0 && !decoder->given);
}

enum framed
decoder_end_message(struct decoder *decoder, struct text *message)
{
	bool told = decoder->skipping;
	decoder->skipping = false;
	return told ? FRAMED_NOTHING : line_end(decoder, message);
}

/* Taken as lengths, these would announce packets of over 16,000 bytes that are not JSON. */
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

static bool
byte_is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Whether the bytes are one JSON object, as far as its braces and strings show. */
static bool
bytes_are_object(const char *bytes, size_t n)
{
	bool in_string = false;
	size_t depth = 0;
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && c == '{')
			depth++;
		else if (!in_string && c == '}' && --depth == 0)
			return i + 1 == n;
	}
	return false;
}

/*
 * Whether a stream begins with no length, by its first three bytes: with words as typed by
 * telnet. Each such length would be of over 8,000 bytes that are no object.
 */
static bool
packet_is_typed(const char head[3])
{
	return byte_is_printable(head[0]) && byte_is_printable(head[1]) && head[2] != '{' &&
	       head[2] != ' ';
}

/* Moves bytes into `partial` until it has `size`; whether it has. */
static bool
packet_fill(struct decoder *decoder, struct text *in, size_t size)
{
	if (decoder->partial.len >= size)
		return true;
	size_t n = size - decoder->partial.len;
	if (n > in->len)
		n = in->len;
	strbuf_add(&decoder->partial, in->ptr, n);
	*in = text_rest(*in, n);
	return decoder->partial.len == size;
}

static enum framed
packets_next(struct decoder *decoder, struct text *in, struct text *message)
{
	decoder_release(decoder);
	/* The common case, a packet that arrived in one piece, is not copied. */
	if (decoder->begun && decoder->partial.len == 0 && in->len >= 2 &&
		in->len - 2 >= packet_length(in->ptr)) {
		*message = (struct text){in->ptr + 2, packet_length(in->ptr)};
		*in = text_rest(*in, 2 + message->len);
		return FRAMED_MESSAGE;
	}
	if (!packet_fill(decoder, in, 2))
		return FRAMED_NOTHING;
	size_t size = 2 + packet_length(decoder->partial.ptr);
	if (!decoder->begun && size >= 4) {
		if (!packet_fill(decoder, in, 4))
			return FRAMED_NOTHING;
		if (packet_is_http(decoder->partial.ptr))
			return FRAMED_HTTP;
		if (packet_is_typed(decoder->partial.ptr))
			return FRAMED_NO_LENGTH;
		/* The size of the packet if its length has the wrong byte order. */
		size_t swapped = (unsigned char)decoder->partial.ptr[0];
		if (decoder->partial.ptr[1] == 0 && decoder->partial.ptr[2] == '{') {
			if (!packet_fill(decoder, in, 2 + swapped))
				return FRAMED_NOTHING;
			if (bytes_are_object(decoder->partial.ptr + 2, swapped))
				return FRAMED_NO_LENGTH;
		}
	}
	if (!packet_fill(decoder, in, size))
		return FRAMED_NOTHING;
	decoder->begun = true;
	decoder_give(decoder, message);
	*message = text_rest(*message, 2);
	return FRAMED_MESSAGE;
}

static enum framed
message_next(struct decoder *decoder, struct text *in, struct text *message)
{
	(void)decoder;
	if (!in->ptr)
		return FRAMED_NOTHING;
	*message = *in;
	*in = TEXT_NONE;
	return FRAMED_MESSAGE;
}

const struct framing framing_lines = {
	"lines", lines_next, .pauses = false, .ends_with_input = true};
const struct framing framing_typed = {
	"typed", typed_next, .pauses = false, .ends_with_input = true};
const struct framing framing_relay = {"relay", lines_next, .pauses = true, .ends_with_input = true};
const struct framing framing_lobby = {"lobby", lobby_next, .pauses = true, .ends_with_input = true};
const struct framing framing_direct = {
	"direct", direct_next, .pauses = true, .ends_with_input = true};
const struct framing framing_packets = {"packets", packets_next, .pauses = false};
const struct framing framing_message = {"whole", message_next, .pauses = false};

void
decoder_clear(struct decoder *decoder)
{
	strbuf_clear(&decoder->partial);
	*decoder = (struct decoder){0};
}

size_t
length_prefix_begin(struct strbuf *out)
{
	strbuf_add(out, "\0", 2);
	return out->len;
}

bool
length_prefix_end(struct strbuf *out, size_t opened)
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
