/* Scrolling through the lines of the room that is shown, and loading those beyond them. */
#ifndef CLIENT_UI_LOG_SCROLL_H
#define CLIENT_UI_LOG_SCROLL_H

#include "client/session/session.h"
#include "client/ui/view.h"

/* Scrolls so many rows up, or down if it is negative; or pages, of which two rows stay visible. */
void log_scroll_rows(struct session *session, const struct view *view, int up);
void log_scroll_pages(struct session *session, const struct view *view, int up);

/* Goes to the first of the lines that are there, or to the newest of all. */
void log_to_top(struct session *session, const struct view *view);
void log_to_end(struct session *session);

/* To be called before drawing: loads what the user is about to see. */
void log_load(struct session *session, const struct view *view);

#endif
