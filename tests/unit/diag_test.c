/* The log: one line per event, whatever its arguments contain, with the time if there is none yet. */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "teahouse/diag.h"

static int kept, file;

/* Redirects standard error to a file. */
static void
log_catch(void)
{
	FILE *temporary = tmpfile();
	assert_non_null(temporary);
	file = dup(fileno(temporary));
	fclose(temporary);
	kept = dup(STDERR_FILENO);
	assert_true(dup2(file, STDERR_FILENO) >= 0);
}

/* Restores standard error. Returns what was written to the file. */
static struct text
log_caught(char *bytes, size_t max)
{
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	ssize_t n = pread(file, bytes, max, 0);
	close(file);
	assert_true(n >= 0);
	return (struct text){bytes, (size_t)n};
}

static void
a_line_begins_with_the_programs_name(void **state)
{
	(void)state;
	char bytes[256];
	diag_open("teahoused", LOG_LEVEL_INFO);
	log_catch();
	diag_line(LOG_LEVEL_ERROR, "port %d: %s", 5005, "in use");
	diag_line(LOG_LEVEL_INFO, "ready");
	assert_text(log_caught(bytes, sizeof bytes),
		BYTES("teahoused: port 5005: in use\nteahoused: ready\n"));
}

static void
lines_above_the_level_are_dropped(void **state)
{
	(void)state;
	char bytes[256];
	diag_open("t", LOG_LEVEL_ERROR);
	log_catch();
	diag_line(LOG_LEVEL_INFO, "no");
	diag_line(LOG_LEVEL_DEBUG, "no");
	diag_line(LOG_LEVEL_ERROR, "yes");
	diag_open("t", LOG_LEVEL_TRACE);
	diag_line(LOG_LEVEL_TRACE, "everything");
	assert_text(log_caught(bytes, sizeof bytes), BYTES("t: yes\nt: everything\n"));
}

static void
control_characters_are_replaced(void **state)
{
	(void)state;
	char bytes[256];
	diag_open("t", LOG_LEVEL_TRACE);
	log_catch();
	diag_line(LOG_LEVEL_INFO, "%s left",
		"ann\nt: root\r\x1b[2J\x7f\xc2\x9b"
		"1mJos\xc3\xa9");
	assert_text(log_caught(bytes, sizeof bytes),
		BYTES("t: ann?t: root??[2J???1mJos\xc3\xa9 left\n"));
}

static void
a_line_that_is_too_long_is_cut_and_terminated(void **state)
{
	(void)state;
	char bytes[8192], nick[4096];
	memset(nick, 'x', sizeof nick - 1);
	nick[sizeof nick - 1] = '\0';
	diag_open("t", LOG_LEVEL_TRACE);
	log_catch();
	diag_line(LOG_LEVEL_INFO, "%s", nick);
	diag_line(LOG_LEVEL_INFO, "next");
	struct text rest = log_caught(bytes, sizeof bytes);
	struct text line = text_line(&rest);
	assert_in_range(line.len, 500, 1024);
	assert_int_equal(line.ptr[line.len - 1], 'x');
	assert_text(rest, BYTES("t: next\n"));
}

/* "DEVICE:INODE" of the file that standard error now is. */
static void
stream_of_stderr(char *out, size_t size)
{
	struct stat found;
	assert_int_equal(fstat(STDERR_FILENO, &found), 0);
	snprintf(out, size, "%ju:%ju", (uintmax_t)found.st_dev, (uintmax_t)found.st_ino);
}

static void
time_format(char *out, size_t size, time_t at)
{
	assert_int_equal(strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", gmtime(&at)), 20);
}

/* Logs a line after diag_show_times. stream: $JOURNAL_STREAM; NULL: unset, "": this stderr. */
static void
times_must_be(const char *stream, bool shown)
{
	char bytes[256], first[32], last[32], now[32], own[64];
	diag_open("t", LOG_LEVEL_INFO);
	log_catch();
	if (stream) {
		stream_of_stderr(own, sizeof own);
		setenv("JOURNAL_STREAM", *stream ? stream : own, 1);
	} else {
		unsetenv("JOURNAL_STREAM");
	}
	diag_show_times();
	time_format(first, sizeof first, time(NULL));
	diag_line(LOG_LEVEL_INFO, "conn 17 192.0.2.7: ann");
	time_format(last, sizeof last, time(NULL));
	struct text line = log_caught(bytes, sizeof bytes);
	if (!shown) {
		assert_text(line, BYTES("t: conn 17 192.0.2.7: ann\n"));
		return;
	}
	char *time = bytes + strlen("t: ");
	assert_int_equal(line.len, 3 + 20 + 1 + strlen("conn 17 192.0.2.7: ann\n"));
	memcpy(now, time, 20);
	now[20] = '\0';
	assert_true(strcmp(first, now) <= 0 && strcmp(now, last) <= 0);
	memmove(time, time + 21, line.len -= 24);
	assert_text(((struct text){time, line.len}), BYTES("conn 17 192.0.2.7: ann\n"));
}

static void
lines_have_the_time_where_the_journal_does_not_add_it(void **state)
{
	(void)state;
	times_must_be(NULL, true);
	times_must_be("", false);
	times_must_be("1:2", true);
	times_must_be("journal", true);
	times_must_be(NULL, true);
}

static void
the_time_does_not_depend_on_the_time_zone(void **state)
{
	(void)state;
	setenv("TZ", "XXX-13:30", 1);
	times_must_be(NULL, true);
	unsetenv("TZ");
	times_must_be("", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_begins_with_the_programs_name),
		cmocka_unit_test(lines_above_the_level_are_dropped),
		cmocka_unit_test(control_characters_are_replaced),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_terminated),
		cmocka_unit_test(lines_have_the_time_where_the_journal_does_not_add_it),
		cmocka_unit_test(the_time_does_not_depend_on_the_time_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
