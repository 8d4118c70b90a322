/* Markers of the room or conversation that is shown. */
#include "client/session/markers.h"

#include "client/model/markers.h"
#include "client/session/clock.h"

enum { PAUSE_MS = 1000 };

static bool
markers_are_told(const struct session *session)
{
	return session->state == SESSION_ONLINE && session->account.registered &&
	       session->protocol->send_read;
}

void
markers_see(struct session *session)
{
	struct room *room = model_current(session->model);
	uint64_t id = markers_are_told(session) ? model_read_here(room) : 0;
	if (id > room->marker.id)
		room->marker.id = id;
	if (id == 0 || room->marker.id <= room->marker.sent || markers_timeout(session) > 0)
		return;
	room->marker.sent = room->marker.id;
	room->marker.sent_ms = monotonic_ms();
	session->protocol->send_read(session, room);
}

int
markers_timeout(const struct session *session)
{
	const struct marker *marker = &model_current(session->model)->marker;
	if (!markers_are_told(session) || marker->id <= marker->sent)
		return -1;
	int64_t now = monotonic_ms(), next = marker->sent_ms + PAUSE_MS;
	return marker->sent_ms && next > now ? (int)(next - now) : 0;
}
