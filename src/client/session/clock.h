/* The time. */
#ifndef CLIENT_SESSION_CLOCK_H
#define CLIENT_SESSION_CLOCK_H

#include <stdint.h>

int64_t monotonic_ms(void);

/* Since 1970, UTC. */
int64_t wall_ms(void);

#endif
