/* Colours that are legible on black and on white. */
#include "client/ui/colour.h"

enum { MANY = 256, ALL = 1 << 24, RED = 1, CUBE_FIRST = 16, CUBE_SIDE = 6 };

/* Of eight, yellow and cyan are too bright on white, and blue too dark on black. */
static const int few[] = {1, 2, 5};

/* Of the cube of 6 by 6 by 6 that is part of 256 colours. */
static const int many[] = {26, 28, 30, 31, 32, 33, 61, 62, 63, 64, 67, 68, 94, 97, 98, 99, 128, 129,
	130, 131, 132, 133, 134, 135, 160, 161, 162, 163, 164, 165, 166, 167, 168};

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
colour_nicks(int colours)
{
	return (int)(colours < MANY ? sizeof few / sizeof *few : sizeof many / sizeof *many);
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
