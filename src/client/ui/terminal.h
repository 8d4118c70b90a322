/*
 * Restores the terminal however the program ends, crashes included, and delivers signals through
 * a descriptor for poll(2). Knows no curses.
 */
#ifndef CLIENT_UI_TERMINAL_H
#define CLIENT_UI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Saves the terminal's settings. */
void terminal_save(void);

/* Adds bytes to send when the terminal is restored; those that do not fit are left out. */
void terminal_undo(const char *bytes, size_t n);

/* Turns off the line editing and the special keys of the terminal, for Readline. */
void terminal_take_keys(void);

/*
 * Restores the settings; `screen`: sends the bytes of terminal_undo first. Safe in a signal
 * handler. Does nothing unless terminal_take_keys was called since.
 */
void terminal_restore(bool screen);

/* Catches signals from now on; returns a descriptor that is readable after some were caught. */
int terminal_catch_signals(void);

/* Empties the descriptor; terminal_caught then tells, once, whether that signal was caught. */
void terminal_drain_signals(void);
bool terminal_caught(int signal);

/* Stops the program, as SIGTSTP does when it is not caught. */
void terminal_stop(void);

#endif
