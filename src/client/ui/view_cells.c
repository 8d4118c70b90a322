/* Text and colours in the cells of the screen. */
#include "client/ui/view_internal.h"

void
draw_glyph(int y, int x, const struct glyph *glyph, attr_t attributes, short pair)
{
	cchar_t cell;
	if (glyph->columns > 0 && setcchar(&cell, glyph->show, attributes, pair, NULL) == OK)
		mvadd_wch(y, x, &cell);
}

int
draw_text(int y, int x, struct text t, attr_t attributes, short pair)
{
	struct glyph glyph;
	while (width_next(&t, &glyph)) {
		draw_glyph(y, x, &glyph, attributes, pair);
		x += glyph.columns;
	}
	return x;
}

int
draw_cut(int y, int x, int columns, struct text t, attr_t attributes, short pair)
{
	struct text shown = width_cut(t, columns);
	if (shown.len == t.len)
		return draw_text(y, x, t, attributes, pair);
	x = draw_text(y, x, width_cut(t, columns - 1), attributes, pair);
	return columns < 1 ? x : draw_text(y, x, text_of("\xe2\x80\xa6"), attributes, pair);
}

short
nick_pair(const struct view *view, int colour)
{
	return (short)(view->colour ? PAIR_NICKS + colour : 0);
}
