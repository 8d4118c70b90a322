/* Reads `[HH:MM] ` or `[YYYY-MM-DD HH:MM] `, in the zone of this machine, and what follows. */
#include "client/protocol/lobby_past.h"

#include <stdio.h>
#include <time.h>

#include "client/model/event_line.h"
#include "client/protocol/text_lines.h"
#include "client/session/answers.h"
#include "client/session/clock.h"

/* Whether the text has the form, in which a 0 stands for any digit. */
static bool
text_has_form(struct text t, const char *form)
{
	if (t.len != strlen(form))
		return false;
	for (size_t i = 0; i < t.len; i++) {
		bool digit = t.ptr[i] >= '0' && t.ptr[i] <= '9';
		if (form[i] == '0' ? !digit : t.ptr[i] != form[i])
			return false;
	}
	return true;
}

/* Takes the time off the string. False: it does not begin with one. */
static bool
string_time(struct text *string, int64_t *time)
{
	struct text rest = *string, stamp;
	time_t now = (time_t)(wall_ms() / 1000);
	struct tm local;
	char buf[32];
	if (!text_skip_prefix(rest, "[", &rest) || !text_split(&rest, ']', &stamp) ||
		!text_skip_prefix(rest, " ", &rest) || !localtime_r(&now, &local))
		return false;
	bool dated = text_has_form(stamp, "0000-00-00 00:00");
	if (!dated && !text_has_form(stamp, "00:00"))
		return false;
	snprintf(buf, sizeof buf, "%.*s", TEXT_ARGS(stamp));
	if (dated) {
		sscanf(buf, "%d-%d-%d %d:%d", &local.tm_year, &local.tm_mon, &local.tm_mday,
			&local.tm_hour, &local.tm_min);
		local.tm_year -= 1900;
		local.tm_mon--;
	} else {
		sscanf(buf, "%d:%d", &local.tm_hour, &local.tm_min);
	}
	local.tm_sec = 0;
	local.tm_isdst = -1;
	*time = (int64_t)mktime(&local) * 1000;
	*string = rest;
	return true;
}

static struct line *
past_line(const struct model *model, const struct room *room, struct text said, int64_t time)
{
	struct text rest = said, nick, sentence;
	bool emote = said.len > 1 && said.ptr[0] == '[' && said.ptr[said.len - 1] == ']';
	if (text_skip_prefix(said, "*** ", &sentence)) {
		struct line_parts parts = {.prefix = text_of("*** "), .body = sentence};
		return line_make(LINE_NOTICE, time, &parts);
	}
	if (emote)
		rest = (struct text){said.ptr + 1, said.len - 2};
	if (!text_split(&rest, ' ', &nick))
		nick = TEXT_NONE;
	if (!emote && nick.len > 1 && nick.ptr[nick.len - 1] == ':')
		nick.len--;
	return event_line_message(model, room, emote ? LINE_EMOTE : LINE_MESSAGE, nick, rest, time);
}

bool
lobby_receive_past(struct session *session, struct text string)
{
	const struct room *room = session->model->here;
	int64_t time;
	if (!string_time(&string, &time))
		return false;
	struct line *line = past_line(session->model, room, string, time);
	line->past = true;
	answers_add(session, room, text_of(room->name), line);
	return true;
}
