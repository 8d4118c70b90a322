/* A page ahead of what is visible is loaded, so that the user need not wait. */
#include "client/ui/log_scroll.h"

#include <limits.h>

#include "client/session/loading.h"
#include "client/ui/scroll.h"

void
log_scroll_rows(struct session *session, const struct view *view, int up)
{
	struct room *room = model_current(session->model);
	uint64_t before = room->scroll.bottom;
	scroll_by(&room->scroll, up, view_columns(view), view_rows(view));
	if (up > 0)
		room->past.failed = false;
	/* These are the last of the lines, but not the newest. */
	if (up < 0 && !room->scroll.bottom && past_has_newer(room) && before) {
		room->scroll.bottom = room->scroll.last;
		loading_newer(session, room);
	}
}

void
log_scroll_pages(struct session *session, const struct view *view, int up)
{
	int rows = view_rows(view);
	log_scroll_rows(session, view, up * (rows > 4 ? rows - 2 : rows));
}

void
log_to_top(struct session *session, const struct view *view)
{
	log_scroll_rows(session, view, INT_MAX / 2);
}

void
log_to_end(struct session *session)
{
	struct room *room = model_current(session->model);
	if (room->past.away_from)
		scrollback_to_end(&room->scroll);
	else if (past_to_end(room))
		loading_older(session, room);
}

void
log_load(struct session *session, const struct view *view)
{
	struct room *room = model_current(session->model);
	const struct scrollback *scroll = &room->scroll;
	int rows = view_rows(view), columns = view_columns(view);
	if (room->past.failed)
		return;
	if (scroll_rows_hidden(scroll, columns, rows) < rows)
		loading_older(session, room);
	if (scroll->bottom && scroll_rows_below(scroll, columns, rows) < rows)
		loading_newer(session, room);
}
