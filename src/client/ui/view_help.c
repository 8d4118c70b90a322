/* Drawing the help: the keys, and beside them the commands. */
#include "client/ui/view.h"
#include "client/ui/view_internal.h"

enum { KEY_COLUMNS = 20, TWO_COLUMNS = 76, KEYS_WIDTH = 42 };

static const struct {
	const char *key, *does;
} keys[] = {
	{"Enter", "send"},
	{"Alt-Enter", "new line"},
	{"Tab", "complete"},
	{"Up, Down", "earlier messages"},
	{"PgUp, PgDn", "scroll"},
	{"End, Esc", "to the last message"},
	{"Alt-1 .. Alt-9", "go to a room"},
	{"Ctrl-N, Ctrl-P", "next, previous room"},
	{"Alt-A", "next unread room"},
	{"F2", "show or hide rooms"},
	{"F3", "show or hide people"},
	{"Ctrl-C", "clear the line"},
	{"Ctrl-C Ctrl-C", "quit"},
	{"Ctrl-L", "redraw"},
};

static int
draw_keys(int y, int end, int columns)
{
	draw_cut(y++, 1, columns, text_of("Keys"), A_BOLD, 0);
	for (size_t i = 0; i < sizeof keys / sizeof *keys && y < end; i++, y++) {
		int at = columns > KEYS_WIDTH - 4 ? KEY_COLUMNS : KEY_COLUMNS - 4;
		draw_cut(y, 1, at, text_of(keys[i].key), A_NORMAL, 0);
		draw_cut(y, 1 + at, columns - at, text_of(keys[i].does), A_DIM, 0);
	}
	return y;
}

static void
draw_commands(const struct model *model, int y, int end, int x, int columns)
{
	int widest = 0;
	for (size_t i = 0; i < model->n_manual; i++) {
		int width = width_of(text_of(model->manual[i].usage));
		widest = width > widest ? width : widest;
	}
	int at = widest + 2 < columns / 2 ? widest + 2 : columns / 2;
	draw_cut(y++, x, columns, text_of("Commands"), A_BOLD, 0);
	for (size_t i = 0; i < model->n_manual && y < end; i++, y++) {
		draw_cut(y, x, at - 1, text_of(model->manual[i].usage), A_NORMAL, 0);
		draw_cut(y, x + at, columns - at, text_of(model->manual[i].help), A_DIM, 0);
	}
	if (y < end)
		draw_cut(y, x, columns, text_of("/set lists the settings"), A_DIM, 0);
}

void
draw_help(const struct view *view, const struct model *model)
{
	int top = view_top(view), end = top + view_rows(view);
	int last = end - 1, x = COLS >= TWO_COLUMNS ? KEYS_WIDTH : 1;
	int y = top + (view_rows(view) > (int)(sizeof keys / sizeof *keys) + 3);
	if (x > 1) {
		draw_keys(y, last, KEYS_WIDTH - 2);
		draw_commands(model, y, last, x, COLS - x);
	} else {
		y = draw_keys(y, last, COLS - 2);
		if (last - y > 2)
			draw_commands(model, y + 1, last, 1, COLS - 2);
	}
	draw_cut(last, 1, COLS - 2, text_of("Press any key to close."), A_BOLD, 0);
}
