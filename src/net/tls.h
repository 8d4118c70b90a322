/*
 * TLS on a socket, by OpenSSL, which no other file knows. What is received is decrypted at
 * once; what is sent and does not leave at once is kept here, encrypted, so that nothing
 * needs to be called again with the same arguments.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <sys/types.h>

#include "teahouse/strbuf.h"

struct iovec;
struct tls;

/* The certificate and its key, for all connections to come. */
struct tls_context;

enum {
	TLS_RECORD_BYTES = 16384, /* of plaintext, at most */
	TLS_RECORD_ROOM = TLS_RECORD_BYTES + 1024,
	TLS_READ_BYTES = 65536, /* most that is received at once */
};

/* Which of the two files a mistake is in. */
enum tls_file { TLS_CERTIFICATE, TLS_KEY };

/* NULL: what is wrong was appended to `wrong`, and *where is the file that it is in. */
struct tls_context *tls_context_open(
	const char *certificate, const char *key, enum tls_file *where, struct strbuf *wrong);

/*
 * Reads the files anew: connections that are there keep what they have. False: so do those to
 * come; the rest as above.
 */
bool tls_context_reload(struct tls_context *context, const char *certificate, const char *key,
	enum tls_file *where, struct strbuf *wrong);
void tls_context_close(struct tls_context *context);

/*
 * Borrows both for its life. `http`: its clients may ask for HTTP/1.1 (RFC 7301). NULL: there is
 * no memory. Where OpenSSL has none later, the connection fails, and no other.
 */
struct tls *tls_open(struct tls_context *context, int fd, bool http);
void tls_close(struct tls *tls);

/* Whether the handshake, which tls_recv carries on, is done. */
bool tls_is_ready(const struct tls *tls);

/* Whether what came first cannot be TLS. */
bool tls_is_unencrypted(const struct tls *tls);

/* Whether the peer has ended TLS. */
bool tls_has_ended(const struct tls *tls);

/* Why it failed: OpenSSL's words, or NULL. */
const char *tls_failure(const struct tls *tls);

/* See stream.h. */
ssize_t tls_recv(struct tls *tls, char *in, size_t max);
ssize_t tls_sendv(struct tls *tls, const struct iovec *pieces, int n);
bool tls_flush(struct tls *tls);
void tls_shutdown(struct tls *tls);

#endif
