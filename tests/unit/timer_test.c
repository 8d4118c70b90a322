/* The heap of timers, compared with an array that is searched for the earliest. */
#include "unit.h"

#include "base/timer.h"

static void
no_timer_is_set_at_first(void **state)
{
	(void)state;
	struct timers timers = {0};
	assert_null(timers_first(&timers));
	timers_clear(&timers);
}

static void
the_earliest_comes_first(void **state)
{
	(void)state;
	struct timers timers = {0};
	struct timer late = {0}, early = {0}, between = {0};
	timer_set(&timers, &late, 30);
	timer_set(&timers, &early, 10);
	timer_set(&timers, &between, 20);
	assert_ptr_equal(timers_first(&timers), &early);
	timer_set(&timers, &early, 0);
	assert_ptr_equal(timers_first(&timers), &between);
	timer_set(&timers, &between, 0);
	assert_ptr_equal(timers_first(&timers), &late);
	timer_set(&timers, &late, 0);
	assert_null(timers_first(&timers));
	timers_clear(&timers);
}

static void
a_timer_may_be_moved_both_ways(void **state)
{
	(void)state;
	struct timers timers = {0};
	struct timer a = {0}, b = {0};
	timer_set(&timers, &a, 10);
	timer_set(&timers, &b, 20);
	timer_set(&timers, &a, 30);
	assert_ptr_equal(timers_first(&timers), &b);
	timer_set(&timers, &a, 5);
	assert_ptr_equal(timers_first(&timers), &a);
	assert_int_equal(timers.n, 2);
	timers_clear(&timers);
}

static void
unsetting_twice_is_unsetting_once(void **state)
{
	(void)state;
	struct timers timers = {0};
	struct timer due = {0};
	timer_set(&timers, &due, 0);
	timer_set(&timers, &due, 7);
	timer_set(&timers, &due, 0);
	timer_set(&timers, &due, 0);
	assert_null(timers_first(&timers));
	timers_clear(&timers);
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
	struct timers timers = {0};
	static struct timer many[MANY];
	int64_t model[MANY] = {0};
	uint64_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		size_t i = random_below(&seed, MANY);
		/* Few different times, so that many are equal; a third of them are unset. */
		model[i] = random_below(&seed, 3) ? 1 + random_below(&seed, 50) : 0;
		timer_set(&timers, &many[i], model[i]);
		const struct timer *first = timers_first(&timers);
		assert_int_equal(first ? first->at : 0, model_earliest(model));
	}
	/* Removed one by one, each comes once, in order. */
	int64_t last = 0;
	for (struct timer *first; (first = timers_first(&timers)); timer_set(&timers, first, 0)) {
		assert_true(first->at >= last);
		last = first->at;
		assert_int_equal(model[first - many], first->at);
		model[first - many] = 0;
	}
	assert_int_equal(model_earliest(model), 0);
	timers_clear(&timers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_timer_is_set_at_first),
		cmocka_unit_test(the_earliest_comes_first),
		cmocka_unit_test(a_timer_may_be_moved_both_ways),
		cmocka_unit_test(unsetting_twice_is_unsetting_once),
		cmocka_unit_test(the_heap_agrees_with_a_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
