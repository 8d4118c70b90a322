/* What was read, here and elsewhere: counts, and the line before what is new. */
#include "client_fixture.h"

#include "client/model/command.h"
#include "client/model/event_line.h"
#include "client/model/markers.h"
#include "client/model/past.h"
#include "client/ui/input_secret.h"

static struct room *
remember(
	struct model *m, const char *name, bool direct, uint64_t read, uint64_t last, size_t unread)
{
	return model_remember(m, &(struct remembered){
					 .name = t(name),
					 .direct = direct,
					 .read = read,
					 .last = last,
					 .unread = unread,
				 });
}

static void
comes(struct model *m, const char *room, uint64_t id)
{
	m->event_id = id;
	said(m, room, "bob", "hi");
	m->event_id = 0;
}

/* Loads the messages first .. last, which are of bob. */
static void
loads(struct model *m, struct room *room, uint64_t first, uint64_t last, bool more)
{
	struct page page = {.more = more};
	for (uint64_t id = first; id <= last; id++) {
		struct line *line = event_line_message(m, room, LINE_MESSAGE, t("bob"), t("hi"), 0);
		line->id = id;
		line->past = true;
		page_add(&page, line);
	}
	past_add_older(m, room, &page);
	page_clear(&page);
}

/* The id of the line after the separator; 0: there is no separator. */
static uint64_t
new_from(const struct room *room)
{
	uint64_t found = 0;
	size_t separators = 0;
	for (uint64_t i = scrollback_first(&room->scroll); i <= room->scroll.last; i++) {
		if (scrollback_line(&room->scroll, i)->kind != LINE_UNREAD)
			continue;
		separators++;
		assert_int_equal(room->unread_mark, i);
		found = scrollback_line(&room->scroll, i + 1)->id;
	}
	assert_true(separators <= 1);
	return found;
}

static void
rooms_are_remembered_in_order(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	struct room *tea = remember(m, "tea", false, 4, 0, 3),
		    *main = remember(m, "main", false, 0, 0, 0);
	assert_ptr_equal(m->rooms[0], tea);
	assert_ptr_equal(m->rooms[1], main);
	model_show(m, main);
	assert_int_equal(tea->unread, 3);
	/* Older pages do not count again, and move the line up. */
	loads(m, tea, 6, 7, true);
	assert_int_equal(new_from(tea), 6);
	loads(m, tea, 2, 5, false);
	assert_int_equal(new_from(tea), 5);
	assert_int_equal(tea->unread, 3);
	comes(m, "tea", 8);
	assert_int_equal(tea->unread, 4);
	assert_int_equal(new_from(tea), 5);
	model_close(m);
}

static void
markers_only_move_forward(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	remember(m, "main", false, 0, 0, 0);
	struct room *tea = remember(m, "tea", false, 1, 0, 0);
	loads(m, tea, 1, 1, false);
	for (uint64_t id = 2; id <= 5; id++)
		comes(m, "tea", id);
	assert_int_equal(tea->unread, 4);
	model_read_elsewhere(m, tea, 3);
	assert_int_equal(tea->unread, 2);
	assert_int_equal(new_from(tea), 4);
	model_read_elsewhere(m, tea, 2);
	assert_int_equal(tea->unread, 2);
	model_read_elsewhere(m, tea, 5);
	assert_int_equal(tea->unread, 0);
	assert_int_equal(new_from(tea), 0);
	/* What comes after it was read there before it was told here. */
	model_read_elsewhere(m, tea, 7);
	comes(m, "tea", 7);
	assert_int_equal(tea->unread, 0);
	comes(m, "tea", 8);
	assert_int_equal(tea->unread, 1);
	assert_int_equal(new_from(tea), 8);
	model_close(m);
}

static void
direct_messages_count_once(void **state)
{
	(void)state;
	struct model *m = model_open(t("ann"));
	remember(m, "main", false, 0, 0, 0);
	struct room *bob = remember(m, "bob", true, 5, 7, 2);
	for (uint64_t id = 6; id <= 8; id++) {
		m->event_id = id;
		m->past = id <= 7;
		model_add_direct(m, t("bob"), t("ann"), t("psst"), 0);
	}
	m->event_id = 0;
	m->past = false;
	assert_int_equal(bob->unread, 3);
	assert_int_equal(new_from(bob), 6);
	assert_int_equal(model_read_here(bob), 8);
	model_read_elsewhere(m, bob, 8);
	assert_int_equal(bob->unread, 0);
	model_close(m);
}

static void
lines_with_passwords_are_known(void **state)
{
	(void)state;
	static const char *const secret[] = {"/register x", " /REGISTER  x", "/password a b",
		"/password a", "/unregister x", "/login ann x y", "\t/login ann x"};
	static const char *const open[] = {"/register", "/register ", "/login ann", "/password",
		"//register x", "register x", "/etc/register x", "/registered x", "/msg bob x", ""};
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
		assert_true(command_has_secret(t(secret[i])));
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		assert_false(command_has_secret(t(open[i])));
}

static void
passwords_are_typed_a_key_at_a_time(void **state)
{
	(void)state;
	struct strbuf secret = {0};
	static const char *const keys[] = {"x", "\x15", "t", "\xc3\xa4", "\xf0\x9f\x8d\xb5", "\x7f",
		"\x08", "\t", "\x01", " ", "2"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_int_equal(secret_press(&secret, t(keys[i])), SECRET_KEY_NONE);
	assert_text(strbuf_view(&secret), BYTES("t 2"));
	secret_paste(&secret, t("34\n56"));
	assert_text(strbuf_view(&secret), BYTES("t 234"));
	assert_int_equal(secret_press(&secret, t("\x04")), SECRET_KEY_NONE);
	assert_int_equal(secret_press(&secret, t("\r")), SECRET_KEY_ENTER);
	for (int i = 0; i < 3000; i++)
		secret_press(&secret, t("y"));
	assert_int_equal(secret.len, 1024);
	secret_wipe(&secret);
	assert_int_equal(secret_press(&secret, t("\x04")), SECRET_KEY_END);
	assert_int_equal(secret_press(&secret, t("\x7f")), SECRET_KEY_NONE);
	secret_wipe(&secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rooms_are_remembered_in_order),
		cmocka_unit_test(markers_only_move_forward),
		cmocka_unit_test(direct_messages_count_once),
		cmocka_unit_test(lines_with_passwords_are_known),
		cmocka_unit_test(passwords_are_typed_a_key_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
