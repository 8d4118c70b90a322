/*
 * Passwords without threads and without their cost: the hash of a password is the password
 * behind a #. In place of src/store/passwords.c in the program that includes it.
 */
#ifndef INSTANT_PASSWORDS_H
#define INSTANT_PASSWORDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "teahouse/passwords.h"

struct instant_password {
	struct instant_password *next;
	char *made, *hash; /* hash NULL: there is no account */
	bool make;
	password_done *done;
	void *ctx;
};

struct passwords {
	struct instant_password *waiting;
};

struct passwords *
passwords_open(const struct passwords_settings *settings)
{
	(void)settings;
	return xcalloc(sizeof(struct passwords));
}

static inline void
instant_password_add(
	struct passwords *passwords, struct text password, struct instant_password wanted)
{
	struct instant_password *added = xcalloc(sizeof *added), **end = &passwords->waiting;
	*added = wanted;
	added->made = xcalloc(password.len + 2);
	added->made[0] = '#';
	if (password.len > 0)
		memcpy(added->made + 1, password.ptr, password.len);
	while (*end)
		end = &(*end)->next;
	*end = added;
}

bool
passwords_check(struct passwords *passwords, struct text password, const char *hash,
	password_done *done, void *ctx)
{
	instant_password_add(passwords, password,
		(struct instant_password){.hash = hash ? xstrndup(hash, strlen(hash)) : NULL,
			.done = done,
			.ctx = ctx});
	return true;
}

bool
passwords_hash(struct passwords *passwords, struct text password, password_done *done, void *ctx)
{
	instant_password_add(passwords, password,
		(struct instant_password){.make = true, .done = done, .ctx = ctx});
	return true;
}

void
passwords_finish(struct passwords *passwords)
{
	struct instant_password *first;
	while ((first = passwords->waiting)) {
		bool right = first->hash && strcmp(first->hash, first->made) == 0;
		passwords->waiting = first->next;
		first->done(first->ctx, right, first->make ? first->made : NULL);
		free(first->made);
		free(first->hash);
		free(first);
	}
}

void
passwords_close(struct passwords *passwords)
{
	passwords_finish(passwords);
	free(passwords);
}

void
secret_digest(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n)
{
	const unsigned char *bytes = secret;
	memset(digest, 0x55, SECRET_DIGEST_BYTES);
	for (size_t i = 0; i < n; i++) {
		unsigned char *at = &digest[i % SECRET_DIGEST_BYTES];
		*at = (unsigned char)(*at * 31 + bytes[i]);
	}
}

#endif
