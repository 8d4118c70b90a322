/* The direct protocol (SPEC 6.6). */
#ifndef CLIENT_PROTOCOL_DIRECT_H
#define CLIENT_PROTOCOL_DIRECT_H

#include "client/session/protocol.h"

extern const struct protocol protocol_direct;

#endif
