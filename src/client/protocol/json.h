/* The json protocol, version 2 (SPEC 6.2). */
#ifndef CLIENT_PROTOCOL_JSON_H
#define CLIENT_PROTOCOL_JSON_H

#include "client/session/protocol.h"

extern const struct protocol protocol_json;

#endif
