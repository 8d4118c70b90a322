/* The file that has a password in its first line, which only its owner can read. */
#ifndef CLIENT_UI_PASSWORD_FILE_H
#define CLIENT_UI_PASSWORD_FILE_H

#include <stdbool.h>

#include "teahouse/strbuf.h"

/* False: adds a sentence about what is wrong to `why`. */
bool password_file_read(const char *path, struct strbuf *password, struct strbuf *why);

#endif
