/*
 * Two threads that hash passwords: each takes 64 MiB and a good part of a processor's core for
 * some tenths of a second, so all requests together take at most 128 MiB. Knows no accounts.
 */
#include "teahouse/passwords.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utlist.h>

#include "base/alloc.h"

enum {
	THREADS = 2,
	WAITING_MAX = 64,
	/* Of the threads: what people say goes first; on a busy machine logging in goes on, too. */
	NICENESS = 10,
};

_Static_assert(SECRET_DIGEST_BYTES == crypto_generichash_BYTES, "BLAKE2b's usual length");

/*
 * In memory of malloc, wiped when it is freed: sodium_malloc's is changed by system calls that wait
 * for a thread that just takes its 64 MiB, and so would the loop.
 */
struct request {
	struct request *prev, *next;
	bool compares;                     /* with `hash`; or makes it */
	char hash[crypto_pwhash_STRBYTES]; /* "": there is no such account; or memory */
	bool right;
	password_done *done;
	void *ctx;
	size_t len;
	char password[];
};

struct passwords {
	struct passwords_settings settings;
	pthread_t threads[THREADS];
	pthread_mutex_t mutex;
	pthread_cond_t work; /* there is some, or the threads stop, or nobody_hash is made */
	struct request *waiting, *finished;
	size_t n_waiting;
	char nobody_hash[crypto_pwhash_STRBYTES]; /* compared with where there is no account */
	bool nobody_taken, nobody_made, stopping;
};

static bool
hash_make(char *hash, const char *password, size_t len)
{
	return crypto_pwhash_str(hash, password, len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
		       crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

/* By a thread. */
static void
request_run(const struct passwords *passwords, struct request *request)
{
	const char *hash = *request->hash ? request->hash : passwords->nobody_hash;
	if (!request->compares) {
		if (!hash_make(request->hash, request->password, request->len))
			*request->hash = '\0';
		return;
	}
	bool same = crypto_pwhash_str_verify(hash, request->password, request->len) == 0;
	request->right = same && *request->hash;
}

/* Of random bytes that nobody knows. With the parameters of all others, so that it takes as long. */
static void
nobody_hash_make(struct passwords *passwords)
{
	char random[32];
	randombytes_buf(random, sizeof random);
	if (!hash_make(passwords->nobody_hash, random, sizeof random))
		xnonnull(NULL);
	sodium_memzero(random, sizeof random);
}

/*
 * The first thread with something to do makes the hash of nobody before any request is served; a
 * server that is never asked for a password has no need of it. The mutex is locked.
 */
static void
nobody_hash_await(struct passwords *passwords)
{
	if (!passwords->nobody_taken) {
		passwords->nobody_taken = true;
		pthread_mutex_unlock(&passwords->mutex);
		nobody_hash_make(passwords);
		pthread_mutex_lock(&passwords->mutex);
		passwords->nobody_made = true;
		pthread_cond_broadcast(&passwords->work);
	}
	while (!passwords->nobody_made)
		pthread_cond_wait(&passwords->work, &passwords->mutex);
}

static void *
passwords_run(void *ctx)
{
	struct passwords *passwords = ctx;
	prctl(PR_SET_NAME, "passwords");
	/* Linux sets it of the calling thread only. */
	setpriority(PRIO_PROCESS, 0, NICENESS);
	pthread_mutex_lock(&passwords->mutex);
	while (!passwords->stopping) {
		struct request *request = passwords->waiting;
		if (!request) {
			pthread_cond_wait(&passwords->work, &passwords->mutex);
			continue;
		}
		if (!passwords->nobody_made) {
			nobody_hash_await(passwords);
			continue;
		}
		DL_DELETE(passwords->waiting, request);
		passwords->n_waiting--;
		pthread_mutex_unlock(&passwords->mutex);
		request_run(passwords, request);
		pthread_mutex_lock(&passwords->mutex);
		DL_APPEND(passwords->finished, request);
		passwords->settings.wake(passwords->settings.ctx);
	}
	pthread_mutex_unlock(&passwords->mutex);
	return NULL;
}

struct passwords *
passwords_open(const struct passwords_settings *settings)
{
	if (sodium_init() < 0)
		return NULL;
	struct passwords *passwords = xcalloc(sizeof *passwords);
	passwords->settings = *settings;
	if (passwords->settings.waiting == 0)
		passwords->settings.waiting = WAITING_MAX;
	pthread_mutex_init(&passwords->mutex, NULL);
	pthread_cond_init(&passwords->work, NULL);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&passwords->threads[i], NULL, passwords_run, passwords) != 0)
			abort();
	return passwords;
}

static void
request_free(struct request *request)
{
	sodium_memzero(request, sizeof *request + request->len);
	free(request);
}

static void
requests_drop(struct request *requests)
{
	struct request *request;
	while ((request = requests)) {
		requests = request->next;
		request->done(request->ctx, false, NULL);
		request_free(request);
	}
}

void
passwords_close(struct passwords *passwords)
{
	if (!passwords)
		return;
	pthread_mutex_lock(&passwords->mutex);
	passwords->stopping = true;
	pthread_cond_broadcast(&passwords->work);
	pthread_mutex_unlock(&passwords->mutex);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(passwords->threads[i], NULL);
	requests_drop(passwords->finished);
	requests_drop(passwords->waiting);
	pthread_cond_destroy(&passwords->work);
	pthread_mutex_destroy(&passwords->mutex);
	free(passwords);
}

static struct request *
request_make(struct text password, password_done *done, void *ctx)
{
	struct request *request = xcalloc(sizeof *request + password.len + 1);
	if (password.len > 0)
		memcpy(request->password, password.ptr, password.len);
	request->len = password.len;
	request->done = done;
	request->ctx = ctx;
	return request;
}

static bool
passwords_add(struct passwords *passwords, struct request *request)
{
	pthread_mutex_lock(&passwords->mutex);
	bool fits = passwords->n_waiting < passwords->settings.waiting;
	if (fits) {
		DL_APPEND(passwords->waiting, request);
		passwords->n_waiting++;
		pthread_cond_signal(&passwords->work);
	}
	pthread_mutex_unlock(&passwords->mutex);
	if (!fits)
		request_free(request);
	return fits;
}

bool
passwords_check(struct passwords *passwords, struct text password, const char *hash,
	password_done *done, void *ctx)
{
	struct request *request = request_make(password, done, ctx);
	request->compares = true;
	size_t len = hash ? strlen(hash) : 0;
	/* One that is too long is no hash, and nobody's password. */
	if (len > 0 && len < sizeof request->hash)
		memcpy(request->hash, hash, len);
	return passwords_add(passwords, request);
}

bool
passwords_hash(struct passwords *passwords, struct text password, password_done *done, void *ctx)
{
	return passwords_add(passwords, request_make(password, done, ctx));
}

void
passwords_finish(struct passwords *passwords)
{
	struct request *request;
	pthread_mutex_lock(&passwords->mutex);
	struct request *finished = passwords->finished;
	passwords->finished = NULL;
	pthread_mutex_unlock(&passwords->mutex);
	while ((request = finished)) {
		finished = request->next;
		bool made = !request->compares && *request->hash;
		request->done(request->ctx, request->right, made ? request->hash : NULL);
		request_free(request);
	}
}

void
secret_digest(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n)
{
	crypto_generichash(digest, SECRET_DIGEST_BYTES, secret, n, NULL, 0);
}
