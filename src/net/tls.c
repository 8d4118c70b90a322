/*
 * OpenSSL reads from, and writes to, a BIO of our own: it is given what was received, and
 * always takes all that it is to send. So SSL_write never stops halfway, and whatever
 * OpenSSL wants to send while it reads leaves, too.
 */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/alloc.h"

enum {
	RECORDS = 4, /* sent at once */
	WHOLE_BYTES = TLS_RECORD_BYTES / 2,
	HANDSHAKE_RECORD = 0x16, /* RFC 8446, 5.1: what a client's first byte is */
	TICKET_KEY_BYTES = 80,
};

struct tls_context {
	SSL_CTX *ctx;
	BIO_METHOD *bio;
	char received[TLS_READ_BYTES];
	char gathered[TLS_RECORD_BYTES];
	struct strbuf written; /* by OpenSSL in a call that is under way */
};

struct tls {
	struct tls_context *context;
	SSL *ssl;
	int fd;
	struct text in;       /* received, and not decrypted yet */
	struct strbuf unsent; /* encrypted */
	const char *failure;
	bool http;
	bool started;     /* something was received */
	bool unencrypted; /* what came first is not TLS */
	bool ended;       /* the peer has ended TLS */
	bool failed;      /* no more TLS: what is received is thrown away */
	bool shut;        /* our sending is shut down, or will be when nothing is unsent */
};

static int
bio_read(BIO *bio, char *out, int n)
{
	struct tls *tls = BIO_get_data(bio);
	size_t taken = tls->in.len < (size_t)n ? tls->in.len : (size_t)n;
	BIO_clear_retry_flags(bio);
	if (taken == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, tls->in.ptr, taken);
	tls->in = (struct text){tls->in.ptr + taken, tls->in.len - taken};
	return (int)taken;
}

static bool
is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Sends, and returns how much was taken; what a failed socket does not take is gone. */
static size_t
tls_send(struct tls *tls, const char *bytes, size_t n)
{
	ssize_t taken = send(tls->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (taken >= 0)
		return (size_t)taken;
	if (is_full(errno))
		return 0;
	tls->failed = true;
	return n;
}

static int
bio_write(BIO *bio, const char *bytes, int n)
{
	struct tls *tls = BIO_get_data(bio);
	strbuf_add(&tls->context->written, bytes, (size_t)n);
	return n;
}

/* After each call that may have written: sends it, in one go, and keeps what is not taken. */
static void
tls_send_written(struct tls *tls)
{
	struct strbuf *written = &tls->context->written;
	size_t taken = 0;
	if (written->len == 0)
		return;
	if (tls->unsent.len == 0)
		taken = tls_send(tls, written->ptr, written->len);
	strbuf_add(&tls->unsent, written->ptr + taken, written->len - taken);
	written->len = 0;
}

static long
bio_ctrl(BIO *bio, int command, long number, void *at)
{
	(void)bio;
	(void)number;
	(void)at;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
bio_open(void)
{
	BIO_METHOD *bio = xnonnull(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tls"));
	BIO_meth_set_read(bio, bio_read);
	BIO_meth_set_write(bio, bio_write);
	BIO_meth_set_ctrl(bio, bio_ctrl);
	return bio;
}

/* Of what the client offers, "http/1.1", if its connection speaks that. */
static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *offered,
	unsigned n, void *ctx)
{
	static const unsigned char ours[] = "\x08http/1.1";
	const struct tls *tls = SSL_get_app_data(ssl);
	unsigned char *chosen;
	(void)ctx;
	if (!tls->http)
		return SSL_TLSEXT_ERR_NOACK;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, offered, n) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* A key that is encrypted cannot be used: nobody is there to be asked. */
static int
on_passphrase(char *out, int n, int writing, void *ctx)
{
	(void)out;
	(void)n;
	(void)writing;
	(void)ctx;
	return -1;
}

/*
 * Of the ciphers that OpenSSL thinks good, AES with 128 bits comes first, since it costs a tenth
 * less than with 256; but for a client that puts ChaCha20 first, because AES is slow for it.
 */
static void
ctx_prefer(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_ciphersuites(
		ctx, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
	SSL_CTX_set_cipher_list(ctx, "ECDHE+AES128+AESGCM:ALL:!COMPLEMENTOFDEFAULT:!eNULL");
}

/* NULL: there is no memory. */
static SSL_CTX *
ctx_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx)
		return NULL;
	ctx_prefer(ctx);
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	/* Sessions are resumed by tickets, which the client keeps. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	return ctx;
}

static const char *
error_words(void)
{
	unsigned long error = ERR_peek_error();
	const char *words = ERR_reason_error_string(error);
	return words ? words : "it is not understood";
}

/* Whether the file can be opened; if not, why is appended. */
static bool
file_opens(const char *path, struct strbuf *wrong)
{
	BIO *file = BIO_new_file(path, "r");
	if (!file)
		strbuf_printf(wrong, "\"%s\" cannot be read: %s", path, strerror(errno));
	BIO_free(file);
	return file;
}

static bool
ctx_load(SSL_CTX *ctx, const char *certificate, const char *key, enum tls_file *where,
	struct strbuf *wrong)
{
	ERR_clear_error();
	*where = TLS_CERTIFICATE;
	if (!file_opens(certificate, wrong))
		return false;
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1) {
		strbuf_printf(wrong, "\"%s\" is no certificate in PEM that can be used: %s",
			certificate, error_words());
		return false;
	}
	*where = TLS_KEY;
	if (!file_opens(key, wrong))
		return false;
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1)
		return true;
	if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH ||
		ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_TYPE_MISMATCH)
		strbuf_printf(wrong, "\"%s\" is not the key of the certificate", key);
	else
		strbuf_printf(wrong, "\"%s\" is no key in PEM, without a passphrase: %s", key,
			error_words());
	return false;
}

struct tls_context *
tls_context_open(
	const char *certificate, const char *key, enum tls_file *where, struct strbuf *wrong)
{
	struct tls_context *context = xcalloc(sizeof *context);
	context->ctx = xnonnull(ctx_new());
	context->bio = bio_open();
	if (ctx_load(context->ctx, certificate, key, where, wrong))
		return context;
	ERR_clear_error();
	tls_context_close(context);
	return NULL;
}

bool
tls_context_reload(struct tls_context *context, const char *certificate, const char *key,
	enum tls_file *where, struct strbuf *wrong)
{
	SSL_CTX *ctx = ctx_new();
	*where = TLS_CERTIFICATE;
	if (!ctx)
		strbuf_puts(wrong, "there is no memory to read it");
	bool fine = ctx && ctx_load(ctx, certificate, key, where, wrong);
	ERR_clear_error();
	if (fine) {
		/* The tickets that were given are still good. */
		unsigned char keys[TICKET_KEY_BYTES];
		if (SSL_CTX_get_tlsext_ticket_keys(context->ctx, keys, sizeof keys) == 1)
			SSL_CTX_set_tlsext_ticket_keys(ctx, keys, sizeof keys);
		OPENSSL_cleanse(keys, sizeof keys);
	}
	SSL_CTX_free(fine ? context->ctx : ctx);
	if (fine)
		context->ctx = ctx;
	return fine;
}

void
tls_context_close(struct tls_context *context)
{
	SSL_CTX_free(context->ctx);
	BIO_meth_free(context->bio);
	strbuf_clear(&context->written);
	free(context);
}

struct tls *
tls_open(struct tls_context *context, int fd, bool http)
{
	struct tls *tls = xcalloc(sizeof *tls);
	tls->context = context;
	tls->fd = fd;
	tls->http = http;
	tls->ssl = SSL_new(context->ctx);
	BIO *bio = BIO_new(context->bio);
	if (!tls->ssl || !bio || SSL_set_app_data(tls->ssl, tls) != 1) {
		BIO_free(bio);
		tls_close(tls);
		ERR_clear_error();
		return NULL;
	}
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	SSL_set_bio(tls->ssl, bio, bio);
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void
tls_close(struct tls *tls)
{
	SSL_free(tls->ssl);
	strbuf_clear(&tls->unsent);
	free(tls);
}

bool
tls_is_ready(const struct tls *tls)
{
	return !tls->failed && SSL_is_init_finished(tls->ssl);
}

bool
tls_is_unencrypted(const struct tls *tls)
{
	return tls->unencrypted;
}

bool
tls_has_ended(const struct tls *tls)
{
	return tls->ended;
}

const char *
tls_failure(const struct tls *tls)
{
	return tls->failure;
}

static void
tls_break(struct tls *tls)
{
	tls->failed = true;
	tls->failure = ERR_reason_error_string(ERR_peek_error());
	ERR_clear_error();
}

/* Decrypts all that was received; a record that has not come whole stays in OpenSSL. */
static size_t
tls_decrypt(struct tls *tls, char *out, size_t room)
{
	size_t n = 0;
	int got = 1;
	while (n < room) {
		ERR_clear_error();
		got = SSL_read(tls->ssl, out + n, (int)(room - n));
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	tls_send_written(tls);
	int error = got > 0 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, got);
	if (error == SSL_ERROR_ZERO_RETURN)
		tls->ended = true;
	else if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ)
		tls_break(tls);
	return n;
}

ssize_t
tls_recv(struct tls *tls, char *in, size_t max)
{
	if (tls->ended && !tls->failed)
		return 0;
	size_t most = max < TLS_READ_BYTES ? max : TLS_READ_BYTES;
	ssize_t n = recv(tls->fd, tls->failed ? in : tls->context->received, most, MSG_DONTWAIT);
	if (n < 0 || tls->failed)
		return n;
	if (n == 0) {
		/* Without its end of TLS the peer was cut off, or anybody has cut it off. */
		errno = ECONNRESET;
		return -1;
	}
	tls->in = (struct text){tls->context->received, (size_t)n};
	if (!tls->started && tls->in.ptr[0] != HANDSHAKE_RECORD) {
		tls->unencrypted = tls->failed = true;
		errno = EPROTO;
		return -1;
	}
	tls->started = true;
	size_t got = tls_decrypt(tls, in, max + TLS_RECORD_ROOM);
	tls->in = TEXT_NONE;
	if (got > 0)
		return (ssize_t)got;
	errno = tls->failed ? EPROTO : EAGAIN;
	return tls->ended && !tls->failed ? 0 : -1;
}

/*
 * A record's worth of the pieces from *first on, of which *past bytes are done. A piece that
 * fills most of a record is one by itself, since to copy it costs more than a short record.
 */
static struct text
pieces_gather(char out[static TLS_RECORD_BYTES], const struct iovec *pieces, int n, int *first,
	size_t *past)
{
	size_t len = pieces[*first].iov_len - *past;
	if (len >= WHOLE_BYTES || *first + 1 == n) {
		const char *piece = (const char *)pieces[*first].iov_base + *past;
		bool whole = len <= TLS_RECORD_BYTES;
		*past = whole ? 0 : *past + TLS_RECORD_BYTES;
		*first += whole;
		return (struct text){piece, whole ? len : TLS_RECORD_BYTES};
	}
	len = 0;
	while (*first < n && len < TLS_RECORD_BYTES) {
		size_t left = pieces[*first].iov_len - *past, room = TLS_RECORD_BYTES - len;
		size_t part = left < room ? left : room;
		memcpy(out + len, (const char *)pieces[*first].iov_base + *past, part);
		len += part;
		*past += part;
		if (part < left)
			break;
		++*first;
		*past = 0;
	}
	return (struct text){out, len};
}

/* Returns how many bytes were taken. */
static size_t
tls_write_record(struct tls *tls, const struct iovec *pieces, int n, int *first, size_t *past)
{
	struct text record = pieces_gather(tls->context->gathered, pieces, n, first, past);
	if (record.len > 0 && SSL_write(tls->ssl, record.ptr, (int)record.len) <= 0)
		tls_break(tls);
	return record.len;
}

ssize_t
tls_sendv(struct tls *tls, const struct iovec *pieces, int n)
{
	size_t taken = 0, past = 0;
	if (!tls->failed && (!tls_is_ready(tls) || !tls_flush(tls))) {
		errno = EAGAIN;
		return -1;
	}
	for (int first = 0; first < n && !tls->failed && tls->unsent.len == 0;) {
		for (int i = 0; i < RECORDS && first < n && !tls->failed; i++)
			taken += tls_write_record(tls, pieces, n, &first, &past);
		tls_send_written(tls);
	}
	errno = EPIPE;
	return tls->failed ? -1 : (ssize_t)taken;
}

bool
tls_flush(struct tls *tls)
{
	if (tls->unsent.len > 0) {
		size_t taken = tls_send(tls, tls->unsent.ptr, tls->unsent.len);
		tls->unsent.len -= taken;
		memmove(tls->unsent.ptr, tls->unsent.ptr + taken, tls->unsent.len);
	}
	if (tls->unsent.len > 0)
		return false;
	strbuf_clear(&tls->unsent);
	if (tls->shut)
		shutdown(tls->fd, SHUT_WR);
	return true;
}

void
tls_shutdown(struct tls *tls)
{
	ERR_clear_error();
	if (tls_is_ready(tls) && SSL_shutdown(tls->ssl) < 0)
		ERR_clear_error();
	tls_send_written(tls);
	tls->shut = true;
	tls_flush(tls);
}
