/* Draws the screen. Shows what it is given and decides nothing. */
#ifndef CLIENT_UI_VIEW_DRAW_H
#define CLIENT_UI_VIEW_DRAW_H

#include "client/model/model.h"
#include "client/ui/input.h"
#include "client/ui/view.h"

/* What the server has not confirmed, for the end of the log; the oldest first. */
struct waiting {
	struct line *const *lines;
	size_t n;
};

/* connection: its state, for the status line. */
void view_draw(struct view *view, const struct model *model, const struct waiting *waiting,
	const struct typed *typed, struct text connection);

#endif
