/* Accounts in the store: each change, what is left of them, and files of before there were any. */
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"
#include "store_accounts_fixture.h"

static void
two_accounts(struct fixture *f)
{
	change(f, ACCOUNT_ADDED, 1, "Ann", "$hash1", 0, 1000);
	change(f, ACCOUNT_ROOM_ENTERED, 1, "Tea", NULL, 1, 0);
	change(f, ACCOUNT_ROOM_ENTERED, 1, "main", NULL, 2, 0);
	change(f, ACCOUNT_ROOM_ENTERED, 1, "GÄRTEN", NULL, 3, 0);
	change(f, ACCOUNT_CURRENT, 1, "Tea", NULL, 0, 0);
	change(f, ACCOUNT_ADDED, 7, "bob", "$hash2", 0, 2000);
	change(f, ACCOUNT_READ, 1, "tea", NULL, 40, 40000);
	change(f, ACCOUNT_READ, 1, "@1:7", NULL, 41, 0);
	change(f, ACCOUNT_READ, 7, "tea", NULL, 5, 5000);
	change(f, ACCOUNT_TOLD, 7, NULL, NULL, 44, 0);
	change(f, ACCOUNT_CONVERSATION, 1, "@1:7", "bob", 41, 0);
	change(f, ACCOUNT_CONVERSATION, 7, "@1:7", "Ann", 41, 0);
	change(f, ACCOUNT_CONVERSATION, 1, "@1~cat", "Cat", 39, 0);
	change(f, ACCOUNT_STAY, 1, NULL, "digest1", 500, 9000);
	change(f, ACCOUNT_STAY, 1, NULL, "digest2", 400, 8000);
}

#define TWO_ACCOUNTS                           \
	"1 added 'Ann' '$hash1' 0 1000\n"      \
	"7 added 'bob' '$hash2' 0 2000\n"      \
	"1 entered 'Tea' '' 1 0\n"             \
	"1 entered 'main' '' 2 0\n"            \
	"1 entered 'GÄRTEN' '' 3 0\n"         \
	"1 current 'Tea' '' 0 0\n"             \
	"1 read '@1:7' '' 41 0\n"              \
	"1 read 'tea' '' 40 40000\n"           \
	"7 read 'tea' '' 5 5000\n"             \
	"7 told '' '' 44 0\n"                  \
	"1 conversation '@1~cat' 'Cat' 39 0\n" \
	"1 conversation '@1:7' 'bob' 41 0\n"   \
	"7 conversation '@1:7' 'Ann' 41 0\n"   \
	"1 stay '' 'digest2' 400 8000\n"       \
	"1 stay '' 'digest1' 500 9000\n"

static void
what_is_kept_is_loaded(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	assert_kept(f, "");
	assert_int_equal(f->store->last_account, 0);
	two_accounts(f);
	assert_kept(f, TWO_ACCOUNTS);
	assert_int_equal(f->store->last_account, 7);
	fixture_close(f);
	free(f);
}

static void
each_change_changes_what_it_says(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	change(f, ACCOUNT_ADDED, 3, "ann", "$hash", 0, 1);
	change(f, ACCOUNT_ROOM_ENTERED, 3, "Tea", NULL, 1, 0);
	change(f, ACCOUNT_ROOM_ENTERED, 3, "main", NULL, 2, 0);
	change(f, ACCOUNT_STAY, 3, NULL, "one", 1, 2);
	commit(f);
	change(f, ACCOUNT_NICK, 3, "Änne", NULL, 0, 0);
	change(f, ACCOUNT_PASSWORD, 3, NULL, "$other", 0, 0);
	change(f, ACCOUNT_ROOM_LEFT, 3, "tea", NULL, 0, 0);
	change(f, ACCOUNT_CURRENT, 3, "main", NULL, 0, 0);
	change(f, ACCOUNT_STAY, 3, NULL, "two", 3, 4);
	change(f, ACCOUNT_STAY_ENDED, 3, NULL, "one", 0, 0);
	change(f, ACCOUNT_CONVERSATION, 3, "@3:4", "bob", 10, 0);
	change(f, ACCOUNT_CONVERSATION, 3, "@3:4", "Bobby", 12, 0);
	assert_kept(f, "3 added 'Änne' '$other' 0 1\n"
		       "3 entered 'main' '' 2 0\n"
		       "3 current 'main' '' 0 0\n"
		       "3 conversation '@3:4' 'Bobby' 12 0\n"
		       "3 stay '' 'two' 3 4\n");
	/* It enters again: as the last. */
	change(f, ACCOUNT_ROOM_ENTERED, 3, "TEA", NULL, 5, 0);
	change(f, ACCOUNT_ROOM_ENTERED, 3, "Main", NULL, 6, 0);
	change(f, ACCOUNT_STAY_ENDED, 3, NULL, "two", 0, 0);
	assert_kept(f, "3 added 'Änne' '$other' 0 1\n"
		       "3 entered 'TEA' '' 5 0\n"
		       "3 entered 'Main' '' 6 0\n"
		       "3 current 'main' '' 0 0\n"
		       "3 conversation '@3:4' 'Bobby' 12 0\n");
	fixture_close(f);
	free(f);
}

/* In one turn, in several, and after the store was opened again. */
static void
markers_never_move_backward(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	change(f, ACCOUNT_ADDED, 1, "ann", "$", 0, 1);
	uint64_t seed = 3, most = 0, told = 0;
	char wanted[200];
	for (size_t i = 0; i < 300; i++) {
		uint64_t id = 1 + random_below(&seed, 1000);
		most = id > most ? id : most;
		change(f, ACCOUNT_READ, 1, "tea", NULL, id, (int64_t)id * 10);
		id = 1 + random_below(&seed, 1000);
		told = id > told ? id : told;
		change(f, ACCOUNT_TOLD, 1, NULL, NULL, id, 0);
		if (random_below(&seed, 3) == 0)
			commit(f);
		if (random_below(&seed, 50) == 0)
			reopen(f);
	}
	change(f, ACCOUNT_CONVERSATION, 1, "@1:2", "bob", 9, 0);
	change(f, ACCOUNT_CONVERSATION, 1, "@1:2", "rob", 8, 0);
	snprintf(wanted, sizeof wanted,
		"1 added 'ann' '$' 0 1\n"
		"1 read 'tea' '' %llu %llu\n"
		"1 told '' '' %llu 0\n"
		"1 conversation '@1:2' 'bob' 9 0\n",
		(unsigned long long)most, (unsigned long long)most * 10, (unsigned long long)told);
	assert_kept(f, wanted);
	fixture_close(f);
	free(f);
}

static void
of_a_removed_account_nothing_is_left_but_its_number(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, true);
	two_accounts(f);
	commit(f);
	change(f, ACCOUNT_REMOVED, 7, NULL, NULL, 0, 0);
	/* What was on its way. */
	change(f, ACCOUNT_READ, 7, "tea", NULL, 90, 0);
	change(f, ACCOUNT_TOLD, 7, NULL, NULL, 90, 0);
	change(f, ACCOUNT_ROOM_LEFT, 7, "nowhere", NULL, 0, 0);
	change(f, ACCOUNT_NICK, 7, "rob", NULL, 0, 0);
	change(f, ACCOUNT_REMOVED, 7, NULL, NULL, 0, 0);
	change(f, ACCOUNT_REMOVED, 1, NULL, NULL, 0, 0);
	assert_kept(f, "");
	assert_int_equal(f->store->last_account, 7);
	change(f, ACCOUNT_ADDED, 8, "bob", "$", 0, 1);
	assert_kept(f, "8 added 'bob' '$' 0 1\n");
	fixture_close(f);
	free(f);
}

/* Digests are bytes: any of them. */
static void
digests_are_kept_byte_by_byte(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct strbuf found = {0}, wanted = {0};
	char digest[SECRET_DIGEST_BYTES];
	fixture_open(f, true);
	change(f, ACCOUNT_ADDED, 1, "ann", "$", 0, 1);
	strbuf_puts(&wanted, "1 added 'ann' '$' 0 1\n");
	for (int i = 0; i < 256; i += (int)sizeof digest) {
		for (size_t at = 0; at < sizeof digest; at++)
			digest[at] = (char)(i + (int)at);
		struct account_change stay = {.kind = ACCOUNT_STAY,
			.account = 1,
			.value = {digest, sizeof digest},
			.id = (uint64_t)i,
			.time = 7};
		f->store->keep_account(f->store, &stay);
		if (i == 32) {
			stay.kind = ACCOUNT_STAY_ENDED;
			f->store->keep_account(f->store, &stay);
			continue;
		}
		stay.name = text_of("");
		on_change(&wanted, &stay);
	}
	commit(f);
	reopen(f);
	assert_true(f->store->load_accounts(f->store, on_change, &found));
	assert_int_equal(found.len, wanted.len);
	assert_memory_equal(found.ptr, wanted.ptr, wanted.len);
	strbuf_clear(&found);
	strbuf_clear(&wanted);
	fixture_close(f);
	free(f);
}

static void
without_a_file_there_are_no_accounts(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	fixture_open(f, false);
	assert_null(f->store->keep_account);
	assert_null(f->store->load_accounts);
	assert_null(f->store->erase);
	fixture_close(f);
	free(f);
}

/* The process is killed between two turns, at some moment: what was committed is there, in whole turns. */
static void
a_killed_server_has_what_was_committed(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		struct fixture *f = calloc(1, sizeof *f);
		int out[2];
		uint64_t shown = 0, n = 0;
		fixture_open(f, true);
		store_close(f->store);
		f->store = NULL;
		assert_int_equal(pipe(out), 0);
		pid_t pid = fork();
		if (pid == 0) {
			reopen(f);
			for (uint64_t i = 1;; i++) {
				change(f, ACCOUNT_ADDED, i, "ann", "$", 0, 1);
				change(f, ACCOUNT_ROOM_ENTERED, i, "tea", NULL, 1, 0);
				keep(f, EVENT_SAID, 1);
				commit(f);
				f->n = 0;
				if (write(out[1], &i, sizeof i) != sizeof i)
					_exit(1);
			}
		}
		close(out[1]);
		while (shown < 3 + round && read(out[0], &shown, sizeof shown) == sizeof shown)
			;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while (read(out[0], &shown, sizeof shown) == sizeof shown)
			;
		close(out[0]);
		reopen(f);
		n = f->store->last_account;
		assert_true(n >= shown && n <= shown + 1);
		struct strbuf wanted = {0};
		for (uint64_t i = 1; i <= n; i++)
			strbuf_printf(&wanted, "%llu added 'ann' '$' 0 1\n", (unsigned long long)i);
		for (uint64_t i = 1; i <= n; i++)
			strbuf_printf(
				&wanted, "%llu entered 'tea' '' 1 0\n", (unsigned long long)i);
		strbuf_add(&wanted, "", 1);
		assert_accounts(f, wanted.ptr);
		strbuf_clear(&wanted);
		fixture_close(f);
		free(f);
	}
}

/* As the first version made it, and with its rows. */
static void
version_one(const struct fixture *f)
{
	struct strbuf why = {0};
	sqlite3 *sqlite;
	struct db *db = db_open_version(f->file, STORE_SYNC_NORMAL, db_versions, 1, &why);
	assert_non_null(db);
	db_close(db);
	assert_int_equal(sqlite3_open(f->file, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite,
				 "INSERT INTO room VALUES (1, 'main', 'main');"
				 "INSERT INTO event VALUES (1, 1000, 1, 1, 'ann', 'text 1');"
				 "INSERT INTO place VALUES (1, 0, 1);"
				 "UPDATE meta SET value = 1 WHERE key = 'last_id'",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(sqlite);
	strbuf_clear(&why);
}

static void
a_file_without_accounts_gets_them(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct stat copied;
	char copy[80];
	fixture_open(f, true);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(unlink(f->file), 0);
	version_one(f);
	snprintf(copy, sizeof copy, "%s.version1", f->file);
	assert_int_equal(stat(copy, &copied), -1);
	reopen(f);
	assert_int_equal(stat(copy, &copied), 0);
	assert_int_equal(copied.st_mode & 0777, 0600);
	f->kept[f->n++] = (struct kept){1, EVENT_SAID, 1};
	assert_page(f, 0, (struct history_range){.limit = 10});
	keep(f, EVENT_SAID, 1);
	two_accounts(f);
	assert_kept(f, TWO_ACCOUNTS);
	assert_page(f, 0, (struct history_range){.limit = 10});
	fixture_close(f);
	free(f);
}

/* A copy that is made while the server runs has the accounts, too, and is the owner's alone to read. */
static void
a_backup_has_the_accounts(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	struct strbuf why = {0};
	struct stat copied;
	char copy[80];
	fixture_open(f, true);
	two_accounts(f);
	commit(f);
	snprintf(copy, sizeof copy, "%s/copy.db", f->folder);
	assert_true(store_backup(f->file, copy, NULL, &why));
	assert_int_equal(stat(copy, &copied), 0);
	assert_int_equal(copied.st_mode & 0777, 0600);
	change(f, ACCOUNT_REMOVED, 1, NULL, NULL, 0, 0);
	commit(f);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(rename(copy, f->file), 0);
	reopen(f);
	assert_accounts(f, TWO_ACCOUNTS);
	strbuf_clear(&why);
	fixture_close(f);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_loaded),
		cmocka_unit_test(each_change_changes_what_it_says),
		cmocka_unit_test(markers_never_move_backward),
		cmocka_unit_test(of_a_removed_account_nothing_is_left_but_its_number),
		cmocka_unit_test(digests_are_kept_byte_by_byte),
		cmocka_unit_test(without_a_file_there_are_no_accounts),
		cmocka_unit_test(a_killed_server_has_what_was_committed),
		cmocka_unit_test(a_file_without_accounts_gets_them),
		cmocka_unit_test(a_backup_has_the_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
