/* What several commands check of a request: its room, and its text. */
#include <stdio.h>

#include "core/core_internal.h"

struct room *
request_room(struct session *session, const struct request *request)
{
	struct room *room = session->current;
	if (request->room.ptr)
		room = room_find(session->core, request->room);
	if (room && room_membership(room, session->user))
		return room;
	request_refuse(session, room ? REASON_NOT_IN_ROOM : REASON_NO_SUCH_ROOM,
		room ? room_name(room) : request->room, request);
	return NULL;
}

enum reason
request_body(struct session *session, const struct request *request, struct text said, size_t most,
	struct strbuf *body)
{
	const struct history *history = session->core->host.history;
	if (history && history->is_failing(history))
		return request_refuse(session, REASON_STORE_FAILED, TEXT_NONE, request);
	text_clean(body, said);
	if (body->len == 0)
		return request_refuse(session, REASON_TEXT_EMPTY, TEXT_NONE, request);
	if (body->len <= most && text_lines(strbuf_view(body)) <= TEXT_LINES)
		return REASON_OK;
	char limit[24];
	snprintf(limit, sizeof limit, "%zu", most);
	return request_refuse(session, REASON_TEXT_TOO_LONG, text_of(limit), request);
}

bool
request_number(struct text t, uint64_t otherwise, uint64_t *number)
{
	*number = otherwise;
	if (!t.ptr)
		return true;
	bool negative = t.len > 1 && t.ptr[0] == '-';
	uint64_t n = 0;
	for (size_t i = negative; i < t.len; i++) {
		if (t.ptr[i] < '0' || t.ptr[i] > '9')
			return false;
		n = n > UINT64_MAX / 20 ? n : n * 10 + (uint64_t)(t.ptr[i] - '0');
	}
	*number = negative ? 0 : n;
	return t.len > negative;
}
