/*
 * Hashes of passwords (argon2id) and of secrets. A password's takes a good part of a second and
 * much memory: two threads compute them, and a bounded number of requests waits.
 */
#ifndef TEAHOUSE_PASSWORDS_H
#define TEAHOUSE_PASSWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "teahouse/accounts.h"
#include "teahouse/text.h"

struct passwords;

struct passwords_settings {
	size_t waiting; /* requests that wait for a thread, at most; 0: 64 */
	/* There are results: the next turn of the loop is not to wait. Called by any thread. */
	void (*wake)(void *ctx);
	void *ctx;
};

/*
 * right: the password matches. hash: of passwords_hash, borrowed for the call; NULL: there was no
 * memory for it.
 */
typedef void password_done(void *ctx, bool right, const char *hash);

/* NULL: the library cannot be used. */
struct passwords *passwords_open(const struct passwords_settings *settings);

/* Unfinished requests are dropped: their `done` is called with false and NULL. */
void passwords_close(struct passwords *passwords);

/*
 * Compares a password with the hash of one. hash NULL: there is no such account; it takes as long, and is
 * wrong. Copies both; the password is wiped after use. False: too many wait.
 */
bool passwords_check(struct passwords *passwords, struct text password, const char *hash,
	password_done *done, void *ctx);
bool passwords_hash(
	struct passwords *passwords, struct text password, password_done *done, void *ctx);

/* Calls `done` for what is finished. By the loop, once a turn. */
void passwords_finish(struct passwords *passwords);

/* The digest of a secret that nobody can guess, which needs no slow hash (BLAKE2b). */
void secret_digest(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n);

#endif
