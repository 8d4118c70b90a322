/*
 * The terminal as it was found, and getting back to it on every way out,
 * crashes among them; signals as something to poll for. Knows no curses.
 */
#ifndef CLIENT_TERMINAL_H
#define CLIENT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Remembers how the terminal is set. */
void terminal_save(void);

/* Adds bytes, beyond the settings, that put it back; what does not fit is left out. */
void terminal_undo(const char *bytes, size_t n);

/* Lets Readline have the keys that the terminal would take for itself. */
void terminal_take_keys(void);

/*
 * Gives it back, with the bytes that undo the screen if nobody else has undone
 * it. Safe in a signal handler; does nothing when it is not taken.
 */
void terminal_restore(bool screen);

/* Catches signals from here on; a descriptor that is readable when some have come. */
int terminal_catch_signals(void);

/* Empties the descriptor; then terminal_caught says, once, whether that signal has come. */
void terminal_drain_signals(void);
bool terminal_caught(int signal);

/* Stops the program as if nobody had caught SIGTSTP. */
void terminal_stop(void);

#endif
