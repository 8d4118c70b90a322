/*
 * Passwords on their way to be compared. Those from an address that has guessed wrong several
 * times within a minute wait, longer each time; the account is never locked.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "gateway/gateway_internal.h"

enum {
	GUESSES_FREE = 5,        /* wrong ones that cost nothing */
	GUESSES_MS = 60000,      /* after the last wrong one they are forgotten */
	GUESS_DELAY_MS = 1000,   /* of the first that waits; doubled for each further one .. */
	GUESS_DELAY_MOST = 30000 /* .. up to this */
};

/* Wrong guesses from an address; IPv6 by its /64. */
struct guesses {
	unsigned char key[ADDRESS_KEY_BYTES];
	unsigned wrong;
	int64_t until; /* monotonic ms: they are forgotten */
	UT_hash_handle hh;
};

/* A password that waits, or is being compared. */
struct guess {
	struct gateway *gateway;
	unsigned char key[ADDRESS_KEY_BYTES];
	bool known; /* the address is */
	int64_t at; /* monotonic ms: when it is compared */
	struct password_request request;
	char *hash;
	struct guess *prev, *next; /* those that wait, the first due first */
	size_t n;
	char password[];
};

static int64_t
now_ms(const struct gateway *gateway)
{
	return gateway->monotonic_ms(gateway->clock);
}

/* They are in the order of their last wrong guess. */
static void
guesses_expire(struct gateway *gateway)
{
	struct guesses *first;
	int64_t now = now_ms(gateway);
	while ((first = gateway->guesses) && first->until <= now) {
		assert(!first->hh.prev);
		HASH_DELETE(hh, gateway->guesses, first);
		free(first);
	}
}

static struct guesses *
guesses_find(const struct gateway *gateway, const unsigned char key[static ADDRESS_KEY_BYTES])
{
	struct guesses *guesses;
	HASH_FIND(hh, gateway->guesses, key, sizeof guesses->key, guesses);
	return guesses;
}

static void
guesses_add_wrong(struct gateway *gateway, const unsigned char key[static ADDRESS_KEY_BYTES])
{
	struct guesses *guesses = guesses_find(gateway, key);
	if (guesses) {
		HASH_DELETE(hh, gateway->guesses, guesses);
	} else {
		guesses = xcalloc(sizeof *guesses);
		memcpy(guesses->key, key, sizeof guesses->key);
	}
	guesses->wrong++;
	guesses->until = now_ms(gateway) + GUESSES_MS;
	HASH_ADD(hh, gateway->guesses, key, sizeof guesses->key, guesses);
}

static int64_t
guess_delay(struct gateway *gateway, const struct guess *guess)
{
	guesses_expire(gateway);
	const struct guesses *guesses = guess->known ? guesses_find(gateway, guess->key) : NULL;
	int64_t delay = GUESS_DELAY_MS;
	if (!guesses || guesses->wrong < GUESSES_FREE)
		return 0;
	for (unsigned i = GUESSES_FREE; i < guesses->wrong && delay < GUESS_DELAY_MOST; i++)
		delay *= 2;
	return delay < GUESS_DELAY_MOST ? delay : GUESS_DELAY_MOST;
}

static void
guess_free(struct guess *guess)
{
	explicit_bzero(guess->password, guess->n);
	free(guess->hash);
	free(guess);
}

static void
on_compared(void *ctx, bool right, const char *hash)
{
	struct guess *guess = ctx;
	if (!guess->request.make && !right && guess->known)
		guesses_add_wrong(guess->gateway, guess->key);
	guess->request.done(guess->request.ctx, right, hash);
	guess_free(guess);
}

/* False: too many wait for a thread. */
static bool
guess_start(struct guess *guess)
{
	struct passwords *passwords = guess->gateway->settings.passwords;
	if (guess->request.make)
		return passwords_hash(passwords, guess->request.password, on_compared, guess);
	return passwords_check(passwords, guess->request.password, guess->hash, on_compared, guess);
}

static int
guess_order(const struct guess *a, const struct guess *b)
{
	return (a->at > b->at) - (a->at < b->at);
}

static struct guess *
guess_new(struct gateway *gateway, const struct connection *connection,
	const struct password_request *request)
{
	struct guess *guess = xcalloc(sizeof *guess + request->password.len);
	guess->gateway = gateway;
	guess->request = *request;
	guess->n = request->password.len;
	if (guess->n > 0)
		memcpy(guess->password, request->password.ptr, guess->n);
	guess->request.password.ptr = guess->password;
	guess->hash = request->hash ? xstrndup(request->hash, strlen(request->hash)) : NULL;
	guess->known = connection->quota != NULL;
	if (guess->known)
		memcpy(guess->key, connection->quota->key, sizeof guess->key);
	return guess;
}

bool
gateway_check_password(void *ctx, struct session *session, const struct password_request *request)
{
	struct gateway *gateway = ctx;
	struct guess *guess = guess_new(gateway, (struct connection *)session, request);
	int64_t delay = request->make ? 0 : guess_delay(gateway, guess);
	if (delay > 0) {
		guess->at = now_ms(gateway) + delay;
		DL_INSERT_INORDER(gateway->waiting, guess, guess_order);
		return true;
	}
	if (guess_start(guess))
		return true;
	guess_free(guess);
	return false;
}

int64_t
gateway_start_guesses(struct gateway *gateway)
{
	struct guess *guess;
	int64_t now = now_ms(gateway);
	while ((guess = gateway->waiting) && guess->at <= now) {
		DL_DELETE(gateway->waiting, guess);
		if (guess_start(guess))
			continue;
		/* The threads have enough to do: a little later. */
		guess->at = now + GUESS_DELAY_MS;
		DL_INSERT_INORDER(gateway->waiting, guess, guess_order);
	}
	return guess ? guess->at - now : -1;
}

void
gateway_drop_guesses(struct gateway *gateway)
{
	struct guess *guess;
	while ((guess = gateway->waiting)) {
		DL_DELETE(gateway->waiting, guess);
		guess->request.done(guess->request.ctx, false, NULL);
		guess_free(guess);
	}
	struct guesses *guesses = gateway->guesses, *next;
	/* Frees the table only: its elements are still a list. */
	HASH_CLEAR(hh, gateway->guesses);
	for (; guesses; guesses = next) {
		next = guesses->hh.next;
		free(guesses);
	}
}
