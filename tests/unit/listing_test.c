/*
 * Long listings: sent in pieces, while users come, leave and change their nicks, and rooms end
 * before the listing does.
 */
#include "core_fixture.h"

enum { MANY = 1000 };

/* Starts a listing by a packet's request, of a room or of none. */
static void
ask(struct guest *guest, const char *packet, const char *room)
{
	struct request request = {.command = command_of_type(text_of(packet))};
	request.room = text_of(room);
	request.ref = BYTES("7");
	assert_int_equal(session_request(&guest->session, &request), REASON_OK);
}

/* Continues to the listing's end, and counts the pieces. */
static int
hear_all(struct guest *guest)
{
	int pieces = 0;
	for (; guest->session.listing; pieces++)
		listing_next(&guest->session);
	return pieces;
}

/* The entries of all pieces in order, each with a space before it. */
static struct text
entries_told(struct guest *guest, const char *before, struct strbuf *entries)
{
	size_t head = strlen(before);
	entries->len = 0;
	for (struct text rest = strbuf_view(&guest->told); rest.len > 0;) {
		struct text line = text_line(&rest);
		assert_true(line.len >= head + 3);
		assert_memory_equal(line.ptr, before, head);
		assert_memory_equal(line.ptr + line.len - 3, " /7", 3);
		line.len -= 3;
		bool more = line.len > 3 && memcmp(line.ptr + line.len - 3, " ..", 3) == 0;
		assert_int_equal(more, rest.len > 0);
		line = (struct text){line.ptr + head, line.len - head - (more ? 3 : 0)};
		bool first = line.len < 3 || memcmp(line.ptr, " ..", 3) != 0;
		assert_int_equal(first, entries->len == 0);
		strbuf_add(entries, line.ptr + (first ? 0 : 3), line.len - (first ? 0 : 3));
	}
	guest_forget(guest);
	return strbuf_view(entries);
}

/* A server with p0 to p999 in the room main. */
static void
server_full(struct fixture *fixture)
{
	fixture_open(fixture);
	for (int i = 0; i < MANY; i++) {
		char nick[16];
		snprintf(nick, sizeof nick, "p%d", i);
		guest_login(fixture, nick);
	}
	for (size_t i = 0; i < fixture->n; i++)
		guest_forget(fixture->guests[i]);
}

static void
a_thousand_names_come_in_pieces_and_in_order(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct strbuf wanted = {0}, got = {0};
	server_full(&fixture);
	struct guest *reader = fixture.guests[500];
	ask(reader, "names", NULL);
	assert_in_range(hear_all(reader), 9, 99);
	for (int i = 0; i < MANY; i++)
		strbuf_printf(&wanted, " p%d", i);
	assert_text(entries_told(reader, "names main", &got), strbuf_view(&wanted));
	strbuf_clear(&wanted);
	strbuf_clear(&got);
	fixture_close(&fixture);
}

/* How often the piece occurs in the text. */
static int
times_in(struct text text, const char *piece)
{
	int times = 0;
	size_t n = strlen(piece);
	for (size_t i = 0; i + n <= text.len; i++)
		times += text.ptr[i] == piece[0] && memcmp(text.ptr + i, piece, n) == 0;
	return times;
}

/* The users are p0 to p999 in order of login; some with odd numbers leave meanwhile. */
static void
users_who_stay_are_listed_once(const char *packet, char after)
{
	static struct fixture fixture;
	uint64_t seed = 3;
	server_full(&fixture);
	struct guest *reader = fixture.guests[0];
	ask(reader, packet, NULL);
	while (reader->session.listing) {
		for (int i = 0; i < 20; i++)
			session_end(
				&fixture.guests[random_below(&seed, MANY / 2) * 2 + 1]->session);
		struct guest *late = guest_login(&fixture, "late");
		type(late, "/nick later");
		listing_next(&reader->session);
		session_end(&late->session);
	}
	for (int i = 0; i < MANY; i += 2) {
		char nick[16];
		snprintf(nick, sizeof nick, " p%d%c", i, after);
		assert_int_equal(times_in(strbuf_view(&reader->told), nick), 1);
	}
	fixture_close(&fixture);
}

static void
members_who_stay_are_listed_once_while_others_come_and_go(void **state)
{
	(void)state;
	users_who_stay_are_listed_once("names", ' ');
}

static void
users_who_stay_logged_in_are_listed_once_while_others_come_and_go(void **state)
{
	(void)state;
	users_who_stay_are_listed_once("who", '(');
}

static void
a_member_who_changes_the_nick_during_a_listing_keeps_the_place(void **state)
{
	(void)state;
	static struct fixture fixture;
	server_full(&fixture);
	struct guest *reader = fixture.guests[0];
	ask(reader, "names", NULL);
	guest_forget(reader);
	type(fixture.guests[998], "/nick changed");
	guest_forget(reader);
	hear_all(reader);
	struct text names = strbuf_view(&reader->told);
	names.len -= strlen(" /7\n");
	assert_memory_equal(names.ptr + names.len - 18, " p997 changed p999", 18);
	fixture_close(&fixture);
}

/* A room tea with 60 people, and a reader outside it who has been sent the first of them. */
static struct guest *
reader_of_tea(struct fixture *fixture, const char *packet)
{
	fixture_open(fixture);
	struct guest *reader = guest_login(fixture, "reader");
	for (int i = 0; i < 60; i++) {
		char nick[16];
		snprintf(nick, sizeof nick, "p%d", i);
		type(guest_login(fixture, nick), "/join tea");
	}
	ask(reader, packet, "tea");
	assert_non_null(reader->session.listing);
	return reader;
}

static void
who_in_a_room_lists_its_members_only(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *reader = reader_of_tea(&fixture, "who");
	guest_login(&fixture, "late");
	type(guest_login(&fixture, "p60"), "/join tea");
	hear_all(reader);
	for (int i = 0; i <= 60; i++) {
		char nick[16];
		snprintf(nick, sizeof nick, " p%d(", i);
		assert_int_equal(times_in(strbuf_view(&reader->told), nick), 1);
	}
	assert_int_equal(times_in(strbuf_view(&reader->told), " reader("), 0);
	assert_int_equal(times_in(strbuf_view(&reader->told), " late("), 0);
	fixture_close(&fixture);
}

static void
who_in_a_room_ends_with_the_room(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *reader = reader_of_tea(&fixture, "who");
	for (size_t i = 1; i < fixture.n; i++)
		type(fixture.guests[i], "/leave tea");
	guest_forget(reader);
	hear_all(reader);
	assert_int_equal(times_in(strbuf_view(&reader->told), "("), 0);
	fixture_close(&fixture);
}

static void
a_room_may_end_during_its_listing(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *reader = reader_of_tea(&fixture, "names");
	for (size_t i = 1; i < fixture.n; i++)
		type(fixture.guests[i], "/leave tea");
	assert_int_equal(core_rooms(fixture.core), 1);
	guest_forget(reader);
	hear_all(reader);
	assert_told(reader, "names tea .. /7\n");
	fixture_close(&fixture);
}

static void
a_listing_does_not_continue_in_another_room_of_that_name(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *reader = reader_of_tea(&fixture, "names");
	for (size_t i = 1; i < fixture.n; i++)
		type(fixture.guests[i], "/leave tea");
	type(fixture.guests[7], "/join tea");
	guest_forget(reader);
	hear_all(reader);
	assert_told(reader, "names tea .. /7\n");
	ask(reader, "names", "tea");
	assert_told(reader, "names tea p6 /7\n");
	assert_int_equal(core_rooms(fixture.core), 2);
	fixture_close(&fixture);
}

static void
a_reader_may_leave_during_a_listing(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *reader = reader_of_tea(&fixture, "names");
	for (size_t i = 1; i < fixture.n; i++)
		type(fixture.guests[i], "/leave tea");
	session_end(&reader->session);
	assert_null(reader->session.listing);
	assert_int_equal(core_rooms(fixture.core), 1);
	fixture_close(&fixture);
}

static void
two_listings_may_read_a_room_that_has_ended(void **state)
{
	(void)state;
	static struct fixture fixture;
	struct guest *one = reader_of_tea(&fixture, "names"),
		     *other = guest_login(&fixture, "other");
	ask(other, "names", "tea");
	for (size_t i = 1; i < fixture.n; i++)
		if (fixture.guests[i] != other)
			session_end(&fixture.guests[i]->session);
	session_end(&one->session);
	guest_forget(other);
	hear_all(other);
	assert_told(other, "names tea .. /7\n");
	fixture_close(&fixture);
}

static void
rooms_that_stay_are_listed_once_while_others_come_and_go(void **state)
{
	(void)state;
	struct fixture fixture;
	struct strbuf got = {0}, wanted = {0};
	fixture_open(&fixture);
	struct guest *reader = guest_login(&fixture, "reader");
	for (int i = 0; i < 200; i++) {
		char line[32];
		snprintf(line, sizeof line, "p%d", i);
		struct guest *guest = guest_login(&fixture, line);
		snprintf(line, sizeof line, "/join r%d", i);
		type(guest, line);
	}
	guest_forget(reader);
	ask(reader, "rooms", NULL);
	/* A room that was listed and one that was not end, and a new one comes at the end. */
	type(fixture.guests[1], "/leave");
	type(fixture.guests[150], "/leave");
	type(fixture.guests[200], "/join new");
	hear_all(reader);
	strbuf_puts(&wanted, " main(201) r0(1)");
	for (int i = 1; i < 200; i++)
		if (i != 149)
			strbuf_printf(&wanted, " r%d(1)", i);
	strbuf_puts(&wanted, " new(1)");
	assert_text(entries_told(reader, "rooms", &got), strbuf_view(&wanted));
	strbuf_clear(&got);
	strbuf_clear(&wanted);
	fixture_close(&fixture);
}

static void
a_listing_that_ends_with_a_full_piece_has_no_empty_piece(void **state)
{
	(void)state;
	for (int people = 49; people <= 51; people++) {
		static struct fixture fixture;
		struct strbuf got = {0};
		fixture_open(&fixture);
		for (int i = 0; i < people; i++) {
			char nick[16];
			snprintf(nick, sizeof nick, "p%d", i);
			guest_login(&fixture, nick);
		}
		struct guest *reader = fixture.guests[0];
		guest_forget(reader);
		ask(reader, "names", NULL);
		assert_int_equal(hear_all(reader), people == 51);
		struct text names = entries_told(reader, "names main", &got);
		size_t n = 0;
		for (size_t i = 0; i < names.len; i++)
			n += names.ptr[i] == ' ';
		assert_int_equal(n, people);
		strbuf_clear(&got);
		fixture_close(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_names_come_in_pieces_and_in_order),
		cmocka_unit_test(members_who_stay_are_listed_once_while_others_come_and_go),
		cmocka_unit_test(users_who_stay_logged_in_are_listed_once_while_others_come_and_go),
		cmocka_unit_test(a_member_who_changes_the_nick_during_a_listing_keeps_the_place),
		cmocka_unit_test(who_in_a_room_lists_its_members_only),
		cmocka_unit_test(who_in_a_room_ends_with_the_room),
		cmocka_unit_test(a_room_may_end_during_its_listing),
		cmocka_unit_test(a_listing_does_not_continue_in_another_room_of_that_name),
		cmocka_unit_test(a_reader_may_leave_during_a_listing),
		cmocka_unit_test(two_listings_may_read_a_room_that_has_ended),
		cmocka_unit_test(rooms_that_stay_are_listed_once_while_others_come_and_go),
		cmocka_unit_test(a_listing_that_ends_with_a_full_piece_has_no_empty_piece),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
