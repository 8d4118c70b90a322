/* The sockets: all listeners and connections, on one loop. */
#ifndef TEAHOUSE_NET_H
#define TEAHOUSE_NET_H

#include "teahouse/config.h"
#include "teahouse/gateway.h"

struct net;

/* What the gateway calls; may be passed on before net_open. */
const struct transport_ops *net_transport_ops(void);

/*
 * Whether the certificate and the key that the settings name can be used. If not: a line as
 * config_read's is appended to `wrong`.
 */
bool net_check(const struct config *config, struct strbuf *wrong);

/*
 * Opens every listener, and logs a line for each. NULL when something cannot be opened:
 * that was logged, and *served is whether the settings could be served. Borrows both for
 * its life; stores the port that was opened in each listener.
 */
struct net *net_open(struct config *config, struct gateway *gateway, bool *served);

/* Serves until a signal stops it; then tells everyone, and closes within 2 s. */
void net_run(struct net *net);
void net_close(struct net *net);

/* Stops it as a signal does. By the loop's thread, while net_run runs. */
void net_stop(struct net *net);

/* Another turn of the loop follows at once. May be called by any thread, until net_close. */
void net_wake(struct net *net);

#endif
