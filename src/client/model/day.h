/* Where one day of a room's lines ends and another begins, in the zone of the user's clock. */
#ifndef CLIENT_MODEL_DAY_H
#define CLIENT_MODEL_DAY_H

#include "client/model/line.h"

/* Whether the time is of a later day than `before` (ms since 1970, UTC; 0: there is none). */
bool day_is_later(int64_t before, int64_t time);

/* Whether they are of one day. */
bool day_is_same(int64_t time, int64_t other);

/* The separator with the date of that time. */
struct line *day_line(int64_t time);

#endif
