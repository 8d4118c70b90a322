/* Certificates by OpenSSL. */
#include "client/net/tls_certificate.h"

#include <ctype.h>
#include <time.h>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

enum { NAMES_SHOWN = 3 };

bool
certificate_fingerprint(
	const X509 *certificate, unsigned char fingerprint[static FINGERPRINT_BYTES])
{
	unsigned n = 0;
	return X509_digest(certificate, EVP_sha256(), fingerprint, &n) == 1 &&
	       n == FINGERPRINT_BYTES;
}

/* With colons, as openssl(1) shows it. */
static void
explain_fingerprint(const X509 *certificate, struct strbuf *why)
{
	unsigned char bytes[FINGERPRINT_BYTES];
	if (!certificate_fingerprint(certificate, bytes))
		return;
	for (size_t i = 0; i < sizeof bytes; i++)
		strbuf_printf(why, "%s%02X", i ? ":" : "", bytes[i]);
}

static void
explain_pin(const X509 *certificate, struct strbuf *why)
{
	strbuf_puts(why, "; if its operator tells you the same SHA-256 fingerprint, accept "
			 "exactly this certificate by --pin ");
	explain_fingerprint(certificate, why);
}

static void
explain_date(const ASN1_TIME *at, struct strbuf *why)
{
	struct tm utc;
	char date[32] = "an unknown day";
	if (ASN1_TIME_to_tm(at, &utc) == 1)
		strftime(date, sizeof date, "%Y-%m-%d", &utc);
	strbuf_puts(why, date);
}

/* Names come from a stranger: what is not printable ASCII is replaced. */
static void
explain_name(const unsigned char *name, size_t n, struct strbuf *why)
{
	for (size_t i = 0; i < n; i++)
		strbuf_printf(why, "%c", name[i] < 0x80 && isgraph(name[i]) ? name[i] : '?');
}

static void
explain_address(const ASN1_OCTET_STRING *address, struct strbuf *why)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(address);
	int n = ASN1_STRING_length(address);
	for (int i = 0; i < n; i++)
		if (n == 4)
			strbuf_printf(why, "%s%u", i ? "." : "", bytes[i]);
		else
			strbuf_printf(why, "%s%02x", i && i % 2 == 0 ? ":" : "", bytes[i]);
}

/* The first names that it is for. */
static void
explain_names(const X509 *certificate, struct strbuf *why)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int n = names ? sk_GENERAL_NAME_num(names) : 0, shown = 0;
	for (int i = 0; i < n && shown < NAMES_SHOWN; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS && name->type != GEN_IPADD)
			continue;
		strbuf_puts(why, shown++ ? ", " : "");
		if (name->type == GEN_DNS)
			explain_name(ASN1_STRING_get0_data(name->d.dNSName),
				(size_t)ASN1_STRING_length(name->d.dNSName), why);
		else
			explain_address(name->d.iPAddress, why);
	}
	strbuf_puts(why, shown == 0 ? "no name" : n > shown ? " and others" : "");
	GENERAL_NAMES_free(names);
}

static void
explain_other_name(const X509 *certificate, const char *host, struct strbuf *why)
{
	strbuf_puts(why, "its certificate is for ");
	explain_names(certificate, why);
	strbuf_printf(why, ", not for %s", host);
}

/* Its own, or one that it was signed with. */
static void
explain_expired(const X509 *certificate, struct strbuf *why)
{
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0) {
		strbuf_puts(why, "a certificate that its own is signed with has expired");
		return;
	}
	strbuf_puts(why, "its certificate expired on ");
	explain_date(X509_get0_notAfter(certificate), why);
}

void
certificate_explain(const X509 *certificate, int error, const char *host, struct strbuf *why)
{
	switch (error) {
	case X509_V_ERR_APPLICATION_VERIFICATION:
		strbuf_puts(why, "its certificate is not the one of --pin: its SHA-256 "
				 "fingerprint is ");
		explain_fingerprint(certificate, why);
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		explain_expired(certificate, why);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		strbuf_puts(why, "its certificate is valid only from ");
		explain_date(X509_get0_notBefore(certificate), why);
		strbuf_puts(why, " on; the clock of this machine may be wrong");
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		explain_other_name(certificate, host, why);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		strbuf_puts(why, "its certificate is signed by itself, not by an authority");
		explain_pin(certificate, why);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		strbuf_puts(why, "its certificate is signed by an authority that is not trusted "
				 "here");
		explain_pin(certificate, why);
		break;
	default:
		strbuf_printf(why, "its certificate is refused: %s",
			X509_verify_cert_error_string(error));
		break;
	}
}
