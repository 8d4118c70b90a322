/*
 * The colours of nicks on a terminal of 8, 256 or 2^24 colours: each is legible on black and on
 * white. Knows no curses.
 */
#ifndef CLIENT_UI_COLOUR_H
#define CLIENT_UI_COLOUR_H

/*
 * The i-th of NICK_COLOURS, on a terminal with that many colours: an index, or red, green and blue
 * where the terminal has direct colours.
 */
int colour_nick(int colours, int i);

/* For refusals. */
int colour_refused(int colours);

#endif
