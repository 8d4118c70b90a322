/* Hashes of passwords, by threads of their own. */
#include "teahouse/passwords.h"

#include <pthread.h>
#include <sodium.h>

#include "unit.h"

enum { ANSWERS_MAX = 200 };

struct answer {
	bool given, right, hashed;
	char hash[crypto_pwhash_STRBYTES];
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	size_t wakes;
	struct passwords *passwords;
	struct answer answers[ANSWERS_MAX];
} f = {.mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER};

static void
on_wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&f.mutex);
	f.wakes++;
	pthread_cond_signal(&f.woken);
	pthread_mutex_unlock(&f.mutex);
}

static int
passwords_begin(size_t waiting)
{
	const struct passwords_settings settings = {.waiting = waiting, .wake = on_wake};
	memset(f.answers, 0, sizeof f.answers);
	f.wakes = 0;
	f.passwords = passwords_open(&settings);
	return f.passwords ? 0 : -1;
}

static void
turn(void)
{
	pthread_mutex_lock(&f.mutex);
	while (f.wakes == 0)
		pthread_cond_wait(&f.woken, &f.mutex);
	f.wakes = 0;
	pthread_mutex_unlock(&f.mutex);
	passwords_finish(f.passwords);
}

static void
on_done(void *ctx, bool right, const char *hash)
{
	struct answer *answer = ctx;
	assert_false(answer->given);
	answer->given = true;
	answer->right = right;
	answer->hashed = hash;
	if (hash)
		snprintf(answer->hash, sizeof answer->hash, "%s", hash);
}

static const struct answer *
wait_for(size_t i)
{
	while (!f.answers[i].given)
		turn();
	return &f.answers[i];
}

static const char *
hash(const char *password)
{
	f.answers[0] = (struct answer){0};
	assert_true(passwords_hash(f.passwords, text_of(password), on_done, &f.answers[0]));
	assert_true(wait_for(0)->hashed);
	return f.answers[0].hash;
}

static bool
check(struct text password, const char *with)
{
	f.answers[1] = (struct answer){0};
	assert_true(passwords_check(f.passwords, password, with, on_done, &f.answers[1]));
	assert_false(wait_for(1)->hashed);
	return f.answers[1].right;
}

static void
the_right_password_is_right_and_no_other(void **state)
{
	(void)state;
	static const char with_nul[] = "Darjeeling\0Assam";
	assert_int_equal(passwords_begin(0), 0);
	char first[crypto_pwhash_STRBYTES];
	snprintf(first, sizeof first, "%s", hash("Darjeeling"));
	assert_null(strstr(first, "Darjeeling"));
	assert_int_equal(strncmp(first, "$argon2id$v=19$m=65536,t=2,p=1$", 31), 0);
	assert_true(check(text_of("Darjeeling"), first));
	assert_false(check(text_of("darjeeling"), first));
	assert_false(check(text_of("Darjeelin"), first));
	assert_false(check((struct text){with_nul, sizeof with_nul - 1}, first));
	assert_false(check(text_of(""), first));
	assert_false(check(TEXT_NONE, first));
	/* The same password has another hash each time. */
	assert_string_not_equal(hash("Darjeeling"), first);
	assert_true(check(text_of("Darjeeling"), f.answers[0].hash));
	passwords_close(f.passwords);
}

/* What the file has may be damaged: it is nobody's password, and nothing breaks. */
static void
what_is_no_hash_is_wrong(void **state)
{
	(void)state;
	char long_one[400];
	memset(long_one, '$', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	static const char *const hashes[] = {"x", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$$",
		"$argon2id$v=19$m=9999999999,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHQ"};
	assert_int_equal(passwords_begin(0), 0);
	for (size_t i = 0; i < COUNT(hashes); i++)
		assert_false(check(text_of("Darjeeling"), hashes[i]));
	assert_false(check(text_of("Darjeeling"), long_one));
	assert_false(check(text_of(""), ""));
	passwords_close(f.passwords);
}

static int64_t
cpu_ms(void)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* By the work that is done, since the time depends on what else runs. */
static void
an_unknown_name_takes_as_much_work_as_a_wrong_password(void **state)
{
	(void)state;
	assert_int_equal(passwords_begin(0), 0);
	char known[crypto_pwhash_STRBYTES];
	snprintf(known, sizeof known, "%s", hash("Darjeeling"));
	int64_t used[2] = {0};
	for (size_t i = 0; i < 6; i++) {
		int64_t before = cpu_ms();
		assert_false(check(text_of("Assam and a half"), i % 2 ? NULL : known));
		used[i % 2] += cpu_ms() - before;
	}
	assert_true(used[0] > 30);
	assert_true(used[1] > used[0] / 2 && used[1] < used[0] * 2);
	passwords_close(f.passwords);
}

static void
beyond_the_bound_they_are_refused(void **state)
{
	(void)state;
	size_t n = 0;
	assert_int_equal(passwords_begin(4), 0);
	/* The threads take some meanwhile. */
	while (n < 20 && passwords_check(f.passwords, text_of("x"), NULL, on_done, &f.answers[n]))
		n++;
	assert_true(n >= 4 && n <= 8);
	assert_false(f.answers[n].given);
	for (size_t i = 0; i < n; i++)
		assert_false(wait_for(i)->right);
	assert_false(f.answers[n].given);
	/* And there is room again. */
	assert_false(check(text_of("x"), NULL));
	passwords_close(f.passwords);
}

/* Each is answered once: also what the threads have, and what is finished and not told yet. */
static void
closing_answers_what_is_unfinished(void **state)
{
	(void)state;
	for (size_t waits = 0; waits < 2; waits++) {
		assert_int_equal(passwords_begin(0), 0);
		for (size_t i = 0; i < 20; i++)
			assert_true(passwords_hash(
				f.passwords, text_of("Darjeeling"), on_done, &f.answers[i]));
		if (waits > 0)
			wait_for(0);
		passwords_close(f.passwords);
		for (size_t i = 0; i < 20; i++)
			assert_true(f.answers[i].given);
		assert_int_equal(f.answers[0].hashed, waits > 0);
		assert_false(f.answers[19].hashed);
	}
	passwords_close(NULL);
}

/* BLAKE2b of 256 bits, as b2sum -l 256 has it. */
static void
a_secret_has_a_digest(void **state)
{
	(void)state;
	static const unsigned char wanted[SECRET_DIGEST_BYTES] = {0xbd, 0xdd, 0x81, 0x3c, 0x63,
		0x42, 0x39, 0x72, 0x31, 0x71, 0xef, 0x3f, 0xee, 0x98, 0x57, 0x9b, 0x94, 0x96, 0x4e,
		0x3b, 0xb1, 0xcb, 0x3e, 0x42, 0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19};
	unsigned char digest[SECRET_DIGEST_BYTES], other[SECRET_DIGEST_BYTES];
	secret_digest(digest, "abc", 3);
	assert_memory_equal(digest, wanted, sizeof wanted);
	secret_digest(other, "abd", 3);
	assert_memory_not_equal(digest, other, sizeof digest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_is_right_and_no_other),
		cmocka_unit_test(what_is_no_hash_is_wrong),
		cmocka_unit_test(an_unknown_name_takes_as_much_work_as_a_wrong_password),
		cmocka_unit_test(beyond_the_bound_they_are_refused),
		cmocka_unit_test(closing_answers_what_is_unfinished),
		cmocka_unit_test(a_secret_has_a_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
