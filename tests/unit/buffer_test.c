/*
 * Inks, shared buffers and queues: that no byte is lost, doubled or out of
 * order however they are taken, and that nothing is kept when nothing waits.
 */
#include "unit.h"

static void
a_zeroed_ink_reads_as_the_empty_text(void **state)
{
	(void)state;
	struct ink ink = {0};
	assert_non_null(ink_read(&ink).at);
	assert_text(ink_read(&ink), BYTES(""));
}

static void
adding_nothing_takes_no_memory(void **state)
{
	(void)state;
	struct ink ink = {0};
	ink_add(&ink, NULL, 0);
	ink_text(&ink, (struct text){NULL, 0});
	ink_puts(&ink, "");
	assert_null(ink.at);
}

static void
an_ink_keeps_every_byte_as_it_grows(void **state)
{
	(void)state;
	struct ink ink = {0};
	for (int i = 0; i < 5000; i++)
		ink_add(&ink, &(char){(char)(i * 7)}, 1);
	assert_int_equal(ink.len, 5000);
	assert_true(ink.cap >= ink.len);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(ink.at[i], (char)(i * 7));
	ink_clear(&ink);
}

static void
printing_fits_whatever_its_length(void **state)
{
	(void)state;
	/* Around the space that is tried first, and far beyond it. */
	for (int width = 120; width < 140; width++) {
		struct ink ink = {0};
		ink_puts(&ink, "<");
		ink_printf(&ink, "%*d|", width, 7);
		ink_printf(&ink, "%*d>", 20 * width, 8);
		assert_int_equal(ink.len, 1 + (size_t)width + 1 + 20 * (size_t)width + 1);
		assert_int_equal(ink.at[width], '7');
		assert_int_equal(ink.at[width + 1], '|');
		assert_int_equal(ink.at[ink.len - 2], '8');
		assert_int_equal(ink.at[ink.len - 1], '>');
		ink_clear(&ink);
	}
}

static void
space_is_there_before_it_is_used(void **state)
{
	(void)state;
	struct ink ink = {0};
	ink_puts(&ink, "ab");
	memset(ink_space(&ink, 10000), 'c', 10000);
	assert_int_equal(ink.len, 2);
	ink.len += 3;
	assert_text(ink_read(&ink), BYTES("abccc"));
	ink_clear(&ink);
}

static void
a_cleared_ink_is_as_new(void **state)
{
	(void)state;
	struct ink ink = {0};
	ink_puts(&ink, "tea");
	ink_clear(&ink);
	assert_null(ink.at);
	assert_int_equal(ink.len, 0);
	assert_int_equal(ink.cap, 0);
	ink_puts(&ink, "more");
	assert_text(ink_read(&ink), BYTES("more"));
	ink_clear(&ink);
}

static void
a_buffer_is_a_copy(void **state)
{
	(void)state;
	char original[] = "a\0b";
	struct buffer *buffer = buffer_make((struct text){original, 3});
	memset(original, 'x', 3);
	assert_text(((struct text){buffer->bytes, buffer->len}), BYTES("a\0b"));
	buffer_drop(buffer);
}

static void
a_buffer_lives_until_its_last_reference_goes(void **state)
{
	(void)state;
	struct buffer *buffer = buffer_make(BYTES("tea"));
	buffer_hold(buffer);
	buffer_hold(buffer);
	buffer_drop(buffer);
	buffer_drop(buffer);
	assert_int_equal(buffer->refs, 1);
	assert_memory_equal(buffer->bytes, "tea", 3);
	buffer_drop(buffer);
}

/* Pushes the bytes as a buffer that the queue alone holds. */
static void
push(struct queue *q, struct text t)
{
	struct buffer *buffer = buffer_make(t);
	queue_push(q, buffer);
	buffer_drop(buffer);
}

/* All that waits, by gathering at most `max` pieces; how many they were. */
static int
gathered(const struct queue *q, struct ink *out, int max)
{
	struct iovec pieces[1024];
	assert_in_range(max, 0, 1024);
	int n = queue_gather(q, pieces, max);
	out->len = 0;
	for (int i = 0; i < n; i++)
		ink_add(out, pieces[i].iov_base, pieces[i].iov_len);
	return n;
}

static void
a_queue_gives_its_buffers_in_the_order_they_came(void **state)
{
	(void)state;
	struct queue q = {0};
	struct ink all = {0};
	push(&q, BYTES("one "));
	push(&q, BYTES("two "));
	push(&q, BYTES("three"));
	assert_int_equal(gathered(&q, &all, 1024), 3);
	assert_text(ink_read(&all), BYTES("one two three"));
	assert_int_equal(q.bytes, 13);
	queue_clear(&q);
	ink_clear(&all);
}

static void
gathering_stops_at_the_most_that_is_wanted(void **state)
{
	(void)state;
	struct queue q = {0};
	struct ink all = {0};
	for (int i = 0; i < 10; i++)
		push(&q, BYTES("ab"));
	assert_int_equal(gathered(&q, &all, 3), 3);
	assert_text(ink_read(&all), BYTES("ababab"));
	assert_int_equal(gathered(&q, &all, 0), 0);
	assert_int_equal(q.bytes, 20);
	queue_clear(&q);
	ink_clear(&all);
}

static void
what_is_taken_may_end_amid_a_buffer(void **state)
{
	(void)state;
	struct queue q = {0};
	struct ink all = {0};
	push(&q, BYTES("abcd"));
	push(&q, BYTES("efgh"));
	queue_take(&q, 1);
	assert_text(queue_first(&q), BYTES("bcd"));
	queue_take(&q, 2);
	assert_text(queue_first(&q), BYTES("d"));
	gathered(&q, &all, 1024);
	assert_text(ink_read(&all), BYTES("defgh"));
	queue_take(&q, 3);
	assert_text(queue_first(&q), BYTES("gh"));
	assert_int_equal(q.bytes, 2);
	queue_take(&q, 2);
	assert_int_equal(q.bytes, 0);
	assert_null(queue_first(&q).at);
	ink_clear(&all);
}

static void
what_is_taken_to_a_buffers_very_end_lets_it_go(void **state)
{
	(void)state;
	struct queue q = {0};
	struct buffer *first = buffer_make(BYTES("abc"));
	queue_push(&q, first);
	push(&q, BYTES("def"));
	assert_int_equal(first->refs, 2);
	queue_take(&q, 2);
	assert_int_equal(first->refs, 2);
	queue_take(&q, 1);
	assert_int_equal(first->refs, 1);
	assert_text(queue_first(&q), BYTES("def"));
	queue_clear(&q);
	buffer_drop(first);
}

static void
one_taking_may_end_several_buffers(void **state)
{
	(void)state;
	struct queue q = {0};
	push(&q, BYTES("ab"));
	push(&q, BYTES("cd"));
	push(&q, BYTES("ef"));
	queue_take(&q, 1);
	queue_take(&q, 4);
	assert_text(queue_first(&q), BYTES("f"));
	assert_int_equal(q.n, 1);
	queue_clear(&q);
}

static void
a_wrapped_ring_grows_in_order(void **state)
{
	(void)state;
	/* For every place where the ring's head may stand when it is full. */
	for (uint32_t turned = 0; turned < 8; turned++) {
		struct queue q = {0};
		struct ink all = {0};
		push(&q, BYTES("-"));
		for (uint32_t i = 0; i < turned; i++) {
			push(&q, BYTES("-"));
			queue_take(&q, 1);
		}
		queue_take(&q, 0);
		for (char c = 'a'; c <= 'z'; c++)
			push(&q, (struct text){&c, 1});
		gathered(&q, &all, 1024);
		assert_text(ink_read(&all), BYTES("-abcdefghijklmnopqrstuvwxyz"));
		queue_clear(&q);
		ink_clear(&all);
	}
}

static void
a_queue_that_is_empty_keeps_no_memory(void **state)
{
	(void)state;
	struct queue q = {0};
	for (int i = 0; i < 100; i++)
		push(&q, BYTES("abc"));
	queue_take(&q, 296);
	assert_non_null(q.more);
	queue_take(&q, 1);
	assert_null(q.more);
	assert_int_equal(q.cap, 0);
	queue_take(&q, 3);
	push(&q, BYTES("again"));
	assert_text(queue_first(&q), BYTES("again"));
	assert_null(q.more);
	queue_clear(&q);
	assert_int_equal(q.n, 0);
}

static void
spans_that_follow_each_other_in_a_buffer_are_one(void **state)
{
	(void)state;
	struct queue q = {0};
	struct iovec pieces[4];
	struct buffer *buffer = buffer_open(8);
	assert_true(buffer_add(buffer, BYTES("one")));
	queue_push_span(&q, (struct span){buffer, 0, 3});
	assert_true(buffer_add(buffer, BYTES("two")));
	assert_false(buffer_add(buffer, BYTES("six")));
	queue_push_span(&q, (struct span){buffer, 3, 6});
	assert_int_equal(queue_gather(&q, pieces, 4), 1);
	assert_int_equal(buffer->refs, 2);
	assert_text(queue_first(&q), BYTES("onetwo"));
	/* What has begun to go still grows; what was left out between is not sent. */
	queue_take(&q, 4);
	assert_true(buffer_add(buffer, BYTES("xy")));
	queue_push_span(&q, (struct span){buffer, 7, 8});
	assert_int_equal(queue_gather(&q, pieces, 4), 2);
	assert_int_equal(q.bytes, 3);
	assert_text(queue_first(&q), BYTES("wo"));
	queue_take(&q, 2);
	assert_text(queue_first(&q), BYTES("y"));
	queue_clear(&q);
	assert_int_equal(buffer->refs, 1);
	buffer_drop(buffer);
}

static void
an_empty_buffer_is_not_queued(void **state)
{
	(void)state;
	struct queue q = {0};
	struct buffer *empty = buffer_make(BYTES(""));
	queue_push(&q, empty);
	assert_int_equal(q.n, 0);
	assert_int_equal(empty->refs, 1);
	assert_null(q.more);
	buffer_drop(empty);
}

static void
queues_share_a_buffer(void **state)
{
	(void)state;
	struct queue a = {0}, b = {0};
	struct buffer *shared = buffer_make(BYTES("kettle"));
	queue_push(&a, shared);
	queue_push(&a, shared);
	queue_push(&b, shared);
	assert_int_equal(shared->refs, 4);
	buffer_drop(shared);
	queue_take(&a, 9);
	assert_int_equal(shared->refs, 2);
	assert_text(queue_first(&a), BYTES("tle"));
	assert_text(queue_first(&b), BYTES("kettle"));
	queue_clear(&a);
	assert_int_equal(shared->refs, 1);
	queue_clear(&b);
}

/* Pushes and takes of any size, beside a plain string of what should wait. */
static void
a_queue_is_the_bytes_that_came_less_those_that_went(void **state)
{
	(void)state;
	struct queue q = {0};
	struct ink model = {0}, all = {0};
	uint64_t seed = 20;
	char next = 0;
	for (int round = 0; round < 20000; round++) {
		bool many = round / 500 % 2;
		if (random_below(&seed, 3) < (many ? 2u : 1u)) {
			char bytes[40];
			size_t n = random_below(&seed, sizeof bytes);
			for (size_t i = 0; i < n; i++)
				bytes[i] = next++;
			push(&q, (struct text){bytes, n});
			ink_add(&model, bytes, n);
		} else {
			size_t n = random_below(
				&seed, (uint32_t)(model.len < 90 ? model.len : 90) + 1);
			queue_take(&q, n);
			if (n > 0)
				memmove(model.at, model.at + n, model.len -= n);
		}
		assert_int_equal(q.bytes, model.len);
		gathered(&q, &all, 8);
		assert_true(q.n > 8 ? all.len < model.len : all.len == model.len);
		assert_memory_equal(ink_read(&all).at, ink_read(&model).at, all.len);
	}
	queue_clear(&q);
	ink_clear(&model);
	ink_clear(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_ink_reads_as_the_empty_text),
		cmocka_unit_test(adding_nothing_takes_no_memory),
		cmocka_unit_test(an_ink_keeps_every_byte_as_it_grows),
		cmocka_unit_test(printing_fits_whatever_its_length),
		cmocka_unit_test(space_is_there_before_it_is_used),
		cmocka_unit_test(a_cleared_ink_is_as_new),
		cmocka_unit_test(a_buffer_is_a_copy),
		cmocka_unit_test(a_buffer_lives_until_its_last_reference_goes),
		cmocka_unit_test(a_queue_gives_its_buffers_in_the_order_they_came),
		cmocka_unit_test(gathering_stops_at_the_most_that_is_wanted),
		cmocka_unit_test(what_is_taken_may_end_amid_a_buffer),
		cmocka_unit_test(what_is_taken_to_a_buffers_very_end_lets_it_go),
		cmocka_unit_test(one_taking_may_end_several_buffers),
		cmocka_unit_test(a_wrapped_ring_grows_in_order),
		cmocka_unit_test(a_queue_that_is_empty_keeps_no_memory),
		cmocka_unit_test(spans_that_follow_each_other_in_a_buffer_are_one),
		cmocka_unit_test(an_empty_buffer_is_not_queued),
		cmocka_unit_test(queues_share_a_buffer),
		cmocka_unit_test(a_queue_is_the_bytes_that_came_less_those_that_went),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
