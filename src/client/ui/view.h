/*
 * The screen: the log of a room, above it the topic, below it the status line and the input line. Sets the terminal
 * up and gives it back; view_draw.h draws.
 */
#ifndef CLIENT_UI_VIEW_H
#define CLIENT_UI_VIEW_H

#include "teahouse/strbuf.h"

enum { VIEW_LEAST_ROWS = 4, VIEW_LEAST_COLUMNS = 20, VIEW_WIDE_COLUMNS = 100, VIEW_BAR_ROWS = 8 };

struct view;

/* NULL: the terminal cannot show a screen; `why` says why. pastes: ask it to mark pasted text. */
struct view *view_open(bool pastes, struct strbuf *why);
void view_close(struct view *view);

/* The terminal's size has changed; it is given back to the shell, taken again, or garbled. */
void view_resize(void);
void view_suspend(struct view *view);
void view_resume(struct view *view);
void view_redraw(void);

/* The size of the log. */
int view_columns(const struct view *view);
int view_rows(const struct view *view);

/* Columns of the rooms at the left, or of the people at the right; 0: they are not shown. */
int view_side_columns(const struct view *view, bool wanted);

/* Whether to use colours, provided that the terminal has some and NO_COLOR is not set. */
void view_use_colours(struct view *view, bool wanted);

/* Whether to have the terminal report the mouse, which it then does not select text by. */
void view_use_mouse(struct view *view, bool wanted);

/* Whether to show the rooms at the left and the people at the right, if the screen is wide enough. */
void view_show_sides(struct view *view, bool rooms, bool people);

/* Whether to show the keys and commands instead of the log: their first page. */
void view_show_help(struct view *view, bool shown);

/* Shows the next page of them; false: there is none. */
bool view_next_help(struct view *view);

void view_bell(void);

#endif
