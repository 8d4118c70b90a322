/* Typed lines, taken apart. */
#include "client/model/command.h"

#include <strings.h>

bool
command_parse(struct text *line, struct text *command)
{
	if (line->len < 1 || line->ptr[0] != '/')
		return false;
	line->ptr++;
	line->len--;
	if (line->len > 0 && line->ptr[0] == '/')
		return false;
	*command = text_word(line);
	return true;
}

bool
command_is(struct text command, const char *name)
{
	return command.len == strlen(name) && strncasecmp(command.ptr, name, command.len) == 0;
}

struct text
command_before(struct text line, size_t start)
{
	struct text rest = {line.ptr, start};
	if (line.len == 0 || line.ptr[0] != '/')
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
