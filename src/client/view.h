/*
 * The screen: what was said above, a line about where one is, and below it the
 * line that is being typed. Shows what it is given and decides nothing.
 */
#ifndef CLIENT_VIEW_H
#define CLIENT_VIEW_H

#include "client/input.h"
#include "client/model.h"
#include "teahouse/strbuf.h"

enum { VIEW_LEAST_ROWS = 4, VIEW_LEAST_COLUMNS = 20, VIEW_WIDE_COLUMNS = 100 };

struct view;

/* NULL: the terminal cannot show it, and why. pastes: ask it to mark what is pasted. */
struct view *view_open(bool pastes, struct strbuf *why);
void view_close(struct view *view);

/* The terminal's size has changed, or it was somebody else's for a while. */
void view_resize(void);
void view_suspend(struct view *view);
void view_resume(struct view *view);
void view_redraw(void);

/* The part that shows what was said. */
int view_columns(const struct view *view);
int view_rows(void);

/* Whether nicks have colours, where the terminal has any and nobody has set NO_COLOR. */
void view_use_colours(struct view *view, bool wanted);

/* Whether the rooms stand at the left and the people at the right, where the screen is wide enough. */
void view_show_sides(struct view *view, bool rooms, bool people);

void view_draw(struct view *view, const struct model *model, const struct typed *typed,
	struct text connection);
void view_bell(void);

#endif
