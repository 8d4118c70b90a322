/* The functions that keys are bound to. Does not know the line that is edited. */
#ifndef CLIENT_UI_INPUT_KEYS_H
#define CLIENT_UI_INPUT_KEYS_H

#include "client/ui/keys.h"

/* Names the functions for an inputrc, and binds the usual keys to them. They call `bound`. */
void input_keys_bind(const struct keys *bound);

/*
 * To be called when the inputrc was read: keys that it binds to the beginning or the end of the
 * line go beyond that, as they do by default.
 */
void input_keys_bind_beyond_line(void);

/* Whether a key does nothing but scroll or arrange the screen. */
bool input_keys_is_of_view(struct text bytes);

#endif
