/* Drawing the help: the keys and the commands, side by side or below each other, in pages. */
#include "client/ui/view.h"
#include "client/ui/view_internal.h"

enum {
	TWO_COLUMNS = 76,
	KEYS_WIDTH = 38,
	KEY_COLUMNS = 16,  /* of those of a key */
	LEAST_COLUMNS = 16 /* of what it does */
};

static const struct {
	const char *key, *does;
} keys[] = {
	{"Enter", "send"},
	{"Alt-Enter", "new line"},
	{"Tab", "complete"},
	{"Up, Down", "earlier messages"},
	{"PgUp, PgDn", "scroll, also to older messages"},
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

/* Where a list is drawn: the rows from `first` on, as far as they fit. */
struct area {
	int x, columns, at; /* at: where the explanations begin */
	int top, rows, first;
	bool cuts; /* long explanations, instead of wrapping them */
};

static void
draw_at(const struct area *area, int row, int x, struct text t, attr_t attributes)
{
	int y = row - area->first;
	if (y >= 0 && y < area->rows)
		draw_cut(area->top + y, area->x + x, area->columns - x, t, attributes, 0);
}

/* Returns the row after it. */
static int
draw_entry(const struct area *area, int row, struct text key, struct text does)
{
	struct wrap wrap = {does, area->columns - area->at, area->columns - area->at};
	struct wrap name = {key, area->columns, area->columns};
	struct text part;
	while (wrap_next(&name, &part))
		draw_at(area, row++, 0, part, A_NORMAL);
	row -= width_of(key) < area->at;
	if (area->cuts) {
		draw_at(area, row, area->at, does, A_DIM);
		return row + 1;
	}
	while (wrap_next(&wrap, &part))
		draw_at(area, row++, area->at, part, A_DIM);
	return row;
}

static int
draw_keys(struct area area, int row)
{
	area.at = KEY_COLUMNS;
	draw_at(&area, row++, 0, text_of("Keys"), A_BOLD);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		row = draw_entry(&area, row, text_of(keys[i].key), text_of(keys[i].does));
	return row;
}

static int
draw_commands(struct area area, const struct model *model, int row)
{
	int widest = width_of(text_of("/reconnect"));
	for (size_t i = 0; i < model->n_manual; i++) {
		/* One that is wider has a row of its own. */
		int width = width_of(text_of(model->manual[i].usage));
		bool fits = width + 2 <= area.columns - LEAST_COLUMNS;
		widest = fits && width > widest ? width : widest;
	}
	area.at = widest + 2 <= area.columns - LEAST_COLUMNS ? widest + 2 : 4;
	draw_at(&area, row++, 0, text_of("Commands"), A_BOLD);
	for (size_t i = 0; i < model->n_manual; i++)
		row = draw_entry(&area, row, text_of(model->manual[i].usage),
			text_of(model->manual[i].help));
	row = draw_entry(&area, row, text_of("/set"), text_of("list or change the settings"));
	return draw_entry(&area, row, text_of("/reconnect"), text_of("connect again at once"));
}

/* Beside each other. If the explanations fit on one page only when they are cut, they are. */
static int
draw_beside(struct area area, const struct model *model)
{
	struct area right = area, measured;
	right.x = KEYS_WIDTH;
	right.columns = COLS - 1 - KEYS_WIDTH;
	area.columns = KEYS_WIDTH - 2;
	measured = right;
	measured.rows = 0;
	right.cuts = draw_commands(measured, model, 0) > area.rows;
	int keys_rows = draw_keys(area, 0), rows = draw_commands(right, model, 0);
	return rows < keys_rows ? keys_rows : rows;
}

void
draw_help(struct view *view, const struct model *model)
{
	int last = view_top(view) + view_rows(view) - 1;
	struct area area = {.x = 1, .columns = COLS - 2, .top = view_top(view)};
	area.rows = last - area.top;
	area.first = view->help_page * area.rows;
	int rows = COLS >= TWO_COLUMNS ? draw_beside(area, model)
				       : draw_commands(area, model, draw_keys(area, 0) + 1);
	view->help_more = area.first + area.rows < rows;
	draw_cut(last, 1, COLS - 2,
		text_of(view->help_more ? "Press any key for more, Esc to close."
					: "Press any key to close."),
		A_BOLD, 0);
}
