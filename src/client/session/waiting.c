/* Pending lines, as they will look once they are said. */
#include "client/session/waiting.h"

#include "client/session/pending.h"

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
	struct speech speech = pending_speech(pending);
	bool emote = speech.kind == LINE_EMOTE, direct = speech.kind == LINE_DIRECT;
	if (speech.kind == LINE_LOCAL || !is_here(session, pending))
		return NULL;
	struct line_parts parts = {
		.prefix = text_of(emote ? "[" : ""),
		.nick = text_of(session->model->nick),
		.verb = text_of(emote    ? " "
				: direct ? " -> "
					 : ": "),
		.to = speech.to,
		.separator = text_of(direct ? ": " : ""),
		.body = speech.body,
		.suffix = text_of(emote ? "]" : ""),
	};
	struct line *line = line_make(speech.kind, pending->time, &parts);
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
