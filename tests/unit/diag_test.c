/* The log: one line an event, whatever its arguments hold. */
#include "unit.h"

#include <unistd.h>

#include "teahouse/diag.h"

static int kept, file;

/* Standard error goes to a file for a while. */
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

/* What was written meanwhile. */
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
an_event_is_a_line_with_the_programs_name(void **state)
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
what_is_below_the_level_is_not_written(void **state)
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
nobody_forges_a_line_or_speaks_to_the_terminal(void **state)
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
a_line_that_is_too_long_is_cut_and_still_ends(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_line_with_the_programs_name),
		cmocka_unit_test(what_is_below_the_level_is_not_written),
		cmocka_unit_test(nobody_forges_a_line_or_speaks_to_the_terminal),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_still_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
