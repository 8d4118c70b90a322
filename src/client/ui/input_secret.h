/* A password that is being typed: no part of it is shown, or reaches Readline. Knows no screen. */
#ifndef CLIENT_UI_INPUT_SECRET_H
#define CLIENT_UI_INPUT_SECRET_H

#include <stdbool.h>

#include "teahouse/strbuf.h"

enum secret_key { SECRET_KEY_NONE, SECRET_KEY_ENTER, SECRET_KEY_END };

/* A whole key was pressed: changes the password, or does what is returned. */
enum secret_key secret_press(struct strbuf *secret, struct text key);

/* Adds what was pasted, up to the end of its first line. */
void secret_paste(struct strbuf *secret, struct text pasted);

void secret_wipe(struct strbuf *secret);

#endif
