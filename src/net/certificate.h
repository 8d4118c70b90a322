/* The certificate and the key that the settings name: read at the start, and read again. */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include "net/tls.h"
#include "teahouse/config.h"

/* *context: NULL if the settings name none. False: they cannot be used, which was logged. */
bool certificate_read(struct tls_context **context, const struct config *config);

/* Reads them again, for the connections to come, and logs that, or what is wrong. */
void certificate_read_again(struct tls_context *context, const struct config *config);

#endif
