/*
 * TLS over a connected, non-blocking socket: who the server is, and bytes in both directions.
 * Does not know what the bytes mean.
 */
#ifndef CLIENT_NET_TLS_H
#define CLIENT_NET_TLS_H

#include <stdbool.h>

#include "teahouse/strbuf.h"

/* Whom connections trust. */
struct tls;

/*
 * Trusts the authorities that this machine trusts, or those in a file (ca), or exactly one
 * certificate by its SHA-256 fingerprint in hex, with colons or without (pin). Each may be NULL.
 * NULL: adds a sentence about what is wrong to `why`.
 */
struct tls *tls_open(const char *ca, const char *pin, struct strbuf *why);
void tls_close(struct tls *tls);

/* One connection. */
struct tls_stream;

enum tls_outcome {
	TLS_DONE,
	TLS_WAITS_TO_READ,  /* call again once the socket is readable */
	TLS_WAITS_TO_WRITE, /* .. or writable */
	TLS_ENDED,          /* the server has said that it sends nothing more */
	TLS_FAILED,         /* tls_explain says why */
};

/* The socket stays the caller's. The server's certificate has to be for the host. */
struct tls_stream *tls_connect(const struct tls *tls, int fd, const char *host);
void tls_stream_close(struct tls_stream *stream);

enum tls_outcome tls_handshake(struct tls_stream *stream);

/* *done: how many bytes. A write that waits has to be called again with the same bytes. */
enum tls_outcome tls_read(struct tls_stream *stream, char *bytes, size_t n, size_t *done);
enum tls_outcome tls_write(struct tls_stream *stream, struct text bytes, size_t *done);

/* Tells the server that nothing more will be sent. */
void tls_shutdown(struct tls_stream *stream);

/* Whether bytes, or the end, have been received that tls_read has not returned yet. */
bool tls_has_input(const struct tls_stream *stream);

/*
 * Adds why the last call failed, as a clause about the server. True: connecting again will not
 * help.
 */
bool tls_explain(const struct tls_stream *stream, struct strbuf *why);

/* Whether these first bytes from a server that was not asked for TLS are TLS all the same. */
bool tls_is_alert(struct text bytes);

#endif
