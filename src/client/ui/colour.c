/* Colours that are legible on black and on white. */
#include "client/ui/colour.h"

enum { MANY = 256, ALL = 1 << 24, RED = 1, CUBE_FIRST = 16, CUBE_SIDE = 6 };

/*
 * Of the cube of 6 by 6 by 6 that is part of 256 colours: red, orange, yellow, green, teal, blue,
 * violet, pink; then the same hues darker or greyer. Those of 16 and of 8 are the nearest.
 */
static const int many[] = {203, 166, 136, 34, 30, 32, 105, 200, 160, 94, 58, 28, 66, 24, 61, 126};
static const int few[] = {1, 1, 2, 2, 6, 6, 5, 5, 1, 1, 2, 2, 6, 6, 5, 5};

/* A colour of the cube as red, green and blue. */
static int
cube_rgb(int index)
{
	static const int level[CUBE_SIDE] = {0, 95, 135, 175, 215, 255};
	int i = index - CUBE_FIRST;
	int red = level[i / CUBE_SIDE / CUBE_SIDE], green = level[i / CUBE_SIDE % CUBE_SIDE];
	return red << 16 | green << 8 | level[i % CUBE_SIDE];
}

int
colour_nick(int colours, int i)
{
	if (colours < MANY)
		return few[i];
	return colours < ALL ? many[i] : cube_rgb(many[i]);
}

int
colour_refused(int colours)
{
	return colours < ALL ? RED : cube_rgb(160);
}
