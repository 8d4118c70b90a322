/* TLS by OpenSSL: connections. tls_certificate.c knows what is wrong with a certificate. */
#include "client/net/tls.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "client/net/tls_certificate.h"

struct tls {
	SSL_CTX *context;
	bool pinned;
	unsigned char pin[FINGERPRINT_BYTES];
};

struct tls_stream {
	SSL *ssl;
	const struct tls *tls;
	char *host;
	bool open;       /* the handshake is over */
	X509 *leaf;      /* the server's certificate, if it was refused; or NULL */
	int refusal;     /* why: X509_V_ERR_.. */
	int error;       /* of the last call: errno, or 0 */
	unsigned reason; /* of the last call: SSL_R_.., or 0 */
};

/* Accepts the pinned certificate alone, or else what OpenSSL accepts; keeps what is refused. */
static int
tls_verify(X509_STORE_CTX *chain, void *ctx)
{
	const struct tls *tls = ctx;
	SSL *ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_stream *stream = SSL_get_app_data(ssl);
	X509 *leaf = X509_STORE_CTX_get0_cert(chain);
	unsigned char own[FINGERPRINT_BYTES];
	bool good;
	if (tls->pinned)
		good = certificate_fingerprint(leaf, own) && memcmp(own, tls->pin, sizeof own) == 0;
	else
		good = X509_verify_cert(chain) == 1;
	if (good)
		return 1;
	stream->refusal =
		tls->pinned ? X509_V_ERR_APPLICATION_VERIFICATION : X509_STORE_CTX_get_error(chain);
	X509_up_ref(leaf);
	X509_free(stream->leaf);
	stream->leaf = leaf;
	return 0;
}

/* 64 hexadecimal digits. */
static bool
pin_read(const char *hex, unsigned char pin[static FINGERPRINT_BYTES])
{
	size_t n = 0;
	for (; *hex; hex++) {
		if (*hex == ':')
			continue;
		if (!isxdigit((unsigned char)*hex) || n == (size_t)2 * FINGERPRINT_BYTES)
			return false;
		unsigned digit = isdigit((unsigned char)*hex)
					 ? (unsigned)(*hex - '0')
					 : (unsigned)(tolower((unsigned char)*hex) - 'a' + 10);
		pin[n / 2] = (unsigned char)(n % 2 ? pin[n / 2] << 4 | digit : digit);
		n++;
	}
	return n == (size_t)2 * FINGERPRINT_BYTES;
}

static bool
tls_trust(struct tls *tls, const char *ca, const char *pin, struct strbuf *why)
{
	if (pin && !pin_read(pin, tls->pin)) {
		strbuf_printf(
			why, "--pin %s: not a SHA-256 fingerprint, which has 64 hex digits", pin);
		return false;
	}
	tls->pinned = pin != NULL;
	if (ca && SSL_CTX_load_verify_file(tls->context, ca) != 1) {
		int error = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SYS
				    ? ERR_GET_REASON(ERR_peek_error())
				    : 0;
		strbuf_printf(why, "--ca %s: %s", ca,
			error ? strerror(error) : "there is no certificate (PEM) in it");
		return false;
	}
	if (!ca)
		SSL_CTX_set_default_verify_paths(tls->context);
	return true;
}

struct tls *
tls_open(const char *ca, const char *pin, struct strbuf *why)
{
	struct tls *tls = xcalloc(sizeof *tls);
	ERR_clear_error();
	tls->context = xnonnull(SSL_CTX_new(TLS_client_method()));
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_mode(
		tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(tls->context, tls_verify, tls);
	if (!tls_trust(tls, ca, pin, why)) {
		tls_close(tls);
		return NULL;
	}
	return tls;
}

void
tls_close(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

struct tls_stream *
tls_connect(const struct tls *tls, int fd, const char *host)
{
	struct tls_stream *stream = xcalloc(sizeof *stream);
	size_t n = strlen(host);
	/* `example.org.` is example.org to certificates. */
	stream->host = xstrndup(host, n > 1 && host[n - 1] == '.' ? n - 1 : n);
	stream->tls = tls;
	stream->ssl = xnonnull(SSL_new(tls->context));
	SSL_set_app_data(stream->ssl, stream);
	SSL_set_fd(stream->ssl, fd);
	SSL_set_hostflags(stream->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	X509_VERIFY_PARAM *wanted = SSL_get0_param(stream->ssl);
	if (X509_VERIFY_PARAM_set1_ip_asc(wanted, stream->host) != 1) {
		SSL_set1_host(stream->ssl, stream->host);
		SSL_set_tlsext_host_name(stream->ssl, stream->host);
	}
	return stream;
}

void
tls_stream_close(struct tls_stream *stream)
{
	if (!stream)
		return;
	SSL_free(stream->ssl);
	X509_free(stream->leaf);
	free(stream->host);
	free(stream);
}

/* What a call of OpenSSL has come to, which returned n. */
static enum tls_outcome
tls_outcome(struct tls_stream *stream, int n)
{
	int error = errno;
	stream->error = 0;
	stream->reason = 0;
	if (n > 0)
		return TLS_DONE;
	switch (SSL_get_error(stream->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WAITS_TO_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WAITS_TO_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	case SSL_ERROR_SYSCALL:
		stream->error = error ? error : ECONNRESET;
		return TLS_FAILED;
	default:
		stream->reason = (unsigned)ERR_GET_REASON(ERR_peek_error());
		return TLS_FAILED;
	}
}

static void
tls_begin_call(void)
{
	ERR_clear_error();
	errno = 0;
}

enum tls_outcome
tls_handshake(struct tls_stream *stream)
{
	tls_begin_call();
	enum tls_outcome outcome = tls_outcome(stream, SSL_connect(stream->ssl));
	stream->open = outcome == TLS_DONE;
	return outcome;
}

enum tls_outcome
tls_read(struct tls_stream *stream, char *bytes, size_t n, size_t *done)
{
	*done = 0;
	tls_begin_call();
	return tls_outcome(stream, SSL_read_ex(stream->ssl, bytes, n, done));
}

enum tls_outcome
tls_write(struct tls_stream *stream, struct text bytes, size_t *done)
{
	*done = 0;
	tls_begin_call();
	return tls_outcome(stream, SSL_write_ex(stream->ssl, bytes.ptr, bytes.len, done));
}

void
tls_shutdown(struct tls_stream *stream)
{
	tls_begin_call();
	SSL_shutdown(stream->ssl);
}

bool
tls_has_input(const struct tls_stream *stream)
{
	return SSL_pending(stream->ssl) > 0 ||
	       (SSL_get_shutdown(stream->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

static bool
tls_explain_reason(unsigned reason, struct strbuf *why)
{
	switch (reason) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_BAD_RECORD_TYPE:
	case SSL_R_UNEXPECTED_MESSAGE:
		strbuf_puts(why, "there is no TLS on this port");
		return true;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
		strbuf_puts(why, "it has only old versions of TLS; 1.2 or 1.3 is needed");
		return true;
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		strbuf_puts(why, "the connection was cut off");
		return false;
	default:
		break;
	}
	const char *words = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason));
	strbuf_printf(why, "TLS failed: %s", words ? words : "unknown error");
	return false;
}

bool
tls_explain(const struct tls_stream *stream, struct strbuf *why)
{
	if (stream->leaf) {
		certificate_explain(stream->leaf, stream->refusal, stream->host, why);
		return true;
	}
	if (!stream->open &&
		(stream->error || stream->reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
		strbuf_puts(why, "it closed the connection instead of answering; there may be no "
				 "TLS on this port");
		return false;
	}
	if (!stream->error)
		return tls_explain_reason(stream->reason, why);
	strbuf_puts(why, strerror(stream->error));
	return false;
}

bool
tls_is_alert(struct text bytes)
{
	enum { ALERT = 0x15, VERSION_3 = 0x03 };
	return bytes.len >= 2 && bytes.ptr[0] == ALERT && bytes.ptr[1] == VERSION_3;
}
