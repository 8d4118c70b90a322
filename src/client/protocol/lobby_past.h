/* What the lobby protocol tells of the history: strings that begin with a time. */
#ifndef CLIENT_PROTOCOL_LOBBY_PAST_H
#define CLIENT_PROTOCOL_LOBBY_PAST_H

#include "client/session/session.h"

/* Shows `[12:05] ann: hi`. False: the string is something else. */
bool lobby_receive_past(struct session *session, struct text string);

#endif
