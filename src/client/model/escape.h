/* The control sequences of terminals (ECMA-48) in text. Does not know what they do. */
#ifndef CLIENT_MODEL_ESCAPE_H
#define CLIENT_MODEL_ESCAPE_H

#include "teahouse/strbuf.h"

/*
 * The length of the sequence at the beginning of t, which begins with ESC; of one that is cut off,
 * the length of t.
 */
size_t escape_length(struct text t);

/* Appends t without its sequences. */
void escape_drop_all(struct strbuf *out, struct text t);

#endif
