/*
 * The log: standard error, one line an event, `teahoused: subject: what, why`.
 * Never what people said; a control character in an argument is shown as `?`,
 * so that no nick can forge a line. The only global state there is.
 */
#ifndef TEAHOUSE_DIAG_H
#define TEAHOUSE_DIAG_H

enum log_level {
	LOG_LEVEL_ERROR, /* something that should work does not */
	LOG_LEVEL_INFO,  /* what somebody who runs a server wants to see */
	LOG_LEVEL_DEBUG, /* -v: who comes and goes */
	LOG_LEVEL_TRACE, /* -vv */
};

void diag_open(const char *program, enum log_level level);

void diag_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
