/* Whether a message mentions a nick. */
#ifndef CLIENT_MODEL_MENTION_H
#define CLIENT_MODEL_MENTION_H

#include "teahouse/text.h"

/* Whether text contains the nick as a word of its own, ignoring case. */
bool text_mentions(struct text text, struct text nick);

#endif
