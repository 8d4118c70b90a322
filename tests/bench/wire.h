/* A client's bytes, plain or over TLS. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "protocols.h"

/* For all clients; any certificate will do. */
static inline SSL_CTX *
wire_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (!context)
		fail("no TLS");
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	return context;
}

/* Shakes hands on a socket that still blocks. */
static inline SSL *
wire_open(SSL_CTX *context, int fd)
{
	SSL *tls = SSL_new(context);
	if (!tls || SSL_set_fd(tls, fd) != 1 || SSL_connect(tls) != 1)
		fail("no TLS: %s", ERR_reason_error_string(ERR_get_error()));
	return tls;
}

/* What send or recv would return, also in errno. */
static inline ssize_t
wire_result(SSL *tls, int got)
{
	if (got > 0)
		return got;
	int error = SSL_get_error(tls, got);
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
	return -1;
}

/* tls: NULL, if there is none. */
static inline ssize_t
wire_send(SSL *tls, int fd, const char *bytes, size_t n)
{
	if (!tls)
		return send(fd, bytes, n, MSG_NOSIGNAL);
	return n > 0 ? wire_result(tls, SSL_write(tls, bytes, (int)n)) : 0;
}

static inline ssize_t
wire_recv(SSL *tls, int fd, char *bytes, size_t n)
{
	return tls ? wire_result(tls, SSL_read(tls, bytes, (int)n)) : recv(fd, bytes, n, 0);
}

#endif
