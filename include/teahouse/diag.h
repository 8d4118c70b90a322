/*
 * The log: standard error, one line per event, `teahoused: WHAT: WHY` (SPEC 2). A line about
 * a connection begins with it: `conn NUMBER ADDRESS: `. Never logs what users said. A control
 * character in an argument is shown as `?`, so that no nick can forge a line. This is the
 * only global state.
 */
#ifndef TEAHOUSE_DIAG_H
#define TEAHOUSE_DIAG_H

enum log_level {
	LOG_LEVEL_ERROR, /* a failure */
	LOG_LEVEL_INFO,  /* what an operator wants to see */
	LOG_LEVEL_DEBUG, /* -v: logins and departures */
	LOG_LEVEL_TRACE, /* -vv */
};

/* Lines begin with the program's name, which is borrowed; those above the level are dropped. */
void diag_open(const char *program, enum log_level level);

/*
 * From now on each line also has the time, in UTC as in ISO 8601: `teahoused:
 * 2026-11-27T15:04:05Z WHAT: WHY`; unless standard error is the journal, which adds its own.
 */
void diag_show_times(void);

/* Writes a line of at most 1 KiB; the rest is cut off. Allocates nothing. */
void diag_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
