/*
 * Has the system read the events of a page from the disk all at once: they are in as many places
 * of the file, and one after the other takes several times as long. Only asks for what is read
 * afterwards: whatever it takes from the file is not relied on.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/db_internal.h"

/* Of a page of a table; see "B-tree Pages" in SQLite's documentation of its file format. */
enum {
	FILE_HEADER = 100, /* bytes before the first page's own */
	INTERIOR = 0x05,   /* a page's type; any other has no pages below */
	CELLS = 3,         /* offset of their number */
	LAST_BELOW = 8,    /* of the page that follows the last cell's */
	CELL_AT = 12,      /* of the cells' offsets, two bytes each */
	DEPTH = 20,        /* levels of a table at most */
};

enum { COLD_US = 100 }; /* for one event: it came from the disk */

struct ahead {
	int fd;
	size_t page_size;
	unsigned char *page;
	int64_t *ids;
	uint32_t *numbers; /* of the page at this level where each id is */
	size_t n;
};

static uint32_t
number_at(const struct ahead *ahead, size_t at, size_t bytes)
{
	uint32_t number = 0;
	for (size_t i = 0; i < bytes; i++)
		number = number << 8 | (at + i < ahead->page_size ? ahead->page[at + i] : 0);
	return number;
}

static int64_t
varint_at(const struct ahead *ahead, size_t at)
{
	uint64_t number = 0;
	for (size_t i = 0; i < 9 && at + i < ahead->page_size; i++) {
		unsigned char byte = ahead->page[at + i];
		if (i == 8)
			return (int64_t)(number << 8 | byte);
		number = number << 7 | (byte & 0x7f);
		if (byte < 0x80)
			break;
	}
	return (int64_t)number;
}

static bool
page_read(const struct ahead *ahead, uint32_t number)
{
	off_t at = (off_t)(number - 1) * (off_t)ahead->page_size;
	return number > 0 &&
	       pread(ahead->fd, ahead->page, ahead->page_size, at) == (ssize_t)ahead->page_size;
}

/* The number of the page below the one that was read, where the id is; 0: there is none. */
static uint32_t
page_below(const struct ahead *ahead, uint32_t number, int64_t id)
{
	size_t header = number == 1 ? FILE_HEADER : 0;
	if (number_at(ahead, header, 1) != INTERIOR)
		return 0;
	uint32_t low = 0, high = number_at(ahead, header + CELLS, 2);
	uint32_t cells = high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		size_t cell = number_at(ahead, header + CELL_AT + 2 * (size_t)middle, 2);
		if (varint_at(ahead, cell + 4) < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == cells)
		return number_at(ahead, header + LAST_BELOW, 4);
	return number_at(ahead, number_at(ahead, header + CELL_AT + 2 * (size_t)low, 2), 4);
}

static void
level_request(const struct ahead *ahead)
{
	uint32_t before = 0;
	for (size_t i = 0; i < ahead->n; i++) {
		uint32_t number = ahead->numbers[i];
		if (number > 0 && number != before)
			posix_fadvise(ahead->fd, (off_t)(number - 1) * (off_t)ahead->page_size,
				(off_t)ahead->page_size, POSIX_FADV_WILLNEED);
		before = number;
	}
}

/* Goes from each page to the one below. False: there are none. */
static bool
level_descend(struct ahead *ahead)
{
	uint32_t before = 0;
	bool below = false;
	for (size_t i = 0; i < ahead->n; i++) {
		uint32_t number = ahead->numbers[i];
		bool is_read = number > 0 && (number == before || page_read(ahead, number));
		before = is_read ? number : 0;
		ahead->numbers[i] = is_read ? page_below(ahead, number, ahead->ids[i]) : 0;
		below = below || ahead->numbers[i] > 0;
		/* All leaves are on one level, and were asked for. */
		if (!below)
			return false;
	}
	return true;
}

static void
ids_request(struct ahead *ahead, uint32_t root)
{
	for (size_t i = 0; i < ahead->n; i++)
		ahead->numbers[i] = root;
	for (int depth = 0; depth < DEPTH; depth++) {
		level_request(ahead);
		if (!level_descend(ahead))
			return;
	}
}

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void
ids_find(struct db *db, struct ahead *ahead, struct text casefolded,
	const struct history_range *range, bool moves)
{
	sqlite3_stmt *find = statement_get(db, range->oldest ? OLDEST_IDS : NEWEST_IDS);
	if (!find)
		return;
	bind_text(find, 1, casefolded);
	bind_id(find, 2, range->after);
	bind_id(find, 3, range->before ? range->before : UINT64_MAX);
	sqlite3_bind_int64(find, 4, (int64_t)range->limit);
	sqlite3_bind_int(find, 5, moves);
	for (size_t i = 0; i < range->limit && sqlite3_step(find) == SQLITE_ROW; i++)
		ahead->ids[ahead->n++] = sqlite3_column_int64(find, 0);
	sqlite3_reset(find);
}

int64_t
ahead_clock_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool
ahead_is_cold(int64_t began)
{
	return ahead_clock_us() - began > COLD_US;
}

void
ahead_request(struct db *db, struct text casefolded, const struct history_range *range)
{
	int64_t root = db_number(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'event'");
	int64_t page_size = db_number(db, "PRAGMA page_size");
	if (root <= 0 || page_size <= 0)
		return;
	struct ahead ahead = {.fd = db->ahead, .page_size = (size_t)page_size};
	ahead.page = xrealloc(NULL, ahead.page_size);
	ahead.ids = xcalloc(2 * (range->limit + 1) * sizeof *ahead.ids);
	ids_find(db, &ahead, casefolded, range, false);
	if (range->all)
		ids_find(db, &ahead, casefolded, range, true);
	qsort(ahead.ids, ahead.n, sizeof *ahead.ids, compare_ids);
	ahead.numbers = xcalloc((ahead.n + 1) * sizeof *ahead.numbers);
	ids_request(&ahead, (uint32_t)root);
	free(ahead.numbers);
	free(ahead.ids);
	free(ahead.page);
}

void
db_read_ahead(struct db *db, int descriptor)
{
	db->ahead = descriptor;
}
