/* Both versions are read strictly: what is not exactly as written down is wrong. */
#include "net/proxy_header.h"

#include <string.h>

enum {
	V1_BYTES = 107,    /* longest line, with CR LF */
	V2_HEAD = 16,      /* bytes before the addresses */
	V2_VERSION = 0x20, /* with the command LOCAL */
	V2_PROXY = 0x21,   /* with the command PROXY */
	TLV_HEAD = 3,      /* a type, and a length in two bytes */
	TLV_SSL = 0x20,    /* PP2_TYPE_SSL */
	TLV_SSL_BYTES = 5, /* before those that are nested in it */
	SSL_BY_CLIENT = 1, /* PP2_CLIENT_SSL */
};

static const char v1_start[] = "PROXY ";
static const char v2_start[] = "\r\n\r\n\0\r\nQUIT\n";

/* -1: it is no port. */
static int
port_of(struct text word)
{
	int port = 0;
	if (word.len == 0 || word.len > 5 || (word.len > 1 && word.ptr[0] == '0'))
		return -1;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return -1;
		port = port * 10 + (word.ptr[i] - '0');
	}
	return port <= PORT_MAX ? port : -1;
}

static bool
v1_address(struct text word, bool six, unsigned char mapped[static ADDRESS_KEY_BYTES])
{
	char text[ADDRESS_TEXT_BYTES];
	if (word.len == 0 || word.len >= sizeof text || memchr(word.ptr, '\0', word.len))
		return false;
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	return (strchr(text, ':') != NULL) == six && address_parse(mapped, text);
}

/* The line behind "PROXY ", without its end. */
static bool
v1_line(struct text line, struct proxy_header *header)
{
	struct text family = text_until(&line, ' ');
	bool six = text_is(family, text_of("TCP6"));
	unsigned char destination[ADDRESS_KEY_BYTES];
	if (text_is(family, text_of("UNKNOWN")))
		return true;
	if (!six && !text_is(family, text_of("TCP4")))
		return false;
	bool fine = v1_address(text_until(&line, ' '), six, header->address);
	fine = v1_address(text_until(&line, ' '), six, destination) && fine;
	int from = port_of(text_until(&line, ' ')), to = port_of(text_until(&line, ' '));
	if (!fine || from < 0 || to < 0 || line.len > 0)
		return false;
	header->port = (uint16_t)from;
	return true;
}

static enum proxy_verdict
v1_parse(struct text bytes, struct proxy_header *header)
{
	size_t start = sizeof v1_start - 1;
	size_t most = bytes.len < V1_BYTES ? bytes.len : V1_BYTES;
	const char *end = memchr(bytes.ptr, '\n', most);
	if (!end)
		return most == V1_BYTES ? PROXY_WRONG : PROXY_INCOMPLETE;
	size_t n = (size_t)(end - bytes.ptr);
	header->bytes = n + 1;
	/* A line that ends with a space has one word more, an empty one. */
	if (n <= start || end[-1] != '\r' || (n - 1 > start && end[-2] == ' '))
		return PROXY_WRONG;
	struct text line = {bytes.ptr + start, n - 1 - start};
	return v1_line(line, header) ? PROXY_COMPLETE : PROXY_WRONG;
}

static size_t
length_of(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* What comes behind the addresses. */
static bool
v2_extras(const unsigned char *at, size_t n, struct proxy_header *header)
{
	while (n > 0) {
		if (n < TLV_HEAD || n - TLV_HEAD < length_of(at + 1))
			return false;
		size_t len = length_of(at + 1);
		if (at[0] == TLV_SSL && len < TLV_SSL_BYTES)
			return false;
		if (at[0] == TLV_SSL)
			header->encrypted = at[TLV_HEAD] & SSL_BY_CLIENT;
		at += TLV_HEAD + len;
		n -= TLV_HEAD + len;
	}
	return true;
}

/* The command PROXY: `family` says what stands at `at`. */
static bool
v2_addresses(unsigned family, const unsigned char *at, size_t n, struct proxy_header *header)
{
	enum { UNSPECIFIED = 0, TCP4 = 0x11, TCP6 = 0x21, UNIX_STREAM = 0x31 };
	enum { TCP4_BYTES = 12, TCP6_BYTES = 36, UNIX_BYTES = 216 };
	size_t bytes = family == TCP4          ? TCP4_BYTES
		       : family == TCP6        ? TCP6_BYTES
		       : family == UNIX_STREAM ? UNIX_BYTES
					       : 0;
	if (family == UNSPECIFIED)
		return true;
	if (bytes == 0 || n < bytes)
		return false;
	if (family == TCP4) {
		header->address[10] = header->address[11] = 0xff;
		memcpy(header->address + 12, at, 4);
	} else if (family == TCP6) {
		memcpy(header->address, at, ADDRESS_KEY_BYTES);
	}
	if (family != UNIX_STREAM)
		header->port = (uint16_t)length_of(at + bytes - 4);
	return v2_extras(at + bytes, n - bytes, header);
}

static enum proxy_verdict
v2_parse(struct text bytes, struct proxy_header *header)
{
	const unsigned char *at = (const unsigned char *)bytes.ptr;
	if (bytes.len < V2_HEAD)
		return PROXY_INCOMPLETE;
	size_t n = length_of(at + 14);
	header->bytes = V2_HEAD + n;
	if ((at[12] != V2_VERSION && at[12] != V2_PROXY) || header->bytes > PROXY_HEADER_BYTES)
		return PROXY_WRONG;
	if (bytes.len < header->bytes)
		return PROXY_INCOMPLETE;
	header->local = at[12] == V2_VERSION;
	if (header->local || v2_addresses(at[13], at + V2_HEAD, n, header))
		return PROXY_COMPLETE;
	return PROXY_WRONG;
}

/* Whether the bytes begin as `start` does, as far as they go. */
static bool
may_begin(struct text bytes, const char *start, size_t n)
{
	return memcmp(bytes.ptr, start, bytes.len < n ? bytes.len : n) == 0;
}

enum proxy_verdict
proxy_header_parse(struct text bytes, struct proxy_header *header)
{
	size_t v1 = sizeof v1_start - 1, v2 = sizeof v2_start - 1;
	*header = (struct proxy_header){0};
	if (bytes.len == 0)
		return PROXY_INCOMPLETE;
	if (may_begin(bytes, v1_start, v1))
		return bytes.len < v1 ? PROXY_INCOMPLETE : v1_parse(bytes, header);
	if (may_begin(bytes, v2_start, v2))
		return v2_parse(bytes, header);
	return PROXY_WRONG;
}
