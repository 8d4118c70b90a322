/* What a certificate says, and what is wrong with it, in words. Knows no connection. */
#ifndef CLIENT_NET_TLS_CERTIFICATE_H
#define CLIENT_NET_TLS_CERTIFICATE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "teahouse/strbuf.h"

enum { FINGERPRINT_BYTES = 32 }; /* of SHA-256 */

bool certificate_fingerprint(
	const X509 *certificate, unsigned char fingerprint[static FINGERPRINT_BYTES]);

/*
 * Adds why it was refused, as a clause about the server. error: X509_V_ERR_..;
 * X509_V_ERR_APPLICATION_VERIFICATION: it is not the one that was pinned.
 */
void certificate_explain(const X509 *certificate, int error, const char *host, struct strbuf *why);

#endif
