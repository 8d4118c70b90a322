/* Whether a message mentions a nick. */
#ifndef BASE_MENTION_H
#define BASE_MENTION_H

#include "teahouse/text.h"

/* The nick where text first has it as a word of its own, ignoring case; ptr == NULL: nowhere. */
struct text text_mention(struct text text, struct text nick);

#endif
