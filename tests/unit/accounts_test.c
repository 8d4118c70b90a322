/* Names that are one user's: registered, logged in to from several places, given back. */
#define _GNU_SOURCE /* memmem */
#include "accounts_fixture.h"

static void
a_name_is_registered_and_asks_for_its_password(void **state)
{
	struct world *world = *state;
	struct guest *ann = enter(world, "/login ann");
	guest_forget(ann);
	type(ann, "/register short");
	assert_told(ann, "error password-invalid: A password has 8 to 256 bytes.\n");
	type(ann, "/register secret one");
	assert_told(ann, "");
	kept_settle(&world->kept);
	assert_told(ann, "account ann: The name \"ann\" is yours now. Log in with it and the "
			 "password, from anywhere. account\n");
	type(ann, "/register secret-two");
	assert_told(ann, "error registered-already: The name \"ann\" is yours already.\n");
	type(ann, "/logout");
	struct guest *other = enter(world, "/login ANN");
	assert_told(other, "error password-needed: The name \"ann\" is registered: log in with its "
			   "password.\n");
	type(other, "/login ann secret-one");
	assert_told(other, "");
	kept_settle(&world->kept);
	assert_told(other, "error password-wrong: The name or the password is wrong.\n");
	type(other, "/login bob secret one");
	kept_settle(&world->kept);
	assert_told(other, "error password-wrong: The name or the password is wrong.\n");
	type(other, "/login Ann secret one");
	kept_settle(&world->kept);
	assert_told(other, "welcome main ann Teahouse account main<2:0\njoin# main ann\n");
}

static void
what_looks_like_a_registered_name_is_refused(void **state)
{
	struct world *world = *state;
	leave(registered(world, "ann"));
	struct guest *other = enter(world, "/login \u0430nn");
	assert_told(other, "error password-needed: The name \"ann\" is registered: log in with its "
			   "password.\n");
	type(other, "/login bob");
	guest_forget(other);
	type(other, "/nick ann");
	assert_told(other, "error nick-registered: The name \"ann\" is registered: log in with its "
			   "password.\n");
	type(other, "/nick Ann");
	assert_told(other, "error nick-registered: The name \"Ann\" is registered: log in with its "
			   "password.\n");
	type(other, "/nick \u0430nn");
	guest_forget(other);
	assert_text(session_nick(&other->session), BYTES("bob"));
}

static void
a_password_goes_over_secure_connections_only(void **state)
{
	struct world *world = *state;
	struct guest *ann = enter(world, "/login ann");
	guest_forget(ann);
	ann->session.secure = false;
	type(ann, "/register secret-one");
	assert_told(ann, "error password-insecure: This connection is not encrypted: no password "
			 "is taken over it.\n");
	ann->session.tls_port = 5006;
	type(ann, "/register secret-one");
	assert_told(ann, "error password-insecure: This connection is not encrypted: no password "
			 "is taken over it. Port 5006 of this host is.\n");
}

static void
several_sessions_are_one_user(void **state)
{
	struct world *world = *state;
	struct guest *one = registered(world, "ann"), *bob = enter(world, "/login bob");
	guest_forget(one);
	guest_forget(bob);
	struct guest *two = enter(world, "/login ann secret-one");
	assert_told(two, "welcome main ann Teahouse account main<2:0\njoin main ann\n");
	assert_told(one, "");
	assert_told(bob, "");
	type(one, "hello");
	assert_told(one, "chat# main ann: hello\n");
	assert_told(two, "chat# main ann: hello\n");
	assert_told(bob, "chat# main ann: hello\n");
	type(two, "/join tea");
	assert_told(one, "join# tea ann\n");
	assert_told(two, "join# tea ann\n");
	assert_told(bob, "");
	type(one, "main still");
	assert_told(one, "chat# main ann: main still\n");
	guest_forget(two);
	guest_forget(bob);
	leave(one);
	assert_told(two, "");
	assert_told(bob, "");
	leave(two);
	assert_told(bob, "");
	later(world, 9999);
	assert_told(bob, "");
	later(world, 1);
	assert_told(bob, "leave# main ann\n");
}

static void
logging_out_leaves_at_once(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann"), *bob = enter(world, "/login bob");
	guest_forget(bob);
	type(ann, "/logout");
	assert_told(bob, "leave# main ann\n");
}

static void
a_device_stays_logged_in(void **state)
{
	struct world *world = *state;
	leave(registered(world, "ann"));
	struct guest *page = connect(world);
	packet(page, COMMAND_LOGIN, "ann", "secret-one", "1");
	kept_settle(&world->kept);
	char secret[65];
	snprintf(secret, sizeof secret, "%s", page->stay);
	assert_int_equal(strlen(secret), 64);
	restart(world);
	page = connect(world);
	packet(page, COMMAND_STAY, secret, NULL, NULL);
	assert_told(page, "welcome main ann Teahouse account main<2:0\njoin# main ann\n");
	for (size_t i = 0; i < world->kept.n; i++)
		if (world->kept.changes[i].value.ptr)
			assert_null(memmem(world->kept.changes[i].value.ptr,
				world->kept.changes[i].value.len, secret, 16));
	/* Logging out ends it. */
	type(page, "/logout");
	page = connect(world);
	packet(page, COMMAND_STAY, secret, NULL, NULL);
	assert_told(page, "error login-failed: You have been logged out here. Please log in.\n");
	packet(page, COMMAND_LOGIN, "ann", "secret-one", "1");
	kept_settle(&world->kept);
	snprintf(secret, sizeof secret, "%s", page->stay);
	later(world, 100000);
	struct guest *late = connect(world);
	packet(late, COMMAND_STAY, secret, NULL, NULL);
	assert_told(late, "error login-failed: You have been logged out here. Please log in.\n");
	packet(late, COMMAND_STAY, "", NULL, NULL);
	assert_told(late, "error login-failed: You have been logged out here. Please log in.\n");
}

static void
a_new_password_ends_what_stays_logged_in(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann"), *page = connect(world);
	packet(page, COMMAND_LOGIN, "ann", "secret-one", "1");
	kept_settle(&world->kept);
	char secret[65];
	snprintf(secret, sizeof secret, "%s", page->stay);
	guest_forget(ann);
	type(ann, "/password wrong-one secret-two");
	kept_settle(&world->kept);
	assert_told(ann, "error password-wrong: The name or the password is wrong.\n");
	type(ann, "/password secret-one two");
	assert_told(ann, "error password-invalid: A password has 8 to 256 bytes.\n");
	type(ann, "/password secret-one secret-two");
	kept_settle(&world->kept);
	kept_settle(&world->kept);
	guest_forget(ann);
	struct guest *other = connect(world);
	packet(other, COMMAND_STAY, secret, NULL, NULL);
	assert_told(other, "error login-failed: You have been logged out here. Please log in.\n");
	type(other, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(other, "error password-wrong: The name or the password is wrong.\n");
	restart(world);
	other = enter(world, "/login ann secret-two");
	assert_told(other, "welcome main ann Teahouse account main<2:0\njoin# main ann\n");
}

static void
sessions_are_listed_and_ended(void **state)
{
	struct world *world = *state;
	struct guest *one = registered(world, "ann"), *two = connect(world);
	packet(two, COMMAND_LOGIN, "ann", "secret-one", "1");
	kept_settle(&world->kept);
	later(world, 5000);
	guest_forget(two);
	type(two, "/sessions");
	assert_told(two, "sessions 1 test 5s, 2 test 5s this, 1001 stay this\n");
	type(two, "/sessions end 9");
	assert_told(two, "error no-such-session: You have no session 9.\n");
	type(two, "/sessions end 1");
	assert_told(two, "sessions 2 test 5s this, 1001 stay this\n");
	assert_told(one, "error session-ended: This session was ended from another one.\n");
	assert_true(one->gone);
	type(two, "/sessions end 1001");
	assert_told(two, "sessions 2 test 5s this\n");
}

static void
an_account_has_sixteen_sessions_at_most(void **state)
{
	struct world *world = *state;
	registered(world, "ann");
	for (int i = 1; i < ACCOUNT_SESSIONS; i++)
		enter(world, "/login ann secret-one");
	struct guest *late = enter(world, "/login ann secret-one");
	assert_told(late, "error sessions-full: You are logged in too many times. End one of your "
			  "sessions first.\n");
}

static void
a_name_is_given_back(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann"), *bob = registered(world, "bob");
	type(ann, "/msg bob hello");
	guest_forget(ann);
	type(ann, "/unregister wrong-one");
	kept_settle(&world->kept);
	assert_told(ann, "error password-wrong: The name or the password is wrong.\n");
	type(ann, "/unregister secret-one");
	kept_settle(&world->kept);
	assert_told(ann, "account ann: Your name is not registered any more.\n");
	assert_int_equal(world->kept.erased, 2);
	guest_forget(bob);
	packet(bob, COMMAND_HISTORY, "ann", "10", NULL);
	assert_told(bob, "history ann\n");
	type(ann, "/logout");
	restart(world);
	ann = enter(world, "/login ann");
	assert_told(ann, "welcome main ann Teahouse\njoin# main ann\n");
}

static void
a_guest_logs_in_to_an_account(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann"), *joe = enter(world, "/login joe");
	type(ann, "/logout");
	struct guest *guest = enter(world, "/login guest");
	type(guest, "/join tea");
	guest_forget(guest);
	guest_forget(joe);
	type(guest, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(joe, "nick guest ann\n");
	assert_text(session_nick(&guest->session), BYTES("ann"));
	guest = enter(world, "/login guest");
	guest_forget(joe);
	type(guest, "/login ann secret-one");
	kept_settle(&world->kept);
	assert_told(joe, "leave# main guest\n");
	assert_text(session_nick(&guest->session), BYTES("ann"));
}

static void
too_many_who_log_in_are_told(void **state)
{
	struct world *world = *state;
	leave(registered(world, "ann"));
	world->kept.busy = true;
	struct guest *other = enter(world, "/login ann secret-one");
	assert_told(other, "error busy: Too many are logging in just now; please try again.\n");
	assert_false(session_is_pending(&other->session));
}

static void
a_session_that_ends_is_forgotten_wherever_it_was(void **state)
{
	struct world *world = *state;
	struct guest *ann = registered(world, "ann");
	struct guest *one = connect(world), *two = connect(world);
	type(one, "/login ann secret-one");
	assert_true(session_is_pending(&one->session));
	leave(one);
	type(two, "/login two");
	type(two, "/register secret-two");
	leave(two);
	type(ann, "/password secret-one secret-two");
	leave(ann);
	kept_settle(&world->kept);
	later(world, 10000);
	struct guest *back = enter(world, "/login ann secret-one");
	assert_told(back, "welcome main ann Teahouse account main<2:0\njoin# main ann\n");
}

static void
a_session_that_is_resumed_takes_its_secret_along(void **state)
{
	struct world *world = *state;
	leave(registered(world, "ann"));
	struct guest *page = connect(world);
	page->session.wants_resume = true;
	packet(page, COMMAND_LOGIN, "ann", "secret-one", "1");
	kept_settle(&world->kept);
	struct guest *again = connect(world), *late = connect(world);
	again->session.wants_resume = true;
	leave(page);
	packet(again, COMMAND_RESUME, page->secret, NULL, NULL);
	assert_text(session_nick(&again->session), BYTES("ann"));
	type(again, "/logout");
	packet(late, COMMAND_STAY, page->stay, NULL, NULL);
	assert_told(late, "error login-failed: You have been logged out here. Please log in.\n");
}

static void
a_session_is_resumed_while_its_password_is_hashed(void **state)
{
	struct world *world = *state;
	struct guest *ann = connect(world), *again = connect(world);
	ann->session.wants_resume = true;
	type(ann, "/login ann");
	type(ann, "/register secret-one");
	assert_true(session_is_pending(&ann->session));
	packet(again, COMMAND_RESUME, ann->secret, NULL, NULL);
	assert_true(ann->gone);
	kept_settle(&world->kept);
	assert_text(session_nick(&again->session), BYTES("ann"));
	type(again, "/register secret-two");
	kept_settle(&world->kept);
	type(again, "/logout");
	struct guest *back = enter(world, "/login ann secret-two");
	assert_text(session_nick(&back->session), BYTES("ann"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		accounts_test(a_name_is_registered_and_asks_for_its_password),
		accounts_test(what_looks_like_a_registered_name_is_refused),
		accounts_test(a_password_goes_over_secure_connections_only),
		accounts_test(several_sessions_are_one_user),
		accounts_test(logging_out_leaves_at_once),
		accounts_test(a_device_stays_logged_in),
		accounts_test(a_new_password_ends_what_stays_logged_in),
		accounts_test(sessions_are_listed_and_ended),
		accounts_test(an_account_has_sixteen_sessions_at_most),
		accounts_test(a_name_is_given_back),
		accounts_test(a_guest_logs_in_to_an_account),
		accounts_test(too_many_who_log_in_are_told),
		accounts_test(a_session_that_is_resumed_takes_its_secret_along),
		accounts_test(a_session_is_resumed_while_its_password_is_hashed),
		accounts_test(a_session_that_ends_is_forgotten_wherever_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
