/* The log, on standard error. Each line is one write, so that lines do not mix. */
#include "teahouse/diag.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static const char *log_program = "teahouse";
static enum log_level log_max = LOG_LEVEL_INFO;
static bool log_times;

void
diag_open(const char *program, enum log_level level)
{
	log_program = program;
	log_max = level;
	/* gmtime_r would otherwise open the time zone's file at its first call. */
	tzset();
}

/* Whether standard error is the journal's stream (systemd.exec(5), $JOURNAL_STREAM). */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat found;
	char own[64];
	if (!stream || fstat(STDERR_FILENO, &found) < 0)
		return false;
	snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)found.st_dev, (uintmax_t)found.st_ino);
	return strcmp(own, stream) == 0;
}

void
diag_show_times(void)
{
	log_times = !stderr_is_journal();
}

/* What each line begins with. Its length. */
static size_t
line_begin(char *line, size_t size)
{
	size_t len = (size_t)snprintf(line, size, "%s: ", log_program);
	time_t now = time(NULL);
	struct tm utc;
	if (log_times && gmtime_r(&now, &utc))
		len += strftime(line + len, size - len, "%Y-%m-%dT%H:%M:%SZ ", &utc);
	return len;
}

/* Replaces control characters, also C1 (C2 80 to C2 9F in UTF-8), which some terminals obey. */
static void
line_clean(char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];
		if (c < 0x20 || c == 0x7f)
			line[i] = '?';
		if (c == 0xc2 && i + 1 < len && (unsigned char)line[i + 1] < 0xa0)
			line[i] = line[i + 1] = '?';
	}
}

void
diag_line(enum log_level level, const char *format, ...)
{
	if (level > log_max)
		return;
	char line[LINE_MAX_BYTES];
	size_t len = line_begin(line, sizeof line);
	va_list args;
	va_start(args, format);
	int added = vsnprintf(line + len, sizeof line - len, format, args);
	va_end(args);
	len += added > 0 ? (size_t)added : 0;
	if (len > sizeof line - 1)
		len = sizeof line - 1;
	line_clean(line, len);
	line[len] = '\n';
	/* A log that cannot be written cannot be reported anywhere. */
	ssize_t ignored = write(STDERR_FILENO, line, len + 1);
	(void)ignored;
}
