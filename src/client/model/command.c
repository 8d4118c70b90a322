/* Typed lines, taken apart. */
#include "client/model/command.h"

#include <string.h>
#include <strings.h>

/* White space before a slash, as it is easily typed or copied; not the blank lines of a message. */
static struct text
without_blanks(struct text line)
{
	static const char *const wide[] = {"\xc2\xa0", "\xe3\x80\x80"};
	for (size_t n = 1; n > 0 && line.len > 0; line.ptr += n, line.len -= n) {
		n = strchr(" \t", line.ptr[0]) && line.ptr[0] ? 1 : 0;
		for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
			if (line.len >= strlen(wide[i]) &&
				memcmp(line.ptr, wide[i], strlen(wide[i])) == 0)
				n = strlen(wide[i]);
	}
	return line;
}

bool
command_begins(struct text line)
{
	line = without_blanks(line);
	return line.len > 0 && line.ptr[0] == '/';
}

bool
command_parse(struct text *line, struct text *command)
{
	struct text rest = without_blanks(*line);
	if (rest.len < 1 || rest.ptr[0] != '/')
		return false;
	struct text after = {rest.ptr + 1, rest.len - 1};
	if (after.len > 0 && after.ptr[0] == '/') {
		*line = after;
		return false;
	}
	struct text word = text_word(&after);
	/* The path of a file. */
	if (memchr(word.ptr, '/', word.len))
		return false;
	*line = after;
	*command = word;
	return true;
}

bool
command_is(struct text command, const char *name)
{
	return command.len == strlen(name) && strncasecmp(command.ptr, name, command.len) == 0;
}

bool
command_has_secret(struct text line)
{
	struct text command;
	if (!command_parse(&line, &command))
		return false;
	struct text word = text_word(&line);
	if (command_is(command, "login"))
		return line.len > 0;
	return word.len > 0 &&
	       (command_is(command, "register") || command_is(command, "password") ||
		       command_is(command, "unregister"));
}

struct text
command_before(struct text line, size_t start)
{
	struct text rest = without_blanks((struct text){line.ptr, start});
	if (rest.len == 0 || rest.ptr[0] != '/')
		return (struct text){"", 0};
	struct text word = text_word(&rest);
	return rest.len ? (struct text){"", 0} : (struct text){word.ptr + 1, word.len - 1};
}

bool
command_takes_room(struct text line, size_t start)
{
	struct text command = command_before(line, start);
	return start > 0 && (command_is(command, "join") || command_is(command, "leave"));
}
