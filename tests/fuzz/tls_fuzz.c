/*
 * TLS between the server's stream and a client by OpenSSL, over a pair of sockets. What the client
 * sends comes in pieces, and changed, with holes or with other bytes in it, in the handshake and
 * after it: nothing but what was sent is ever received, and without a change all of it is.
 */
#include <assert.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	/* The first byte of the input. */
	SHAKEN = 1,   /* a handshake comes first, unchanged */
	VERSION2 = 2, /* TLS 1.2 */
	NARROW = 4,   /* the server's socket takes little at once */
	/* What is done next. */
	SAY = 0,
	DELIVER,
	CHANGE,
	INSERT,
	SKIP,
	ANSWER,
	READ,
	END,
	DEEDS,
	PIECES = 8,
	STREAM_BYTES = 1 << 20, /* of each direction, at most */
	STEPS = 64,             /* of an input, at most */
	SCRIPT_BYTES = 512,
	SETTLE_ROUNDS = 10000,
};

struct side {
	size_t sent, received; /* bytes of its stream; of the other's */
	bool ended;            /* it sends no more */
};

struct scene {
	struct tls_context *context;
	struct stream stream; /* the server's */
	SSL *ssl;             /* the client's */
	BIO *from, *to;       /* what the client is given, and what it gives */
	int fd;               /* the client's */
	struct side server, client;
	bool changed; /* something that the client sent */
	bool failed;  /* the server receives no more */
	bool lost;    /* the client does not */
	struct text script;
};

static unsigned
next_byte(struct scene *scene)
{
	if (scene->script.len == 0)
		return 0;
	scene->script.len--;
	return (unsigned char)*scene->script.ptr++;
}

/* The byte of a stream that stands there; of the server's other ones than of the client's. */
static char
byte_at(size_t at, bool server)
{
	return (char)((at * 31 + (at >> 8) * 7 + (at >> 16)) ^ (server ? 0x55 : 0));
}

static void
stream_fill(char *out, size_t n, size_t at, bool server)
{
	for (size_t i = 0; i < n; i++)
		out[i] = byte_at(at + i, server);
}

static void
stream_check(const char *in, size_t n, struct side *to, const struct side *from, bool server)
{
	assert(to->received + n <= from->sent);
	for (size_t i = 0; i < n; i++)
		assert(in[i] == byte_at(to->received + i, server));
	to->received += n;
}

static void
server_receive(struct scene *scene)
{
	static char in[TLS_READ_BYTES + TLS_RECORD_ROOM];
	while (!scene->failed) {
		ssize_t n = stream_recv(&scene->stream, in, TLS_READ_BYTES);
		int error = errno;
		if (n > 0)
			stream_check(in, (size_t)n, &scene->server, &scene->client, false);
		if (n < 0 && (error == EAGAIN || error == EWOULDBLOCK))
			break;
		if (n <= 0) {
			assert(scene->changed || scene->client.ended);
			scene->failed = true;
		}
	}
	stream_flush(&scene->stream);
}

/* The client takes up to n bytes from its socket. */
static void
client_receive(struct scene *scene, size_t n)
{
	static char in[65536];
	ssize_t got = recv(scene->fd, in, n < sizeof in ? n : sizeof in, MSG_DONTWAIT);
	if (got > 0)
		BIO_write(scene->from, in, (int)got);
	while (!scene->lost) {
		int read = SSL_read(scene->ssl, in, sizeof in);
		int error = SSL_get_error(scene->ssl, read);
		if (read > 0) {
			stream_check(in, (size_t)read, &scene->client, &scene->server, true);
			continue;
		}
		if (error == SSL_ERROR_ZERO_RETURN)
			assert(scene->server.ended);
		else if (error != SSL_ERROR_WANT_READ)
			assert(scene->changed);
		scene->lost = error != SSL_ERROR_WANT_READ;
		break;
	}
}

static void
client_say(struct scene *scene, size_t n)
{
	static char out[65536];
	if (scene->lost || scene->client.ended || !SSL_is_init_finished(scene->ssl) ||
		scene->client.sent + n > STREAM_BYTES || n == 0)
		return;
	stream_fill(out, n, scene->client.sent, false);
	if (SSL_write(scene->ssl, out, (int)n) == (int)n)
		scene->client.sent += n;
}

static void
server_answer(struct scene *scene)
{
	static char bytes[PIECES][65536];
	struct iovec pieces[PIECES];
	size_t at = scene->server.sent;
	int n = 1 + (int)(next_byte(scene) % PIECES);
	for (int i = 0; i < n; i++) {
		size_t size = next_byte(scene);
		pieces[i] = (struct iovec){bytes[i], size * size};
		stream_fill(bytes[i], size * size, at, true);
		at += size * size;
	}
	if (scene->server.ended || at > STREAM_BYTES)
		return;
	ssize_t taken = stream_sendv(&scene->stream, pieces, n);
	if (taken > 0)
		scene->server.sent += (size_t)taken;
	else if (taken < 0)
		assert(errno == EAGAIN || scene->changed || scene->failed || scene->lost);
}

/* Gives the server's socket up to n bytes of what the client has sent, one of them changed. */
static void
deliver(struct scene *scene, size_t n, int changed_at, int mask)
{
	static char out[65536];
	int got = BIO_read(scene->to, out, n < sizeof out ? (int)n : (int)sizeof out);
	if (got <= 0)
		return;
	if (changed_at >= 0 && mask) {
		out[changed_at % got] ^= (char)mask;
		scene->changed = true;
	}
	for (ssize_t sent = 0, put = 0; sent < got; sent += put) {
		put = send(
			scene->fd, out + sent, (size_t)(got - sent), MSG_NOSIGNAL | MSG_DONTWAIT);
		server_receive(scene);
		if (put < 0)
			put = 0;
		if (scene->failed)
			break;
	}
}

static void
end_side(struct scene *scene, unsigned which)
{
	if (which & 1 && !scene->server.ended) {
		/* Before the handshake is done, that ends it. */
		scene->changed = scene->changed || !tls_is_ready(scene->stream.tls);
		scene->server.ended = true;
		stream_shutdown(&scene->stream);
	} else if (which & 2 && !scene->lost && SSL_is_init_finished(scene->ssl)) {
		scene->client.ended = true;
		SSL_shutdown(scene->ssl);
	} else if (which & 4) {
		scene->changed = true;
		shutdown(scene->fd, SHUT_WR);
		server_receive(scene);
	}
}

/* Until neither side has anything to do, or nothing can be done. */
static void
settle(struct scene *scene)
{
	for (int i = 0; i < SETTLE_ROUNDS; i++) {
		size_t before = BIO_ctrl_pending(scene->to) + scene->client.received;
		client_receive(scene, 65536);
		deliver(scene, 65536, -1, 0);
		server_receive(scene);
		size_t after = BIO_ctrl_pending(scene->to) + scene->client.received;
		char byte;
		if (before == after && SSL_is_init_finished(scene->ssl) &&
			stream_flush(&scene->stream) &&
			recv(scene->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
			break;
		if (scene->changed && before == after && i > 3)
			break;
	}
}

static void
step(struct scene *scene)
{
	unsigned deed = next_byte(scene) % DEEDS;
	size_t n = next_byte(scene);
	switch (deed) {
	case SAY:
		client_say(scene, n * n);
		break;
	case DELIVER:
		deliver(scene, n * n + 1, -1, 0);
		break;
	case CHANGE: {
		int at = (int)(next_byte(scene) << 8);
		at += (int)next_byte(scene);
		deliver(scene, n * n + 1, at, (int)next_byte(scene));
		break;
	}
	case INSERT: {
		char bytes[256];
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)next_byte(scene);
		scene->changed = scene->changed || n > 0;
		(void)!send(scene->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		server_receive(scene);
		break;
	}
	case SKIP: {
		char skipped[256];
		if (n > 0 && BIO_read(scene->to, skipped, (int)n) > 0)
			scene->changed = true;
		break;
	}
	case ANSWER:
		server_answer(scene);
		break;
	case READ:
		client_receive(scene, n * n + 1);
		break;
	default:
		end_side(scene, (unsigned)n);
	}
}

/* A certificate that is signed by itself, and its key, in files that last for the process. */
static struct tls_context *
context_make(void)
{
	char paths[2][32] = {"/tmp/tls_fuzz.XXXXXX", "/tmp/tls_fuzz.XXXXXX"};
	FILE *files[2] = {fdopen(mkstemp(paths[0]), "w"), fdopen(mkstemp(paths[1]), "w")};
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	struct strbuf wrong = {0};
	enum tls_file where;
	assert(files[0] && files[1] && key && certificate);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_set_pubkey(certificate, key);
	X509_sign(certificate, key, EVP_sha256());
	PEM_write_X509(files[0], certificate);
	PEM_write_PrivateKey(files[1], key, NULL, NULL, 0, NULL, NULL);
	fclose(files[0]);
	fclose(files[1]);
	struct tls_context *context = tls_context_open(paths[0], paths[1], &where, &wrong);
	assert(context);
	unlink(paths[0]);
	unlink(paths[1]);
	EVP_PKEY_free(key);
	X509_free(certificate);
	return context;
}

static void
scene_open(struct scene *scene, unsigned how)
{
	static struct tls_context *context;
	static SSL_CTX *client;
	int pair[2], little = 4096;
	if (!context) {
		context = context_make();
		client = SSL_CTX_new(TLS_client_method());
	}
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	if (how & NARROW)
		setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
	scene->context = context;
	scene->stream = (struct stream){pair[0], tls_open(context, pair[0], how & 8)};
	scene->fd = pair[1];
	scene->ssl = SSL_new(client);
	scene->from = BIO_new(BIO_s_mem());
	scene->to = BIO_new(BIO_s_mem());
	assert(scene->stream.tls && scene->ssl && scene->from && scene->to);
	SSL_set_bio(scene->ssl, scene->from, scene->to);
	SSL_set_connect_state(scene->ssl);
	if (how & VERSION2)
		SSL_set_max_proto_version(scene->ssl, TLS1_2_VERSION);
	client_receive(scene, 1);
}

static void
scene_close(struct scene *scene)
{
	tls_close(scene->stream.tls);
	SSL_free(scene->ssl);
	close(scene->stream.fd);
	close(scene->fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scene scene = {.script = {(const char *)data, size}};
	unsigned how = next_byte(&scene);
	/* The seeds of the others are no deeds, and a handshake takes its time. */
	if (size > SCRIPT_BYTES)
		return 0;
	scene_open(&scene, how);
	if (how & SHAKEN) {
		settle(&scene);
		assert(tls_is_ready(scene.stream.tls));
	}
	for (int i = 0; i < STEPS && scene.script.len > 0; i++)
		step(&scene);
	settle(&scene);
	if (!scene.changed) {
		assert(tls_is_ready(scene.stream.tls) && !tls_failure(scene.stream.tls));
		assert(scene.server.received == scene.client.sent);
		assert(scene.client.received == scene.server.sent || scene.lost);
	}
	scene_close(&scene);
	return 0;
}
