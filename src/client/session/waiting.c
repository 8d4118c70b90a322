/* Pending lines, as they will look once they are said. */
#include "client/session/waiting.h"

#include "client/model/command.h"

/* Whether it concerns the room or conversation that is shown. */
static bool
is_here(const struct session *session, const struct pending *pending)
{
	const struct room *here = model_current(session->model);
	if (!pending->room)
		return true;
	bool direct = pending->room[0] == '@';
	return direct == here->direct && strcmp(pending->room + direct, here->name) == 0;
}

/* NULL: it says nothing. */
static struct line *
waiting_line(const struct session *session, const struct pending *pending)
{
	struct text rest = text_of(pending->text), command = TEXT_NONE;
	bool says = !command_parse(&rest, &command) || command_is(command, "say");
	bool emote = command_is(command, "me"), direct = command_is(command, "msg");
	struct line_parts parts = {.nick = text_of(session->model->nick)};
	if ((!says && !emote && !direct) || !is_here(session, pending))
		return NULL;
	parts.prefix = text_of(emote ? "[" : "");
	parts.verb = text_of(emote ? " " : direct ? " -> " : ": ");
	if (direct) {
		parts.to = text_word(&rest);
		parts.separator = text_of(": ");
	}
	parts.body = rest;
	parts.suffix = text_of(emote ? "]" : "");
	enum line_kind kind = emote ? LINE_EMOTE : direct ? LINE_DIRECT : LINE_MESSAGE;
	struct line *line = line_make(kind, pending->time, &parts);
	line->waiting = true;
	return line;
}

size_t
waiting_lines(const struct session *session, struct line **lines, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < session->n_pending && n < max; i++) {
		struct line *line = waiting_line(session, &session->pending[i]);
		if (line)
			lines[n++] = line;
	}
	return n;
}
