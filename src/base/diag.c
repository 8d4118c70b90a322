/* The log, on standard error; each line is one write, so that lines do not mix. */
#include "teahouse/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static const char *log_program = "teahouse";
static enum log_level log_most = LOG_LEVEL_INFO;

void
diag_open(const char *program, enum log_level level)
{
	log_program = program;
	log_most = level;
}

void
diag_line(enum log_level level, const char *format, ...)
{
	if (level > log_most)
		return;
	char line[LINE_MAX_BYTES];
	int start = snprintf(line, sizeof line, "%s: ", log_program);
	va_list args;
	va_start(args, format);
	int added = vsnprintf(line + start, sizeof line - (size_t)start, format, args);
	va_end(args);
	size_t len = (size_t)start + (added > 0 ? (size_t)added : 0);
	if (len > sizeof line - 1)
		len = sizeof line - 1;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];
		if (c < 0x20 || c == 0x7f)
			line[i] = '?';
		/* C1 controls, which some terminals obey, are C2 80 to C2 9F in UTF-8. */
		if (c == 0xc2 && i + 1 < len && (unsigned char)line[i + 1] < 0xa0)
			line[i] = line[i + 1] = '?';
	}
	line[len] = '\n';
	/* There is nowhere to say that the log cannot be written. */
	ssize_t ignored = write(STDERR_FILENO, line, len + 1);
	(void)ignored;
}
