/* Connections without HTTP: their bytes go to the gateway. */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "net/conn.h"

void tcp_start(struct conn *conn);

#endif
