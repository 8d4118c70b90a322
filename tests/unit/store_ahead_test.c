/* Pages of history from a disk that is slow to read: all that is wanted is asked for at once. */
#include <fcntl.h>
#include <stdatomic.h>

#include "../support/disk.h"
#include "store_fixture.h"

enum { EVENTS = 8000, EVERY = 40, LIMIT = 50, BLOCK = 4096, ASKED_MAX = 4000 };

static off_t asked[ASKED_MAX];
static atomic_size_t n_asked;

/* In place of the C library's. */
int
posix_fadvise(int fd, off_t at, off_t n, int advice)
{
	assert_true(fcntl(fd, F_GETFD) >= 0);
	assert_int_equal(advice, POSIX_FADV_WILLNEED);
	assert_int_equal(n, BLOCK);
	assert_true(n_asked < ASKED_MAX);
	asked[n_asked++] = at;
	return 0;
}

/* Whether an event's block was. Its nick and its text stand together in the file. */
static bool
was_asked_for(FILE *file, uint64_t id)
{
	char block[BLOCK], wanted[32];
	snprintf(wanted, sizeof wanted, "anntext %llu", (unsigned long long)id);
	for (size_t i = 0; i < n_asked; i++) {
		assert_int_equal(fseeko(file, asked[i], SEEK_SET), 0);
		assert_int_equal(fread(block, 1, BLOCK, file), BLOCK);
		for (size_t at = 0; at + strlen(wanted) <= BLOCK; at++)
			if (memcmp(block + at, wanted, strlen(wanted)) == 0)
				return true;
	}
	return false;
}

/* The first event of the page is read before it is known that the disk is slow. */
static void
assert_asked(const struct fixture *f, struct history_range range)
{
	FILE *file = fopen(f->file, "r");
	size_t n = 0;
	assert_non_null(file);
	for (size_t i = 0; i < f->n && n < LIMIT; i++) {
		const struct kept *kept = &f->kept[range.oldest ? i : f->n - 1 - i];
		if (!is_wanted(kept, 0, &range))
			continue;
		if (n++ > 0 && !is_move(kept->kind) && !was_asked_for(file, kept->id)) {
			printf("not asked for: %llu\n", (unsigned long long)kept->id);
			fail();
		}
	}
	assert_int_equal(n, LIMIT);
	fclose(file);
}

static void
what_is_wanted_is_asked_for(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	while (f->n < EVENTS) {
		bool seldom = f->n % EVERY < 2;
		keep(f, f->n % EVERY == 1 ? EVENT_ENTERED : EVENT_SAID, seldom ? 1 : 2);
		if (f->n % 500 == 0)
			commit(f);
	}
	uint64_t middle = f->store->last_id / 2;
	const struct history_range ranges[] = {
		{.limit = LIMIT},
		{.limit = LIMIT, .before = middle},
		{.limit = LIMIT, .after = middle, .oldest = true},
		{.limit = LIMIT, .all = true},
		{.limit = LIMIT, .after = middle, .all = true, .oldest = true},
	};
	for (size_t i = 0; i < COUNT(ranges); i++) {
		/* Nothing is in memory, and everything is in the file itself. */
		reopen(f);
		n_asked = 0;
		disk_control()->read_ms = 1;
		assert_page(f, 0, ranges[i]);
		disk_control()->read_ms = 0;
		assert_asked(f, ranges[i]);
	}
	fixture_close(f);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wanted_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
