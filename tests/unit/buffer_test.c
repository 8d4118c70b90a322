/*
 * Buffers, shared buffers and queues: no byte is lost, duplicated or reordered however they
 * are consumed, and an empty queue holds no memory.
 */
#include "unit.h"

#include "teahouse/outqueue.h"

static void
a_zeroed_strbuf_reads_as_the_empty_text(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	assert_non_null(strbuf_view(&buf).ptr);
	assert_text(strbuf_view(&buf), BYTES(""));
}

static void
adding_nothing_allocates_nothing(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	strbuf_add(&buf, NULL, 0);
	strbuf_add_text(&buf, TEXT_NONE);
	strbuf_puts(&buf, "");
	assert_null(buf.ptr);
}

static void
a_strbuf_keeps_every_byte_as_it_grows(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	for (int i = 0; i < 5000; i++)
		strbuf_add(&buf, &(char){(char)(i * 7)}, 1);
	assert_int_equal(buf.len, 5000);
	assert_true(buf.cap >= buf.len);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(buf.ptr[i], (char)(i * 7));
	strbuf_clear(&buf);
}

static void
printing_makes_room_for_any_length(void **state)
{
	(void)state;
	/* Around the size that is tried first, and far beyond it. */
	for (int width = 120; width < 140; width++) {
		struct strbuf buf = {0};
		strbuf_puts(&buf, "<");
		strbuf_printf(&buf, "%*d|", width, 7);
		strbuf_printf(&buf, "%*d>", 20 * width, 8);
		assert_int_equal(buf.len, 1 + (size_t)width + 1 + 20 * (size_t)width + 1);
		assert_int_equal(buf.ptr[width], '7');
		assert_int_equal(buf.ptr[width + 1], '|');
		assert_int_equal(buf.ptr[buf.len - 2], '8');
		assert_int_equal(buf.ptr[buf.len - 1], '>');
		strbuf_clear(&buf);
	}
}

static void
reserved_space_is_not_part_of_the_contents(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	strbuf_puts(&buf, "ab");
	memset(strbuf_reserve(&buf, 10000), 'c', 10000);
	assert_int_equal(buf.len, 2);
	buf.len += 3;
	assert_text(strbuf_view(&buf), BYTES("abccc"));
	strbuf_clear(&buf);
}

static void
a_cleared_strbuf_is_as_new(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	strbuf_puts(&buf, "tea");
	strbuf_clear(&buf);
	assert_null(buf.ptr);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.cap, 0);
	strbuf_puts(&buf, "more");
	assert_text(strbuf_view(&buf), BYTES("more"));
	strbuf_clear(&buf);
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
a_buffer_lives_until_its_last_reference_is_dropped(void **state)
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

/* Pushes a buffer to which only the queue has a reference. */
static void
push(struct outqueue *q, struct text t)
{
	struct buffer *buffer = buffer_make(t);
	outqueue_push(q, buffer);
	buffer_drop(buffer);
}

/* The contents of at most `max` gathered pieces. Returns how many there were. */
static int
gathered(const struct outqueue *q, struct strbuf *out, int max)
{
	struct iovec pieces[1024];
	assert_in_range(max, 0, 1024);
	int n = outqueue_gather(q, q->bytes, pieces, max);
	out->len = 0;
	for (int i = 0; i < n; i++)
		strbuf_add(out, pieces[i].iov_base, pieces[i].iov_len);
	return n;
}

static void
a_queue_keeps_the_order_of_its_buffers(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct strbuf all = {0};
	push(&q, BYTES("one "));
	push(&q, BYTES("two "));
	push(&q, BYTES("three"));
	assert_int_equal(gathered(&q, &all, 1024), 3);
	assert_text(strbuf_view(&all), BYTES("one two three"));
	assert_int_equal(q.bytes, 13);
	outqueue_clear(&q);
	strbuf_clear(&all);
}

static void
gathering_stops_at_its_maximum(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct strbuf all = {0};
	for (int i = 0; i < 10; i++)
		push(&q, BYTES("ab"));
	assert_int_equal(gathered(&q, &all, 3), 3);
	assert_text(strbuf_view(&all), BYTES("ababab"));
	assert_int_equal(gathered(&q, &all, 0), 0);
	assert_int_equal(q.bytes, 20);
	outqueue_clear(&q);
	strbuf_clear(&all);
}

static void
consuming_may_end_within_a_buffer(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct strbuf all = {0};
	push(&q, BYTES("abcd"));
	push(&q, BYTES("efgh"));
	outqueue_consume(&q, 1);
	assert_text(outqueue_first(&q), BYTES("bcd"));
	outqueue_consume(&q, 2);
	assert_text(outqueue_first(&q), BYTES("d"));
	gathered(&q, &all, 1024);
	assert_text(strbuf_view(&all), BYTES("defgh"));
	outqueue_consume(&q, 3);
	assert_text(outqueue_first(&q), BYTES("gh"));
	assert_int_equal(q.bytes, 2);
	outqueue_consume(&q, 2);
	assert_int_equal(q.bytes, 0);
	assert_null(outqueue_first(&q).ptr);
	strbuf_clear(&all);
}

static void
consuming_the_whole_buffer_drops_it(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct buffer *first = buffer_make(BYTES("abc"));
	outqueue_push(&q, first);
	push(&q, BYTES("def"));
	assert_int_equal(first->refs, 2);
	outqueue_consume(&q, 2);
	assert_int_equal(first->refs, 2);
	outqueue_consume(&q, 1);
	assert_int_equal(first->refs, 1);
	assert_text(outqueue_first(&q), BYTES("def"));
	outqueue_clear(&q);
	buffer_drop(first);
}

static void
consuming_may_pass_several_buffers(void **state)
{
	(void)state;
	struct outqueue q = {0};
	push(&q, BYTES("ab"));
	push(&q, BYTES("cd"));
	push(&q, BYTES("ef"));
	outqueue_consume(&q, 1);
	outqueue_consume(&q, 4);
	assert_text(outqueue_first(&q), BYTES("f"));
	assert_int_equal(q.n, 1);
	outqueue_clear(&q);
}

static void
a_wrapped_ring_grows_in_order(void **state)
{
	(void)state;
	/* For every position of the head in a full ring. */
	for (uint32_t turned = 0; turned < 8; turned++) {
		struct outqueue q = {0};
		struct strbuf all = {0};
		push(&q, BYTES("-"));
		for (uint32_t i = 0; i < turned; i++) {
			push(&q, BYTES("-"));
			outqueue_consume(&q, 1);
		}
		outqueue_consume(&q, 0);
		for (char c = 'a'; c <= 'z'; c++)
			push(&q, (struct text){&c, 1});
		gathered(&q, &all, 1024);
		assert_text(strbuf_view(&all), BYTES("-abcdefghijklmnopqrstuvwxyz"));
		outqueue_clear(&q);
		strbuf_clear(&all);
	}
}

static void
an_empty_queue_holds_no_memory(void **state)
{
	(void)state;
	struct outqueue q = {0};
	for (int i = 0; i < 100; i++)
		push(&q, BYTES("abc"));
	outqueue_consume(&q, 296);
	assert_non_null(q.more);
	outqueue_consume(&q, 1);
	assert_null(q.more);
	assert_int_equal(q.cap, 0);
	outqueue_consume(&q, 3);
	push(&q, BYTES("again"));
	assert_text(outqueue_first(&q), BYTES("again"));
	assert_null(q.more);
	outqueue_clear(&q);
	assert_int_equal(q.n, 0);
}

static void
adjacent_slices_of_a_buffer_are_merged(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct iovec pieces[4];
	struct buffer *buffer = buffer_open(8);
	assert_true(buffer_add(buffer, BYTES("one")));
	outqueue_push_slice(&q, (struct slice){buffer, 0, 3});
	assert_true(buffer_add(buffer, BYTES("two")));
	assert_false(buffer_add(buffer, BYTES("six")));
	outqueue_push_slice(&q, (struct slice){buffer, 3, 6});
	assert_int_equal(outqueue_gather(&q, q.bytes, pieces, 4), 1);
	assert_int_equal(buffer->refs, 2);
	assert_text(outqueue_first(&q), BYTES("onetwo"));
	/* A slice that is partly consumed still grows; a gap is not sent. */
	outqueue_consume(&q, 4);
	assert_true(buffer_add(buffer, BYTES("xy")));
	outqueue_push_slice(&q, (struct slice){buffer, 7, 8});
	assert_int_equal(outqueue_gather(&q, q.bytes, pieces, 4), 2);
	assert_int_equal(q.bytes, 3);
	assert_text(outqueue_first(&q), BYTES("wo"));
	outqueue_consume(&q, 2);
	assert_text(outqueue_first(&q), BYTES("y"));
	outqueue_clear(&q);
	assert_int_equal(buffer->refs, 1);
	buffer_drop(buffer);
}

static void
an_empty_buffer_is_not_queued(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct buffer *empty = buffer_make(BYTES(""));
	outqueue_push(&q, empty);
	assert_int_equal(q.n, 0);
	assert_int_equal(empty->refs, 1);
	assert_null(q.more);
	buffer_drop(empty);
}

static void
queues_share_a_buffer(void **state)
{
	(void)state;
	struct outqueue a = {0}, b = {0};
	struct buffer *shared = buffer_make(BYTES("kettle"));
	outqueue_push(&a, shared);
	outqueue_push(&a, shared);
	outqueue_push(&b, shared);
	assert_int_equal(shared->refs, 4);
	buffer_drop(shared);
	outqueue_consume(&a, 9);
	assert_int_equal(shared->refs, 2);
	assert_text(outqueue_first(&a), BYTES("tle"));
	assert_text(outqueue_first(&b), BYTES("kettle"));
	outqueue_clear(&a);
	assert_int_equal(shared->refs, 1);
	outqueue_clear(&b);
}

/* Random pushes and consumptions, compared with a string of what should wait. */
static void
a_queue_holds_what_was_pushed_and_not_consumed(void **state)
{
	(void)state;
	struct outqueue q = {0};
	struct strbuf model = {0}, all = {0};
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
			strbuf_add(&model, bytes, n);
		} else {
			size_t n = random_below(
				&seed, (uint32_t)(model.len < 90 ? model.len : 90) + 1);
			outqueue_consume(&q, n);
			if (n > 0)
				memmove(model.ptr, model.ptr + n, model.len -= n);
		}
		assert_int_equal(q.bytes, model.len);
		gathered(&q, &all, 8);
		assert_true(q.n > 8 ? all.len < model.len : all.len == model.len);
		assert_memory_equal(strbuf_view(&all).ptr, strbuf_view(&model).ptr, all.len);
	}
	outqueue_clear(&q);
	strbuf_clear(&model);
	strbuf_clear(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_strbuf_reads_as_the_empty_text),
		cmocka_unit_test(adding_nothing_allocates_nothing),
		cmocka_unit_test(a_strbuf_keeps_every_byte_as_it_grows),
		cmocka_unit_test(printing_makes_room_for_any_length),
		cmocka_unit_test(reserved_space_is_not_part_of_the_contents),
		cmocka_unit_test(a_cleared_strbuf_is_as_new),
		cmocka_unit_test(a_buffer_is_a_copy),
		cmocka_unit_test(a_buffer_lives_until_its_last_reference_is_dropped),
		cmocka_unit_test(a_queue_keeps_the_order_of_its_buffers),
		cmocka_unit_test(gathering_stops_at_its_maximum),
		cmocka_unit_test(consuming_may_end_within_a_buffer),
		cmocka_unit_test(consuming_the_whole_buffer_drops_it),
		cmocka_unit_test(consuming_may_pass_several_buffers),
		cmocka_unit_test(a_wrapped_ring_grows_in_order),
		cmocka_unit_test(an_empty_queue_holds_no_memory),
		cmocka_unit_test(adjacent_slices_of_a_buffer_are_merged),
		cmocka_unit_test(an_empty_buffer_is_not_queued),
		cmocka_unit_test(queues_share_a_buffer),
		cmocka_unit_test(a_queue_holds_what_was_pushed_and_not_consumed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
