/* The lobby protocol (SPEC 6.5). */
#ifndef CLIENT_PROTOCOL_LOBBY_H
#define CLIENT_PROTOCOL_LOBBY_H

#include "client/session/protocol.h"

extern const struct protocol protocol_lobby;

#endif
