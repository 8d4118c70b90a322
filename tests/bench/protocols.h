/*
 * What the load and the bare server share: growing buffers, the framing of the three
 * protocols as far as both need it, and failing with a message.
 */
#ifndef BENCH_PROTOCOLS_H
#define BENCH_PROTOCOLS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum protocol { LINE, JSON, WEB, PROTOCOLS };

enum {
	MESSAGE_BYTES_MAX = 1 << 20,
	FRAME_TEXT = 1,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10,
	FRAME_HEAD_MAX = 14,
};

/* The example in RFC 6455, 1.3: with a constant key nothing needs to be hashed. */
static const char web_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char web_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

static const unsigned char web_mask[4] = {0x5a, 0xc3, 0x3c, 0xa5};

/* A buffer that grows as it is appended to. Zeroed: empty. */
struct bytes {
	char *at;
	size_t len, cap;
};

/* Borrowed bytes. */
struct piece {
	const char *at;
	size_t len;
};

_Noreturn static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

_Noreturn static void
fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static inline void *
nonnull(void *memory)
{
	if (!memory)
		fail("out of memory");
	return memory;
}

static inline void
bytes_add(struct bytes *bytes, const void *from, size_t n)
{
	if (bytes->cap - bytes->len < n) {
		bytes->cap = (bytes->len + n) * 2;
		bytes->at = nonnull(realloc(bytes->at, bytes->cap));
	}
	if (n > 0)
		memcpy(bytes->at + bytes->len, from, n);
	bytes->len += n;
}

static inline void
bytes_add_string(struct bytes *bytes, const char *string)
{
	bytes_add(bytes, string, strlen(string));
}

/* Frees the memory; the buffer is empty. */
static inline void
bytes_clear(struct bytes *bytes)
{
	free(bytes->at);
	*bytes = (struct bytes){0};
}

static inline void
packet_add(struct bytes *out, struct piece payload)
{
	unsigned char head[2] = {(unsigned char)(payload.len >> 8), (unsigned char)payload.len};
	bytes_add(out, head, sizeof head);
	bytes_add(out, payload.at, payload.len);
}

/* The payload is under 65536 bytes. A client's frame is masked, a server's is not. */
static inline void
frame_add(struct bytes *out, unsigned opcode, bool masked, struct piece payload)
{
	size_t n = payload.len;
	unsigned char head[8] = {(unsigned char)(0x80 | opcode), (unsigned char)n};
	size_t size = 2;
	if (n > 125) {
		head[1] = 126;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		size = 4;
	}
	if (masked) {
		head[1] |= 0x80;
		memcpy(head + size, web_mask, sizeof web_mask);
		size += sizeof web_mask;
	}
	bytes_add(out, head, size);
	bytes_add(out, payload.at, n);
	if (!masked)
		return;
	unsigned char *at = (unsigned char *)out->at + out->len - n;
	for (size_t i = 0; i < n; i++)
		at[i] ^= web_mask[i & 3];
}

/* Each finds the first message. Returns its bytes with the frame; 0: it is not complete. */

static inline size_t
line_next(struct piece in, struct piece *message)
{
	const char *end = memchr(in.at, '\n', in.len);
	if (!end)
		return 0;
	*message = (struct piece){in.at, (size_t)(end - in.at)};
	return message->len + 1;
}

static inline size_t
packet_next(struct piece in, struct piece *message)
{
	const unsigned char *head = (const unsigned char *)in.at;
	size_t n = in.len < 2 ? 0 : (size_t)head[0] << 8 | head[1];
	if (in.len < 2 || in.len < 2 + n)
		return 0;
	*message = (struct piece){in.at + 2, n};
	return 2 + n;
}

/* Unmasks the message in place. */
static inline size_t
frame_next(char *in, size_t len, unsigned *opcode, struct piece *message)
{
	const unsigned char *head = (const unsigned char *)in;
	if (len < 2)
		return 0;
	bool masked = head[1] & 0x80;
	size_t n = head[1] & 0x7f, size = 2 + (n == 126 ? 2 : 0) + (n == 127 ? 8 : 0);
	if (len < size)
		return 0;
	if (n >= 126)
		n = 0;
	for (size_t i = 2; i < size; i++)
		n = n << 8 | head[i];
	const unsigned char *mask = head + size;
	size += masked ? sizeof web_mask : 0;
	/* One that is too long is never complete; the caller gives up. */
	if (n > MESSAGE_BYTES_MAX || len < size + n)
		return 0;
	for (size_t i = 0; masked && i < n; i++)
		in[size + i] ^= (char)mask[i & 3];
	*opcode = head[0] & 0x0f;
	*message = (struct piece){in + size, n};
	return size + n;
}

/* The length of a request's or response's head; 0: it is not complete. in ends with a NUL. */
static inline size_t
http_next(const char *in)
{
	const char *end = strstr(in, "\r\n\r\n");
	return end ? (size_t)(end - in) + 4 : 0;
}

#endif
