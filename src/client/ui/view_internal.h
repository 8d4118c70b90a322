/* What the parts of the view share. Only they know curses. */
#ifndef CLIENT_UI_VIEW_INTERNAL_H
#define CLIENT_UI_VIEW_INTERNAL_H

#include <stdbool.h>

#include <curses.h>

enum { STATUS_ROWS = 1, INPUT_ROWS = 1, SIDE_COLUMNS = 20, PAIR_REFUSED = 1, PAIR_NICKS };

struct view {
	SCREEN *screen;
	struct term *before; /* what cur_term was before curses; curses does not free it */
	bool pastes;         /* the terminal was asked to mark pasted text */
	bool mouse;          /* the terminal was asked to report it */
	bool has_colours;
	bool colour;        /* colours are used */
	bool rooms, people; /* the sides that are wanted beside the log */
	bool in_room;       /* the user is in a room */
	int nick_colours;   /* how many there are */
};

#endif
