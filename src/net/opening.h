/* What comes before a connection's protocol: a proxy's header, and the handshake of TLS. */
#ifndef NET_OPENING_H
#define NET_OPENING_H

#include "net/conn.h"

/* An accepted socket. The protocol starts when all that is to come before it has come. */
void opening_start(const struct endpoint *endpoint, int fd);

#endif
