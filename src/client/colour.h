/*
 * Which colours nicks have, on a terminal of 8, 256 or all of them: each can be read on black
 * and on white. Knows no curses.
 */
#ifndef CLIENT_COLOUR_H
#define CLIENT_COLOUR_H

/* How many there are for nicks, where the terminal has so many. */
int colour_nicks(int colours);

/* The i-th of them, as the terminal counts: an index, or where it has all, red, green and blue. */
int colour_nick(int colours, int i);

/* Of what was refused. */
int colour_refused(int colours);

#endif
