/* Draws the screen. Shows what it is given and decides nothing. */
#ifndef CLIENT_UI_VIEW_DRAW_H
#define CLIENT_UI_VIEW_DRAW_H

#include "client/model/model.h"
#include "client/ui/input.h"
#include "client/ui/view.h"

/* connection: its state, for the status line. */
void view_draw(struct view *view, const struct model *model, const struct typed *typed,
	struct text connection);

#endif
