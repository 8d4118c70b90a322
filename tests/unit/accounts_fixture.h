/* A core whose accounts are kept, so that it can be started anew, and guests who log in to them. */
#ifndef ACCOUNTS_FIXTURE_H
#define ACCOUNTS_FIXTURE_H

#include "core_fixture.h"

#include "../support/kept_accounts.h"

struct world {
	struct fixture fixture;
	struct kept_accounts kept;
	struct core_settings settings;
};

static inline bool
check_password(void *ctx, struct session *session, const struct password_request *request)
{
	struct world *world = ctx;
	assert_true(session->secure || world->settings.plain_passwords);
	return kept_check_password(&world->kept, request);
}

static inline void
core_start(struct world *world)
{
	const int64_t time = world->fixture.time ? world->fixture.time : 1000000;
	world->fixture = (struct fixture){.time = time, .history = &world->kept.history};
	struct core_host host = fixture_host(&world->fixture);
	assert_ptr_equal(&world->fixture, world);
	host.check_password = check_password;
	host.digest = kept_digest;
	world->fixture.core = core_open(&world->settings, &host, NULL);
	assert_non_null(world->fixture.core);
}

static inline int
setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	world->settings = fixture_settings();
	world->settings.linger = 10000;
	world->settings.stay = 100000;
	const struct store_settings store = {.recent = 1000};
	kept_accounts_open(&world->kept, store_open(&store, NULL));
	core_start(world);
	*state = world;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *world = *state;
	kept_settle(&world->kept);
	core_stop(world->fixture.core);
	fixture_close(&world->fixture);
	kept_accounts_close(&world->kept);
	free(world);
	return 0;
}

/* The server is started anew, on what is kept. */
static inline void
restart(struct world *world)
{
	core_stop(world->fixture.core);
	fixture_close(&world->fixture);
	core_start(world);
}

/* Some ms later. */
static inline void
later(struct world *world, int64_t ms)
{
	world->fixture.time += ms;
	core_tick(world->fixture.core);
}

static inline struct guest *
connect(struct world *world)
{
	struct guest *guest = guest_connect(&world->fixture);
	guest->session.secure = true;
	return guest;
}

static inline struct guest *
enter(struct world *world, const char *line)
{
	struct guest *guest = connect(world);
	type(guest, line);
	kept_settle(&world->kept);
	return guest;
}

static inline struct guest *
registered(struct world *world, const char *nick)
{
	char line[64];
	snprintf(line, sizeof line, "/login %s", nick);
	struct guest *guest = enter(world, line);
	assert_int_equal(type(guest, "/register secret-one"), REASON_OK);
	kept_settle(&world->kept);
	guest_forget(guest);
	return guest;
}

static inline void
packet(struct guest *guest, enum command_id command, const char *a, const char *b, const char *c)
{
	const struct request request = {
		.command = command_get(command), .arg = {text_of(a), text_of(b), text_of(c)}};
	session_request(&guest->session, &request);
}

static inline void
leave(struct guest *guest)
{
	session_end(&guest->session);
	guest->gone = true;
}

#define accounts_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
