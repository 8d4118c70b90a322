/* What the parts of the view share. Only they know curses. */
#ifndef CLIENT_UI_VIEW_INTERNAL_H
#define CLIENT_UI_VIEW_INTERNAL_H

#include <stdbool.h>

#include <curses.h>

#include "client/model/model.h"
#include "client/ui/width.h"

enum {
	TOPIC_ROWS = 1,
	STATUS_ROWS = 1,
	INPUT_ROWS = 1,
	SIDE_COLUMNS = 20,
	PAIR_REFUSED = 1,
	PAIR_NICKS,
};

/* Between the parts of the topic bar and of the status line. */
#define BAR_SEPARATOR " \xe2\x94\x82 "

struct view {
	SCREEN *screen;
	struct term *before; /* what cur_term was before curses; curses does not free it */
	bool pastes;         /* the terminal was asked to mark pasted text */
	bool mouse;          /* the terminal was asked to report it */
	bool has_colours;
	bool colour;        /* colours are used */
	bool rooms, people; /* the sides that are wanted beside the log */
	bool in_room;       /* the user is in a room or a conversation */
	bool help;          /* the keys and commands are shown instead of the log */
	int help_page;      /* of them, from 0 */
	bool help_more;     /* there is another page after it, as far as was drawn */
};

/* The row of the log's first line. */
int view_top(const struct view *view);

/* The colour pair of a nick's colour; 0: no colours are used. */
short nick_pair(const struct view *view, int colour);

void draw_glyph(int y, int x, const struct glyph *glyph, attr_t attributes, short pair);

/* Returns the column after the text. */
int draw_text(int y, int x, struct text t, attr_t attributes, short pair);

/* The same; text that is wider ends in an ellipsis. */
int draw_cut(int y, int x, int columns, struct text t, attr_t attributes, short pair);

void draw_rooms(const struct view *view, const struct model *model);
void draw_people(const struct view *view, const struct model *model);
void draw_topic(const struct model *model);
void draw_status(const struct model *model, struct text connection);
void draw_hint(struct text hint);
void draw_help(struct view *view, const struct model *model);

#endif
