/* The heap of deadlines, beside a plain array that is searched for the earliest. */
#include "unit.h"

#include "gateway/due.h"

static void
nothing_is_due_at_first(void **state)
{
	(void)state;
	struct dues dues = {0};
	assert_null(due_first(&dues));
	dues_clear(&dues);
}

static void
the_earliest_comes_first(void **state)
{
	(void)state;
	struct dues dues = {0};
	struct due late = {0}, early = {0}, between = {0};
	due_set(&dues, &late, 30);
	due_set(&dues, &early, 10);
	due_set(&dues, &between, 20);
	assert_ptr_equal(due_first(&dues), &early);
	due_set(&dues, &early, 0);
	assert_ptr_equal(due_first(&dues), &between);
	due_set(&dues, &between, 0);
	assert_ptr_equal(due_first(&dues), &late);
	due_set(&dues, &late, 0);
	assert_null(due_first(&dues));
	dues_clear(&dues);
}

static void
what_is_set_anew_moves_both_ways(void **state)
{
	(void)state;
	struct dues dues = {0};
	struct due a = {0}, b = {0};
	due_set(&dues, &a, 10);
	due_set(&dues, &b, 20);
	due_set(&dues, &a, 30);
	assert_ptr_equal(due_first(&dues), &b);
	due_set(&dues, &a, 5);
	assert_ptr_equal(due_first(&dues), &a);
	assert_int_equal(dues.n, 2);
	dues_clear(&dues);
}

static void
never_due_twice_is_never_due(void **state)
{
	(void)state;
	struct dues dues = {0};
	struct due due = {0};
	due_set(&dues, &due, 0);
	due_set(&dues, &due, 7);
	due_set(&dues, &due, 0);
	due_set(&dues, &due, 0);
	assert_null(due_first(&dues));
	dues_clear(&dues);
}

enum { MANY = 200 };

static int64_t
model_earliest(const int64_t *at)
{
	int64_t earliest = 0;
	for (size_t i = 0; i < MANY; i++)
		if (at[i] && (!earliest || at[i] < earliest))
			earliest = at[i];
	return earliest;
}

static void
the_heap_agrees_with_a_search(void **state)
{
	(void)state;
	struct dues dues = {0};
	static struct due many[MANY];
	int64_t model[MANY] = {0};
	uint64_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		size_t i = random_below(&seed, MANY);
		/* Few different times, so that many are the same; a third of them never. */
		model[i] = random_below(&seed, 3) ? 1 + random_below(&seed, 50) : 0;
		due_set(&dues, &many[i], model[i]);
		const struct due *first = due_first(&dues);
		assert_int_equal(first ? first->at : 0, model_earliest(model));
	}
	/* Taken one by one, each comes once, and none too late. */
	int64_t last = 0;
	for (struct due *first; (first = due_first(&dues)); due_set(&dues, first, 0)) {
		assert_true(first->at >= last);
		last = first->at;
		assert_int_equal(model[first - many], first->at);
		model[first - many] = 0;
	}
	assert_int_equal(model_earliest(model), 0);
	dues_clear(&dues);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_at_first),
		cmocka_unit_test(the_earliest_comes_first),
		cmocka_unit_test(what_is_set_anew_moves_both_ways),
		cmocka_unit_test(never_due_twice_is_never_due),
		cmocka_unit_test(the_heap_agrees_with_a_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
