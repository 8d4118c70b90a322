/* The link with a server that is alone: order, catching up, questions, memory. */
#include <malloc.h>

#include "raw_client.h"
#include "talk.h"

static void
open_with(struct fixture *f, size_t links)
{
	fixture_open(f);
	servers_start(&f->servers, 1);
	for (size_t i = 0; i < links; i++)
		node_open(f, i);
	for (size_t i = 0; i < links; i++)
		await_ready(f, i);
}

static void
all_hear_all_in_one_order(void **state)
{
	struct fixture f;
	(void)state;
	open_with(&f, 2);
	assert_string_equal(
		nats_link_log(f.nodes[0].link).created, nats_link_log(f.nodes[1].link).created);
	hear_from(&f, 0, 1);
	hear_from(&f, 1, 0);
	for (size_t i = 0; i < 200; i++) {
		char words[32];
		snprintf(words, sizeof words, "%zu says %zu", i % 2, i);
		assert_true(publish(&f, i % 2, words));
		if (i % 10 == 0)
			uv_run(&f.loop, UV_RUN_NOWAIT);
	}
	AWAIT(&f, f.nodes[0].messages == 200 && f.nodes[1].messages == 200);
	assert_text(strbuf_view(&f.nodes[0].heard), strbuf_view(&f.nodes[1].heard));
	AWAIT(&f, nats_link_log(f.nodes[0].link).stored == 100);
	assert_int_equal(f.nodes[0].refused, 0);
	assert_int_equal(f.nodes[0].counts[LINK_LOG_DIFFERS], 0);
	fixture_close(&f);
}

/* Bytes are bytes, and a turn may be large. */
static void
bytes_arrive_as_they_are(void **state)
{
	struct fixture f;
	(void)state;
	open_with(&f, 2);
	hear_from(&f, 1, 1);
	struct strbuf all = {0}, large = {0};
	for (size_t i = 0; i < 256; i++)
		strbuf_add(&all, &(char){(char)i}, 1);
	for (size_t i = 0; i < 2 * 1024; i++)
		strbuf_add_text(&large, strbuf_view(&all));
	assert_true(nats_link_publish(f.nodes[0].link, strbuf_view(&all)));
	assert_true(nats_link_publish(f.nodes[0].link, strbuf_view(&large)));
	AWAIT(&f, f.nodes[1].messages == 2);
	strbuf_puts(&all, "\n");
	strbuf_add_text(&all, strbuf_view(&large));
	strbuf_puts(&all, "\n");
	assert_true(text_is(strbuf_view(&f.nodes[1].heard), strbuf_view(&all)));
	/* One that no server takes is not sent, and disturbs nothing. */
	memset(strbuf_reserve(&large, 2 << 20), ' ', 2 << 20);
	large.len += 2 << 20;
	assert_false(nats_link_publish(f.nodes[0].link, strbuf_view(&large)));
	assert_true(publish(&f, 0, "small"));
	AWAIT(&f, f.nodes[1].messages == 3);
	strbuf_clear(&all);
	strbuf_clear(&large);
	fixture_close(&f);
}

/* Not faster than the server stores. */
static void
publish_many(struct fixture *f, size_t i, size_t n, size_t bytes)
{
	struct strbuf words = {0};
	uint64_t before = nats_link_log(f->nodes[i].link).stored;
	for (size_t sent = 0; sent < n; sent++) {
		words.len = 0;
		strbuf_printf(&words, "%zu", sent + 1);
		while (words.len < bytes)
			strbuf_puts(&words, " and so on");
		while (sent > nats_link_log(f->nodes[i].link).stored - before + 1000)
			uv_run(&f->loop, UV_RUN_ONCE);
		while (!nats_link_publish(f->nodes[i].link, strbuf_view(&words)))
			uv_run(&f->loop, UV_RUN_ONCE);
	}
	AWAIT(f, nats_link_log(f->nodes[i].link).stored == before + n);
	strbuf_clear(&words);
}

static void
caught_up_from_the_middle(void **state)
{
	enum { ALL = 100000, MIDDLE = 40000 };
	struct fixture f;
	(void)state;
	open_with(&f, 1);
	publish_many(&f, 0, ALL, 1);
	node_open(&f, 1);
	await_ready(&f, 1);
	assert_int_equal(nats_link_log(f.nodes[1].link).first, 1);
	assert_int_equal(nats_link_log(f.nodes[1].link).last, ALL);
	f.nodes[1].position = MIDDLE - 1;
	hear_from(&f, 1, MIDDLE);
	AWAIT(&f, f.nodes[1].messages > 0);
	assert_true(nats_link_log(f.nodes[1].link).behind > 0);
	AWAIT(&f, f.nodes[1].messages == ALL - MIDDLE + 1);
	assert_int_equal(nats_link_log(f.nodes[1].link).behind, 0);
	struct strbuf wanted = {0};
	for (size_t i = MIDDLE; i <= ALL; i++)
		strbuf_printf(&wanted, "%zu\n", i);
	assert_true(text_is(strbuf_view(&f.nodes[1].heard), strbuf_view(&wanted)));
	strbuf_clear(&wanted);
	/* What is said now follows. */
	assert_true(publish(&f, 0, "now"));
	AWAIT(&f, f.nodes[1].position == ALL + 1);
	assert_int_equal(f.nodes[1].counts[LINK_HEARING_LOST], 0);
	/* A position that does not exist yet is waited for. */
	f.nodes[1].heard.len = 0;
	hear_from(&f, 1, ALL + 3);
	assert_true(publish(&f, 0, "not this") && publish(&f, 0, "this"));
	AWAIT(&f, f.nodes[1].heard.len > 0);
	assert_text(strbuf_view(&f.nodes[1].heard), text_of("this\n"));
	fixture_close(&f);
}

/* Asking again in the middle of hearing, from inside of it, too. */
static void
heard_again_from_anywhere(void **state)
{
	struct fixture f;
	(void)state;
	open_with(&f, 1);
	publish_many(&f, 0, 5000, 1);
	struct node *node = &f.nodes[0];
	for (size_t i = 0; i < 20; i++) {
		uint64_t from = 1 + i * 37 % 5000;
		node->position = from - 1;
		node->heard.len = 0;
		assert_true(nats_link_hear(node->link, from));
		AWAIT(&f, node->heard.len > 0);
		char first[32];
		snprintf(first, sizeof first, "%llu\n", (unsigned long long)from);
		assert_int_equal(memcmp(node->heard.ptr, first, strlen(first)), 0);
	}
	node->hear_at = 4000;
	node->hear_from = 100;
	node->position = 3499;
	node->messages = 0;
	assert_true(nats_link_hear(node->link, 3500));
	AWAIT(&f, node->position == 5000);
	assert_int_equal(node->messages, 501 + 4901);
	fixture_close(&f);
}

static size_t
resident_bytes(void)
{
	unsigned long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	assert_int_equal(fscanf(file, "%lu %lu", &pages, &resident), 2);
	fclose(file);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* What a caller does not take waits at the server. */
static void
memory_is_bounded_while_paused(void **state)
{
	enum { ALL = 12000, BYTES = 16 << 10, MIB = 1 << 20 };
	struct fixture f;
	(void)state;
	open_with(&f, 2);
	f.nodes[1].forgetful = true;
	hear_from(&f, 1, 1);
	publish_many(&f, 0, 10, BYTES);
	AWAIT(&f, f.nodes[1].messages == 10);
	nats_link_pause(f.nodes[1].link, true);
	malloc_trim(0);
	size_t before = resident_bytes();
	publish_many(&f, 0, ALL, BYTES);
	run_for(&f, 7000);
	assert_int_equal(f.nodes[1].messages, 10);
	size_t grown = resident_bytes() - before;
	print_message("# %d MiB waited, %zu MiB of it in memory\n", ALL * (BYTES / 1024) / 1024,
		grown / MIB);
#ifndef __SANITIZE_ADDRESS__
	assert_true(grown < 80 * MIB);
#endif
	/* The silence of a pause is none of the server's. */
	assert_int_equal(f.nodes[1].counts[LINK_HEARING_LOST], 0);
	assert_int_equal(f.nodes[1].counts[LINK_DISCONNECTED], 0);
	nats_link_pause(f.nodes[1].link, false);
	AWAIT(&f, f.nodes[1].messages == 10 + ALL);
	assert_int_equal(f.nodes[1].position, 10 + ALL);
	fixture_close(&f);
}

static void
nodes_tell_and_ask(void **state)
{
	struct fixture f;
	struct node *n = f.nodes;
	(void)state;
	open_with(&f, 2);
	assert_true(nats_link_tell_here(n[0].link, text_of("tea0 lives")));
	AWAIT(&f, n[0].heres == 1 && n[1].heres == 1);
	assert_string_equal(n[1].here, "tea0 lives");

	n[1].answers_at_once = true;
	assert_true(nats_link_ask(n[0].link, text_of("tea1"), 7, text_of("who?"), 5000));
	AWAIT(&f, n[0].answers == 1);
	assert_string_equal(n[1].asked, "who?");
	assert_string_equal(n[0].answer, "who?");
	assert_int_equal(n[0].answered_id, 7);

	/* A node that does not exist is noticed long before the time is over. */
	assert_true(nats_link_ask(n[0].link, text_of("tea9"), 8, text_of("who?"), 600000));
	AWAIT(&f, n[0].unanswered == 1);
	assert_int_equal(n[0].answered_id, 8);

	/* One that does not answer; and one that answers too late. */
	n[1].answers_at_once = false;
	assert_true(nats_link_ask(n[0].link, text_of("tea1"), 9, text_of("when?"), 200));
	AWAIT(&f, n[0].unanswered == 2);
	assert_string_equal(n[1].asked, "when?");
	assert_true(nats_link_answer(n[1].link, text_of(n[1].reply), text_of("late")));
	assert_true(nats_link_ask(n[0].link, text_of("tea0"), 10, text_of("self"), 5000));
	AWAIT(&f, n[0].asks == 1);
	assert_true(nats_link_answer(n[0].link, text_of(n[0].reply), text_of("mine")));
	AWAIT(&f, n[0].answers == 2);
	assert_string_equal(n[0].answer, "mine");
	assert_int_equal(n[0].answered_id, 10);

	/* Only so many at a time; each gets its end. */
	n[0].unanswered = 0;
	for (size_t i = 0; i < LINK_ASKS; i++)
		assert_true(nats_link_ask(n[0].link, text_of("tea1"), i, text_of("?"), 300));
	assert_false(nats_link_ask(n[0].link, text_of("tea1"), 99, text_of("?"), 300));
	AWAIT(&f, n[0].unanswered == LINK_ASKS);
	fixture_close(&f);
}

/* Nobody makes a node publish where it should not. */
static void
names_and_replies_are_checked(void **state)
{
	struct fixture f;
	(void)state;
	open_with(&f, 1);
	hear_from(&f, 0, 1);
	struct nats_link *link = f.nodes[0].link;
	static const char *const others[] = {
		"tea.log.0", "tea2.inbox.x", "", "tea.inbox", "$JS.API.STREAM.DELETE.tea_log"};
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(nats_link_answer(link, text_of(others[i]), text_of("x")));
	static const char *const names[] = {
		"", "a.b", "*", ">", "a b", "\xc3\xa4", "a23456789012345678901234567890123"};
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_false(nats_link_is_name(text_of(names[i])));
		assert_false(nats_link_ask(link, text_of(names[i]), 1, text_of("x"), 100));
	}
	assert_true(nats_link_is_name(text_of("a2345678901234567890123456789-_Z")));
	/* A question without a reply, and one with a foreign reply. */
	char answer[64];
	raw_request(&f.servers.all[0], "tea.node.tea0.ask", "?", answer, sizeof answer);
	AWAIT(&f, f.nodes[0].asks == 1);
	assert_false(nats_link_answer(link, text_of(f.nodes[0].reply), text_of("x")));
	fixture_close(&f);
}

static void
prefixes_do_not_hear_each_other(void **state)
{
	struct fixture f;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	const char *url = f.servers.all[0].url;
	node_open(&f, 0);
	node_open_at(&f, 1, &url, 1, (struct nats_link_options){.name = "tea_2", .create = true});
	node_open_at(&f, 2, &url, 1, (struct nats_link_options){.name = "te", .create = true});
	for (size_t i = 0; i < 3; i++) {
		await_ready(&f, i);
		hear_from(&f, i, 1);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_true(publish(&f, i, "x"));
		assert_true(nats_link_tell_here(f.nodes[i].link, text_of("x")));
		assert_true(nats_link_ask(
			f.nodes[i].link, text_of(i ? "tea0" : "tea1"), 1, text_of("x"), 60000));
	}
	for (size_t i = 0; i < 3; i++)
		AWAIT(&f, f.nodes[i].messages == 1 && f.nodes[i].heres == 1 &&
				  f.nodes[i].unanswered == 1);
	run_for(&f, 50);
	for (size_t i = 0; i < 3; i++)
		assert_true(
			f.nodes[i].messages == 1 && f.nodes[i].heres == 1 && f.nodes[i].asks == 0);
	fixture_close(&f);
}

/* At every moment, and with everything under way. */
static void
closed_at_any_time(void **state)
{
	struct fixture f;
	(void)state;
	fixture_open(&f);
	servers_start(&f.servers, 1);
	for (size_t i = 0; i < 40; i++) {
		node_open(&f, 0);
		node_open(&f, 1);
		run_for(&f, i);
		if (nats_link_log(f.nodes[0].link).ready) {
			nats_link_hear(f.nodes[0].link, 1);
			publish(&f, 0, "x");
			nats_link_ask(f.nodes[0].link, text_of("tea1"), 1, text_of("x"), 60000);
		}
		node_close(&f, 0);
		node_close(&f, 1);
	}
	fixture_close(&f);
}

int
main(void)
{
	json_open();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_hear_all_in_one_order),
		cmocka_unit_test(bytes_arrive_as_they_are),
		cmocka_unit_test(caught_up_from_the_middle),
		cmocka_unit_test(heard_again_from_anywhere),
		cmocka_unit_test(memory_is_bounded_while_paused),
		cmocka_unit_test(nodes_tell_and_ask),
		cmocka_unit_test(names_and_replies_are_checked),
		cmocka_unit_test(prefixes_do_not_hear_each_other),
		cmocka_unit_test(closed_at_any_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
