/* The packets of the json protocol, version 2 (SPEC 6.2), that the client receives. */
#ifndef CLIENT_PROTOCOL_JSON_RECEIVE_H
#define CLIENT_PROTOCOL_JSON_RECEIVE_H

#include "client/session/session.h"

/* Applies a packet to the session and its model; one that is unknown or no JSON is ignored. */
void json_receive(struct session *session, struct text bytes);

#endif
