/*
 * To log in with a name that is not registered and with a wrong password is the same: the same
 * work in the same turns, the same answer, and the same time, whatever the protocol.
 */
#include "gateway_fixture.h"

#include <time.h>

#include "../support/kept_accounts.h"
#include "teahouse/passwords.h"

enum {
	HASH_ROUNDS = 200000, /* what a hash costs: some hundred microseconds */
	HASH_TURNS = 3,       /* looks for its answer, until it is there */
	LOGINS = 300,         /* of each kind that are timed */
};

/* In place of the real ones: each password costs the same, as argon2id does. */
struct passwords {
	int compared;        /* passwords */
	bool nobody_is_less; /* with no hash to compare with, it costs a quarter less */
	int turns;
	password_done *done;
	void *ctx;
};

struct passwords *
passwords_open(const struct passwords_settings *settings)
{
	(void)settings;
	return xcalloc(sizeof(struct passwords));
}

static void
passwords_work(const struct passwords *passwords, const char *hash)
{
	volatile uint64_t state = 1;
	int rounds = HASH_ROUNDS - (hash || !passwords->nobody_is_less ? 0 : HASH_ROUNDS / 4);
	for (int i = 0; i < rounds; i++)
		state = state * 6364136223846793005u + 1442695040888963407u;
}

bool
passwords_check(struct passwords *passwords, struct text password, const char *hash,
	password_done *done, void *ctx)
{
	assert_null(passwords->done);
	assert_true(password.len > 0);
	passwords->compared++;
	passwords->done = done;
	passwords->ctx = ctx;
	passwords_work(passwords, hash);
	return true;
}

bool
passwords_hash(struct passwords *passwords, struct text password, password_done *done, void *ctx)
{
	(void)passwords;
	(void)password;
	done(ctx, false, "#");
	return true;
}

void
passwords_finish(struct passwords *passwords)
{
	password_done *done = passwords->done;
	if (!done || ++passwords->turns < HASH_TURNS)
		return;
	passwords->done = NULL;
	passwords->turns = 0;
	done(passwords->ctx, false, NULL);
}

void
passwords_close(struct passwords *passwords)
{
	passwords->turns = HASH_TURNS;
	passwords_finish(passwords);
	free(passwords);
}

void
secret_digest(unsigned char digest[SECRET_DIGEST_BYTES], const void *secret, size_t n)
{
	(void)secret;
	memset(digest, (int)n, SECRET_DIGEST_BYTES);
}

struct world {
	struct fixture fixture;
	struct kept_accounts kept;
	struct passwords *passwords;
	struct listener lobby, direct;
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	const struct store_settings store = {.recent = 100};
	fixture_build(&world->fixture);
	kept_accounts_open(&world->kept, store_open(&store, NULL));
	world->fixture.settings.history = &world->kept.history;
	world->fixture.settings.passwords = world->passwords = passwords_open(NULL);
	fixture_open(&world->fixture);
	world->lobby = world->direct = world->fixture.telnet;
	world->lobby.adapter = adapter_find(BYTES("lobby"));
	world->direct.adapter = adapter_find(BYTES("direct"));
	struct caller *ann = enter(&world->fixture, &world->fixture.telnet, "ann");
	says(ann, "/register tea for two\r\n/logout\r\n");
	turns(&world->fixture);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;
	fixture_close(&world->fixture);
	kept_accounts_close(&world->kept);
	free(world);
	return 0;
}

/* What a login did. */
struct outcome {
	int compared, turns;
	int64_t ns;
	struct strbuf answer;
};

static int64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct caller *
call_ready(struct world *world, const struct listener *listener)
{
	struct caller *caller = call(&world->fixture, listener);
	turns(&world->fixture);
	if (listener == &world->lobby)
		says(caller, "/join main\n");
	caller->conn.received.len = 0;
	return caller;
}

/* Both are of the same length. */
static void
replace_name(struct strbuf *text, const char *name, const char *by)
{
	for (size_t i = 0; i + strlen(name) <= text->len; i++)
		if (memcmp(text->ptr + i, name, strlen(name)) == 0)
			memcpy(text->ptr + i, by, strlen(by));
}

/* Sends the login, with the name in place of ann, and waits for all of its answer. */
static struct outcome
log_in(struct world *world, struct caller *caller, const char *login, const char *name)
{
	struct outcome outcome = {.compared = world->passwords->compared};
	struct strbuf said = {0};
	if (login[0] == '{') {
		size_t opened = length_prefix_begin(&said);
		strbuf_puts(&said, login);
		length_prefix_end(&said, opened);
	} else {
		strbuf_puts(&said, login);
	}
	replace_name(&said, "ann", name);
	caller->conn.received.len = 0;
	int64_t began = now_ns();
	arrive(caller, strbuf_view(&said));
	while (caller->conn.received.len == 0) {
		assert_in_range(outcome.turns, 0, 10);
		outcome.turns++;
		turn(&world->fixture);
	}
	outcome.ns = now_ns() - began;
	outcome.compared = world->passwords->compared - outcome.compared;
	turns(&world->fixture);
	strbuf_add_text(&outcome.answer, strbuf_view(&caller->conn.received));
	strbuf_clear(&said);
	return outcome;
}

static void
work_turns_and_answer_are_the_same(void **state)
{
	struct world *world = *state;
	const struct {
		const struct listener *listener;
		const char *login, *answer;
	} protocols[] = {
		{&world->fixture.telnet, "login ann wrong one\r\n", "is wrong."},
		{&world->fixture.telnet, "/login ann wrong one\r\n", "is wrong."},
		{&world->fixture.quiet, "login ann wrong\r\n", "is wrong."},
		{&world->lobby, "/nick ann wrong one\n", "2\n"},
		{&world->direct, "#ann:wrong one\n", "is wrong."},
		{&world->fixture.json,
			"{\"type\":\"hello\",\"nick\":\"ann\",\"password\":\"wrong one\"}",
			"password-wrong"},
		{&world->fixture.json,
			"{\"type\":\"hello\",\"version\":2,\"nick\":\"ann\",\"password\":\"wrong "
			"one\",\"ref\":\"1\"}",
			"password-wrong"},
	};
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
		struct caller *caller = call_ready(world, protocols[i].listener);
		/* In both orders, and over again. */
		for (int j = 0; j < 4; j++) {
			struct outcome known = log_in(world, caller, protocols[i].login, "ann");
			struct outcome unknown = log_in(world, caller, protocols[i].login, "bob");
			assert_int_equal(times_heard(caller, protocols[i].answer), 1);
			/* It may repeat the name that was sent. */
			replace_name(&unknown.answer, "bob", "ann");
			text_must_be(strbuf_view(&unknown.answer), strbuf_view(&known.answer),
				__FILE__, __LINE__);
			assert_int_equal(known.compared, 1);
			assert_int_equal(unknown.compared, 1);
			assert_int_equal(unknown.turns, known.turns);
			assert_true(known.turns > 1);
			strbuf_clear(&known.answer);
			strbuf_clear(&unknown.answer);
		}
		lose(caller);
	}
}

/*
 * How probable it is that one of `a` took longer than one of `b` (the area under the ROC curve):
 * 0.5, if nothing can be told from the time.
 */
static double
part_longer(const int64_t a[static LOGINS], const int64_t b[static LOGINS])
{
	double longer = 0;
	for (int i = 0; i < LOGINS; i++)
		for (int j = 0; j < LOGINS; j++)
			longer += a[i] > b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
	return longer / LOGINS / LOGINS;
}

/* Logs in with both kinds of names, in an order that nothing periodic follows. */
static double
part_known_longer(struct world *world)
{
	static int64_t ns[2][LOGINS];
	int n[2] = {0, 0};
	unsigned random = 1;
	struct caller *caller = call_ready(world, &world->fixture.telnet);
	while (n[0] < LOGINS || n[1] < LOGINS) {
		random = random * 1103515245 + 12345;
		int kind = random >> 16 & 1;
		if (n[kind] == LOGINS)
			kind = !kind;
		struct outcome outcome =
			log_in(world, caller, "login ann wrong one\r\n", kind ? "ann" : "bob");
		ns[kind][n[kind]++] = outcome.ns;
		strbuf_clear(&outcome.answer);
	}
	lose(caller);
	return part_longer(ns[1], ns[0]);
}

/* With equal times the deviation of the part is 0.024, and 0.62 comes once in a million times. */
static void
time_tells_nothing(void **state)
{
	struct world *world = *state;
	double part = part_known_longer(world);
	if (part < 0.38 || part > 0.62)
		fail_msg("a wrong password took longer in %.2f of all pairs", part);
	/* A difference of a quarter of a hash would be seen. */
	world->passwords->nobody_is_less = true;
	part = part_known_longer(world);
	if (part <= 0.62)
		fail_msg("a difference is not seen: %.2f", part);
}

int
main(void)
{
#define world_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		world_test(work_turns_and_answer_are_the_same),
		world_test(time_tells_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
