/*
 * What a telnet client is sent, rewritten for those who ask: wrapped at words, in another character
 * set, and not into the line that is being typed. Does not know what the lines say.
 */
#include "adapters/telnet_internal.h"
#include "base/wrap.h"
#include "codec/framing.h"

enum { INDENT = 4 };

static const char erase_rest[] = "\x1b[K";

/* In the client's character set; the byte 255 is doubled (RFC 854). */
static void
put_encoded(const struct telnet_state *state, struct text t, struct strbuf *out)
{
	static const char iac = (char)0xff;
	struct strbuf bytes = {0};
	if (!state->charset) {
		strbuf_add_text(out, t);
		return;
	}
	charset_encode(state->charset, t, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		strbuf_add(out, &bytes.ptr[i], 1);
		if (bytes.ptr[i] == iac)
			strbuf_add(out, &iac, 1);
	}
	strbuf_clear(&bytes);
}

static struct text
line_without_cr(struct text line)
{
	bool cr = line.len > 0 && line.ptr[line.len - 1] == '\r';
	return (struct text){line.ptr, line.len - cr};
}

size_t
telnet_columns(const struct telnet_state *state)
{
	return state->wrap ? state->wrap : state->columns ? state->columns : COLUMNS_USUAL;
}

/* The lines, each with its ending. */
static void
put_wrapped(const struct telnet_state *state, struct text text, struct strbuf *out)
{
	for (struct text rest = text; rest.len > 0;)
		text_wrap(out, line_without_cr(text_line(&rest)), telnet_columns(state), INDENT,
			"\r\n");
}

/* Where a line is half typed: what arrives gets lines of its own, and then that line again. */
static void
put_between(
	const struct telnet_state *state, struct text text, struct text half, struct strbuf *out)
{
	struct text rest = text, first = line_without_cr(text_line(&rest));
	if (state->ansi)
		strbuf_puts(out, "\r");
	else if (half.len > 0)
		strbuf_puts(out, "\r\n");
	put_encoded(state, first, out);
	if (state->ansi)
		strbuf_puts(out, erase_rest);
	strbuf_puts(out, "\r\n");
	if (rest.len > 0)
		put_encoded(state, rest, out);
	put_encoded(state, half, out);
}

void
telnet_rewrite(struct client *client, struct text text, struct strbuf *out)
{
	const struct telnet_state *state = client->state;
	struct strbuf wrapped = {0};
	struct text half = decoder_partial(client->decoder);
	/* What is typed of a password is not shown again. */
	if (state->prompt)
		half = text_of(state->prompt);
	if (state->wraps) {
		put_wrapped(state, text, &wrapped);
		text = strbuf_view(&wrapped);
	}
	if (text.len > 0 && (state->ansi || half.len > 0))
		put_between(state, text, half, out);
	else
		put_encoded(state, text, out);
	strbuf_clear(&wrapped);
}

void
telnet_note_rewrites(struct client *client)
{
	const struct telnet_state *state = client->state;
	client->rewrites =
		state->charset || state->wraps || state->ansi || state->half || state->prompt;
}

void
telnet_write(struct client *client, struct text text)
{
	struct strbuf out = {0};
	if (client->rewrites)
		telnet_rewrite(client, text, &out);
	client_write(client, client->rewrites ? strbuf_view(&out) : text);
	strbuf_clear(&out);
}
