/*
 * The log: standard error, one line an event, `teahoused: subject: what, why`.
 * Never what people said; a control character in an argument is shown as `?`,
 * so that no nick can forge a line. The only global state there is.
 */
#ifndef TEAHOUSE_LOG_H
#define TEAHOUSE_LOG_H

enum log_level {
	LOG_ERROR,  /* something that should work does not */
	LOG_NOTICE, /* what somebody who runs a server wants to see */
	LOG_DETAIL, /* -v: who comes and goes */
	LOG_ALL,    /* -vv */
};

void log_open(const char *program, enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
